"""Being reminded later of what the message of a day says."""

from bot.handlers.sessions import clicked_message
from bot.ids import Action
from bot.parse import Malformed
from bot.replies import Reply
from bot.routes import Context, Routes
from coaching import postponing
from coaching.rules.postponing import PutOff


def register(routes: Routes) -> None:
    routes.action(Action.PUT_OFF, put_off, writes=True)


def put_off(context: Context) -> Reply:
    """The message that was clicked says at once when it comes again."""
    request = context.request
    if request.value not in set(PutOff):
        raise Malformed("no time to put it off to")
    choice = PutOff(request.value)
    postponing.put_off(context.db, context.actor(), request.channel, request.message_ts, choice, context.now)
    return clicked_message(context)

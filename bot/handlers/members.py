"""Handing a circle over, going on as a pair, coming back to it; and channels that are lost."""

from bot.handlers import showing
from bot.handlers.circles import page
from bot.handlers.sessions import clicked_message
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Done, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import members as views
from coaching import access, channels, circles, invitations, members, people
from coaching.access import Right
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field


def register(routes: Routes) -> None:
    routes.action(Action.HAND_OVER, ask_whom, deed=Deed.HAND_OVER)
    routes.action(Action.GO_ON_AS_PAIR, go_on_as_pair, writes=True, deed=Deed.GO_ON_AS_PAIR)
    routes.action(Action.JOIN, join, writes=True, deed=Deed.JOIN_CIRCLE)
    routes.view(Form.HAND_OVER, hand_over, deed=Deed.HAND_OVER)
    routes.event("channel_archive", channel_archived)
    routes.event("group_archive", channel_archived)
    routes.event("channel_left", channel_left)
    routes.event("group_left", channel_left)


def ask_whom(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.EDIT)
    members.check_may_hand_over(circle)
    heirs = [people.facts(one.person) for one in members.heirs(circle)]
    return showing.show(context.request, views.hand_over(circles.facts(circle), heirs))


def hand_over(context: Context) -> Reply:
    circle_id, chosen = context.request.metadata_id("circle"), context.request.values.number(Field.PERSON)
    members.hand_over(context.db, context.actor(), circle_id, chosen, context.now)
    return Done(clear=True)


def go_on_as_pair(context: Context) -> Reply:
    circle = members.go_on_as_pair(context.db, context.actor(), context.request.id_value, context.now)
    if context.request.view and not context.request.view.home:
        return UpdateModal(page(context, circle))
    return clicked_message(context)


def join(context: Context) -> Reply:
    invitations.join(context.db, context.actor(), context.request.id_value, context.now)
    return clicked_message(context)


def channel_archived(context: Context) -> Reply:
    return _lost(context, archived=True)


def channel_left(context: Context) -> Reply:
    """The bot was taken out of a channel."""
    return _lost(context, archived=False)


def _lost(context: Context, *, archived: bool) -> Reply:
    request = context.request
    if request.channel:
        channels.lost(context.db, request.workspace_id, request.channel, context.now, archived=archived)
    return Done()

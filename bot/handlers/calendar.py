"""A secret address at which one's own calendar reads one's sessions: making it, replacing it, stopping it."""

from slack_sdk.models.views import View as Modal

from bot.handlers import showing
from bot.ids import Action
from bot.replies import Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import calendar as views
from coaching import calendar_feed
from coaching.errors import NotAllowed


def register(routes: Routes) -> None:
    routes.command("calendar", show)
    routes.action(Action.SHOW_CALENDAR, show)
    routes.action(Action.MAKE_CALENDAR, make, writes=True)
    routes.action(Action.STOP_CALENDAR, stop, writes=True)


def show(context: Context) -> Reply:
    return showing.show(context.request, _page(context))


def make(context: Context) -> Reply:
    """A new address, shown this once. The button says which one it replaces."""
    if context.public_url is None:
        raise NotAllowed(views.NO_PUBLIC_URL)
    actor = context.actor()
    token = calendar_feed.make(context.db, actor, context.request.value, context.now)
    address = f"{context.public_url}/calendar/{token}.ics"
    return UpdateModal(views.made(address, calendar_feed.mark(context.db, actor)))


def stop(context: Context) -> Reply:
    calendar_feed.stop(context.db, context.actor())
    return UpdateModal(_page(context, stopped=True))


def _page(context: Context, *, stopped: bool = False) -> Modal:
    mark = calendar_feed.mark(context.db, context.actor())
    return views.calendar(mark, possible=context.public_url is not None, stopped=stopped)

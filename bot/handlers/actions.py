"""Saying that an action is done, or still open; the open ones of a circle."""

from slack_sdk.models.views import View as Modal

from bot.handlers import notes as note_handlers
from bot.handlers import showing
from bot.handlers.sessions import clicked_message
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Done, Ephemeral, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import actions as views
from bot.views import notes as note_views
from coaching import actions
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field


def register(routes: Routes) -> None:
    routes.action(Action.OPEN_ACTIONS, show_open, deed=Deed.LOOK)
    routes.action(Action.ACTION_DONE, done, writes=True, deed=Deed.ACTION_DONE)
    routes.action(Action.ACTION_STILL_OPEN, ask_by_when, deed=Deed.ACTION_LATER)
    routes.view(Form.STILL_OPEN, still_open, deed=Deed.ACTION_LATER)


def show_open(context: Context) -> Reply:
    return showing.show(context.request, _page(context, context.request.id_value))


def _page(context: Context, circle_id: int) -> Modal:
    circle, shown = actions.page(context.db, context.actor(), circle_id)
    return views.page(circle.id, circle.name, shown)


def done(context: Context) -> Reply:
    """Whatever was clicked shows it at once: the page, or the message of the day."""
    actions.done(context.db, context.actor(), context.request.id_value, context.now)
    view = context.request.view
    match view.metadata.get("page") if view else None:
        case note_views.PAGE:
            return UpdateModal(note_handlers.page(context, context.request.metadata_id("session")))
        case views.PAGE:
            return UpdateModal(_page(context, context.request.metadata_id("circle")))
        case _:
            return _beside(context)


def _beside(context: Context) -> Reply:
    """In a message of ours it shows; one that only its reader has cannot be drawn anew, so they are told."""
    shown = clicked_message(context)
    alone = isinstance(shown, Done) and context.request.view is None
    return Ephemeral(views.noted()) if alone else shown


def ask_by_when(context: Context) -> Reply:
    actor = context.actor()
    action = actions.get(context.db, actor, context.request.id_value)
    return showing.show(context.request, views.still_open(actions.facts(action, actor.person.id)))


def still_open(context: Context) -> Reply:
    action_id, day = context.request.metadata_id("action"), context.request.values.day(Field.DATE)
    actions.still_open(context.db, context.actor(), action_id, day, context.now)
    return Done(clear=True)

"""Showing circles, and leaving them."""

from slack_sdk.models.views import View as Modal

from bot.handlers import showing
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Done, Ephemeral, OpenModal, Reply
from bot.routes import Context, Routes
from bot.views import circles as views
from coaching import access, circles, closing, in_person, members, sessions
from coaching.access import Right
from coaching.rules.audit_facts import Deed
from coaching.rules.terms import PersonKind
from storage.models import Circle


def register(routes: Routes) -> None:
    routes.command("circles", listing)
    routes.command("leave", leave_by_command)
    routes.action(Action.SHOW_CIRCLE, show, deed=Deed.LOOK)
    routes.action(Action.LEAVE_CIRCLE, ask_to_leave, deed=Deed.LEAVE_CIRCLE)
    routes.view(Form.LEAVE, leave, deed=Deed.LEAVE_CIRCLE)


def listing(context: Context) -> Reply:
    actor = context.actor()
    shown = []
    for circle in access.circles(context.db, actor):
        coming = sessions.scheduled(context.db, circle, context.now)
        next_one = sessions.facts(coming[0]) if coming else None
        shown.append(
            (circles.facts(circle), next_one, in_person.sentences(context.db, circle, context.now)[0])
        )
    return Ephemeral(views.listing(shown, may_create=actor.person.kind is PersonKind.FULL))


def show(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.SEE)
    return showing.show(context.request, page(context, circle))


def page(context: Context, circle: Circle) -> Modal:
    """The circle's page, as whoever asked may see it."""
    db, me, now = context.db, context.actor().person.id, context.now
    sentences = in_person.sentences(db, circle, now)
    silent = [sessions.facts(one) for one in closing.unrecorded(db, [circle], now)]
    shown = circles.facts(circle)
    return views.page(shown, sentences, access.may(circle, me, Right.EDIT), silent)


def ask_to_leave(context: Context) -> Reply:
    actor = context.actor()
    circle = access.circle(context.db, actor, context.request.id_value, Right.SEE)
    return showing.show(context.request, views.leave(circles.facts(circle), actor.person.id))


def leave_by_command(context: Context) -> Reply:
    """Straight to the question where there is one circle, else to the list."""
    actor = context.actor()
    mine = access.circles(context.db, actor)
    if len(mine) != 1:
        return listing(context)
    return OpenModal(views.leave(circles.facts(mine[0]), actor.person.id))


def leave(context: Context) -> Reply:
    members.leave(context.db, context.actor(), context.request.metadata_id("circle"), context.now)
    return Done(clear=True)

"""Showing circles, and leaving them."""

from bot.handlers import showing
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Done, Ephemeral, OpenModal, Reply
from bot.routes import Context, Routes
from bot.views import circles as views
from coaching import access, circles, in_person, sessions
from coaching.access import Right
from coaching.rules.terms import PersonKind


def register(routes: Routes) -> None:
    routes.command("circles", listing)
    routes.command("leave", leave_by_command)
    routes.action(Action.SHOW_CIRCLE, show)
    routes.action(Action.LEAVE_CIRCLE, ask_to_leave)
    routes.view(Form.LEAVE, leave)


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
    actor = context.actor()
    circle = access.circle(context.db, actor, context.request.id_value, Right.SEE)
    sentences = in_person.sentences(context.db, circle, context.now)
    may_edit = access.may(circle, actor.person.id, Right.EDIT)
    return showing.show(context.request, views.page(circles.facts(circle), sentences, may_edit))


def ask_to_leave(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.SEE)
    return showing.show(context.request, views.leave(circles.facts(circle)))


def leave_by_command(context: Context) -> Reply:
    """Straight to the question where there is one circle, else to the list."""
    mine = access.circles(context.db, context.actor())
    return OpenModal(views.leave(circles.facts(mine[0]))) if len(mine) == 1 else listing(context)


def leave(context: Context) -> Reply:
    circles.leave(context.db, context.actor(), context.request.metadata_id("circle"), context.now)
    return Done(clear=True)

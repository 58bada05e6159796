"""Whose turn it is, and excusing somebody from a role for a while."""

from slack_sdk.models.views import View as Modal

from bot.handlers import showing
from bot.handlers.hub import hub_message
from bot.ids import Action
from bot.ids import View as Form
from bot.parse import Malformed, whole_number
from bot.replies import Ephemeral, OpenModal, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import roles as views
from coaching import access, circles, excuses, roles
from coaching.access import Right
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field
from coaching.rules.terms import Role
from storage.models import Circle


def register(routes: Routes) -> None:
    routes.command("roles", by_command)
    routes.action(Action.SHOW_ROLES, show, deed=Deed.LOOK)
    routes.action(Action.EXCUSE, ask_whom, deed=Deed.EXCUSE)
    routes.action(Action.END_EXCUSE, end_excuse, writes=True, deed=Deed.END_EXCUSE)
    routes.view(Form.EXCUSE, excuse, deed=Deed.EXCUSE)


def by_command(context: Context) -> Reply:
    """Straight to the circle that is meant, or the question which."""
    mine = access.circles(context.db, context.actor())
    meant = showing.meant(mine, context.request)
    if meant:
        return OpenModal(_page(context, meant))
    return (
        Ephemeral(views.choose_circle([(one.id, one.name) for one in mine])) if mine else hub_message(context)
    )


def show(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.SEE)
    return showing.show(context.request, _page(context, circle))


def ask_whom(context: Context) -> Reply:
    circle = access.circle(context.db, context.actor(), context.request.id_value, Right.EDIT)
    return showing.show(context.request, views.excuse(circles.facts(circle)))


def excuse(context: Context) -> Reply:
    values, chosen = context.request.values, context.request.values.choice(Field.ROLE)
    circle = excuses.excuse(
        context.db,
        context.actor(),
        context.request.metadata_id("circle"),
        values.number(Field.PERSON),
        Role(chosen) if chosen in set(Role) else None,
        values.day(Field.DATE),
        context.now,
    )
    return UpdateModal(_page(context, circle))


def end_excuse(context: Context) -> Reply:
    """The page of roles follows in its place."""
    person, _, rest = context.request.value.partition(":")
    role = rest.partition(":")[0]
    if role not in set(Role):
        raise Malformed("no role")
    number = whole_number(person)
    circle = excuses.end(
        context.db, context.actor(), context.request.id_value, number, Role(role), context.now
    )
    return UpdateModal(_page(context, circle))


def _page(context: Context, circle: Circle) -> Modal:
    may_excuse = access.may(circle, context.actor().person.id, Right.EDIT)
    return views.page(roles.page(context.db, circle, context.now), may_excuse=may_excuse)

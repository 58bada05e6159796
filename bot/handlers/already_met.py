""" "We already met": recording a session that was never scheduled."""

from bot.handlers.closing import record_of
from bot.handlers.showing import show
from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import already_met as views
from coaching import already_met, sessions
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field


def register(routes: Routes) -> None:
    routes.action(Action.ALREADY_MET, ask, deed=Deed.ALREADY_MET)
    routes.action(Action.CHOOSE_CIRCLE_MET, choose_circle, deed=Deed.ALREADY_MET)
    routes.view(Form.ALREADY_MET, save, deed=Deed.ALREADY_MET)


def ask(context: Context) -> Reply:
    """From a circle's page for that circle, from the hub for the first of one's own."""
    request = context.request
    circle = request.id_value if request.value else None
    found = already_met.open_form(context.db, context.actor(), context.now, circle)
    return show(request, views.form(found))


def choose_circle(context: Context) -> Reply:
    found = already_met.open_form(context.db, context.actor(), context.now, context.request.id_value)
    return UpdateModal(views.form(found))


def save(context: Context) -> Reply:
    request, values = context.request, context.request.values
    session = already_met.record(
        context.db,
        context.actor(),
        request.metadata_id("circle"),
        values.day(Field.DATE),
        values.number(Field.LENGTH),
        record_of(values),
        context.now,
    )
    return UpdateModal(views.saved(sessions.facts(session)))

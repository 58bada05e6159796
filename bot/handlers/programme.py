"""The programme page, and its owners."""

from bot.handlers import showing
from bot.ids import Action
from bot.ids import View as Form
from bot.parse import whole_number
from bot.replies import OpenModal, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import programme as views
from coaching import people, programme
from coaching.errors import NotAllowed
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field


def register(routes: Routes) -> None:
    routes.command("programme", by_command, deed=Deed.LOOK)
    routes.action(Action.SHOW_PROGRAMME, show, deed=Deed.LOOK)
    routes.action(Action.PROGRAMME_QUARTER, turn, deed=Deed.LOOK)
    routes.action(Action.NAME_OWNERS, ask_whom, deed=Deed.NAME_OWNERS)
    routes.action(Action.STEP_DOWN, step_down, writes=True, deed=Deed.STEP_DOWN)
    routes.view(Form.PROGRAMME_OWNERS, name_owners, deed=Deed.NAME_OWNERS)


def by_command(context: Context) -> Reply:
    """Who may name the first owner and is in no circle gets that alone."""
    db, actor = context.db, context.actor()
    may = programme.duty(db, actor)
    try:
        shown = programme.page(db, actor, None, context.pack, context.now)
    except NotAllowed:
        if not may.names_first:
            raise
        return OpenModal(views.no_owner_yet())
    return OpenModal(views.page(shown, may))


def show(context: Context) -> Reply:
    """ "What leadership sees": the same page for every member."""
    db, actor = context.db, context.actor()
    shown = programme.page(db, actor, None, context.pack, context.now)
    return showing.show(context.request, views.page(shown, programme.duty(db, actor)))


def turn(context: Context) -> Reply:
    db, actor = context.db, context.actor()
    shown = programme.page(db, actor, whole_number(context.request.value), context.pack, context.now)
    return UpdateModal(views.page(shown, programme.duty(db, actor)))


def ask_whom(context: Context) -> Reply:
    may = programme.check_may_name(context.db, context.actor())
    return showing.show(context.request, views.owners(may))


def name_owners(context: Context) -> Reply:
    picked = context.request.values.people(Field.OWNERS)
    named = programme.name_owners(context.db, context.actor(), picked, context.now)
    return UpdateModal(views.named([people.facts(one) for one in named]))


def step_down(context: Context) -> Reply:
    programme.step_down(context.db, context.actor())
    return UpdateModal(views.stepped_down())

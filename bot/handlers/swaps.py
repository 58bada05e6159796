"""Swapping a role: offering it, taking it, saying no, and the convener's choice."""

from bot.handlers.sessions import clicked_message
from bot.handlers.showing import show
from bot.ids import Action, MenuItem
from bot.ids import View as Form
from bot.replies import Done, Ephemeral, OpenModal, Reply, UpdateMessage
from bot.routes import Context, Routes
from bot.views import swaps as views
from coaching import swaps, volunteers
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field
from coaching.rules.terms import Role


def register(routes: Routes) -> None:
    routes.menu_item(MenuItem.SWAP_A_ROLE, choose_role, deed=Deed.ASK_SWAP)
    routes.action(Action.SWAP_ROLE, swap_my_role, writes=True, deed=Deed.ASK_SWAP)
    routes.action(Action.TAKE_ROLE, take, writes=True, deed=Deed.TAKE_ROLE)
    routes.action(Action.NO_THANKS, say_no, writes=True, deed=Deed.LOOK)
    routes.action(Action.NAME_TAKER, choose_person, deed=Deed.NAME_TAKER)
    routes.action(Action.OPEN_TIME_ONLY, open_time_only, writes=True, deed=Deed.LEAVE_OPEN)
    routes.action(Action.VOLUNTEER_TO_PRESENT, volunteer_to_present, writes=True, deed=Deed.TAKE_ROLE)
    routes.action(Action.VOLUNTEER_FOR_NOTES, volunteer_for_notes, writes=True, deed=Deed.TAKE_ROLE)
    routes.view(Form.SWAP, ask, deed=Deed.ASK_SWAP)
    routes.view(Form.NAME_TAKER, name, deed=Deed.NAME_TAKER)


def choose_role(context: Context) -> Reply:
    """From the menu: one's own roles, for a lead anybody's."""
    shown = swaps.open_form(context.db, context.actor(), context.request.id_value, context.now)
    return show(context.request, views.form(shown))


def ask(context: Context) -> Reply:
    chosen = context.request.values.choice(Field.ROLE)
    actor, session_id = context.actor(), context.request.metadata_id("session")
    role = Role(chosen) if chosen in set(Role) else None
    swaps.ask(context.db, actor, session_id, role, context.now)
    return Done(clear=True)


def swap_my_role(context: Context) -> Reply:
    """One press: the message says so where it is one's own, else a sentence does."""
    swaps.ask(context.db, context.actor(), context.request.id_value, None, context.now)
    answer = clicked_message(context)
    return answer if isinstance(answer, UpdateMessage) else Ephemeral(views.asked_now())


def take(context: Context) -> Reply:
    swaps.take(context.db, context.actor(), context.request.id_value, context.now)
    return clicked_message(context)


def say_no(context: Context) -> Reply:
    swaps.decline(context.db, context.actor(), context.request.id_value, context.now)
    return clicked_message(context)


def choose_person(context: Context) -> Reply:
    found = swaps.open_choice(context.db, context.actor(), context.request.id_value, context.now)
    return OpenModal(views.naming(found))


def name(context: Context) -> Reply:
    actor, ask_id = context.actor(), context.request.metadata_id("swap")
    person = context.request.values.number(Field.PERSON)
    swaps.name(context.db, actor, ask_id, person, context.now)
    return Done(clear=True)


def open_time_only(context: Context) -> Reply:
    swaps.open_time_only(context.db, context.actor(), context.request.id_value, context.now)
    return clicked_message(context)


def volunteer_to_present(context: Context) -> Reply:
    return _volunteer(context, Role.PRESENTER)


def volunteer_for_notes(context: Context) -> Reply:
    return _volunteer(context, Role.NOTE_TAKER)


def _volunteer(context: Context, role: Role) -> Reply:
    """On the line that says what comes next."""
    actor, request = context.actor(), context.request
    volunteers.volunteer(context.db, actor, request.id_value, request.day_value, role, context.now)
    return clicked_message(context)

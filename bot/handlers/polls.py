"""Finding a time: opening a poll, picking one's times, choosing one for the session."""

from slack_sdk.models.views import View as Modal

from bot.handlers import showing
from bot.ids import Action, MenuItem
from bot.ids import View as Form
from bot.parse import Values, whole_number
from bot.replies import Done, OpenModal, Reply, UpdateModal
from bot.routes import Context, Routes
from bot.views import notices
from bot.views import polls as views
from coaching import polls
from coaching.errors import ReasonNeeded, Refused
from coaching.polls import SLOT_FIELDS, TIME_FIELDS
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field
from coaching.rules.poll_facts import PollDraft


def register(routes: Routes) -> None:
    routes.command("poll", find_a_time)
    routes.action(Action.FIND_A_TIME, find_a_time_from_button, deed=Deed.OPEN_POLL)
    routes.action(Action.CHOOSE_POLL_CIRCLE, choose_circle, deed=Deed.OPEN_POLL)
    routes.action(Action.PICK_TIMES, pick_times, deed=Deed.LOOK)
    routes.action(Action.CHOOSE_TIME, choose_time, deed=Deed.CHOOSE_TIME)
    routes.action(Action.DROP_POLL, drop, writes=True, deed=Deed.DROP_POLL)
    routes.menu_item(MenuItem.FIND_ANOTHER_TIME, find_another_time, deed=Deed.OPEN_POLL)
    routes.view(Form.POLL, open_poll, deed=Deed.OPEN_POLL)
    routes.view(Form.POLL_ANSWER, answer, deed=Deed.LOOK)
    routes.view(Form.POLL_CHOICE, choose, deed=Deed.CHOOSE_TIME)


def find_a_time(context: Context) -> Reply:
    """The form for the circle whose channel one is in, else for the one whose next date comes first."""
    actor = context.actor()
    shown = polls.open_form(context.db, actor, context.now, channel=context.request.channel)
    return OpenModal(views.form(shown, actor.person.id))


def find_a_time_from_button(context: Context) -> Reply:
    return showing.show(context.request, _form_of_circle(context))


def choose_circle(context: Context) -> Reply:
    """Another circle in the form: its next date and its usual time stand there."""
    return UpdateModal(_form_of_circle(context))


def _form_of_circle(context: Context) -> Modal:
    actor, circle_id = context.actor(), context.request.id_value
    return views.form(polls.open_form(context.db, actor, context.now, circle_id=circle_id), actor.person.id)


def find_another_time(context: Context) -> Reply:
    actor = context.actor()
    shown = polls.open_for_session(context.db, actor, context.request.id_value, context.now)
    return showing.show(context.request, views.form(shown, actor.person.id))


def open_poll(context: Context) -> Reply:
    request = context.request
    sought = request.view.metadata.get("session") if request.view else None
    session_id = None if sought is None else request.metadata_id("session")
    draft = _draft(request.values)
    circle_id = request.metadata_id("circle")
    polls.open_poll(context.db, context.actor(), circle_id, session_id, draft, context.now)
    return Done(clear=True)


def pick_times(context: Context) -> Reply:
    """One's own ticks. The poll may have been closed since its card was drawn."""
    actor = context.actor()
    shown = polls.open_answer(context.db, actor, context.request.id_value, context.now)
    return showing.show(context.request, views.ticks(shown, actor.person.id, actor.person.zone))


def answer(context: Context) -> Reply:
    actor, poll_id = context.actor(), context.request.metadata_id("poll")
    polls.get(context.db, actor, poll_id)  # whose it is not hears nothing about its form
    polls.answer(context.db, actor, poll_id, _ticked(context.request.values), context.now)
    return Done(clear=True)


def choose_time(context: Context) -> Reply:
    actor = context.actor()
    shown = polls.open_choice(context.db, actor, context.request.id_value, context.now)
    return showing.show(context.request, views.choice(shown, actor.person.zone))


def choose(context: Context) -> Reply:
    actor, values = context.actor(), context.request.values
    poll_id, slot, reason = (
        context.request.metadata_id("poll"),
        values.number(Field.SLOTS),
        values.text(Field.REMOTE_REASON),
    )
    try:
        polls.pick(context.db, actor, poll_id, slot, reason, context.now)
    except ReasonNeeded:
        shown = polls.open_choice(context.db, actor, poll_id, context.now)
        return UpdateModal(views.choice(shown, actor.person.zone, chosen=slot, ask_reason=True))
    return Done(clear=True)


def drop(context: Context) -> Reply:
    poll = polls.drop(context.db, context.actor(), context.request.id_value, context.now)
    shown = polls.facts(context.db, poll, context.now)
    return UpdateModal(notices.page(list(views.card(shown).blocks), "Find a time"))


def _ticked(values: Values) -> list[int]:
    """The slots that somebody can make; an empty list when they say that none fits."""
    chosen = set(values.choices(Field.SLOTS))
    if not chosen:
        raise Refused({Field.SLOTS: "Tick the times you can make, or “None of these”."})
    if len(chosen) > 1 and views.NONE in chosen:
        raise Refused({Field.SLOTS: "Tick either some times or “None of these”, not both."})
    return [whole_number(one) for one in chosen - {views.NONE}]


def _draft(values: Values) -> PollDraft:
    slots = tuple(
        (values.day(day), values.clock(at)) for day, at in zip(SLOT_FIELDS, TIME_FIELDS, strict=True)
    )
    return PollDraft(slots, values.number(Field.LENGTH))

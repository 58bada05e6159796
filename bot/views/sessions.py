"""Sessions: the form, the card, the direct messages, how to join."""

import json
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InputBlock,
    Option,
    OverflowMenuElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.ids import Action, MenuItem
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs
from bot.views.cases import prepare_button
from bot.views.circles import MODES
from bot.views.fitting import on_top, sections
from bot.views.inputs import entry
from bot.views.text import (
    clock_of,
    escape,
    minutes,
    mode,
    names,
    option_text,
    plain,
    quoted,
    section,
    small,
    spoken,
    spoken_day,
    when,
)
from coaching.rules.facts import Draft, InPersonFacts, PersonFacts, ScheduleForm, SessionFacts, Typed
from coaching.rules.fields import Field
from coaching.rules.states import CALLED_OFF
from coaching.rules.terms import CircleKind, Coming, Mode, Role, SessionState
from coaching.rules.zones import place_of

MORE = (
    (MenuItem.SWAP_A_ROLE, "Swap a role"),
    (MenuItem.RESCHEDULE, "Reschedule"),
    (MenuItem.FIND_ANOTHER_TIME, "Find another time"),
    (MenuItem.SKIP, "Skip this month"),
    (MenuItem.CANCEL, "Cancel session"),
)
"""The menu of a session, in the order in which people see it."""
LOOKING = "I have asked the circle who takes your role."
OVER = {
    SessionState.CANCELLED: "was cancelled",
    SessionState.SKIPPED: "was skipped",
    SessionState.MISSED: "did not take place",
    SessionState.HELD: "was held",
}


def form(shown: ScheduleForm, starts_at: datetime | None, *, ask_reason: bool = False) -> View:
    """ "Schedule a session", or the same form for moving one. Everything in it is in the circle's zone."""
    moving = shown.session_id is not None
    return View(
        type="modal",
        callback_id=Form.SCHEDULE.value,
        private_metadata=json.dumps(
            {
                "circle": shown.circle.id,
                "session": shown.session_id,
                "revision": shown.revision,
                "reason": ask_reason,
                "typed": bool(shown.typed and shown.typed.understood),
            }
        ),
        title=plain("Reschedule" if moving else "Schedule a session"),
        submit=plain("Save" if moving else "Schedule"),
        close=plain("Cancel"),
        blocks=[*_circle(shown), *_fields(shown, starts_at, ask_reason=ask_reason)],
    )


def _circle(shown: ScheduleForm) -> list[Block]:
    """A menu where there is a choice. Choosing draws the form anew, so it answers at once."""
    if len(shown.choices) < 2:
        return [section(f"*{escape(shown.circle.name)}*")]
    options = [Option(value=str(one), text=option_text(name)) for one, name in shown.choices]
    chosen = next(one for one in options if one.value == str(shown.circle.id))
    return [
        SectionBlock(
            block_id=Field.CIRCLE.value,
            text=plain("Circle"),
            accessory=StaticSelectElement(
                action_id=Action.CHOOSE_CIRCLE.value, options=options, initial_option=chosen
            ),
        )
    ]


def _fields(shown: ScheduleForm, starts_at: datetime | None, *, ask_reason: bool) -> list[Block]:
    draft, circle = shown.draft, shown.circle
    fresh = str(circle.id)
    blocks: list[Block] = [
        entry(Field.DATE, "Date", inputs.day(draft.date), hint=_date_hint(shown.typed), fresh=fresh),
        entry(
            Field.TIME,
            "Time",
            inputs.clock(circle.zone, draft.time),
            hint=" ".join([f"In the circle's time zone: {place_of(circle.zone)}.", *_time_hint(shown.typed)]),
            fresh=fresh,
        ),
        *_in_my_zone(shown, starts_at),
        entry(Field.LENGTH, "Length in minutes", inputs.number(draft.length, 15, 240), fresh=fresh),
        entry(
            Field.MODE,
            "How will you meet?",
            inputs.radio(MODES, draft.mode.value if draft.mode else None),
            hint=in_person_hint(shown.in_person),
            fresh=fresh,
        ),
        *_reason(draft, shown.in_person, ask_reason=ask_reason),
        entry(
            Field.PLACE,
            "Place or number",
            inputs.words(draft.place),
            hint="In person: the room. By phone: who calls whom, on which number.",
            optional=True,
            fresh=fresh,
        ),
        entry(
            Field.LINK,
            "Meeting link",
            inputs.address(draft.link),
            optional=True,
            fresh=f"{fresh}.{Field.REMOTE_REASON}" if ask_reason else fresh,
        ),
        *_roles(shown, fresh),
        entry(
            Field.MESSAGE,
            "Message to the circle",
            inputs.words(draft.message, long=True, most=1000),
            hint="Goes to the members' direct messages, not to the channel.",
            optional=True,
        ),
    ]
    return [*blocks, *(small(escape(hint)) for hint in shown.hints)]


def _date_hint(typed: Typed | None) -> str | None:
    """What was typed, where it can be read in two ways or not at all."""
    if typed is None:
        return None
    if typed.dates:
        return f"“{typed.words}” can mean {_either([spoken_day(one) for one in typed.dates])}. Which is it?"
    if typed.understood:
        return None
    return f"I could not read “{typed.words}” as a date. A date and a time look like this: Dec 8 10am."


def _time_hint(typed: Typed | None) -> list[str]:
    if typed is None or not typed.times:
        return []
    return [f"“{typed.words}” can mean {_either([f'{one:%H:%M}' for one in typed.times])}. Which is it?"]


def _either(readings: Sequence[str]) -> str:
    return " or ".join(readings)


def _reason(draft: Draft, in_person: InPersonFacts, *, ask_reason: bool) -> list[InputBlock]:
    """The one more question when a remote session is chosen although one in person is due."""
    if not ask_reason:
        return []
    return [
        entry(
            Field.REMOTE_REASON,
            "Meet remotely anyway?",
            inputs.words(draft.remote_reason, most=500, hint="Why it works better this time"),
            hint=f"{in_person_hint(in_person)} Say why you meet remotely all the same; "
            "the reason stays with the session. The next one is due in person again.",
            optional=True,  # asked of whoever stays with it, and not of who chooses "In person" after all
        )
    ]


def in_person_hint(facts: InPersonFacts) -> str | None:
    """Why a mode is chosen at first, in one sentence."""
    if not facts.every:
        return None
    if facts.due:
        remote = facts.every - 1
        before = "The last session was" if remote == 1 else f"The last {remote} sessions were"
        return f"{before} remote, and at least 1 in {facts.every} is in person: this one is due."
    return f"In person: {facts.in_person} of the last {facts.of_last}." if facts.of_last else None


def _in_my_zone(shown: ScheduleForm, starts_at: datetime | None) -> list[Block]:
    if starts_at is None or shown.viewer_zone == shown.circle.zone:
        return []
    local = starts_at.astimezone(ZoneInfo(shown.viewer_zone))
    same = starts_at.astimezone(ZoneInfo(shown.circle.zone)).utcoffset() == local.utcoffset()
    return [] if same else [small(f"As it stands, that is {spoken(starts_at, shown.viewer_zone)} for you.")]


def _roles(shown: ScheduleForm, fresh: str) -> list[InputBlock]:
    members = [(str(one.id), one.name) for one in shown.circle.members]
    chosen = {Role.PRESENTER: shown.draft.presenter, Role.NOTE_TAKER: shown.draft.note_taker}
    if shown.circle.kind is CircleKind.PAIR:
        return [
            entry(
                Field.PRESENTER,
                "First to be coached",
                inputs.one_of(members, _id(chosen[Role.PRESENTER])),
                fresh=fresh,
            )
        ]
    return [
        entry(
            Field.PRESENTER,
            "Presenter",
            inputs.one_of(members, _id(chosen[Role.PRESENTER])),
            hint="Next in turn is chosen already.",
            optional=True,
            fresh=fresh,
        ),
        entry(
            Field.NOTE_TAKER,
            "Note-taker",
            inputs.one_of(members, _id(chosen[Role.NOTE_TAKER])),
            optional=True,
            fresh=fresh,
        ),
    ]


def _id(person: int | None) -> str | None:
    return None if person is None else str(person)


def card(session: SessionFacts) -> Said:
    """What stands in the channel: nothing that a passer-by may not read."""
    name = escape(session.circle_name)
    if session.state is not SessionState.SCHEDULED:
        return _over(session, f"*{name}*: ")
    at = when(session.starts_at, session.zone)
    text = f"{name}: session on {at}, {mode(session.mode)}"
    blocks: list[Block] = [
        section(f"*{name}*\n*{at}* – {minutes(session.length)}, {mode(session.mode)}"),
        *sections([roles_line(session), *tally(session)]),
        answer_buttons(session, more=True),
    ]
    return Said(text, blocks)


def card_elsewhere() -> Said:
    """What a card becomes where the circle is no more: readers who have left it learn nothing by it."""
    text = "The card of this session stands in the circle's present conversation now."
    return Said(text, [section(text)])


def news(session: SessionFacts, person: PersonFacts, calendar: Sequence[tuple[str, str]]) -> Said:
    """A session was made: the same facts as the card, with place and link, and what to do with them."""
    at = when(session.starts_at, session.zone)
    return _message(session, person, calendar, f"{escape(session.circle_name)} meets on {at}.")


def moved(
    session: SessionFacts,
    person: PersonFacts,
    calendar: Sequence[tuple[str, str]],
    earlier: datetime,
    earlier_zone: str,
) -> Said:
    text = f"{_change(session, earlier, earlier_zone)}: {escape(session.circle_name)}. Can you come then?"
    return _message(session, person, calendar, text)


def _change(session: SessionFacts, earlier: datetime, earlier_zone: str) -> str:
    """What a move has changed: when it begins, or only how long it is."""
    at = when(session.starts_at, session.zone)
    if earlier == session.starts_at:
        return f"New length, {minutes(session.length)} on {at}"
    return f"Moved from {when(earlier, earlier_zone)} to {at}"


def new_place(session: SessionFacts, person: PersonFacts, calendar: Sequence[tuple[str, str]]) -> Said:
    at = when(session.starts_at, session.zone)
    text = f"How to join has changed for {escape(session.circle_name)} on {at}."
    return _message(session, person, calendar, text)


def starting_soon(session: SessionFacts) -> Said:
    """Minutes before the start: the place or link, and nothing else."""
    name = escape(session.circle_name)
    text = f"{name} starts at {clock_of(session.starts_at, session.zone)}, {mode(session.mode)}."
    where = where_lines(session)
    return Said(on_top([text, *where]), [*sections([f"*{text}*", *where]), *_join(session)])


def _join(session: SessionFacts) -> list[ActionsBlock]:
    return [inputs.buttons(inputs.link("Open the meeting link", session.link))] if session.link else []


def cancelled(session: SessionFacts, reason: str | None) -> Said:
    name = escape(session.circle_name)
    text = f"Cancelled: {name} on {when(session.starts_at, session.zone)}. Roles are free again; nobody loses a turn."
    blocks: list[Block] = [section(text)]
    if reason:
        blocks.append(quoted(reason))
    return Said(text, blocks)


def skipped(session: SessionFacts) -> Said:
    at = when(session.starts_at, session.zone)
    text = f"Skipped: {escape(session.circle_name)} does not meet on {at}. Nobody loses a turn, and the rhythm goes on."
    return Said(text, [section(text)])


def role_news(session: SessionFacts, role: Role, slack_id: str) -> Said:
    """Somebody takes a role in the place of another. Who would rather not can offer it to the circle."""
    does = "present" if role is Role.PRESENTER else "take notes"
    if session.kind is CircleKind.PAIR:
        does = "be coached first"
    name = escape(session.circle_name)
    text = f"<@{slack_id}>, it is your turn to {does} in {name} on {when(session.starts_at, session.zone)}."
    if role in session.sought:
        return Said(text, [section(f"{text} {LOOKING}")])
    prepare = [prepare_button(session.id, first=True)] if role is Role.PRESENTER else []
    return Said(text, [section(text), inputs.buttons(*prepare, swap_button(session.id))])


def role_gone(session: SessionFacts, role: Role) -> Said:
    """What such a message becomes once the role has gone on."""
    holder = session.holder(role)
    text = f"{escape(session.circle_name)} on {when(session.starts_at, session.zone)}: "
    text += f"{escape(holder.name)} has this role now." if holder else "this role is open now."
    return Said(text, [section(text)])


def later_due(session: SessionFacts) -> Said:
    """To the convener, once: a change has made a later session due in person."""
    text = (
        f"{escape(session.circle_name)} on {when(session.starts_at, session.zone)} should now be in person: "
        "those before it are remote. Change how you meet if you can."
    )
    return Said(text, [section(text), inputs.buttons(more_menu(session))])


def too_few(session: SessionFacts, *, held: bool) -> Said:
    """To the convener, once per date. Once it is settled the message says how."""
    name, at = escape(session.circle_name), when(session.starts_at, session.zone)
    if held:
        text = f"{name} on {at} stays as it is, though few can come."
        return Said(text, [section(text)])
    members = len(session.coming) + len(session.unanswered) + len(session.not_coming)
    text = (
        f"{len(session.not_coming)} of {members} can't come to {name} on {at}. "
        "Hold it all the same, or find another time?"
    )
    hold_it = inputs.button("Hold it", Action.HOLD_IT, session.id)
    move_it = inputs.button("Reschedule", Action.RESCHEDULE, session.id, style="primary")
    return Said(
        text, [section(text), *sections(tally(session)), inputs.buttons(hold_it, move_it, more_menu(session))]
    )


def enough_again(session: SessionFacts) -> Said:
    text = f"Enough can come to {escape(session.circle_name)} on {when(session.starts_at, session.zone)} after all."
    return Said(text, [section(text)])


def thread_line(session: SessionFacts, what: str, earlier: datetime | None, earlier_zone: str) -> Said:
    if what == "moved" and earlier is not None:
        text = f"{_change(session, earlier, earlier_zone)}. Please say again whether you can come."
    else:
        text = f"How to join has changed: {mode(session.mode)}. “How to join” above shows the place and the link."
    return Said(text, [section(text)])


def how_to_join(session: SessionFacts, *, file_sent: bool = False) -> View:
    lines = where_lines(session) or ["Nothing is agreed yet. Whoever scheduled it can add a place or a link."]
    blocks: list[Block] = [
        section(
            f"*{escape(session.circle_name)}*\n{when(session.starts_at, session.zone)}, {mode(session.mode)}"
        ),
        *sections(lines),
        *_join(session),
        inputs.buttons(inputs.button("Calendar file", Action.CALENDAR_FILE, session.id)),
        *([small("The calendar file is on its way to your messages with me.")] if file_sent else []),
    ]
    return View(type="modal", title=plain("How to join"), close=plain("Close"), blocks=blocks)


def cancelling(session: SessionFacts) -> View:
    """Asked once, with room for a reason that only members can open."""
    words = (
        f"Cancel *{escape(session.circle_name)}* on {when(session.starts_at, session.zone)}? Everybody is told once. "
        "Nobody loses a turn. It cannot be taken back: meeting after all is a new session."
    )
    reason = entry(
        Field.REASON,
        "Why",
        inputs.words(most=500),
        hint="Only the members of the circle see it.",
        optional=True,
    )
    return View(
        type="modal",
        callback_id=Form.CANCEL.value,
        private_metadata=json.dumps({"session": session.id}),
        title=plain("Cancel session"),
        submit=plain("Cancel session"),
        close=plain("Keep it"),
        blocks=[section(words), reason],
    )


def skipping(session: SessionFacts) -> View:
    """Asked once."""
    words = (
        f"Skip *{escape(session.circle_name)}* on {when(session.starts_at, session.zone)}? Everybody is told once. "
        "Nobody loses a turn, and the rhythm goes on with its next date."
    )
    return View(
        type="modal",
        callback_id=Form.SKIP.value,
        private_metadata=json.dumps({"session": session.id}),
        title=plain("Skip this month"),
        submit=plain("Skip this month"),
        close=plain("Keep it"),
        blocks=[section(words)],
    )


def where_lines(session: SessionFacts) -> list[str]:
    """Place and link, for members' eyes only."""
    place = "Number" if session.mode is Mode.PHONE else "Place"
    lines = [f"{place}: {escape(session.where)}"] if session.where else []
    return [*lines, *([f"Link: <{escape(session.link)}>"] if session.link else [])]


def roles_line(session: SessionFacts) -> str:
    if session.kind is CircleKind.PAIR:
        return f"First to be coached: {_holder(session, Role.PRESENTER)}"
    facilitator = escape(session.facilitator.name) if session.facilitator else "open"
    presenter = f"Presenter: {_holder(session, Role.PRESENTER)}"
    if session.open_time_only and session.presenter is None:
        presenter = "Open time only"
    return f"Facilitator: {facilitator} · {presenter} · Note-taker: {_holder(session, Role.NOTE_TAKER)}"


def _holder(session: SessionFacts, role: Role) -> str:
    person = session.holder(role)
    if person is None:
        return "open"
    name = escape(person.name)
    if session.answer_of(person.id) is Coming.NO:
        return f"open ({name} can't make it)"
    return f"open ({name} would like to swap)" if role in session.sought else name


def tally(session: SessionFacts) -> list[str]:
    """Who is coming, who is not, who has not said: a line each."""
    parts = [f"Coming: {names(session.coming)}"]
    if session.not_coming:
        parts.append(f"Can't make it: {names(session.not_coming)}")
    if session.unanswered:
        parts.append(f"Not answered yet: {names(session.unanswered)}")
    return parts


def answer_buttons(
    session: SessionFacts,
    *,
    more: bool = False,
    answered: Coming = Coming.UNKNOWN,
    swap: bool = False,
    prepare: bool = False,
) -> ActionsBlock:
    session_id = session.id
    yes = inputs.button(
        "I'll be there", Action.ATTEND, session_id, style=None if answered is Coming.YES else "primary"
    )
    no = inputs.button("Can't make it", Action.DECLINE, session_id)
    if not more:
        others = [prepare_button(session_id)] if prepare else []
        return inputs.buttons(yes, no, *others, *([swap_button(session_id)] if swap else []))
    join = inputs.button("How to join", Action.HOW_TO_JOIN, session_id)
    return ActionsBlock(elements=[yes, no, join, more_menu(session)])


def swap_button(session_id: int) -> ButtonElement:
    """For whoever has a role: one press asks the circle."""
    return inputs.button("Swap a role", Action.SWAP_ROLE, session_id)


def more_menu(session: SessionFacts) -> OverflowMenuElement:
    entries = [one for one in MORE if one[0] is not MenuItem.SKIP or session.rhythm_date]
    options = [Option(value=f"{word}:{session.id}", text=option_text(shown)) for word, shown in entries]
    return OverflowMenuElement(action_id=Action.MORE.value, options=options)


def _message(
    session: SessionFacts, person: PersonFacts, calendar: Sequence[tuple[str, str]], text: str
) -> Said:
    if session.state is not SessionState.SCHEDULED:
        return _over(session, f"{escape(session.circle_name)}: ")
    where = where_lines(session)
    facts = [f"{minutes(session.length)}, {mode(session.mode)}", *where, roles_line(session), *tally(session)]
    blocks: list[Block] = [section(f"*{text}*"), *sections(facts)]
    if session.message:
        blocks.append(quoted(session.message))
    blocks += [
        section(_my_answer(session, person)),
        answer_buttons(
            session,
            answered=session.answer_of(person.id),
            swap=_swaps(session, person),
            prepare=_prepares(session, person),
        ),
    ]
    links = [inputs.link(shown, url, number) for number, (shown, url) in enumerate(calendar, start=1)]
    blocks.append(
        ActionsBlock(elements=[*links, inputs.button("Calendar file", Action.CALENDAR_FILE, session.id)])
    )
    return Said(on_top([text, *where]), blocks)


def _swaps(session: SessionFacts, person: PersonFacts) -> bool:
    """Whether somebody is offered to swap their role: they can't make it, and nobody is looked for yet."""
    role = session.role_of(person.id)
    return role not in (None, *session.sought) and session.answer_of(person.id) is Coming.NO


def _prepares(session: SessionFacts, person: PersonFacts) -> bool:
    return session.prepares(person.id) and session.answer_of(person.id) is not Coming.NO


def _my_answer(session: SessionFacts, person: PersonFacts) -> str:
    role = {Role.PRESENTER: "You present. ", Role.NOTE_TAKER: "You take notes. ", None: ""}[
        session.role_of(person.id)
    ]
    if role and session.kind is CircleKind.PAIR:
        role = "You are coached first. "
    if session.role_of(person.id) in session.sought:
        role = f"{LOOKING} "
    if person.id in session.away:
        return f"{role}You are away that day, so I count you as not coming. “I'll be there” changes it."
    said = {
        Coming.YES: "You said you'll be there.",
        Coming.NO: "You said you can't make it.",
        Coming.UNKNOWN: "Can you come?",
    }[session.answer_of(person.id)]
    return role + said


def _over(session: SessionFacts, opening: str) -> Said:
    """An older message turned into one sentence, without buttons."""
    ended = OVER.get(session.state, "is over")
    text = f"{opening}the session on {when(session.starts_at, session.zone)} {ended}."
    return Said(text.replace("*", ""), [section(text)])


def over(session: SessionFacts) -> Said:
    """A direct message about a session that is behind us."""
    return _over(session, f"{escape(session.circle_name)}: ")


def calendar_text(session: SessionFacts) -> str:
    off = session.state in CALLED_OFF
    lead = "Called off, so take it out of your calendar" if off else "For your calendar"
    return f"{lead}: {escape(session.circle_name)} on {when(session.starts_at, session.zone)}."


def replaced(session: SessionFacts) -> Said:
    """An older direct message about a session that has another time or length now."""
    text = (
        f"{escape(session.circle_name)} has changed: {when(session.starts_at, session.zone)}, "
        f"{minutes(session.length)}. The newer message has the buttons."
    )
    return Said(text, [section(text)])

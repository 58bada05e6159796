"""The end of a session: did you meet, how it really was, what comes next."""

import json

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs, notices, rhythm
from bot.views.circles import MODES
from bot.views.inputs import entry
from bot.views.text import escape, mode, names, plain, section, small, when
from coaching.rules.closing_facts import NextFacts, RecordFacts
from coaching.rules.facts import PersonFacts, SessionFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, Role, SessionState


def did_you_meet(record: RecordFacts) -> Said:
    """The question to the convener; once it is answered, what is recorded and how to correct it."""
    session = record.session
    name, at = escape(session.circle_name), when(session.starts_at, session.zone)
    if record.state is SessionState.SCHEDULED:
        text = f"Did {name} meet on {at}?"
        return Said(
            text,
            [section(text), inputs.buttons(_met("We met", session.id, first=True), _not_met(session.id))],
        )
    if record.state not in (SessionState.HELD, SessionState.MISSED):
        text = f"{name} on {at} was called off, so there is nothing to record."
        return Said(text, [section(text)])
    text = _recorded(record, name, at)
    buttons = _corrections(record)
    return Said(text, [section(text), *([inputs.buttons(*buttons)] if buttons else [])])


def _recorded(record: RecordFacts, name: str, at: str) -> str:
    said = "Nobody said what happened, so I take it that" if record.session.assumed else "Recorded:"
    if record.state is SessionState.MISSED:
        return f"{said} {name} did not meet on {at}. Nobody loses a turn."
    there = names([one for one in record.people if one.id in record.attended], nobody="nobody")
    return f"{said} {name} met on {at}, {mode(record.mode)}. There: {there}."


def _corrections(record: RecordFacts) -> list[ButtonElement]:
    session = record.session
    if not record.correctable:
        return []
    if record.state is SessionState.HELD:
        return [_met("Correct this", session.id), _not_met(session.id)]
    return [another_time(session.circle_id), _met("We met after all", session.id)]


def another_time(circle_id: int) -> ButtonElement:
    return inputs.button("Another time", Action.SCHEDULE, circle_id, style="primary")


def _met(words: str, session_id: int, *, first: bool = False) -> ButtonElement:
    return inputs.button(words, Action.RECORD_MET, session_id, style="primary" if first else None)


def _not_met(session_id: int) -> ButtonElement:
    return inputs.button("We did not meet", Action.RECORD_NOT_MET, session_id)


def met_form(record: RecordFacts) -> View:
    """How it really was, filled in with what was planned. The same form corrects it."""
    session = record.session
    return View(
        type="modal",
        callback_id=Form.RECORD_MET.value,
        private_metadata=json.dumps({"session": session.id}),
        title=plain("We met"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[
            section(f"*{escape(session.circle_name)}*, {when(session.starts_at, session.zone)}"),
            entry(
                Field.MODE,
                "How did you meet?",
                inputs.radio(MODES, record.mode.value),
                hint="In person means in one room; somebody who joined by video changes nothing.",
            ),
            entry(
                Field.ATTENDED,
                "Who was there?",
                inputs.many_of(_choices(record.people), [str(one) for one in record.attended]),
            ),
            *_roles(record),
            small("Whoever really did it gets the turn. It can be corrected for 90 days."),
        ],
    )


def _roles(record: RecordFacts) -> list[Block]:
    choices = _choices(record.people)
    presenter, note_taker = _there(record, record.presenter), _there(record, record.note_taker)
    if record.session.kind is CircleKind.PAIR:
        return [
            entry(Field.PRESENTER, "Who was coached first?", inputs.one_of(choices, presenter), optional=True)
        ]
    return [
        entry(Field.PRESENTER, "Who presented?", inputs.one_of(choices, presenter), optional=True),
        entry(Field.NOTE_TAKER, "Who took notes?", inputs.one_of(choices, note_taker), optional=True),
    ]


def _there(record: RecordFacts, person: int | None) -> str | None:
    """Whoever is not there has not done it either."""
    return str(person) if person in record.attended else None


def _choices(people: tuple[PersonFacts, ...]) -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in people]


def not_met(session: SessionFacts) -> View:
    """Asked once, because it deletes answers."""
    words = (
        f"Record that *{escape(session.circle_name)}* did not meet on {when(session.starts_at, session.zone)}? "
        "Nobody loses a turn. The closing evaluation ends, and answers that were given are deleted unread."
    )
    return View(
        type="modal",
        callback_id=Form.RECORD_NOT_MET.value,
        private_metadata=json.dumps({"session": session.id}),
        title=plain("We did not meet"),
        submit=plain("We did not meet"),
        close=plain("Back"),
        blocks=[section(words)],
    )


def not_met_saved(session: SessionFacts) -> View:
    words = "It is recorded, and nobody loses a turn. Would you like to meet at another time instead?"
    return notices.page(
        [section(words), inputs.buttons(another_time(session.circle_id))],
        "We did not meet",
    )


def next_line(coming: NextFacts) -> Said:
    """In the thread: who has which role next time, and when."""
    text = f"Next: {rhythm.turns(coming.kind, coming.presenter, coming.note_taker)}, {_when(coming)}."
    if coming.scheduled is not None:
        text += " It is scheduled."
        return Said(text, [section(text), *_volunteers(coming)])
    if coming.day is None:
        schedule = inputs.button("Schedule a session", Action.SCHEDULE, coming.circle_id, style="primary")
        return Said(text, [section(text), inputs.buttons(schedule)])
    return Said(text, [section(text), *_volunteers(coming), rhythm.answers(coming.circle_id, coming.day)])


def _volunteers(coming: NextFacts) -> list[Block]:
    """Whoever presses first has the role; once somebody has taken it over, nobody is asked any more."""
    if coming.day is None:
        return []
    value = f"{coming.day.isoformat()}:{coming.session_id}"
    pair = coming.kind is CircleKind.PAIR
    first = "I'll go first" if pair else "I'll present"
    offered = [
        (Role.PRESENTER, inputs.button(first, Action.VOLUNTEER_TO_PRESENT, value)),
        (Role.NOTE_TAKER, inputs.button("I'll take notes", Action.VOLUNTEER_FOR_NOTES, value)),
    ]
    buttons = [one for role, one in offered[: 1 if pair else 2] if role not in coming.swapped]
    return [inputs.buttons(*buttons)] if buttons else []


def _when(coming: NextFacts) -> str:
    if coming.starts_at is None:
        return "at a date to be agreed"
    how = f", {mode(coming.mode)}" if coming.mode else ""
    return when(coming.starts_at, coming.zone) + how

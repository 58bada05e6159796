"""Circles: the form, the list, one circle's page, the welcome."""

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    InputBlock,
)
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs
from bot.views.audit import see_audit
from bot.views.fitting import MESSAGE_BLOCKS, fitting, on_top, sections
from bot.views.inputs import entry
from bot.views.log import see_log
from bot.views.programme import what_leadership_sees
from bot.views.text import (
    escape,
    minutes,
    mode,
    names,
    plain,
    section,
    small,
    spoken_day,
    spoken_time,
    when,
)
from bot.views.trends import see_trends
from coaching.rules import recurrence
from coaching.rules.facts import CircleFacts, SessionFacts
from coaching.rules.fields import Field
from coaching.rules.recurrence import Rule
from coaching.rules.terms import CircleKind, CircleState, Mode, Rhythm, WhoMaySchedule

RHYTHMS = (
    (Rhythm.SAME_WEEKDAY.value, "Same weekday each month"),
    (Rhythm.SAME_DATE.value, "Same date each month"),
    (Rhythm.FOUR_WEEKS.value, "Every four weeks"),
    (Rhythm.NONE.value, "No rhythm"),
)
MODES = (
    (Mode.IN_PERSON.value, "In person"),
    (Mode.VIDEO.value, "Video"),
    (Mode.PHONE.value, "Phone"),
)
RULES = (("3", "1 in 3"), ("2", "1 in 2"), ("4", "1 in 4"), ("0", "Off"))
WHO = ((WhoMaySchedule.MEMBERS.value, "Every member"), (WhoMaySchedule.LEADS.value, "The coaching leads"))
POSITIONS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}

ASK_FIRST, LEADS_PRESENT, NEWCOMERS_OBSERVE = "ask_first", "leads_present", "newcomers_observe"
CHOICES = (
    (LEADS_PRESENT, "Coaching leads present cases too"),
    (NEWCOMERS_OBSERVE, "Newcomers observe one session before they take a role"),
    (ASK_FIRST, "Ask first: a date nobody confirms lapses"),
)
REMINDERS = (
    ("prepare_case", "Presenter, 14 days before"),
    ("prepare_case_again", "Presenter, 5 days before"),
    ("listen_for", "Note-taker, the day before"),
    ("tomorrow", "Everybody, the day before"),
    ("starting_soon", "Everybody, just before the start"),
    ("confirm_date", "Convener, 21 days before an open date"),
    ("agree_place", "Convener, 7 days before, if the place is open"),
)
REMINDERS_AFTER = (
    ("evaluation_nudge", "Evaluation, once more the next working day"),
    ("notes_nudge", "Note-taker, the next working day, if there are no notes"),
    ("action_due", "Whoever has an action, two days before it is due"),
    ("nothing_planned", "Convener, when nothing is planned"),
)
"""Apart, because Slack takes ten boxes in a field."""
ALL_REMINDERS = (*REMINDERS, *REMINDERS_AFTER)

MOST_UNRECORDED = 10


def reminder_fields(on: Sequence[str]) -> list[InputBlock]:
    """Which kinds of reminder somebody, or a circle, does with."""
    return [
        entry(Field.REMINDERS, "Reminders", inputs.boxes(REMINDERS, on), optional=True),
        entry(
            Field.REMINDERS_AFTER,
            "Reminders after and between sessions",
            inputs.boxes(REMINDERS_AFTER, on),
            optional=True,
        ),
    ]


def listing(circles: Sequence[tuple[CircleFacts, SessionFacts | None, str]], may_create: bool) -> Said:
    """`/coach circles`: each with its next session and how it stands with meeting in person."""
    if not circles:
        return empty(may_create)
    groups = [[section(_line(*one)), _circle_buttons(one[0].id)] for one in circles]
    blocks, more = fitting(groups, MESSAGE_BLOCKS - 3)
    blocks = [section("*Your circles*"), *blocks]
    if more:
        blocks.append(small(f"And {more} more."))
    if may_create:
        blocks.append(inputs.buttons(inputs.button("New circle", Action.NEW_CIRCLE)))
    return Said(on_top(["Your circles:", *(f"{escape(one.name)}." for one, _, _ in circles)]), blocks)


def empty(may_create: bool) -> Said:
    """An empty hub teaches."""
    words = (
        "You are in no circle yet. A circle is two or more colleagues who meet every month and coach each other: "
        "one brings a case, one takes notes, and next time it is somebody else's turn."
    )
    blocks: list[Block] = [section(words)]
    if may_create:
        blocks.append(inputs.buttons(inputs.button("Make a circle", Action.NEW_CIRCLE, style="primary")))
    return Said(words, blocks)


def _line(circle: CircleFacts, coming: SessionFacts | None, in_person: str) -> str:
    next_one = (
        f"Next: {when(coming.starts_at, coming.zone)}, {mode(coming.mode)}"
        if coming
        else "Nothing planned yet"
    )
    return f"*{escape(circle.name)}* – {names(circle.members)}\n{next_one}\n{escape(in_person)}"


def _circle_buttons(circle_id: int) -> ActionsBlock:
    return inputs.buttons(
        inputs.button("Schedule a session", Action.SCHEDULE, circle_id),
        inputs.button("Open", Action.SHOW_CIRCLE, circle_id),
        inputs.button("Roles", Action.SHOW_ROLES, circle_id),
    )


def page(
    circle: CircleFacts, in_person: Sequence[str], may_edit: bool, unrecorded: Sequence[SessionFacts] = ()
) -> View:
    """One circle: who is in, how it meets, how it stands; and sessions that nobody has recorded yet."""
    leads = names(circle.leads)
    lines = [
        f"*{'A pair' if circle.kind is CircleKind.PAIR else 'Members'}:* {names(circle.members)}",
        *(
            []
            if circle.kind is CircleKind.PAIR
            else [f"*Coaching {'leads' if len(circle.leads) > 1 else 'lead'}:* {leads}"]
        ),
        f"*Rhythm:* {rhythm(circle)}",
        f"*Usually:* {mode(circle.usual_mode)}, {minutes(circle.usual_length)}",
        *_state(circle),
    ]
    blocks: list[Block] = [*sections(lines), *sections(escape(one) for one in in_person)]
    actions = [
        inputs.button("Schedule a session", Action.SCHEDULE, circle.id, style="primary"),
        inputs.button("Find a time", Action.FIND_A_TIME, circle.id),
        inputs.button("Roles", Action.SHOW_ROLES, circle.id),
        inputs.button("We already met", Action.ALREADY_MET, circle.id),
    ]
    trends = [see_trends(circle.id)] if circle.kind is CircleKind.GROUP else []
    looks_back = [see_log(circle.id), *trends, *([see_audit(circle.id)] if may_edit else [])]
    leave_it = inputs.button("Leave this circle", Action.LEAVE_CIRCLE, circle.id)
    closed = circle.state is CircleState.CLOSED
    blocks += [
        *_unrecorded([] if closed else unrecorded[:MOST_UNRECORDED]),
        *([] if closed else [inputs.buttons(*actions)]),
        *(_for_leads(circle) if may_edit and not closed else []),
        inputs.buttons(*looks_back, what_leadership_sees(), leave_it),
    ]
    return View(
        type="modal",
        title=plain("Circle"),
        close=plain("Close"),
        blocks=[section(f"*{escape(circle.name)}*"), *blocks],
    )


def _state(circle: CircleFacts) -> list[str]:
    if circle.state is CircleState.CLOSED:
        return ["*Closed.* Its log stays readable."]
    if circle.state is not CircleState.PAUSED:
        return []
    until = circle.paused_until
    return [
        f"*Paused* until {spoken_day(until)}"
        if until
        else "*Paused* until somebody joins: one member is left"
    ]


def _unrecorded(sessions: Sequence[SessionFacts]) -> list[Block]:
    """Any member may say what happened."""
    blocks: list[Block] = []
    for one in sessions:
        blocks += [
            section(f"Did you meet on {when(one.starts_at, one.zone)}?"),
            inputs.buttons(
                inputs.button("We met", Action.RECORD_MET, one.id),
                inputs.button("We did not meet", Action.RECORD_NOT_MET, one.id),
            ),
        ]
    return blocks


def _for_leads(circle: CircleFacts) -> list[Block]:
    """What the coaching leads look after."""
    resting = circle.paused_until is not None
    alone = len(circle.members) < 2
    group = circle.kind is CircleKind.GROUP
    offered = [
        (True, "Edit circle", Action.EDIT_CIRCLE),
        (group and len(circle.members) == 2, "Go on as a pair", Action.GO_ON_AS_PAIR),
        (resting, "Go on now", Action.GO_ON),
        (not resting and not alone, "Pause", Action.PAUSE_CIRCLE),
        (group and not alone, "Hand over", Action.HAND_OVER),
        (True, "Close this circle", Action.CLOSE_CIRCLE),
    ]
    return [inputs.buttons(*(inputs.button(words, action, circle.id) for on, words, action in offered if on))]


def rhythm(circle: CircleFacts) -> str:
    """ "Second Tuesday of each month at 10:00 (New York), from Tuesday, 12 January 2027 on"."""
    if circle.rhythm is Rhythm.NONE:
        return "No rhythm: somebody schedules each session"
    phrase = recurrence.phrase(Rule(circle.rhythm, circle.starts_on, circle.weekday_position))
    at, day = spoken_time(circle.usual_time, circle.zone), spoken_day(circle.starts_on)
    return f"{phrase[0].upper()}{phrase[1:]} at {at}, from {day} on"


def welcome(circle: CircleFacts, norms: Sequence[tuple[str, str]], person_id: int) -> Said:
    """The one message that somebody new to a circle gets."""
    others = names(one for one in circle.members if one.id != person_id)
    text = f"Welcome to {escape(circle.name)}. You coach each other as peers. With you in it: {others}."
    what = (
        "*What to expect from me.* A message when a session is made, moved or cancelled; a link or place just before "
        "it; a short evaluation at its end. Everything else comes at most once a day, in your working hours. "
        "/coach settings changes that."
    )
    blocks: list[Block] = [
        section(text),
        section(f"*When.* {rhythm(circle)}."),
        section(
            "*How you work together.*\n"
            + "\n".join(f"• *{escape(name)}*: {escape(words)}" for name, words in norms)
        ),
        section(what),
        inputs.buttons(inputs.button("Leave this circle", Action.LEAVE_CIRCLE, circle.id)),
    ]
    return Said(text, blocks)


def farewell(circle_name: str) -> Said:
    text = (
        f"You are no longer in {escape(circle_name)}. You will hear nothing more about it from me. "
        "Your own hours stay in your log."
    )
    return Said(text, [section(text)])


def left_in_charge(circle: CircleFacts) -> Said:
    """To the one to whom a circle falls: no lead was left, or nobody else at all."""
    name = escape(circle.name)
    if len(circle.members) == 1:
        text = f"You are the only one left in {name}, so it is paused. It goes on once you add somebody."
        label, action = "Edit circle", Action.EDIT_CIRCLE
    else:
        text = f"{name} had no coaching lead left, so you are it now: you have been in it longest."
        label, action = "Hand over", Action.HAND_OVER
    return Said(text, [section(text), inputs.buttons(inputs.button(label, action, circle.id))])


def leave(circle: CircleFacts, person_id: int) -> View:
    words = (
        f"You are about to leave *{escape(circle.name)}*. Roles you have in coming sessions go to the next in line, "
        "and you will hear nothing more about it from me. The others can add you again, if you say yes to it then."
    )
    only_lead = [one.id for one in circle.leads] == [person_id] and len(circle.members) > 1
    heir = small("You are its only coaching lead: the full member longest in it becomes lead in your place.")
    return View(
        type="modal",
        callback_id=Form.LEAVE.value,
        private_metadata=json.dumps({"circle": circle.id}),
        title=plain("Leave this circle"),
        submit=plain("Leave"),
        close=plain("Stay"),
        blocks=[section(words), *([heir] if only_lead else []), small("Nobody is told why.")],
    )

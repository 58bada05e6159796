"""Polls: the form, the card, one's own ticks, the choice, and the direct messages about them."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    CheckboxesElement,
    ConfirmObject,
    DividerBlock,
    InputBlock,
    Option,
    RadioButtonsElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.ids import INPUT, Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs
from bot.views.fitting import sections
from bot.views.inputs import entry
from bot.views.text import escape, names, option_text, plain, section, small, spoken_day, when
from coaching.rules.facts import PollWaiting
from coaching.rules.fields import Field
from coaching.rules.poll_facts import PollFacts, PollForm, SlotFacts
from coaching.rules.polling import FEWEST, MOST, Misses
from coaching.rules.terms import PollState
from coaching.rules.zones import place_of

ENDED = (PollState.DECIDED, PollState.DROPPED)
NONE = "none"
"""The tick that says: I can make none of these."""
OUTSIDE = {
    Misses.EARLY: "before 8:00 for {}",
    Misses.LATE: "after 18:00 for {}",
    Misses.DAY_OFF: "no working day for {}",
}
LETTERS, FEW_LETTERS = 600, 250
"""Of names beside a time, and of those whose hours it misses: five times of a circle of 30 fill a message."""


def form(shown: PollForm, viewer: int) -> View:
    """ "Find a time": up to five slots in the circle's zone. One that is running already is shown instead."""
    title = plain("Find a time" if shown.session_id is None else "Find another time")
    head = _circle(shown)
    if shown.running is not None:
        already = "This circle is looking for a time already. One poll at a time is easier to answer."
        return View(
            type="modal",
            title=title,
            close=plain("Close"),
            blocks=[
                *head,
                section(already),
                *_card_blocks(shown.running),
                *_end_early(shown.running, viewer),
            ],
        )
    metadata = {"circle": shown.circle.id, "session": shown.session_id}
    return View(
        type="modal",
        callback_id=Form.POLL.value,
        private_metadata=json.dumps(metadata),
        title=title,
        submit=plain("Ask the circle"),
        close=plain("Cancel"),
        blocks=[*head, *_fields(shown)],
    )


def _circle(shown: PollForm) -> list[Block]:
    """A menu where there is a choice. Choosing draws the form anew, so it answers at once."""
    if len(shown.choices) < 2:
        now = f"\nNow: {when(shown.moving, shown.circle.zone)}" if shown.moving else ""
        return [section(f"*{escape(shown.circle.name)}*{now}")]
    options = [Option(value=str(one), text=option_text(name)) for one, name in shown.choices]
    chosen = next(one for one in options if one.value == str(shown.circle.id))
    menu = StaticSelectElement(
        action_id=Action.CHOOSE_POLL_CIRCLE.value, options=options, initial_option=chosen
    )
    return [SectionBlock(block_id=Field.CIRCLE.value, text=plain("Circle"), accessory=menu)]


def _fields(shown: PollForm) -> list[Block]:
    fresh = str(shown.circle.id)
    stays = "The session stays as it is until a time is chosen. " if shown.session_id is not None else ""
    words = (
        f"{stays}Give two to five times, in the circle's time zone: {place_of(shown.circle.zone)}. The circle has "
        "three working days to answer. I take it that you can make all of these times; “Pick times” on the card "
        "changes that."
    )
    blocks: list[Block] = [small(words)]
    for number, (day, at) in enumerate(shown.draft.slots[:MOST], start=1):
        needed = number <= FEWEST
        blocks += [
            entry(
                Field(f"slot_{number}"), f"Date {number}", inputs.day(day), optional=not needed, fresh=fresh
            ),
            entry(
                Field(f"time_{number}"),
                f"Time {number}",
                inputs.clock(shown.circle.zone, at),
                optional=not needed,
                fresh=fresh,
            ),
        ]
    length = inputs.number(shown.draft.length, 15, 240)
    return [*blocks, entry(Field.LENGTH, "Length in minutes", length, fresh=fresh)]


def card(poll: PollFacts) -> Said:
    """What stands in the circle's conversation: the times, and who can make which."""
    over = poll.state in ENDED
    times = "; ".join(when(one.starts_at, poll.zone) for one in poll.slots)
    text = _in_one_sentence(poll)
    return Said(text if over else f"{text} {times}.", _card_blocks(poll))


def card_elsewhere() -> Said:
    """What a card becomes where the circle is no more: readers who have left it learn nothing by it."""
    text = "The card of this poll stands in the circle's present conversation now."
    return Said(text, [section(text)])


def _card_blocks(poll: PollFacts) -> list[Block]:
    sentence = section(_in_one_sentence(poll, bold=True))
    if poll.state in ENDED:
        return [sentence]
    return [sentence, *_answers(poll), _standing(poll), _button(poll)]


def _in_one_sentence(poll: PollFacts, *, bold: bool = False) -> str:
    name = f"*{escape(poll.circle_name)}*" if bold else escape(poll.circle_name)
    if poll.state is PollState.DECIDED and poll.chosen is not None:
        return f"{name} has found a time: {when(poll.chosen, poll.zone)}."
    if poll.state is PollState.DROPPED:
        return f"{name}: this poll was closed without a time."
    if poll.moving is None:
        return f"{name} is looking for a time. When can you meet?"
    return (
        f"{name} is looking for another time for the session on {when(poll.moving, poll.zone)}, "
        "which stays as it is until then. When can you meet?"
    )


def _answers(poll: PollFacts) -> list[SectionBlock]:
    """Each time with those who can make it, and then those who stand beside none."""
    return [*sections(_slot(poll, one) for one in poll.slots), *sections(_others(poll))]


def _slot(poll: PollFacts, slot: SlotFacts) -> str:
    """A time, who can make it, and whose working hours it lies outside of."""
    outside = _outside(slot, FEW_LETTERS)
    remark = f" – _{outside}_" if outside else ""
    return f"• *{when(slot.starts_at, poll.zone)}*: {names(slot.can, letters=LETTERS)}{remark}"


def _outside(slot: SlotFacts, letters: int) -> str:
    told = [(OUTSIDE[why], slot.misses[why]) for why in OUTSIDE if slot.misses.get(why)]
    return "; ".join(words.format(names(who, letters=letters)) for words, who in told)


def _others(poll: PollFacts) -> list[str]:
    none = [f"None of these: {names(poll.none_fits, letters=LETTERS)}"] if poll.none_fits else []
    return [*none, *([f"Not answered yet: {names(poll.missing, letters=LETTERS)}"] if poll.missing else [])]


def _standing(poll: PollFacts) -> Block:
    if poll.state is PollState.OPEN:
        return small(f"Open until all have answered, or {when(poll.closes_at, poll.zone)}.")
    return small(f"Closed. {escape(poll.opened_by.name)} or a coaching lead chooses a time now.")


def _button(poll: PollFacts) -> ActionsBlock:
    return _next_step(poll.id, closed=poll.state is not PollState.OPEN)


def _next_step(poll_id: int, *, closed: bool) -> ActionsBlock:
    words, action = ("Choose a time", Action.CHOOSE_TIME) if closed else ("Pick times", Action.PICK_TIMES)
    return inputs.buttons(inputs.button(words, action, poll_id, style="primary"))


def waiting(poll: PollWaiting) -> str:
    """In the hub: what a poll waits for."""
    name = escape(poll.circle_name)
    return f"*{name}*: which time shall it be?" if poll.closed else f"When can you meet with *{name}*?"


def waiting_button(poll: PollWaiting) -> ActionsBlock:
    return _next_step(poll.id, closed=poll.closed)


def _end_early(poll: PollFacts, viewer: int) -> list[Block]:
    """Who opened it, or leads the circle, may end it without a time."""
    return _close(poll) if viewer in poll.deciders else []


def _close(poll: PollFacts) -> list[Block]:
    asks = ConfirmObject(
        title="Close this poll?",
        text=plain("Nothing is scheduled or moved, and the answers are of no use any more."),
        confirm="Close it",
        deny="Keep it",
    )
    words = "Leave the time as it is" if poll.moving else "Close without a session"
    button = inputs.button(words, Action.DROP_POLL, poll.id, asks=asks)
    return [DividerBlock(), inputs.buttons(button)]


def ticks(poll: PollFacts, viewer: int, zone: str) -> View:
    """One's own answer, in one's own zone."""
    options = [
        Option(
            value=str(slot.id),
            text=option_text(_label(slot.starts_at, zone, poll.zone)),
            description=option_text(f"{remark[0].upper()}{remark[1:]}") if remark else None,
        )
        for slot in poll.slots
        for remark in [_outside(slot, FEW_LETTERS)]
    ]
    none = Option(value=NONE, text=option_text("None of these"))
    mine = {str(one) for one in poll.ticked(viewer)} or ({NONE} if poll.says_none(viewer) else set())
    chosen = [one for one in (*options, none) if one.value in mine]
    boxes = CheckboxesElement(action_id=INPUT, options=[*options, none], initial_options=chosen or None)
    hint = f"All times are in your time zone: {place_of(zone)}. You can change this until the poll closes."
    return View(
        type="modal",
        callback_id=Form.POLL_ANSWER.value,
        private_metadata=json.dumps({"poll": poll.id}),
        title=plain("Pick times"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[
            section(f"*{escape(poll.circle_name)}*"),
            entry(Field.SLOTS, "When can you meet?", boxes, hint=hint),
            *_end_early(poll, viewer),
        ],
    )


def choice(poll: PollFacts, zone: str, *, chosen: int | None = None, ask_reason: bool = False) -> View:
    """The slot that most can make is chosen already."""
    options = [_option(poll, slot, zone) for slot in poll.slots]
    first = next((one for one in options if one.value == str(chosen or poll.best)), None)
    what = (
        "I move the session and tell everybody. Whoever ticked the time is down as coming."
        if poll.moving
        else "I schedule the session with those whose turn it is, in person if that is due, and tell everybody. "
        "Whoever ticked the time is down as coming. “Reschedule” on its card changes the rest."
    )
    radio = RadioButtonsElement(action_id=INPUT, options=options, initial_option=first)
    hint = f"In your time zone: {place_of(zone)}."
    return View(
        type="modal",
        callback_id=Form.POLL_CHOICE.value,
        private_metadata=json.dumps({"poll": poll.id}),
        title=plain("Choose a time"),
        submit=plain("Choose"),
        close=plain("Cancel"),
        blocks=[
            section(f"*{escape(poll.circle_name)}*"),
            *_answers(poll),
            entry(Field.SLOTS, "Which time?", radio, hint=hint),
            *_reason(ask_reason=ask_reason),
            small(what),
            *_close(poll),
        ],
    )


def _option(poll: PollFacts, slot: SlotFacts, zone: str) -> Option:
    count = len(slot.can)
    return Option(
        value=str(slot.id),
        text=option_text(_label(slot.starts_at, zone, poll.zone)),
        description=option_text("Nobody has ticked it" if not count else f"{count} can make it"),
    )


def _reason(*, ask_reason: bool) -> list[InputBlock]:
    if not ask_reason:
        return []
    return [
        entry(
            Field.REMOTE_REASON,
            "Meet remotely anyway?",
            inputs.words(most=500, hint="Why it works better this time"),
            hint="At this date a session in person is due. Say why you meet remotely all the same; the reason "
            "stays with the session.",
        )
    ]


def _label(moment: datetime, zone: str, circle_zone: str) -> str:
    """A time in the reader's zone, and on the circle's clock where that shows another one."""
    here, there = moment.astimezone(ZoneInfo(zone)), moment.astimezone(ZoneInfo(circle_zone))
    label = f"{spoken_day(here.date())} at {here:%H:%M}"
    same = here.utcoffset() == there.utcoffset()
    return label if same else f"{label} ({there:%H:%M} in {place_of(circle_zone)})"


def reminder(poll: PollFacts, person: int) -> Said:
    """To somebody who has not answered, once. Afterwards it says what became of it."""
    if poll.state is not PollState.OPEN:
        return Said(_in_one_sentence(poll), [section(_in_one_sentence(poll, bold=True))])
    if poll.has_answered(person):
        text = (
            f"You have picked your times for {escape(poll.circle_name)}. You can change them until it closes."
        )
        return Said(text, [section(text), _button(poll)])
    text = _in_one_sentence(poll)
    until = f"Your answer is still open. The poll closes on {when(poll.closes_at, poll.zone)}."
    return Said(
        f"{text} {until}", [section(_in_one_sentence(poll, bold=True)), section(until), _button(poll)]
    )


def closed(poll: PollFacts) -> Said:
    """To whoever opened it: the answers are in, or the time is up."""
    if poll.state is not PollState.CLOSED:
        return Said(_in_one_sentence(poll), [section(_in_one_sentence(poll, bold=True))])
    name = escape(poll.circle_name)
    text = f"{_how_it_went(poll, name)} Which time shall it be?"
    return Said(text, [section(text), *_answers(poll), _button(poll)])


def undecided(poll: PollFacts, person: int) -> Said:
    """Once more, to whoever opened it and to the convener."""
    if poll.state is not PollState.CLOSED:
        return Said(_in_one_sentence(poll), [section(_in_one_sentence(poll, bold=True))])
    whose = "your poll" if person == poll.opened_by.id else f"{escape(poll.opened_by.name)}'s poll"
    last = max(one.starts_at for one in poll.slots)
    text = f"{whose[0].upper()}{whose[1:]} in {escape(poll.circle_name)} is over, and no time is chosen yet."
    then = f"Which time shall it be? If nobody chooses, it ends by itself on {when(last, poll.zone)}."
    return Said(f"{text} {then}", [section(f"{text} {then}"), *_answers(poll), _button(poll)])


def lapsed(poll: PollFacts) -> Said:
    """To the convener: what that means, and what can be done."""
    text = f"{escape(poll.circle_name)}: all times of a poll have passed, and none was chosen."
    if poll.moving is not None:
        text += f" The session stays on {when(poll.moving, poll.zone)}."
        return Said(text, [section(text)])
    text += " So nothing was scheduled by it."
    button = inputs.button("Schedule a session", Action.SCHEDULE, poll.circle_id, style="primary")
    return Said(text, [section(text), inputs.buttons(button)])


def _how_it_went(poll: PollFacts, name: str) -> str:
    if not poll.missing:
        return f"Everybody in {name} has answered your poll."
    if not poll.answered:
        return f"The time for your poll in {name} is up, and nobody has answered it."
    return f"The time for your poll in {name} is up: {poll.answered} answered, {len(poll.missing)} did not."

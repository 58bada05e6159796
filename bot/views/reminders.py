"""The one bookkeeping message of a person's day: each thing that is due, with its own buttons."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    Option,
    StaticSelectElement,
)

from bot.ids import Action
from bot.replies import Said
from bot.views import inputs
from bot.views.cases import prepare_button
from bot.views.fitting import MESSAGE_BLOCKS, fitting, on_top, sections
from bot.views.notes import write_button
from bot.views.sessions import answer_buttons, roles_line, swap_button, where_lines
from bot.views.text import escape, mode, plain, section, small, when
from coaching.rules.facts import SessionFacts
from coaching.rules.postponing import PutOff
from coaching.rules.terms import CircleKind, Coming, ReminderKind, Role


@dataclass(frozen=True)
class Part:
    """One thing that is due: a line, and what to press."""

    line: str
    blocks: tuple[Block, ...] = ()


def bookkeeping(parts: Sequence[Part], *, may_wait: bool = True, rest: str | None = None) -> Said:
    """All parts in one message. The text on top says all of them, for notifications and screen readers.

    `may_wait`: some of it can be put off. `rest`: when what stood here besides comes again.
    """
    blocks, more = fitting(
        [
            [*([DividerBlock()] if number else []), *sections(part.line.split("\n")), *part.blocks]
            for number, part in enumerate(parts)
        ],
        MESSAGE_BLOCKS - 4,
    )
    if more:
        blocks.append(section(f"And {more} more: `/coach` shows what waits for you."))
    if rest:
        blocks.append(small(f"I will remind you of the rest on {rest}."))
    blocks.append(ActionsBlock(elements=[*([_later()] if may_wait else []), _turn_off()]))
    blocks.append(small("At most one such message a day. `/coach settings` changes what I remind you of."))
    return Said(on_top([part.line.replace("*", "") for part in parts]), blocks)


def _later() -> StaticSelectElement:
    words = {PutOff.HOUR: "In 1 hour", PutOff.TOMORROW: "Tomorrow at 9:00"}
    return StaticSelectElement(
        action_id=Action.PUT_OFF.value,
        placeholder=plain("Remind me later"),
        options=[Option(value=one.value, text=plain(text)) for one, text in words.items()],
    )


def _turn_off() -> ButtonElement:
    return inputs.button("Turn these off", Action.SETTINGS)


def put_off(at: str) -> Said:
    """What a message reads once all of it comes again later."""
    text = f"I will remind you of this again on {at}."
    return Said(text, [section(text)])


def nothing_left() -> Said:
    """What a message reads once everything in it is settled."""
    text = "Everything that stood here is settled."
    return Said(text, [section(text)])


def part_of(kind: ReminderKind, session: SessionFacts, person: int) -> Part:
    """What a reminder before or after a session says."""
    name, at = f"*{escape(session.circle_name)}*", when(session.starts_at, session.zone)
    match kind:
        case ReminderKind.PREPARE_CASE:
            return _prepare(
                session, f"{name}: {_turn(session)} on {at}. Which situation would you like to bring?"
            )
        case ReminderKind.PREPARE_CASE_AGAIN:
            return _prepare(
                session,
                f"{name} is coming up on {at}, and {_turn(session, soon=True)}. A few notes on it are enough.",
                *([swap_button(session.id)] if session.role_of(person) else []),
            )
        case ReminderKind.LISTEN_FOR:
            return Part(
                f"{name}: you take notes on {at}. Listen for what was discussed, ideas for practice, "
                "what the group wants to learn, and who does what by when.",
                (inputs.buttons(write_button(session.id)),),
            )
        case ReminderKind.AGREE_PLACE:
            add = inputs.button("Add the place", Action.AGREE_PLACE, session.id, style="primary")
            return Part(
                f"{name} meets in person on {at}. Where is still to be agreed.", (inputs.buttons(add),)
            )
        case ReminderKind.NOTHING_PLANNED | ReminderKind.STILL_NOTHING_PLANNED:
            plan = inputs.button("Schedule a session", Action.SCHEDULE, session.circle_id, style="primary")
            last = f"{name}: nothing is planned yet; the last session was on {at}. Shall you meet again?"
            return Part(last, (inputs.buttons(plan),))
        case ReminderKind.NOTES_NUDGE:
            write = inputs.buttons(write_button(session.id, first=True))
            return Part(f"{name}: the notes of {at} are still open. A few lines are enough.", (write,))
        case _:
            return _tomorrow(session, person, name, at)


def _turn(session: SessionFacts, *, soon: bool = False) -> str:
    if session.kind is CircleKind.PAIR:
        return "each of you brings something"
    return "it is your case this time" if soon else "it is your turn to present"


def _prepare(session: SessionFacts, line: str, *more: ButtonElement) -> Part:
    return Part(line, (inputs.buttons(prepare_button(session.id, first=True), *more),))


def _tomorrow(session: SessionFacts, person: int, name: str, at: str) -> Part:
    answer = session.answer_of(person)
    asks = "" if answer is Coming.YES else " Can you come?"
    mine = {Role.PRESENTER: " You present.", Role.NOTE_TAKER: " You take notes.", None: ""}[
        session.role_of(person)
    ]
    if mine and session.kind is CircleKind.PAIR:
        mine = " You are coached first."
    details = [
        f"{name} meets on {at}, {mode(session.mode)}.{mine}{asks}",
        *where_lines(session),
        roles_line(session),
    ]
    buttons = () if answer is Coming.YES else (answer_buttons(session),)
    return Part("\n".join(details), buttons)

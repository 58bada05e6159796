"""Roles that look for somebody: the form, the question to the circle, to one person, to the convener."""

import json

from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs, notices
from bot.views.inputs import entry
from bot.views.sessions import swap_button
from bot.views.text import escape, plain, section, small, when
from coaching.rules.facts import PersonFacts, SessionFacts, SwapWaiting
from coaching.rules.fields import Field
from coaching.rules.swap_facts import SwapFacts, SwapForm
from coaching.rules.terms import CircleKind, Role, SwapState

NAMES = {Role.PRESENTER: "Presenter", Role.NOTE_TAKER: "Note-taker"}


def form(shown: SwapForm) -> View:
    """ "Swap a role": which one."""
    choices = [(role.value, _choice(shown.session, role, holder)) for role, holder in shown.roles]
    return View(
        type="modal",
        callback_id=Form.SWAP.value,
        private_metadata=json.dumps({"session": shown.session.id}),
        title=plain("Swap a role"),
        submit=plain("Ask the circle"),
        close=plain("Cancel"),
        blocks=[
            section(f"*{escape(shown.session.circle_name)}*, {_when(shown.session)}"),
            entry(Field.ROLE, "Which role?", inputs.radio(choices, choices[0][0])),
            small(
                "Whoever takes it first has it, and the two change places in the line. After a day I ask the next "
                "in line by direct message, and so on; two days before the session its convener chooses."
            ),
        ],
    )


def _choice(session: SessionFacts, role: Role, holder: PersonFacts | None) -> str:
    name = "First to be coached" if session.kind is CircleKind.PAIR else NAMES[role]
    return f"{name}: {holder.name if holder else 'nobody yet'}"


def offer_now(session: SessionFacts) -> Said:
    """To somebody who has a role and has just said that they can't make it."""
    text = "I have noted that you can't make it. Shall I ask the circle who takes your role?"
    return Said(text, [section(text), inputs.buttons(swap_button(session.id))])


def offer_on_top(session: SessionFacts) -> View:
    """The same where there is no message to answer to, on the Home tab."""
    return notices.page(list(offer_now(session).blocks), "Swap a role")


def asked_now() -> Said:
    text = "I have asked the circle. You will hear from me once somebody takes it; “I'll be there” ends the search."
    return Said(text, [section(text)])


def circle_ask(swap: SwapFacts) -> Said:
    """In the thread of the card. A swap ask is one of the few messages that mention people."""
    if swap.state is not SwapState.OPEN:
        return settled(swap)
    could = " ".join(f"<@{one.slack_id}>" for one in swap.could_take)
    text = f"{_why(swap)} Who {_would(swap)} on {_when(swap.session)}? {could}".strip()
    button = inputs.button(_i_will(swap), Action.TAKE_ROLE, swap.id, style="primary")
    return Said(
        text, [section(text), inputs.buttons(button), small("Whoever presses first has it. Thank you.")]
    )


def circle_ask_elsewhere() -> Said:
    text = "This question stands in the circle's present conversation now."
    return Said(text, [section(text)])


def _why(swap: SwapFacts) -> str:
    if swap.holder is None:
        return "A role is open."
    name = escape(swap.holder.name)
    return f"{name} can't make it." if swap.holder_out else f"{name} would like to swap."


def offer(swap: SwapFacts, *, asked: bool) -> Said:
    """To the one who is next in line, or whom the convener has named, while they are the one asked."""
    if swap.state is not SwapState.OPEN:
        return settled(swap)
    if swap.asked is None or not asked:
        return _not_asked_now(swap)
    until = when(swap.asked_until or swap.session.starts_at, swap.asked.zone)
    text = (
        f"{_why(swap)} Could you {_do(swap)} in {_name(swap)} on {_when(swap.session)}? "
        f"If I hear nothing by {until}, I ask somebody else."
    )
    return Said(text, [section(text), offer_buttons(swap.id)])


def offer_buttons(swap_id: int) -> ActionsBlock:
    return inputs.buttons(
        inputs.button("Take it", Action.TAKE_ROLE, swap_id, style="primary"),
        inputs.button("No, thanks", Action.NO_THANKS, swap_id),
    )


def waiting(one: SwapWaiting) -> str:
    """The same in the hub, in a line."""
    do = _do_in(one.session, one.role)
    return f"Could you {do} in *{escape(one.session.circle_name)}* on {_when(one.session)}?"


def _not_asked_now(swap: SwapFacts) -> Said:
    text = (
        f"{_name(swap)} on {_when(swap.session)}: somebody else is asked by now. That is fine: "
        "you keep your place in the line."
    )
    return Said(text, [section(text)])


def convener(swap: SwapFacts, *, newest: bool = True) -> Said:
    """Nobody has taken it: the convener names somebody, or a group meets for open time only."""
    if swap.state is not SwapState.OPEN:
        return settled(swap)
    if not newest:
        text = f"{_name(swap)} on {_when(swap.session)}: this is settled, or asked again in a newer message."
        return Said(text, [section(text)])
    text = f"{_name(swap)} on {_when(swap.session)}: nobody {_does(swap)} yet. {_why(swap)} What shall it be?"
    blocks: list[Block] = [section(text)]
    if swap.asked is not None:
        blocks.append(section(f"I have asked {escape(swap.asked.name)} and wait for the answer."))
    buttons = []
    if swap.nameable:
        buttons.append(inputs.button("Ask somebody", Action.NAME_TAKER, swap.id, style="primary"))
    if swap.role is Role.PRESENTER and swap.session.kind is CircleKind.GROUP:
        buttons.append(inputs.button("Open time only", Action.OPEN_TIME_ONLY, swap.id))
    return Said(text, [*blocks, *([inputs.buttons(*buttons)] if buttons else [])])


def naming(swap: SwapFacts) -> View:
    """Whom to ask, among those who can come and have no role in the session."""
    choices = [(str(one.id), _named(swap, one)) for one in swap.nameable]
    blocks: list[Block] = [
        section(f"*{_name(swap)}*, {_when(swap.session)}: who shall {_do(swap)}?"),
        entry(Field.PERSON, "Ask", inputs.one_of(choices))
        if choices
        else section("Nobody else can come. You can still move the session, or meet all the same."),
    ]
    return View(
        type="modal",
        callback_id=Form.NAME_TAKER.value,
        private_metadata=json.dumps({"swap": swap.id}),
        title=plain("Ask somebody"),
        submit=plain("Ask them") if choices else None,
        close=plain("Cancel"),
        blocks=blocks,
    )


def _named(swap: SwapFacts, person: PersonFacts) -> str:
    return f"{person.name} (was asked before)" if person.id in swap.declined else person.name


def settled(swap: SwapFacts) -> Said:
    """What every message about a search becomes: one sentence, without buttons."""
    at = f"{_name(swap)} on {_when(swap.session)}"
    if swap.state is SwapState.TAKEN and swap.taker is not None:
        text = f"{at}: {escape(swap.taker.name)} has taken this on. Thank you."
    elif swap.session.open_time_only and swap.role is Role.PRESENTER:
        text = f"{at} is for open time only."
    elif swap.has_it is not None:
        text = f"{at}: settled, {escape(swap.has_it.name)} {_does(swap)}."
    else:
        text = f"{at}: nobody is looked for any more."
    return Said(text, [section(text)])


def news(session: SessionFacts, role: Role, taker: PersonFacts | None) -> Said:
    """To whoever had the role."""
    at = f"{escape(session.circle_name)} on {when(session.starts_at, session.zone)}"
    if taker is None:
        text = f"{at} is for open time only, so nobody presents. You keep your place in the line."
    else:
        does = _does_in(session, role)
        text = f"{escape(taker.name)} {does} in {at}. The two of you have changed places in the line."
    return Said(text, [section(text)])


def _name(swap: SwapFacts) -> str:
    return escape(swap.session.circle_name)


def _when(session: SessionFacts) -> str:
    return when(session.starts_at, session.zone)


def _does(swap: SwapFacts) -> str:
    return _does_in(swap.session, swap.role)


def _does_in(session: SessionFacts, role: Role) -> str:
    if session.kind is CircleKind.PAIR:
        return "is coached first"
    return "presents" if role is Role.PRESENTER else "takes notes"


def _would(swap: SwapFacts) -> str:
    return "goes first" if swap.session.kind is CircleKind.PAIR else _does(swap)


def _do(swap: SwapFacts) -> str:
    return _do_in(swap.session, swap.role)


def _do_in(session: SessionFacts, role: Role) -> str:
    if session.kind is CircleKind.PAIR:
        return "be coached first"
    return "present" if role is Role.PRESENTER else "take notes"


def _i_will(swap: SwapFacts) -> str:
    if swap.session.kind is CircleKind.PAIR:
        return "I'll go first"
    return "I'll present" if swap.role is Role.PRESENTER else "I'll take notes"

"""Who is in a circle and who leads it: handing over, coming back, somebody gone."""

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs, notices
from bot.views.fitting import sections
from bot.views.inputs import entry
from bot.views.text import escape, names, plain, section, when
from coaching.rules.facts import CircleFacts, PersonFacts, SessionFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, Role

Handed = tuple[SessionFacts, Role, PersonFacts | None]
"""A session, the role in it that went on, and to whom."""
MOST_NAMED = 12


def hand_over(circle: CircleFacts, heirs: Sequence[PersonFacts]) -> View:
    return View(
        type="modal",
        callback_id=Form.HAND_OVER.value,
        private_metadata=json.dumps({"circle": circle.id}),
        title=plain("Hand over"),
        submit=plain("Hand over"),
        close=plain("Cancel"),
        blocks=[
            section(
                f"Somebody else leads *{escape(circle.name)}* in your place. You stay a member, and they are told."
            ),
            entry(
                Field.PERSON,
                "Coaching lead",
                inputs.one_of([(str(one.id), one.name) for one in heirs]),
                hint="A full member of the circle. Guests lead no circles.",
            ),
        ],
    )


def handed_over(circle: CircleFacts, by: str) -> Said:
    text = (
        f"{escape(by)} has handed {escape(circle.name)} over to you: you are a coaching lead now. You edit the "
        "circle and look after its rhythm."
    )
    buttons = (
        inputs.button("Open", Action.SHOW_CIRCLE, circle.id),
        inputs.button("Hand over", Action.HAND_OVER, circle.id),
    )
    return Said(text, [section(text), inputs.buttons(*buttons)])


def two_left(circle: CircleFacts) -> Said:
    """To the leads of a group of which two are left; a pair reads that it is one."""
    name = escape(circle.name)
    if circle.kind is CircleKind.PAIR:
        text = f"{name} is a pair now: in each session you coach each other in turn."
        return Said(text, [section(text)])
    text = (
        f"Two of you are left in {name}. It stays a group, without evaluations, until you go on as a pair or "
        "somebody joins."
    )
    buttons = (
        inputs.button("Go on as a pair", Action.GO_ON_AS_PAIR, circle.id),
        inputs.button("Edit circle", Action.EDIT_CIRCLE, circle.id),
    )
    return Said(text, [section(text), inputs.buttons(*buttons)])


def invitation(circle_name: str, by: str, invitation_id: int) -> Said:
    """To who was in a circle before, and is wanted in it again."""
    text = (
        f"{escape(by)} would like you to be in {escape(circle_name)} again. You are in it once you press “Join”; "
        "if you would rather not, there is nothing to do."
    )
    button = inputs.button("Join", Action.JOIN, invitation_id, style="primary")
    return Said(text, [section(text), inputs.buttons(button)])


def joined(circle_name: str) -> Said:
    text = f"You are in {escape(circle_name)} again."
    return Said(text, [section(text)])


def invitation_over(circle_name: str) -> Said:
    text = f"The invitation to {escape(circle_name)} is over."
    return Said(text, [section(text)])


def invited(circle_name: str, asked: Sequence[PersonFacts]) -> View:
    """To the editor: who was in the circle before is asked, not added."""
    words = (
        f"Saved. {names(asked)} {'has' if len(asked) == 1 else 'have'} been in *{escape(circle_name)}* before, so "
        f"I have asked whether they want to be in it again. They are in it once they press “Join”."
    )
    return notices.page([section(words)], "Edit circle")


def person_gone(circle: CircleFacts, gone: str, handed: Sequence[Handed], *, led: bool) -> Said:
    """To the convener, once: somebody has left Slack, and this was repaired."""
    text = (
        f"{escape(gone)} is not in Slack any more, so I have taken them out of {escape(circle.name)}. "
        "What they have done stays in the log."
    )
    repaired = [_repaired(*one) for one in handed[:MOST_NAMED]]
    if len(handed) > MOST_NAMED:
        repaired.append(f"And {len(handed) - MOST_NAMED} more: the cards show who has which role.")
    if led:
        repaired.append(
            f"Coaching {'leads' if len(circle.leads) > 1 else 'lead'} now: {names(circle.leads)}."
        )
    if not repaired:
        repaired = ["They had no role in a coming session, so nothing else has changed."]
    blocks: list[Block] = [section(text), *sections([f"• {one}" for one in repaired])]
    return Said(text, [*blocks, inputs.buttons(inputs.button("Open", Action.SHOW_CIRCLE, circle.id))])


def _repaired(session: SessionFacts, role: Role, taker: PersonFacts | None) -> str:
    does = "presents" if role is Role.PRESENTER else "takes notes"
    if session.kind is CircleKind.PAIR:
        does = "is coached first"
    who = escape(taker.name) if taker else "Nobody yet"
    return f"{who} {does} on {when(session.starts_at, session.zone)}."

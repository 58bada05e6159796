"""The form "We already met"."""

import json

from slack_sdk.models.blocks import Block, Option, SectionBlock, StaticSelectElement
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.views import inputs, notices
from bot.views.circles import MODES
from bot.views.inputs import entry
from bot.views.text import escape, option_text, plain, section, small, spoken_day
from coaching.rules.closing_facts import AlreadyMetForm
from coaching.rules.facts import SessionFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind


def form(shown: AlreadyMetForm) -> View:
    """A session of the last 60 days that was never scheduled here."""
    circle, fresh = shown.circle, str(shown.circle.id)
    members = [(str(one.id), one.name) for one in circle.members]
    return View(
        type="modal",
        callback_id=Form.ALREADY_MET.value,
        private_metadata=json.dumps({"circle": circle.id}),
        title=plain("We already met"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[
            *_circle(shown),
            entry(Field.DATE, "When did you meet?", inputs.day(shown.day), hint="In the last 60 days."),
            entry(
                Field.LENGTH,
                "Length in minutes",
                inputs.number(circle.usual_length, 15, 240),
                fresh=fresh,
            ),
            entry(
                Field.MODE,
                "How did you meet?",
                inputs.radio(MODES, circle.usual_mode.value),
                hint="In person means in one room; somebody who joined by video changes nothing.",
                fresh=fresh,
            ),
            entry(
                Field.ATTENDED,
                "Who was there?",
                inputs.many_of(members, [one for one, _ in members]),
                fresh=fresh,
            ),
            *_roles(circle.kind, members, fresh),
            small("It counts like any other session. No evaluation is sent."),
        ],
    )


def _circle(shown: AlreadyMetForm) -> list[Block]:
    if len(shown.choices) < 2:
        return [section(f"*{escape(shown.circle.name)}*")]
    options = [Option(value=str(one), text=option_text(name)) for one, name in shown.choices]
    chosen = next(one for one in options if one.value == str(shown.circle.id))
    return [
        SectionBlock(
            block_id=Field.CIRCLE.value,
            text=plain("Circle"),
            accessory=StaticSelectElement(
                action_id=Action.CHOOSE_CIRCLE_MET.value, options=options, initial_option=chosen
            ),
        )
    ]


def _roles(kind: CircleKind, members: list[tuple[str, str]], fresh: str) -> list[Block]:
    asked = [(Field.PRESENTER, "Who presented?"), (Field.NOTE_TAKER, "Who took notes?")]
    if kind is CircleKind.PAIR:
        asked = [(Field.PRESENTER, "Who was coached first?")]
    return [entry(name, label, inputs.one_of(members), optional=True, fresh=fresh) for name, label in asked]


def saved(session: SessionFacts) -> View:
    words = (
        f"Recorded: *{escape(session.circle_name)}* met on {spoken_day(session.local_date)}. Turns follow it."
    )
    return notices.page([section(words)], "We already met")

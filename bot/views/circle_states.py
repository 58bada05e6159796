"""A circle rests, goes on, or ends: the questions asked before, and what members read after."""

import json
from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs
from bot.views.inputs import entry
from bot.views.text import escape, plain, section, small, spoken_day, when
from coaching.rules.facts import CircleFacts, SessionFacts
from coaching.rules.fields import Field
from coaching.rules.zones import place_of

KEEP, CANCEL = "keep", "cancel"
MOST_NAMED = 12


def pause(circle: CircleFacts, until: date | None = None, kept: Sequence[SessionFacts] = ()) -> View:
    """ "Pause until". With sessions scheduled before that day: what becomes of them, asked once."""
    words = (
        f"Until the day you choose, nothing is planned in *{escape(circle.name)}* and nobody is reminded of "
        "planning. On that day it goes on by itself, in its rhythm. All members are told."
    )
    return View(
        type="modal",
        callback_id=Form.PAUSE.value,
        private_metadata=json.dumps({"circle": circle.id, "revision": circle.revision, "asked": bool(kept)}),
        title=plain("Pause"),
        submit=plain("Pause"),
        close=plain("Leave it running"),
        blocks=[
            section(words),
            entry(
                Field.DATE,
                "Pause until",
                inputs.day(until or circle.paused_until),
                hint=f"On this day the circle goes on ({place_of(circle.zone)}).",
            ),
            *_kept(kept),
        ],
    )


def _kept(kept: Sequence[SessionFacts]) -> list[Block]:
    if not kept:
        return []
    listed = [f"• {when(one.starts_at, one.zone)}" for one in kept[:MOST_NAMED]]
    more = [f"• and {len(kept) - MOST_NAMED} more"] if len(kept) > MOST_NAMED else []
    choices = ((KEEP, "Keep them: we meet as planned"), (CANCEL, "Cancel them: everybody is told"))
    return [
        section("*Scheduled before that day*\n" + "\n".join([*listed, *more])),
        entry(Field.CHOICE, "What about these sessions?", inputs.radio(choices, KEEP)),
    ]


def close(circle: CircleFacts, coming: int, *, sure: bool = False) -> View:
    """Closing is asked twice, in the same place."""
    name = f"*{escape(circle.name)}*"
    sessions = {0: "", 1: " The session to come is cancelled."}.get(
        coming, f" The {coming} sessions to come are cancelled."
    )
    if sure:
        words = f"Close {name} for good? This cannot be taken back: going on would be a new circle."
    else:
        words = (
            f"When you close {name}, nothing is planned or sent in it any more.{sessions} All members are told "
            "once. The log stays readable to those who are in it now."
        )
    return View(
        type="modal",
        callback_id=Form.CLOSE_CIRCLE.value,
        private_metadata=json.dumps({"circle": circle.id, "revision": circle.revision, "sure": sure}),
        title=plain("Close this circle"),
        submit=plain("Close for good" if sure else "Close this circle"),
        close=plain("Keep it"),
        blocks=[section(words)],
    )


def paused(circle: CircleFacts, until: date, *, leads: bool) -> Said:
    """To each member; leads can let it go on sooner."""
    text = (
        f"{escape(circle.name)} is paused until {spoken_day(until)}. Until then nothing is planned; sessions that "
        "are still scheduled take place."
    )
    sooner = [inputs.buttons(inputs.button("Go on now", Action.GO_ON, circle.id))] if leads else []
    return Said(text, [section(text), *sooner])


def going_on(circle: CircleFacts) -> Said:
    text = (
        f"{escape(circle.name)} goes on. The next date comes with its rhythm, or whenever you schedule one."
    )
    button = inputs.button("Schedule a session", Action.SCHEDULE, circle.id)
    return Said(text, [section(text), inputs.buttons(button)])


def closed(circle_name: str, coming: int) -> Said:
    sessions = {0: "", 1: " The session to come is cancelled."}.get(
        coming, f" The {coming} sessions to come are cancelled."
    )
    text = (
        f"{escape(circle_name)} was closed.{sessions} You will hear nothing more about it from me. "
        "Thank you for what you have done for each other."
    )
    return Said(text, [section(text), small("Its log stays readable to you.")])

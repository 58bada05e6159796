"""What people will do by when: in lists with buttons, and the form for another day."""

import json
from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.replies import Said
from bot.views import inputs
from bot.views.inputs import entry
from bot.views.text import escape, plain, section, shortened, small, spoken_day
from coaching.rules.facts import ActionFacts
from coaching.rules.fields import Field

MOST = 40
"""On a page; the rest are counted."""
PAGE = "actions"

IN_THE_HUB = 120
"""Letters of an action, beside other things that wait."""


def listed(shown: Sequence[ActionFacts]) -> list[Block]:
    """Each with its buttons for whoever may press them."""
    blocks: list[Block] = []
    for one in shown[:MOST]:
        blocks += [section(_line(one)), *([buttons(one)] if one.may_press else [])]
    more = len(shown) - MOST
    return [*blocks, *([small(f"And {more} more, due later.")] if more > 0 else [])]


def _line(one: ActionFacts) -> str:
    left = " (not in the circle any more)" if one.owner_left else ""
    state = "done" if one.done else f"by {spoken_day(one.due_on)}"
    return f"{escape(one.what)}\n{escape(one.owner.name)}{left}, {state}"


def buttons(one: ActionFacts) -> ActionsBlock:
    """ "Still open" also takes back a "Done" that was a slip."""
    done = [] if one.done else [inputs.button("Done", Action.ACTION_DONE, one.id, style="primary")]
    return inputs.buttons(*done, inputs.button("Still open", Action.ACTION_STILL_OPEN, one.id))


def page(circle_id: int, circle_name: str, shown: Sequence[ActionFacts]) -> View:
    """ "Open actions" of a circle."""
    head = section(f"*{escape(circle_name)}*")
    nothing = section("Nothing is open. Everything that was promised is done.")
    return View(
        type="modal",
        title=plain("Open actions"),
        close=plain("Close"),
        private_metadata=json.dumps({"page": PAGE, "circle": circle_id}),
        blocks=[head, *(listed(shown) or [nothing])],
    )


def noted() -> Said:
    return Said("Noted: it is done. Thank you.")


def still_open(one: ActionFacts) -> View:
    """By when it will be done instead."""
    return View(
        type="modal",
        callback_id=Form.STILL_OPEN.value,
        private_metadata=json.dumps({"action": one.id}),
        title=plain("Still open"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[
            section(f"{escape(one.what)}\n{escape(one.owner.name)}"),
            entry(
                Field.DATE,
                "By when",
                inputs.day(one.due_on),
                hint="Two days before, I remind whoever does it, once.",
            ),
        ],
    )


def waiting(one: ActionFacts) -> str:
    """In the hub, a line; the whole of a long one stands in the notes."""
    return f"*{escape(one.circle_name)}*: {escape(shortened(one.what, IN_THE_HUB))}, by {spoken_day(one.due_on)}."


def due(one: ActionFacts) -> str:
    """In the message of a day, a line."""
    name, day = escape(one.circle_name), spoken_day(one.due_on)
    return f"*{name}*: you wanted to do this by {day}: {escape(one.what)}"

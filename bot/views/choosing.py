"""Which of one's circles a command is about."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ButtonElement

from bot.ids import Action
from bot.replies import Said
from bot.views import inputs
from bot.views.text import section, shortened, small

MOST = 40
"""Each has a block of its own, and a message holds 50."""


def which_circle(
    question: str, choices: Sequence[tuple[int, str]], action: Action, *beside: ButtonElement
) -> Said:
    """A button for each circle, by id and name, and what else can be opened instead."""
    buttons = [
        inputs.buttons(inputs.button(shortened(name, 75), action, one)) for one, name in choices[:MOST]
    ]
    rest = len(choices) - MOST
    more = (
        [small(f"You are in {rest} more. Type the command in the channel of the circle.")] if rest > 0 else []
    )
    return Said(
        question, [section(question), *buttons, *more, *([inputs.buttons(*beside)] if beside else [])]
    )

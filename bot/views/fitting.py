"""Room: Slack refuses a block, a message or a text on top that is too long, so longer ones are divided or cut."""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import Block, SectionBlock

from bot.views.text import section

SECTION_LETTERS = 3_000
TOP_LETTERS = 4_000
"""Of the text that notifications and screen readers get."""
MESSAGE_LETTERS = 12_000
"""Of all blocks together. Slack takes a little more."""
MESSAGE_BLOCKS = 50


def sections(lines: Iterable[str]) -> list[SectionBlock]:
    """Lines in as few blocks as take them. A line by itself must fit."""
    packed: list[str] = []
    for line in lines:
        if packed and len(packed[-1]) + 1 + len(line) <= SECTION_LETTERS:
            packed[-1] += f"\n{line}"
        else:
            packed.append(line)
    return [section(one) for one in packed]


def on_top(parts: Sequence[str]) -> str:
    """As many of the parts, first ones first, as a text on top takes; all of them stand in the blocks."""
    text = parts[0]
    for part in parts[1:]:
        if len(text) + 1 + len(part) > TOP_LETTERS:
            return text
        text += f" {part}"
    return text


def fitting(
    groups: Sequence[Sequence[Block]], room: int, most: int = MESSAGE_LETTERS
) -> tuple[list[Block], int]:
    """The blocks of as many groups, whole ones only, as fit; and how many were left out.

    `room` is for blocks, `most` for the letters in them.
    """
    blocks: list[Block] = []
    letters = 0
    for number, group in enumerate(groups):
        letters += sum(_letters(block.to_dict()) for block in group)
        if len(blocks) + len(group) > room or letters > most:
            return blocks, len(groups) - number
        blocks += group
    return blocks, 0


def _letters(thing: object) -> int:
    """How many characters people read in it."""
    if isinstance(thing, list):
        return sum(_letters(one) for one in thing)
    if not isinstance(thing, dict):
        return 0
    own = thing.get("text")
    return len(own) if isinstance(own, str) else sum(_letters(one) for one in thing.values())

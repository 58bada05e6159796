"""Slack's limits for blocks, views and messages."""

from demo.records import Json

MESSAGE_LETTERS = 13_000


def problems_of_blocks(blocks: object) -> list[str]:
    return []


def problems_of_view(view: Json) -> list[str]:
    return []


def problems_of_message(text: object, blocks: object = None) -> list[str]:
    return []


def problems_of_options(reply: Json) -> list[str]:
    return []


def letters_in(blocks: object) -> int:
    return 0


def is_metadata(metadata: object) -> bool:
    return isinstance(metadata, dict)

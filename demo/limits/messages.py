"""Messages, their metadata, and the options that external menus are answered with."""

from collections.abc import Iterator

from demo.limits.checks import listed, problem
from demo.limits.surfaces import Surface, problems_of_blocks
from demo.limits.texts import OPTION_GROUP, PLAIN_OPTION

TEXT = 4_000
"""Longer texts Slack splits when they are posted and refuses when they are edited."""
LETTERS = 13_000
"""What one message holds over all its blocks; measured, less than the sum of their limits."""
SAID = frozenset({"text", "alt_text", "fallback"})


def problems_of_message(text: object, blocks: object = None) -> list[str]:
    """Why Slack would refuse or mangle a message; empty when it takes it as it is."""
    return list(_problems(text, blocks))


def _problems(text: object, blocks: object) -> Iterator[str]:
    if not text and not blocks:
        yield problem("a message needs text or blocks", "/")
    if text is not None and not isinstance(text, str):
        yield problem("must be a string", "/text")
    elif text and len(text) > TEXT:
        yield problem(f"must be {TEXT} characters at most, has {len(text)}", "/text")
    if blocks is not None:
        yield from problems_of_blocks(blocks, Surface.MESSAGE)
        if letters_in(blocks) > LETTERS:
            yield problem(f"blocks must hold {LETTERS} characters at most together", "/blocks")


def letters_in(thing: object) -> int:
    """How many characters stand in blocks, whatever kind of text they are in."""
    if isinstance(thing, list):
        return sum(letters_in(item) for item in thing)
    if not isinstance(thing, dict):
        return 0
    own = sum(len(value) for key, value in thing.items() if key in SAID and isinstance(value, str))
    return own + sum(letters_in(value) for value in thing.values())


def problems_of_options(reply: dict[str, object]) -> list[str]:
    """Why Slack could not show this answer to an external menu. No options at all is a fine answer."""
    options, groups = reply.get("options"), reply.get("option_groups")
    if (options is None) == (groups is None):
        return [problem("needs either options or option_groups", "/")]
    if options is not None:
        return list(listed(PLAIN_OPTION, 100, least=0)(options, "/options"))
    return list(listed(OPTION_GROUP, 100, least=0)(groups, "/option_groups"))


def is_metadata(metadata: object) -> bool:
    """An event_type, and a payload of plain values or flat objects of them."""
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        return False
    payload = metadata["event_payload"]
    named = isinstance(metadata["event_type"], str) and bool(metadata["event_type"])
    return named and isinstance(payload, dict) and all(_flat(value) for value in payload.values())


def _flat(value: object) -> bool:
    inner = value.values() if isinstance(value, dict) else [value]
    return all(isinstance(item, str | int | float | bool) for item in inner)

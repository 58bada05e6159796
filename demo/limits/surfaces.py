"""Blocks, and where which of them may stand."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from demo.blocks import elements_in
from demo.limits.checks import Check, anything, both, by_type, flag, listed, problem, shape, string, url
from demo.limits.elements import ELEMENTS, ID, IN_ACTIONS, IN_INPUT, IN_SECTION, ONLY_IN_MODALS
from demo.limits.rich_text import RICH_TEXT
from demo.limits.texts import TYPE, any_text, plain


class Surface(StrEnum):
    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


MOST_BLOCKS = {Surface.MESSAGE: 50, Surface.MODAL: 100, Surface.HOME: 100}
ONLY_IN_MESSAGES = {"markdown", "table"}


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return shape({"type": TYPE, **required}, {"block_id": string(255), **(optional or {})})


def _says_something(block: object, place: str) -> Iterator[str]:
    if isinstance(block, dict) and not block.get("text") and not block.get("fields"):
        yield problem("a section needs text or fields", place)


def _has_picture(block: object, place: str) -> Iterator[str]:
    if isinstance(block, dict) and (block.get("image_url") is None) == (block.get("slack_file") is None):
        yield problem("an image needs either image_url or slack_file", place)


IN_CONTEXT = by_type(
    {
        "image": both(ELEMENTS["image"], _has_picture),
        "plain_text": any_text(3000),
        "mrkdwn": any_text(3000),
    }
)

BLOCKS: dict[str, Check] = {
    "section": both(
        _block(
            {},
            {
                "text": any_text(3000),
                "fields": listed(any_text(2000), 10),
                "accessory": IN_SECTION,
                "expand": flag,
            },
        ),
        _says_something,
    ),
    "header": _block({"text": plain(150)}),
    "divider": _block({}),
    "context": _block({"elements": listed(IN_CONTEXT, 10)}),
    "actions": _block({"elements": listed(IN_ACTIONS, 25)}),
    "input": _block(
        {"label": plain(2000), "element": IN_INPUT},
        {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "image": both(
        _block(
            {"alt_text": string(2000)},
            {"image_url": url, "slack_file": shape({}, {"id": ID, "url": url}), "title": plain(2000)},
        ),
        _has_picture,
    ),
    "rich_text": RICH_TEXT,
    "markdown": _block({"text": string(12_000)}),
    "table": _block({"rows": listed(listed(anything, 20), 100)}, {"column_settings": anything}),
    "video": _block(
        {
            "alt_text": string(2000),
            "title": plain(200),
            "thumbnail_url": url,
            "video_url": url,
        },
        {
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": url,
            "provider_name": string(100),
            "title_url": url,
        },
    ),
}


def problems_of_blocks(
    blocks: object, surface: Surface = Surface.MESSAGE, place: str = "/blocks"
) -> list[str]:
    """Why Slack would refuse these blocks on this surface; empty when it takes them."""
    allowed = set(BLOCKS) - (set() if surface is Surface.MESSAGE else ONLY_IN_MESSAGES)
    each = by_type(BLOCKS, allowed, f"in a {surface}")
    problems = list(listed(each, MOST_BLOCKS[surface], least=0)(blocks, place))
    known = [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    return [*problems, *_across(known, surface, place)]


def _across(blocks: list[dict[str, Any]], surface: Surface, place: str) -> Iterator[str]:
    """What can only be seen when looking at all blocks together, or at the surface they stand on."""
    yield from _twice([block.get("block_id") for block in blocks], "block_id", place)
    focused = 0
    for index, block in enumerate(blocks):
        elements = [e for e in elements_in(block) if isinstance(e, dict)]
        here = f"{place}/{index}"
        yield from _twice([element.get("action_id") for element in elements], "action_id", here)
        yield from (p for e in elements for p in _misplaced(e, block, surface, here))
        focused += sum(element.get("focus_on_load") is True for element in elements)
    if focused > 1:
        yield problem("focus_on_load is true in more than one element", place)


def _twice(ids: list[object], what: str, place: str) -> Iterator[str]:
    given = [one for one in ids if one is not None]
    for repeated in sorted({str(one) for one in given if given.count(one) > 1}):
        yield problem(f"{what} {repeated!r} is used more than once", place)


def _misplaced(element: dict[str, Any], block: dict[str, Any], surface: Surface, place: str) -> Iterator[str]:
    if surface is not Surface.MODAL and element["type"] in ONLY_IN_MODALS:
        yield problem(f"{element['type']} stands in modals only", place)
    if surface is Surface.MESSAGE and "focus_on_load" in element:
        yield problem("focus_on_load works in modals and Home only", place)
    in_form = surface is Surface.MODAL and block.get("type") == "input"
    if element.get("response_url_enabled") and not in_form:
        yield problem("response_url_enabled works in input blocks of modals only", place)

"""Modals and Home tabs."""

import json
from collections.abc import Iterator
from typing import Any

from demo.limits.checks import Check, anything, flag, one_of, problem, shape, string
from demo.limits.surfaces import Surface, problems_of_blocks
from demo.limits.texts import plain

VIEW_BYTES = 250_000

COMMON: dict[str, Check] = {
    "callback_id": string(255, 0),
    "private_metadata": string(3000, 0),
    "external_id": string(255, 0),
}
REQUIRED = {"type": one_of("modal", "home"), "blocks": anything}
MODAL = shape(
    {**REQUIRED, "title": plain(24)},
    {
        **COMMON,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
HOME = shape(REQUIRED, COMMON)


def problems_of_view(view: object) -> list[str]:
    """Why Slack would refuse this view; empty when it takes it. Sizes are bytes of its JSON."""
    if not isinstance(view, dict):
        return [problem("a view must be an object", "/view")]
    return list(_problems(view))


def _problems(view: dict[str, Any]) -> Iterator[str]:
    is_home = view.get("type") == "home"
    yield from (HOME if is_home else MODAL)(view, "/view")
    yield from problems_of_blocks(
        view.get("blocks"), Surface.HOME if is_home else Surface.MODAL, "/view/blocks"
    )
    yield from _nothing_to_show(view)
    if not is_home and _has_input(view) and not view.get("submit"):
        yield problem("a modal with input blocks needs submit", "/view")
    size = len(json.dumps(view, ensure_ascii=False).encode())
    if size > VIEW_BYTES:
        yield problem(f"a view must be {VIEW_BYTES} bytes at most, has {size}", "/view")


def _nothing_to_show(view: dict[str, Any]) -> Iterator[str]:
    if view.get("blocks") == []:
        yield problem("a view needs at least one block", "/view/blocks")


def _has_input(view: dict[str, Any]) -> bool:
    blocks = view.get("blocks")
    return isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)

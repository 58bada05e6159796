"""Finding one's way in blocks, and the ids that Slack adds to them."""

import copy
import hashlib
import json
from collections.abc import Iterable, Iterator

from demo.records import Json

INTERACTIVE = frozenset(
    {
        "button",
        "overflow",
        "static_select",
        "external_select",
        "users_select",
        "conversations_select",
        "channels_select",
        "multi_static_select",
        "multi_external_select",
        "multi_users_select",
        "multi_conversations_select",
        "multi_channels_select",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "checkboxes",
        "radio_buttons",
        "plain_text_input",
        "number_input",
        "email_text_input",
        "url_text_input",
        "rich_text_input",
        "file_input",
        "workflow_button",
    }
)


def elements_in(block: Json) -> Iterator[Json]:
    """The interactive elements of a block."""
    candidates = [block.get("accessory"), block.get("element"), *_listed(block)]
    return (e for e in candidates if isinstance(e, dict) and str(e.get("type")) in INTERACTIVE)


def _listed(block: Json) -> list[Json]:
    elements = block.get("elements")
    return elements if isinstance(elements, list) and block.get("type") == "actions" else []


def elements_of(blocks: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, interactive element) in order."""
    return ((block, element) for block in blocks for element in elements_in(block))


def find_element(blocks: Iterable[Json], block_id: str, action_id: str) -> Json | None:
    for block, element in elements_of(blocks):
        if block.get("block_id") == block_id and element.get("action_id") == action_id:
            return element
    return None


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy in which every block and element has an id.

    Missing ones are made from place and content, so a block that stays the same keeps its id.
    """
    return [_with_ids(copy.deepcopy(block), place) for place, block in enumerate(blocks)]


def _with_ids(block: Json, place: int) -> Json:
    block.setdefault("block_id", _made_up(block, place))
    for number, element in enumerate(elements_in(block)):
        element.setdefault("action_id", _made_up(element, number))
    return block


def _made_up(thing: Json, place: int) -> str:
    content = json.dumps([place, thing], sort_keys=True).encode()
    return hashlib.blake2s(content, digest_size=4).hexdigest()


def pictures_in(thing: object) -> Iterator[str]:
    """The ids of the files that blocks show as pictures."""
    if isinstance(thing, list):
        for item in thing:
            yield from pictures_in(item)
    elif isinstance(thing, dict):
        picture = thing.get("slack_file")
        if isinstance(picture, dict) and picture.get("id"):
            yield str(picture["id"])
        for value in thing.values():
            yield from pictures_in(value)


def plain(thing: object) -> str:
    """The words of a text object, or nothing."""
    return str(thing.get("text", "")) if isinstance(thing, dict) else ""


def all_options(element: Json) -> list[Json]:
    """The options of a menu, those in groups too."""
    grouped = [option for group in element.get("option_groups") or [] for option in group.get("options", [])]
    return [*(element.get("options") or []), *grouped]

"""`state.values` as Slack builds it: an entry for every input, untouched ones with their initial value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from urllib.parse import urlsplit

from demo.blocks import elements_of, plain
from demo.records import Json

State = dict[str, dict[str, Json]]
"""block_id, then action_id, then the element's value."""


@dataclass(frozen=True)
class Slot:
    """Where an element type keeps its value, and what it was given to begin with."""

    key: str
    initial: str
    empty: object = None


TEXTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
MULTI = "multi_"

SLOTS = {
    **{kind: Slot("value", "initial_value") for kind in TEXTS},
    "static_select": Slot("selected_option", "initial_option"),
    "external_select": Slot("selected_option", "initial_option"),
    "radio_buttons": Slot("selected_option", "initial_option"),
    "users_select": Slot("selected_user", "initial_user"),
    "conversations_select": Slot("selected_conversation", "initial_conversation"),
    "channels_select": Slot("selected_channel", "initial_channel"),
    "datepicker": Slot("selected_date", "initial_date"),
    "timepicker": Slot("selected_time", "initial_time"),
    "datetimepicker": Slot("selected_date_time", "initial_date_time"),
    "rich_text_input": Slot("rich_text_value", "initial_value"),
    "checkboxes": Slot("selected_options", "initial_options", ()),
    "multi_static_select": Slot("selected_options", "initial_options", ()),
    "multi_external_select": Slot("selected_options", "initial_options", ()),
    "multi_users_select": Slot("selected_users", "initial_users", ()),
    "multi_conversations_select": Slot("selected_conversations", "initial_conversations", ()),
    "multi_channels_select": Slot("selected_channels", "initial_channels", ()),
    "file_input": Slot("files", "initial_files", ()),
}


def initial_value(element: Json) -> Json:
    """The entry of an element that nobody has touched."""
    slot = SLOTS[element["type"]]
    value = element.get(slot.initial)
    if value is None:
        value = list(slot.empty) if isinstance(slot.empty, tuple) else slot.empty
    return {"type": element["type"], slot.key: value}


def value_of(element: Json, entry: Json) -> object:
    """What stands in an element; None or an empty list when nothing does."""
    return entry.get(SLOTS[element["type"]].key)


def complete_state(blocks: list[Json], given: State) -> State:
    """An entry for each input of the blocks, from what was typed or else as it began.

    What was typed counts only under the same block and action id and for the same type of element.
    """
    state: State = {}
    for block, element in elements_of(blocks):
        if element["type"] in SLOTS:
            typed = given.get(block["block_id"], {}).get(element["action_id"])
            same = typed is not None and typed.get("type") == element["type"]
            entry = typed if same and typed else initial_value(element)
            state.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return state


def client_errors(blocks: list[Json], state: State) -> dict[str, str]:
    """What Slack's own client finds wrong before it sends a form, by block id."""
    errors = {}
    for block, element in elements_of(blocks):
        if block["type"] == "input":
            entry = state.get(block["block_id"], {}).get(element["action_id"], {})
            problem = _problem(element, value_of(element, entry), bool(block.get("optional")))
            if problem:
                errors[block["block_id"]] = problem
    return errors


def _problem(element: Json, value: object, optional: bool) -> str | None:
    if value in (None, "", [], ()):
        return None if optional else "Please complete this required field."
    if isinstance(value, list):
        return _too_many(element, len(value))
    if isinstance(value, str):
        return _wrong_text(element, value)
    return None


def _too_many(element: Json, count: int) -> str | None:
    most = element.get("max_selected_items")
    return f"Please choose {most} at most." if most and count > most else None


def _wrong_text(element: Json, value: str) -> str | None:
    check = _CHECKS.get(element["type"])
    return check(element, value) if check else None


def _wrong_length(element: Json, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please write at least {least} characters."
    return f"Please write {most} characters at most." if len(value) > most else None


def _wrong_number(element: Json, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return (
            "Please enter a number." if element.get("is_decimal_allowed") else "Please enter a whole number."
        )
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(value) < float(least):
        return f"Please enter {least} or more."
    return f"Please enter {most} or less." if most is not None and float(value) > float(most) else None


def _wrong_url(_: Json, value: str) -> str | None:
    try:
        parts = urlsplit(value)
    except ValueError:
        return "Please enter a valid URL."
    good = parts.scheme in ("http", "https") and parts.netloc and not re.search(r"\s", value)
    return None if good else "Please enter a valid URL."


def _wrong_email(_: Json, value: str) -> str | None:
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "Please enter a valid email address."


def _wrong_date(_: Json, value: str) -> str | None:
    return None if _parses(date.fromisoformat, value) else "Please choose a date."


def _wrong_time(_: Json, value: str) -> str | None:
    return None if _parses(time.fromisoformat, value) else "Please choose a time."


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


_CHECKS = {
    "plain_text_input": _wrong_length,
    "number_input": _wrong_number,
    "url_text_input": _wrong_url,
    "email_text_input": _wrong_email,
    "datepicker": _wrong_date,
    "timepicker": _wrong_time,
}


def label_of(block: Json, element: Json) -> str:
    """What a person calls this field: its label, or the words beside or on it."""
    words = plain(block.get("label")) or plain(element.get("text")) or plain(element.get("placeholder"))
    return words or plain(block.get("text"))

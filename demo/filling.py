"""What a person does to a field or a button, as the page would send it. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from demo.blocks import all_options, elements_of, plain
from demo.records import Json
from demo.state import MULTI, SLOTS, TEXTS, label_of


class NotThere(LookupError):
    """Something was looked for on the page that is not on it; says what is."""


@dataclass(frozen=True)
class Names:
    """What people call things, and their ids."""

    people: Mapping[str, str]
    channels: Mapping[str, str]


Fetch = Callable[[Json, Json, str], list[Json]]
"""The options of an external menu, for block, element and the words typed."""


def find(what: str, wanted: str, there: Mapping[str, str]) -> str:
    """The id for a name; an id stands for itself."""
    if wanted in there.values():
        return wanted
    if wanted not in there:
        raise NotThere(f"no {what} {wanted!r}; there are {sorted(there)}")
    return there[wanted]


def find_field(blocks: list[Json], wanted: str) -> tuple[Json, Json]:
    """The field with this label or block id."""
    fields = [(b, e) for b, e in elements_of(blocks) if e["type"] in SLOTS]
    for block, element in fields:
        if wanted in (label_of(block, element), block["block_id"]):
            return block, element
    known = [f"{label_of(b, e)!r} ({b['block_id']})" for b, e in fields]
    raise NotThere(f"no field {wanted!r}; there are {', '.join(known) or 'none'}")


def filled(block: Json, element: Json, value: object, names: Names, fetch: Fetch) -> Json:
    """The entry in `state.values` after this value was typed or chosen."""
    kind = element["type"]
    return {"type": kind, SLOTS[kind].key: _chosen(block, element, value, names, fetch)}


def _chosen(block: Json, element: Json, value: object, names: Names, fetch: Fetch) -> object:
    kind = element["type"]
    if kind.startswith(MULTI) or kind == "checkboxes":
        single = {**element, "type": kind.removeprefix(MULTI)}
        return [_one(block, single, item, names, fetch) for item in _listed(value)]
    return None if value is None else _one(block, element, value, names, fetch)


def _listed(value: object) -> Sequence[object]:
    if value is None:
        return []
    return [value] if isinstance(value, str) or not isinstance(value, Sequence) else value


def _one(block: Json, element: Json, value: object, names: Names, fetch: Fetch) -> object:
    kind, wanted = element["type"], str(value)
    if kind == "users_select":
        return find("person", wanted, names.people)
    if kind in ("conversations_select", "channels_select"):
        return find("channel", wanted.removeprefix("#"), names.channels)
    if kind == "external_select":
        return find_option(fetch(block, element, wanted), wanted)
    if all_options(element):
        return find_option(all_options(element), wanted)
    return _typed(kind, value)


def _typed(kind: str, value: object) -> object:
    if kind == "datetimepicker":
        return int(value.timestamp()) if isinstance(value, datetime) else value
    if kind == "datepicker" and isinstance(value, date):
        return value.isoformat()
    if kind == "timepicker" and isinstance(value, time):
        return value.strftime("%H:%M")
    if kind == "rich_text_input":
        return rich_text(str(value))
    return str(value) if kind in (*TEXTS, "datepicker", "timepicker") else value


def rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def find_option(options: list[Json], wanted: str) -> Json:
    """The option with this text or value."""
    for option in options:
        if wanted in (plain(option["text"]), option.get("value")):
            return option
    raise NotThere(f"no option {wanted!r}; there are {[plain(option['text']) for option in options]}")


@dataclass(frozen=True)
class Press:
    """Something to press: its words, where it stands, and what pressing it sends."""

    label: str
    block: Json
    element: Json
    sends: Json


def presses(blocks: list[Json]) -> Iterator[Press]:
    """Every button, and every option of every menu, in order."""
    for block, element in elements_of(blocks):
        kind = element["type"]
        if kind == "button":
            yield Press(plain(element["text"]), block, element, {"type": kind, "value": element.get("value")})
        elif kind == "checkboxes":
            for option in all_options(element):
                yield Press(
                    plain(option["text"]), block, element, {"type": kind, "selected_options": [option]}
                )
        else:
            for option in all_options(element):
                yield Press(plain(option["text"]), block, element, {"type": kind, "selected_option": option})


def find_press(blocks: list[Json], wanted: str, nth: int | None) -> Press:
    """The one thing to press with these words (or this action id); with several, the nth from 0."""
    everything = list(presses(blocks))
    found = [p for p in everything if wanted in (p.label, p.element.get("action_id"))]
    if not found:
        raise NotThere(f"nothing to press called {wanted!r}; there are {[p.label for p in everything]}")
    if len(found) > 1 and nth is None:
        raise NotThere(f"{len(found)} things are called {wanted!r}; say which with nth")
    return found[nth or 0]


def words(thing: object) -> str:
    """Every word that stands somewhere in blocks or a view, one text a line."""
    return "\n".join(_texts(thing))


def _texts(thing: object) -> Iterator[str]:
    if isinstance(thing, list):
        for item in thing:
            yield from _texts(item)
    elif isinstance(thing, dict):
        for key, value in thing.items():
            if key in ("text", "alt_text", "title", "submit", "close", "fallback") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)

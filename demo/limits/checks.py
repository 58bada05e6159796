"""Small checks that larger ones are made of. A check looks at a value at a place and says what is wrong."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from urllib.parse import urlsplit

Check = Callable[[object, str], Iterator[str]]


def problem(sentence: str, place: str) -> str:
    return f"{sentence} [json-pointer:{place}]"


def string(most: int, least: int = 1) -> Check:
    def check(value: object, place: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", place)
        elif len(value) > most:
            yield problem(f"must be {most} characters at most, has {len(value)}", place)
        elif len(value) < least:
            yield problem("must not be empty" if least == 1 else f"must have {least} characters", place)

    return check


def matching(pattern: str, what: str) -> Check:
    def check(value: object, place: str) -> Iterator[str]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield problem(f"must be {what}", place)

    return check


def url(value: object, place: str) -> Iterator[str]:
    """A web address of up to 3,000 characters."""
    yield from string(3000)(value, place)
    if isinstance(value, str) and value and not _is_web(value):
        yield problem("must be an http or https URL", place)


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def flag(value: object, place: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield problem("must be true or false", place)


def number(least: int, most: int) -> Check:
    def check(value: object, place: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield problem("must be a number", place)
        elif not least <= value <= most:
            yield problem(f"must be between {least} and {most}", place)

    return check


def one_of(*allowed: str) -> Check:
    def check(value: object, place: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of {', '.join(allowed)}", place)

    return check


def listed(each: Check, most: int, least: int = 1) -> Check:
    def check(value: object, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must be a list", place)
            return
        if not least <= len(value) <= most:
            yield problem(f"must have {least} to {most} items, has {len(value)}", place)
        for index, item in enumerate(value):
            yield from each(item, f"{place}/{index}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object with these fields and no others; None counts as absent."""

    def check(value: object, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", place)
            return
        given = {key: item for key, item in value.items() if item is not None}
        yield from (problem(f"missing required field: {key}", place) for key in required if key not in given)
        for key, item in given.items():
            known = required.get(key) or optional.get(key)
            if known:
                yield from known(item, f"{place}/{key}")
            else:
                yield problem(f"unknown field: {key}", place)

    return check


def anything(value: object, place: str) -> Iterator[str]:  # noqa: ARG001
    """No check at this level."""
    yield from ()


def by_type(
    checks: Mapping[str, Check], allowed: Collection[str] | None = None, where: str = "here"
) -> Check:
    """Chooses the check by the object's `type`; only some types may stand in a place."""

    def check(value: object, place: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in checks:
            yield problem(f"unknown type: {kind}", place)
        elif allowed is not None and kind not in allowed:
            yield problem(f"{kind} cannot stand {where}", place)
        else:
            yield from checks[kind](value, place)

    return check


def both(*checks: Check) -> Check:
    def check(value: object, place: str) -> Iterator[str]:
        for one in checks:
            yield from one(value, place)

    return check

"""The SDK's models of Block Kit, with less to do for each object.

They look through `dir()` of every object, each time, for methods that check it, and walk again through what
their parts have made JSON of already: a quarter of the time of a form with sixty objects.
"""

from functools import cache

from slack_sdk.models import JsonObject

EMPTY_LISTS_STAY = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
"""Types whose `elements` may be empty; elsewhere what is empty is left out."""
SHIPPED = JsonObject.validate_json, JsonObject.get_non_null_attributes
"""How the SDK does it, for comparing."""


def hasten() -> None:
    """For the whole process, and safe to call again. Checks and results stay the same."""
    JsonObject.validate_json = _validate  # type: ignore[method-assign]
    JsonObject.get_non_null_attributes = _as_json  # type: ignore[method-assign]


def _validate(self: JsonObject) -> None:
    for name in _checks(type(self)):
        getattr(self, name)()


@cache
def _checks(kind: type[JsonObject]) -> tuple[str, ...]:
    """Which methods check an object depends on its class alone."""
    names = (name for name in dir(kind) if not name.startswith("__"))
    return tuple(name for name in names if hasattr(getattr(kind, name), "validator"))


def _as_json(self: JsonObject) -> dict[str, object]:
    found = ((key, self.get_object_attribute(key)) for key in sorted(self.attributes))
    return {key: _plain(value) for key, value in found if _stays(self, key, value)}


def _stays(self: JsonObject, key: str, value: object) -> bool:
    if value is None:
        return False
    if key == "elements" and getattr(self, "type", None) in EMPTY_LISTS_STAY:
        return True
    return len(value) > 0 if hasattr(value, "__len__") else True


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    to_dict = getattr(value, "to_dict", None)
    return to_dict() if callable(to_dict) else value

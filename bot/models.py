"""The SDK's models of Block Kit, with less to do for each object.

They look through `dir()` of every object, each time, for methods that check it: a fifth of the time of a form
with sixty objects. Which these are depends on the class alone, so it is found out once for each.
"""

from functools import cache

from slack_sdk.models import JsonObject


def hasten() -> None:
    """For the whole process, and safe to call again. Checks and results stay the same."""
    JsonObject.validate_json = _validate  # type: ignore[method-assign]


def _validate(self: JsonObject) -> None:
    for name in _checks(type(self)):
        getattr(self, name)()


@cache
def _checks(kind: type[JsonObject]) -> tuple[str, ...]:
    names = (name for name in dir(kind) if not name.startswith("__"))
    return tuple(name for name in names if hasattr(getattr(kind, name), "validator"))

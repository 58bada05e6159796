"""A workspace as a file, so that a seeded past is lived through only once."""

import base64
import json
from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from typing import TypeVar

from demo.records import (
    Bot,
    Channel,
    ChannelKind,
    File,
    Hook,
    Json,
    Message,
    Notice,
    Person,
    PersonKind,
    Team,
    View,
)
from demo.workspace import Workspace

VERSION = 2
T = TypeVar("T")


def to_json(workspace: Workspace) -> str:
    """Everything but what passes: triggers, faults and who is watching."""
    kept = [f.name for f in fields(workspace) if not f.metadata.get("passing")]
    return json.dumps(
        {"version": VERSION, **{name: getattr(workspace, name) for name in kept}}, default=_plain
    )


def _plain(thing: object) -> object:
    if is_dataclass(thing) and not isinstance(thing, type):
        return asdict(thing)
    if isinstance(thing, bytes):
        return base64.b64encode(thing).decode()
    raise TypeError(f"{type(thing).__name__} cannot be kept")


def from_json(text: str) -> Workspace:
    """Raises ValueError when the text is no workspace of this version."""
    kept = json.loads(text)
    if not isinstance(kept, dict) or kept.pop("version", None) != VERSION:
        raise ValueError("this is not a workspace kept by this version")
    plain = {name: kept.pop(name) for name in ("last_number", "last_ts", "home_errors")}
    return Workspace(
        team=Team(**kept["team"]),
        bot=Bot(**kept["bot"]),
        people=_each(kept["people"], _person),
        channels=_each(kept["channels"], _channel),
        messages={channel: _each(found, _message) for channel, found in kept["messages"].items()},
        files=_each(kept["files"], _file),
        stacks={user: [View(**view) for view in stack] for user, stack in kept["stacks"].items()},
        homes=_each(kept["homes"], lambda view: View(**view)),
        hooks=_each(kept["hooks"], lambda hook: Hook(**hook)),
        notices={user: [Notice(**notice) for notice in told] for user, told in kept["notices"].items()},
        **plain,
    )


def _each(kept: dict[str, Json], make: Callable[[Json], T]) -> dict[str, T]:
    return {key: make(value) for key, value in kept.items()}


def _person(kept: Json) -> Person:
    return Person(**{**kept, "kind": PersonKind(kept["kind"])})


def _channel(kept: Json) -> Channel:
    return Channel(**{**kept, "kind": ChannelKind(kept["kind"])})


def _message(kept: Json) -> Message:
    return Message(**kept)


def _file(kept: Json) -> File:
    content = kept["content"]
    return File(**{**kept, "content": None if content is None else base64.b64decode(content)})

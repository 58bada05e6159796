"""Slack's payloads, read once into typed values. Past this module nothing is `Any`.

What is missing or of another shape than Slack sends is answered with `Malformed`, never with a crash.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from bot.ids import field_of
from coaching.rules.fields import Field

DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Signs that turn the direction of reading: one in a name would shuffle the words behind it on the card."""


class Malformed(Exception):
    """A payload that Slack would not send."""


def readable(words: str) -> str:
    """Words that nobody can use to make other words read differently."""
    return words.translate(DIRECTIONS)


@dataclass(frozen=True)
class Values:
    """What was typed and picked in a form, by field; forms of a content pack have ids of their own."""

    fields: Mapping[str, Mapping[str, Any]]
    """Field name to the state of its element."""
    blocks: Mapping[str, str]
    """Field name to the block id it stands under now."""

    def text(self, name: Field | str) -> str | None:
        """Typed words without surrounding blanks; None when nothing was typed."""
        typed = self._state(name).get("value")
        cleaned = readable(typed).strip() if isinstance(typed, str) else ""
        return cleaned or None

    def choice(self, name: Field | str) -> str | None:
        option = self._state(name).get("selected_option")
        return str(option["value"]) if isinstance(option, dict) and "value" in option else None

    def given(self) -> Iterator[str]:
        """The fields of the form, also those that were left empty."""
        return iter(self.fields)

    def choices(self, name: Field) -> list[str]:
        options = self._state(name).get("selected_options") or []
        return [str(one["value"]) for one in options if isinstance(one, dict) and "value" in one]

    def number(self, name: Field | str) -> int | None:
        """A whole number, typed or chosen; None when there is none or it is no number."""
        raw = self.text(name) or self.choice(name)
        try:
            return int(raw) if raw is not None else None
        except ValueError:
            return None

    def people(self, name: Field) -> list[str]:
        """Slack ids, in the order in which they were picked."""
        state = self._state(name)
        one = state.get("selected_user")
        many = state.get("selected_users")
        return [str(user) for user in many] if isinstance(many, list) else [str(one)] if one else []

    def conversation(self, name: Field) -> str | None:
        picked = self._state(name).get("selected_conversation")
        return str(picked) if picked else None

    def day(self, name: Field) -> date | None:
        try:
            return date.fromisoformat(str(self._state(name).get("selected_date")))
        except ValueError:
            return None

    def clock(self, name: Field) -> time | None:
        try:
            return time.fromisoformat(str(self._state(name).get("selected_time")))
        except ValueError:
            return None

    def has(self, name: Field) -> bool:
        return name.value in self.fields

    def _state(self, name: Field | str) -> Mapping[str, Any]:
        return self.fields.get(str(name), {})


@dataclass(frozen=True)
class OpenView:
    """The modal or Home that a click or a submission came from."""

    id: str
    callback_id: str
    metadata: Mapping[str, Any]
    values: Values
    input_blocks: tuple[str, ...]
    home: bool


@dataclass(frozen=True)
class Request:
    """One thing that a person did in Slack."""

    workspace_id: str
    slack_id: str
    now: datetime
    trigger_id: str | None = None
    channel: str | None = None
    words: str = ""
    """What stood after the command, or in the message that somebody hands over."""
    action: str = ""
    value: str = ""
    """What a button carries, or the option that was chosen."""
    message_ts: str | None = None
    """The message that was clicked, if it was one."""
    view: OpenView | None = None
    response_url: str | None = None
    submitted: bool = False
    """A form was sent off; otherwise something was clicked, typed or asked for."""
    looking: bool = False
    """Somebody types in a menu, which asks for options with every letter."""
    event: Mapping[str, Any] = field(default_factory=dict)
    event_at: datetime | None = None
    """When it happened, by Slack's clock, to the second; None where Slack does not say."""

    @property
    def id_value(self) -> int:
        """The id that a button, or an entry of a menu (`word:id`), carries: a claim, to be checked."""
        return whole_number(self.value.rpartition(":")[2])

    @property
    def day_value(self) -> date:
        """The day in a button that carries `day:id`: a claim, to be checked."""
        try:
            return date.fromisoformat(self.value.partition(":")[0])
        except ValueError as error:
            raise Malformed("no day") from error

    def metadata_id(self, name: str) -> int:
        return whole_number(self.view.metadata.get(name) if self.view else None)

    @property
    def values(self) -> Values:
        return self.view.values if self.view else Values({}, {})


def checked(
    read: Callable[[Mapping[str, Any], datetime], Request], body: Mapping[str, Any], now: datetime
) -> Request:
    """Reads a payload; one that has other shapes than Slack's raises `Malformed`."""
    try:
        return read(_storable(body), now)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Malformed("another shape than Slack's") from error


def _storable(found: Any) -> Any:
    """The same without NUL: PostgreSQL holds none. Nobody can type it, but JSON and forms can spell it."""
    match found:
        case str():
            return found.replace("\x00", "")
        case dict():
            return {_storable(name): _storable(one) for name, one in found.items()}
        case list():
            return [_storable(one) for one in found]
        case _:
            return found


def whole_number(raw: object) -> int:
    """Raises `Malformed` for anything that is no id."""
    try:
        number = int(str(raw))
    except ValueError as error:
        raise Malformed("no id") from error
    if not 0 <= number < 2**63:
        raise Malformed("no id")
    return number


def command(body: Mapping[str, Any], now: datetime) -> Request:
    return Request(
        workspace_id=_text(body, "team_id"),
        slack_id=_text(body, "user_id"),
        now=now,
        trigger_id=_maybe(body, "trigger_id"),
        channel=_maybe(body, "channel_id"),
        words=str(body.get("text") or "").strip(),
        response_url=_maybe(body, "response_url"),
    )


def interaction(body: Mapping[str, Any], now: datetime) -> Request:
    """A click, a submission, or a question for options."""
    user = _object(body, "user")
    container = body.get("container") or {}
    action = _first_action(body)
    return Request(
        workspace_id=_workspace(body),
        slack_id=_text(user, "id"),
        now=now,
        trigger_id=_maybe(body, "trigger_id"),
        channel=_maybe(body.get("channel") or {}, "id") or _maybe(container, "channel_id"),
        words=str(body.get("value") or ""),
        action=str(action.get("action_id") or body.get("action_id") or ""),
        value=_value_of(action),
        message_ts=_maybe(container, "message_ts"),
        view=_view(body.get("view")),
        submitted=body.get("type") == "view_submission",
        looking=body.get("type") == "block_suggestion",
        response_url=_maybe(body, "response_url"),
    )


def shortcut(body: Mapping[str, Any], now: datetime) -> Request:
    """An entry of a message's menu. A message of files alone has no words."""
    message = _object(body, "message")
    return Request(
        workspace_id=_workspace(body),
        slack_id=_text(_object(body, "user"), "id"),
        now=now,
        trigger_id=_maybe(body, "trigger_id"),
        channel=_maybe(body.get("channel") or {}, "id"),
        words=readable(str(message.get("text") or "")).strip(),
        action=_text(body, "callback_id"),
        response_url=_maybe(body, "response_url"),
    )


def event(body: Mapping[str, Any], now: datetime) -> Request:
    inner = _object(body, "event")
    user = inner.get("user")
    slack_id = user.get("id") if isinstance(user, dict) else user
    return Request(
        workspace_id=_text(body, "team_id"),
        slack_id=str(slack_id or ""),
        now=now,
        channel=inner.get("channel") if isinstance(inner.get("channel"), str) else None,
        event=inner,
        event_at=_instant(body.get("event_time")),
        value=str(body.get("event_id") or ""),
    )


def workspaces_named(body: Mapping[str, Any]) -> set[str]:
    """Every one that is read from the payload: it had better be one."""
    team, user = body.get("team"), body.get("user")
    inner = team.get("id") if isinstance(team, dict) else None
    of_user = user.get("team_id") if isinstance(user, dict) else None
    return {str(one) for one in (body.get("team_id"), inner or of_user) if one}


def _instant(seconds: object) -> datetime | None:
    """Raises `ValueError` for a moment in no year that there is."""
    if not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OSError, OverflowError) as error:
        raise ValueError("no moment") from error


def _workspace(body: Mapping[str, Any]) -> str:
    """Of an installation for an organisation Slack may leave the team out."""
    return _text(_object(body, "team"), "id") if body.get("team") else _text(_object(body, "user"), "team_id")


def _first_action(body: Mapping[str, Any]) -> Mapping[str, Any]:
    actions = body.get("actions") or [{}]
    first = actions[0] if isinstance(actions, list) and actions else {}
    return first if isinstance(first, dict) else {}


def _value_of(action: Mapping[str, Any]) -> str:
    option = action.get("selected_option")
    if isinstance(option, dict):
        return str(option.get("value") or "")
    return str(action.get("value") or "")


def _view(raw: object) -> OpenView | None:
    if not isinstance(raw, dict):
        return None
    state = (raw.get("state") or {}).get("values") or {}
    fields: dict[str, Mapping[str, Any]] = {}
    blocks: dict[str, str] = {}
    inputs = []
    for block in raw.get("blocks") or []:
        block_id = str(block.get("block_id") or "")
        if block.get("type") == "input":
            inputs.append(block_id)
        blocks[field_of(block_id)] = block_id
        elements = state.get(block_id)
        first = next(iter(elements.values()), None) if isinstance(elements, dict) else None
        if isinstance(first, dict):
            fields[field_of(block_id)] = first
    return OpenView(
        id=_text(raw, "id"),
        callback_id=str(raw.get("callback_id") or ""),
        metadata=_metadata(raw.get("private_metadata")),
        values=Values(fields, blocks),
        input_blocks=tuple(inputs),
        home=raw.get("type") == "home",
    )


def _metadata(raw: object) -> Mapping[str, Any]:
    try:
        found = json.loads(raw) if isinstance(raw, str) and raw else {}
    except ValueError as error:
        raise Malformed("broken metadata") from error
    return _storable(found) if isinstance(found, dict) else {}


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict):
        raise Malformed(f"no {name}")
    return found


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not found:
        raise Malformed(f"no {name}")
    return found


def _maybe(body: Mapping[str, Any], name: str) -> str | None:
    """Words, or nothing where Slack leaves them out; raises `Malformed` for anything else."""
    return _text(body, name) if body.get(name) else None

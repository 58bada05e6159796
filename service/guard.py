"""The only door to the bot: is a request from Slack, and has it a shape that the bot can read?

Behind it nothing checks signatures again. Whatever comes from outside ends in an `Admitted` or in a
`Refused`, never in another exception; and what was refused is quoted nowhere.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier

MAX_BODY = 256 * 1024
"""Bytes. Slack's largest requests are views of 100 blocks, well under it."""
MAX_DEPTH = 64
"""Levels of nested JSON. Slack's deepest (rich text in a list in a view) has about fifteen."""
MAX_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
OBJECTS = frozenset({"container", "enterprise", "event", "message", "team", "user", "view"})
WORDS = frozenset({"callback_id"})
LISTS_OF_OBJECTS = frozenset({"actions", "authorizations", "response_urls"})
TEXTS: dict[str, list[tuple[str | int, ...]]] = {
    "block_actions": [("user", "id"), ("actions", 0, "action_id")],
    "block_suggestion": [("user", "id"), ("action_id",)],
    "event_callback": [("team_id",), ("event", "type")],
    "view_closed": [("user", "id"), ("view", "type"), ("view", "callback_id")],
    "view_submission": [("user", "id"), ("view", "type"), ("view", "callback_id")],
}
"""Where each kind of request says what it is about, and whose it is."""
KINDS = frozenset({*TEXTS, "app_rate_limited", "message_action", "shortcut", "url_verification"})
OTHER = "other"


class Refused(Exception):
    """A request that goes no further: the HTTP status, and a reason that quotes nothing."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Admitted:
    """A request from Slack that can be read."""

    content: dict[str, Any]
    """The JSON object, the JSON object in the form's `payload`, or the form's fields."""
    kind: str
    """`command`, or what Slack calls it: `block_actions`, `view_submission`, `event_callback`, …

    `OTHER` for what Slack has not been heard to send: logs and figures show the kind.
    """


class Guard:
    """Checks requests against the app's signing secret, by real time, whatever time the bot lives in."""

    def __init__(self, signing_secret: str) -> None:
        """Raises `ValueError` for an empty secret: without one nobody could be told from Slack."""
        self._verifier = SignatureVerifier(signing_secret)

    def admit(self, headers: Mapping[str, str], body: bytes) -> Admitted:
        """Lets a request in or raises `Refused`. `headers` has lower-case names; `body` fits `MAX_BODY`."""
        text = self._from_slack(headers, body)
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type == JSON:
            return _interaction(text)
        if media_type == FORM:
            return _form(text)
        raise Refused(415, "content type is neither JSON nor a form")

    def _from_slack(self, headers: Mapping[str, str], body: bytes) -> str:
        timestamp = headers.get("x-slack-request-timestamp", "")
        signature = headers.get("x-slack-signature", "")
        # `int` reads digits of every script and gives up on thousands of them: only plain ones come through.
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise Refused(401, "timestamp is not a number")
        if not signature.isascii():
            raise Refused(401, "signature is not ASCII")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(400, "body is not UTF-8") from None
        if not self._verifier.is_valid(text, timestamp, signature):
            raise Refused(401, "signature is wrong or older than five minutes")
        return text


def _form(text: str) -> Admitted:
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Refused(400, "form has too many fields") from None
    if "payload" in fields:
        return _interaction(fields["payload"])
    if fields.get("ssl_check") == "1":
        return Admitted(fields, "ssl_check")
    if "command" not in fields:
        raise Refused(400, "form has neither a payload nor a command")
    return Admitted(fields, "command")


def open_envelope(envelope: dict[str, Any]) -> Admitted:
    """What is in an envelope of Socket Mode: the socket itself proves that it is Slack's.

    Raises `Refused` for what the bot could not read, as with requests by HTTP.
    """
    payload = envelope.get("payload")
    if not isinstance(envelope.get("envelope_id"), str):
        raise Refused(400, "envelope has no id")
    if not isinstance(payload, dict):
        raise Refused(400, "envelope holds no object")
    if envelope.get("type") != "slash_commands":
        return _shaped(payload)
    fields = {name: text for name, text in payload.items() if isinstance(text, str)}
    if "command" not in fields:
        raise Refused(400, "envelope names no command")
    return Admitted(fields, "command")


def _interaction(text: str) -> Admitted:
    return _shaped(json_object(text))


def _shaped(content: dict[str, Any]) -> Admitted:
    kind = content.get("type")
    if not isinstance(kind, str):
        raise Refused(400, "JSON does not say its type")
    if not all(map(_has_its_shape, content.items())):
        raise Refused(400, "JSON has parts of another shape than Slack sends")
    if not all(_leads_to_text(content, path) for path in TEXTS.get(kind, [])):
        raise Refused(400, "JSON does not say what it is about")
    return Admitted(content, kind if kind in KINDS else OTHER)


def _leads_to_text(content: Any, path: tuple[str | int, ...]) -> bool:
    try:
        for step in path:
            content = content[step]
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(content, str) and content != ""


def _has_its_shape(part: tuple[str, object]) -> bool:
    """Bolt reaches into these parts without looking."""
    name, value = part
    if value is None:
        return True
    if name in WORDS:
        return isinstance(value, str)
    if name in LISTS_OF_OBJECTS:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return name not in OBJECTS or isinstance(value, dict)


def json_object(text: str) -> dict[str, Any]:
    """JSON from outside, if it is an object that nothing behind the guard stumbles over; raises `Refused`."""
    try:
        content = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):  # broken, numbers of thousands of digits, nested without end
        raise Refused(400, "JSON cannot be read") from None
    if not isinstance(content, dict):
        raise Refused(400, "JSON is not an object")
    if _nested_deeper_than(MAX_DEPTH, content):
        raise Refused(400, "JSON is nested too deeply")
    if _has_half_characters(text, content):
        raise Refused(400, "JSON holds half a character")
    return content


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _nested_deeper_than(depth: int, content: object) -> bool:
    level = [content]
    for _ in range(depth):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _has_half_characters(text: str, content: object) -> bool:
    """JSON can spell one half of a surrogate pair, which no database and no network would take."""
    if "\\ud" not in text.lower():
        return False
    try:
        json.dumps(content, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False

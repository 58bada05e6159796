"""The only door to the bot: is a request from Slack, and has it a shape that the bot can read?

The bot's own framework checks neither behind this door. Whatever comes from outside ends in an `Admitted`
or in a `Refused`, never in another exception; and what was refused is never quoted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier

MAX_BODY = 256 * 1024
"""Bytes. Slack's largest requests are views of 100 blocks, well under it."""
MAX_DEPTH = 64
"""Levels of nested JSON. Slack's deepest (rich text in a list in a view) has about fifteen."""
MAX_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Refused(Exception):
    """A request that goes no further: the HTTP status, and a reason that quotes nothing."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Admitted:
    """A request from Slack that can be read."""

    body: str
    """The text to hand on."""
    content: Mapping[str, Any]
    """What it says: the JSON object, the JSON object in the form's `payload`, or the form's fields."""
    command: bool = False
    """Whether a person typed it, so that a sentence can be the answer."""


class Guard:
    """Checks requests against the app's signing secret, by real time, whatever time the bot lives in."""

    def __init__(self, signing_secret: str) -> None:
        """Raises `ValueError` for an empty secret: without one nobody could be told from Slack."""
        self._verifier = SignatureVerifier(signing_secret)

    def admit(self, headers: Mapping[str, str], body: bytes) -> Admitted:
        """Let a request in or raise `Refused`. `headers` has lower-case names; `body` fits `MAX_BODY`."""
        text = self._from_slack(headers, body)
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type == JSON:
            return Admitted(text, _json_object(text))
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
        if not self._verifier.is_valid(body, timestamp, signature):
            raise Refused(401, "signature is wrong or older than five minutes")
        return text


def _form(text: str) -> Admitted:
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Refused(400, "form has too many fields") from None
    if "payload" in fields:
        return Admitted(text, _json_object(fields["payload"]))
    if "command" not in fields and fields.get("ssl_check") != "1":
        raise Refused(400, "form has neither a payload nor a command")
    # Bolt takes any form in which the word "payload" stands for an interaction, and would lose the words
    # that somebody typed. Written differently it says the same to everybody else.
    return Admitted(text.replace("payload", "%70ayload"), fields, command="command" in fields)


def _json_object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):  # broken, numbers with thousands of digits, nested without end
        raise Refused(400, "JSON cannot be read") from None
    if not isinstance(content, dict):
        raise Refused(400, "JSON is not an object")
    if _nested_deeper_than(MAX_DEPTH, content):
        raise Refused(400, "JSON is nested too deeply")
    if _has_half_characters(text, content):
        raise Refused(400, "JSON holds half a character")
    return content


def _nested_deeper_than(depth: int, content: object) -> bool:
    level = [content]
    for _ in range(depth):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _has_half_characters(text: str, content: object) -> bool:
    """JSON can spell one half of a surrogate pair, which no database and no network would take."""
    if "\\ud" not in text.lower():
        return False
    try:
        json.dumps(content, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False

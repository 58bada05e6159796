"""Requests as an enemy would make them of real ones: damaged, misshapen, swollen, signed or not."""

import hashlib
import hmac
import json
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from demo.records import Json
from service.guard import MAX_BODY
from tests.service.signing import FORM, JSON, seconds_ago

MARK = "zanzibar"
"""In all that people write here; no log may ever have it."""
STRANGE: list[object] = [
    None, True, False, 0, -1, 5, 2**63, 2**64, 10**400, 1e308, 0.5, "", "x", MARK, f"{MARK}\x00{MARK}",
    "\x00", "\ud83d", "\udfff", f"<!channel> {MARK}", MARK * 2_000, "9" * 5_000, "٣", "2026-13-45",
    "25:61", "-1", "1e9", "U0ANA", "T0OTHER", "{", "[]", "null", "=1+1", "'; DROP TABLE circles; --",
    "../../etc/passwd", "\u202e", [], {}, [[]], [None], [1], [{}], {"": ""}, {"id": None}, {"id": {}},
    {"value": []}, [MARK] * 300,
]  # fmt: skip
TEXT_TYPES = [
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
    "application/json5",
    "*/*",
]
RAW_PIECES = [
    b"{", b"}", b"]", b"[", b'"', b"%", b"%00", b"&", b"=", b"+", b"\x00", b"\xff", b"\xc3", b"\\u",
    b"\\ud800", b"payload", b"payload=", b"1e999", b"NaN", b"\r\n\r\n", b"\xed\xa0\x80",
]  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """A request on its way: what becomes of it is decided by what it says."""

    body: bytes
    kind: str = FORM
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    signed_over: bytes | None = None
    """None: over the body itself."""
    timestamp: str | None = None
    signature: bytes | None = None
    """In place of a true one."""
    chunked: bool = False
    breaks_off: bool = False

    def raw(self, secret: str) -> bytes:
        """All of it, as it goes over the line."""
        at = self.timestamp or seconds_ago()
        over = self.body if self.signed_over is None else self.signed_over
        true = hmac.new(secret.encode(), b"v0:%s:%s" % (at.encode(), over), hashlib.sha256).hexdigest()
        signature = f"v0={true}".encode() if self.signature is None else self.signature
        length = (
            (b"Transfer-Encoding", b"chunked")
            if self.chunked
            else (b"Content-Length", str(len(self.body) + 9 * self.breaks_off).encode())
        )
        head = [
            (b"Host", b"localhost"),
            (b"Connection", b"close"),
            (b"Content-Type", self.kind.encode("latin-1")),
            (b"X-Slack-Request-Timestamp", at.encode("utf-8")),
            (b"X-Slack-Signature", signature),
            length,
            *self.headers,
        ]
        lines = b"".join(b"%s: %s\r\n" % one for one in head)
        return (
            b"POST /slack/events HTTP/1.1\r\n"
            + lines
            + b"\r\n"
            + (self._chunks() if self.chunked else self.body)
        )

    def _chunks(self) -> bytes:
        pieces = [self.body[at : at + 1000] for at in range(0, len(self.body), 1000)]
        return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"


def send(port: int, sent: Sent, secret: str) -> tuple[int, str]:
    """Status and body of the answer; 0 where there was none, because the request broke off."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        answer = b""
        try:
            line.sendall(sent.raw(secret))
            if sent.breaks_off:
                line.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # answered before all was sent
        try:
            while piece := line.recv(65_536):
                answer += piece
        except OSError:
            pass
    head, _, body = answer.partition(b"\r\n\r\n")
    return (int(head.split(b" ")[1]) if head else 0), body.decode(errors="replace")


def form_of(kind: str, content: Json) -> Sent:
    """A request as Slack sends it."""
    if kind == "command":
        return Sent(urlencode(content, errors="surrogatepass").encode())
    if content.get("type") == "event_callback":
        return Sent(json.dumps(content).encode(), JSON)
    return Sent(urlencode({"payload": json.dumps(content)}).encode())


def mutant(dice: random.Random, originals: Sequence[tuple[str, Json]]) -> Sent:
    """One of the real requests with something wrong in it, or in its envelope, or in both."""
    kind, content = dice.choice(originals)
    for _ in range(dice.choice([0, 1, 1, 1, 2, 5])):
        content = misshapen(dice, content)
    if not isinstance(content, dict):
        return _as_any_json(dice, content)
    sent = form_of(kind, content) if dice.random() < 0.85 else _as_any_json(dice, content)
    for change in dice.sample(CHANGES, dice.choice([0, 0, 1, 1, 2])):
        sent = change(dice, sent)
    return sent


def misshapen(dice: random.Random, content: Any, depth: int = 0) -> Any:
    """The same JSON with one part missing, doubled, added, or of another kind."""
    if not isinstance(content, dict | list) or not content or (depth and dice.random() < 0.15):
        return strange(dice)
    keys = list(content) if isinstance(content, dict) else list(range(len(content)))
    at = dice.choice(keys)
    changed = content.copy()
    what = dice.random()
    if what < 0.15:
        del changed[at]
    elif what < 0.2 and isinstance(changed, list):
        changed += changed * dice.choice([1, 100])
    elif what < 0.25 and isinstance(changed, dict):
        changed[dice.choice([MARK, "", "\x00", "type", "payload", "view", "user", "enterprise"])] = strange(
            dice
        )
    else:
        changed[at] = misshapen(dice, content[at], depth + 1)
    return changed


def strange(dice: random.Random) -> object:
    if dice.random() < 0.03:
        return nested(dice.choice([10, 60, 70, 900]))
    return dice.choice(STRANGE)


def nested(depth: int) -> object:
    found: object = MARK
    for _ in range(depth):
        found = {"a": found}
    return found


def _as_any_json(dice: random.Random, content: object) -> Sent:
    text = json.dumps(content, ensure_ascii=dice.random() < 0.8)
    if dice.random() < 0.2 and text.endswith("}"):
        text = (
            text[:-1] + ', "type": "block_actions", "type": ' + json.dumps(strange(dice)) + "}"
        )  # said twice
    body = text.encode(dice.choice(["utf-8", "utf-8", "utf-16", "utf-8-sig", "utf-32"]), "surrogatepass")
    return Sent(body, dice.choice([JSON, f"{JSON}; charset=utf-16", FORM]))


def _bytes(dice: random.Random, sent: Sent) -> Sent:
    return replace(sent, body=damaged(dice, sent.body))


def damaged(dice: random.Random, body: bytes) -> bytes:
    """Bytes lost, doubled, changed or put in, as many as the dice say."""
    changed = bytearray(body)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(4):
            case 0:
                del changed[at : at + dice.randint(1, 9)]
            case 1:
                changed[at:at] = changed[at : at + dice.randint(1, 40)]
            case 2 if at < len(changed):
                changed[at] = dice.randrange(256)
            case _:
                changed[at:at] = dice.choice(RAW_PIECES)
    return bytes(changed)


def _signature(dice: random.Random, sent: Sent) -> Sent:
    wrong = [
        b"",
        b"v0=",
        b"v0=" + b"0" * 64,
        b"v1=" + b"a" * 64,
        b"\xe9" * 67,
        b"v0=" + b"a" * 9_000,
        MARK.encode(),
    ]
    return replace(sent, signature=dice.choice(wrong))


def _signed_over_another(dice: random.Random, sent: Sent) -> Sent:
    return replace(sent, signed_over=sent.body + dice.choice(RAW_PIECES))


def _timestamp(dice: random.Random, sent: Sent) -> Sent:
    odd = [
        "",
        "abc",
        "-1",
        "1e9",
        "0",
        "9" * 40,
        "１２",
        "²",
        seconds_ago(301),
        seconds_ago(-301),
        f" {MARK}",
    ]
    return replace(sent, timestamp=dice.choice(odd))


def _media_type(dice: random.Random, sent: Sent) -> Sent:
    other = JSON if sent.kind == FORM else FORM
    return replace(
        sent, kind=dice.choice([other, f"{sent.kind}; charset=utf-16", sent.kind.upper(), *TEXT_TYPES])
    )


def _more_headers(dice: random.Random, sent: Sent) -> Sent:
    more = [
        (b"X-Slack-Retry-Num", b"1"),
        (b"X-Slack-Retry-Reason", MARK.encode()),
        (b"X-Slack-Bolt-Lazy-Only", b"1"),
        (b"X-Slack-Bolt-Lazy-Function-Name", MARK.encode()),
        (b"X-Slack-Signature", b"v0=" + b"0" * 64),
        (b"X-Slack-Request-Timestamp", b"1"),
        (b"Content-Encoding", b"gzip"),
        (b"Cookie", b"\xff" * 200),
        (b"Authorization", b"Bearer " + MARK.encode()),
        (b"Expect", b"100-continue"),
        (b"X-HTTP-Method-Override", b"DELETE"),
        (b"Upgrade", b"websocket"),
        (b"X-" + b"a" * 3_000, b"b" * 3_000),
    ]
    return replace(sent, headers=dice.sample(more, dice.randint(1, 3)))


def _form_fields(dice: random.Random, sent: Sent) -> Sent:
    more = [
        b"&a=1" * 300,
        b"&payload=%7B%7D",
        b"&command=",
        b"&ssl_check=1",
        b"&team_id=T0OTHER",
        b"&text=%ff%fe",
        b"&user_id=%00",
        b"&command=%ud800",
        b"&=&=&",
        b";payload=1",
        b"&text=" + MARK.encode() * 500,
    ]
    return replace(sent, body=sent.body + dice.choice(more))


def _chunked(_dice: random.Random, sent: Sent) -> Sent:
    return replace(sent, chunked=True, breaks_off=False)


def _broken_off(_dice: random.Random, sent: Sent) -> Sent:
    return replace(sent, breaks_off=True, chunked=False)


def _too_long(dice: random.Random, sent: Sent) -> Sent:
    return replace(sent, body=sent.body + b"&a=" + MARK.encode() * (MAX_BODY // dice.choice([1, 7, 9])))


CHANGES: list[Callable[[random.Random, Sent], Sent]] = [
    _bytes,
    _bytes,
    _signature,
    _signed_over_another,
    _timestamp,
    _media_type,
    _more_headers,
    _form_fields,
    _chunked,
    _broken_off,
    _too_long,
]

"""A bot of a few lines at the other end of the line: real HTTP, scripted answers, everything kept."""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from slack_sdk.signature import SignatureVerifier

SECRET = "the secret of the tests"
Json = dict[str, Any]
Script = Callable[[Json], object]


@dataclass
class Received:
    kind: str
    payload: Json
    headers: dict[str, str]
    signed: bool


@dataclass
class ScriptedBot:
    """Answers each kind of request as the test says, else with an empty 200."""

    scripts: dict[str, Script] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    url: str = ""

    def on(self, kind: str, script: Script) -> None:
        self.scripts[kind] = script

    def last(self, kind: str) -> Json:
        """The newest payload of a kind."""
        return [r.payload for r in self.received if r.kind == kind][-1]

    def all(self, kind: str) -> list[Received]:
        return [r for r in self.received if r.kind == kind]

    def wait_for(self, kind: str, count: int) -> list[Received]:
        """Until so many requests of a kind have come."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.all(kind)) >= count, timeout=5)
        return self.all(kind)

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, str, str]:
        kind, payload = read(headers["content-type"], body)
        verifier = SignatureVerifier(SECRET)
        signed = verifier.is_valid_request(body, headers)
        with self.arrived:
            self.received.append(Received(kind, payload, headers, signed))
            self.arrived.notify_all()
        script = self.scripts.get(kind)
        return reply_of(script(payload) if script else None)

    def forget(self) -> None:
        self.scripts.clear()
        self.received.clear()


def read(content_type: str, body: bytes) -> tuple[str, Json]:
    """What kind of request it is, and its payload."""
    if "json" in content_type:
        envelope: Json = json.loads(body)
        return envelope.get("event", envelope)["type"], envelope
    form = {key: values[0] for key, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    if "payload" in form:
        payload: Json = json.loads(form["payload"])
        return payload["type"], payload
    return "command", form


def reply_of(reply: object) -> tuple[int, str, str]:
    """An object is JSON, a text is a text, a pair is status and text, anything else is an empty 200."""
    if isinstance(reply, tuple):
        return reply[0], "text/plain", reply[1]
    if isinstance(reply, dict):
        return 200, "application/json", json.dumps(reply)
    return 200, "text/plain", reply if isinstance(reply, str) else ""


class Quiet(ThreadingHTTPServer):
    """Says nothing of a workspace that did not wait for the answer."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class BotServer:
    """Serves a bot's `take` on a free port."""

    def __init__(self, take: Callable[[dict[str, str], bytes], tuple[int, str, str]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, kind, text = take({k.lower(): v for k, v in self.headers.items()}, body)
                content = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "BotServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

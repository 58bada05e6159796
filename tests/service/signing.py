"""Requests as Slack signs them, and a real server to send them to."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType

import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.types import ASGIApp

from service.clock import SystemClock

SECRET = "a-secret-of-the-tests"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def seconds_ago(seconds: int = 0) -> str:
    return str(int(SystemClock().now().timestamp()) - seconds)


def signed(body: bytes, content_type: str = FORM, *, timestamp: str | None = None) -> dict[str, str]:
    """Headers with a true signature, at the given timestamp (now, if none is given)."""
    timestamp = timestamp or seconds_ago()
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    return {
        "content-type": content_type,
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature or "",
    }


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]


class Served:
    """An app behind uvicorn on a free port, in a thread."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="on", ws="none"
        )
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> "Served":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def send(
        self,
        body: bytes | Iterable[bytes] = b"",
        headers: Mapping[str, str | bytes] | None = None,
        *,
        method: str = "POST",
        path: str = "/slack/events",
    ) -> Answer:
        """One request; an iterable of bytes goes out in chunks, its length unannounced."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        chunked = not isinstance(body, bytes)
        with contextlib.closing(connection):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # answered before all was sent
                connection.request(method, path, body, dict(headers or {}), encode_chunked=chunked)
            response = connection.getresponse()
            return Answer(response.status, response.read().decode(), dict(response.getheaders()))

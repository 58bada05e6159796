"""The HTTP side: Slack's requests through the guard into the bot, and two pages for whoever runs it."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from service.guard import MAX_BODY, Admitted, Guard, Refused
from service.logs import reference
from service.settings import LOCAL_HOSTS

Dispatch = Callable[[BoltRequest], BoltResponse]
Took = Callable[[str, int, float], None]
"""Told the kind of a request, the status of its answer and the seconds in between."""

READ_WITHIN_S = 10
CALENDARS_AT_ONCE = 4
"""Programs that read calendars can wait; Slack, which is served by the same threads, cannot."""
SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}
UNEXPECTED = (
    "Something went wrong on my side. Try again in a minute; if it stays like this, "
    "give this word to whoever looks after me: {reference}"
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Watching:
    """What monitors are told, and the word that those on other machines have to know."""

    figures: Callable[[], bytes]
    key: str = ""


def create_health(
    ready: Callable[[], list[str]], watching: Watching, lifespan: Lifespan[Starlette] | None = None
) -> Starlette:
    """The pages for whoever runs the bot, and nothing else."""
    return Starlette(
        routes=_health(ready, watching), middleware=[Middleware(_SecurityHeaders)], lifespan=lifespan
    )


def create_web(
    dispatch: Dispatch,
    *,
    signing_secret: str,
    ready: Callable[[], list[str]],
    calendar: Callable[[str], bytes | None] = lambda _: None,
    watching: Watching | None = None,
    pages: Sequence[Route] = (),
    took: Took = lambda _kind, _status, _seconds: None,
    lifespan: Lifespan[Starlette] | None = None,
    read_within_s: float = READ_WITHIN_S,
) -> Starlette:
    """The HTTP app around the bot.

    `dispatch`, `ready` and `calendar` run in threads; `ready` gives a line for each thing that stops the bot,
    `calendar` the file behind a secret token, or None. `took` hears how long each request of Slack took.
    `pages` are served besides. `read_within_s`: seconds in which a body has to arrive. Raises `ValueError`
    for an empty signing secret.
    """
    slack = _Slack(dispatch, Guard(signing_secret), read_within_s, took)
    return Starlette(
        routes=[
            Route("/slack/events", slack.take, methods=["POST"]),
            Route("/slack/events", _certificate_check, methods=["GET"]),
            Route("/calendar/{token}.ics", _calendar(calendar), methods=["GET"]),
            *pages,
            *_health(ready, watching),
        ],
        middleware=[Middleware(_SecurityHeaders)],
        lifespan=lifespan,
    )


def _health(ready: Callable[[], list[str]], watching: Watching | None) -> list[Route]:
    pages = [
        Route("/livez", _alive, methods=["GET"]),
        Route("/readyz", _readiness(ready), methods=["GET"]),
    ]
    return [*pages, Route("/metrics", _figures(watching), methods=["GET"])] if watching else pages


class _Slack:
    """The one address that Slack calls."""

    def __init__(self, dispatch: Dispatch, guard: Guard, read_within_s: float, took: Took) -> None:
        self._took = took
        self._dispatch = dispatch
        self._guard = guard
        self._read_within_s = read_within_s

    async def take(self, request: Request) -> Response:
        started = time.perf_counter()
        try:
            admitted = self._guard.admit(request.headers, await self._body(request))
            answer = _own_answer(admitted) or await self._hand_on(request, admitted)
        except Refused as refused:
            log.warning("request_refused", status=refused.status, reason=refused.reason)
            return _refusal(refused)
        took = time.perf_counter() - started
        self._took(admitted.kind, answer.status_code, took)
        log.info("slack_request", kind=admitted.kind, status=answer.status_code, ms=round(took * 1000))
        return answer

    async def _body(self, request: Request) -> bytes:
        try:
            async with asyncio.timeout(self._read_within_s):
                return await _read(request)
        except TimeoutError:
            raise Refused(408, "body took too long") from None
        except ClientDisconnect:
            raise Refused(400, "body broke off") from None

    async def _hand_on(self, request: Request, admitted: Admitted) -> Response:
        bolt_request = _for_bolt(request, admitted)
        try:
            answer = await run_in_threadpool(self._dispatch, bolt_request)
        except Exception as error:
            return _failed(admitted, error)
        return _failed(admitted) if answer.status >= 500 else _from_bolt(answer)


async def _read(request: Request) -> bytes:
    """The body, given up as soon as it is too long, whether or not its length was announced."""
    announced = request.headers.get("content-length", "0")
    if len(announced) > 9 or int(announced) > MAX_BODY:
        raise Refused(413, "body is too long")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused(413, "body is too long")
    return bytes(body)


def _refusal(refused: Refused) -> Response:
    # What is left of a body that nobody reads must not be taken for the next request.
    headers = {"connection": "close"} if refused.status in (408, 413) else None
    return PlainTextResponse(refused.reason, refused.status, headers)


def _own_answer(admitted: Admitted) -> Response | None:
    """Slack's questions about the address itself, which concern no workspace."""
    if admitted.kind == "ssl_check":
        return PlainTextResponse("")
    if admitted.kind != "url_verification":
        return None
    challenge = admitted.content.get("challenge")
    if not isinstance(challenge, str):
        raise Refused(400, "url_verification has no challenge")
    return PlainTextResponse(challenge)


def _for_bolt(request: Request, admitted: Admitted) -> BoltRequest:
    """Hands on what the guard has read. From text, Bolt would read it a second time, and take a command
    with the word "payload" in it for a broken click; only requests of Socket Mode may be objects already.

    Only Slack's own headers go along: some others would switch parts of Bolt on.
    """
    retries = {name: text for name, text in request.headers.items() if name.startswith("x-slack-retry-")}
    try:
        found = BoltRequest(body=admitted.content, headers=dict(retries), mode="socket_mode")
    except Exception:  # it looks for workspace and person in whatever shape these have
        raise Refused(400, "request cannot be read") from None
    if not isinstance(found.context.team_id, str):
        raise Refused(400, "request names no workspace")
    return found


def _from_bolt(answer: BoltResponse) -> Response:
    return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())


def _failed(admitted: Admitted, error: Exception | None = None) -> Response:
    """The bot itself has failed, past all of its own care.

    Who typed a command reads a sentence, and a form stays open with the sentence and with all that was typed.
    Nothing can be said to the rest, so Slack is told the truth: it marks the button and sends events again.
    """
    name = reference()
    log.error("request_failed", reference=name, kind=admitted.kind, exc_info=error)
    sentence = UNEXPECTED.format(reference=name)
    if admitted.kind == "command":
        return JSONResponse({"response_type": "ephemeral", "text": sentence})
    if admitted.kind == "view_submission" and (block := _first_input(admitted.content)):
        return JSONResponse({"response_action": "errors", "errors": {block: sentence}})
    return PlainTextResponse("", 500)


def _first_input(content: dict[str, Any]) -> str | None:
    blocks = content["view"].get("blocks") if content.get("view") else None
    if not isinstance(blocks, list):
        return None
    inputs = (block for block in blocks if isinstance(block, dict) and block.get("type") == "input")
    return next((str(block["block_id"]) for block in inputs if block.get("block_id")), None)


async def _certificate_check(request: Request) -> Response:
    """Slack looks in from time to time whether the certificate holds; nobody else has business here."""
    if request.query_params.get("ssl_check") == "1":
        return PlainTextResponse("")
    return PlainTextResponse("Method Not Allowed", 405, {"allow": "POST"})


async def _alive(_: Request) -> Response:
    return PlainTextResponse("alive\n")


def _readiness(ready: Callable[[], list[str]]) -> Callable[[Request], object]:
    async def readiness(_: Request) -> Response:
        try:
            problems = await run_in_threadpool(ready)
        except Exception as error:
            log.error("readiness_failed", exc_info=error)
            problems = ["It could not be found out whether everything is ready: see the log."]
        if problems:
            return PlainTextResponse("".join(f"{problem}\n" for problem in problems), 503)
        return PlainTextResponse("ready\n")

    return readiness


def _figures(watching: Watching) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(request: Request) -> Response:
        if not _may_watch(request, watching.key):
            return PlainTextResponse("Not Found", 404)
        try:
            found = await run_in_threadpool(watching.figures)
        except Exception as error:
            log.error("metrics_failed", error=type(error).__name__)
            return PlainTextResponse("The database cannot be read.\n", 503)
        return Response(found, media_type="text/plain; version=0.0.4; charset=utf-8")

    return metrics


def _may_watch(request: Request, key: str) -> bool:
    """With the key from anywhere; without one only from this machine, and not through a proxy on it."""
    if key:
        said = request.headers.get("authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {key}".encode())
    proxied = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "via"))
    return not proxied and request.client is not None and request.client.host in LOCAL_HOSTS


def _calendar(calendar: Callable[[str], bytes | None]) -> Callable[[Request], Awaitable[Response]]:
    """A person's sessions behind a secret address. The path is the secret, so it stands in no log."""
    room = asyncio.Semaphore(CALENDARS_AT_ONCE)

    async def feed(request: Request) -> Response:
        try:
            async with room:
                found = await run_in_threadpool(calendar, request.path_params["token"])
        except Exception as error:
            log.error("calendar_failed", exc_info=error)
            return PlainTextResponse("Try again later.", 503, {"retry-after": "600"})
        if found is None:
            return PlainTextResponse("Not Found", 404)
        return Response(found, media_type="text/calendar; charset=utf-8")

    return feed


class _SecurityHeaders:
    """Adds the headers to every answer that has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)

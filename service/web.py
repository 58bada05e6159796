"""The HTTP side: Slack's requests through the guard into the bot, and two pages for whoever runs it."""

import asyncio
import hmac
import ipaddress
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
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

from bot.throttle import Allowance, Throttle
from service.guard import MAX_BODY, Admitted, Guard, Refused
from service.logs import reference
from service.looking_in import ALIVE
from service.replays import Taken
from service.settings import LOCAL_HOSTS

Dispatch = Callable[[BoltRequest], BoltResponse]
Endpoint = Callable[[Request], Awaitable[Response]]
Took = Callable[[str, int, float], None]
"""Told the kind of a request, the status of its answer and the seconds in between."""

READ_WITHIN_S = 10
CALENDARS_AT_ONCE = 4
"""Programs that read calendars can wait; Slack, which is served by the same threads, cannot."""
PAGES = Allowance(at_once=120, a_second=10)
"""Of pages that everybody may ask for, to one address. Behind a proxy that is not told of, all share one."""
HARMLESS = frozenset({"block_suggestion"})
"""Two of these can be the same to the letter, and neither has an effect."""
GOODBYES = frozenset({"app_uninstalled", "tokens_revoked"})
SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
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
    key: str = field(default="", repr=False)
    remarks: Callable[[], list[str]] = list
    """What is worth a look, though the bot is ready."""


def create_health(
    ready: Callable[[], list[str]], watching: Watching, lifespan: Lifespan[Starlette] | None = None
) -> Starlette:
    """The pages for whoever runs the bot, and nothing else."""
    return _app(_health(ready, watching), lifespan)


def create_web(
    dispatch: Dispatch,
    *,
    signing_secret: str | None,
    ready: Callable[[], list[str]],
    calendar: Callable[[str], bytes | None] = lambda _: None,
    watching: Watching | None = None,
    pages: Sequence[Route] = (),
    took: Took = lambda _kind, _status, _seconds: None,
    lifespan: Lifespan[Starlette] | None = None,
    read_within_s: float = READ_WITHIN_S,
    askers: Callable[[], Throttle] = lambda: Throttle(PAGES),
    taken: Taken | None = None,
) -> Starlette:
    """The HTTP app around the bot.

    `dispatch`, `ready` and `calendar` run in threads; `ready` gives a line for each thing that stops the bot,
    `calendar` the file behind a secret token, or None. `took` hears how long each request of Slack took.
    `read_within_s`: seconds in which a body has to arrive. `askers`: how often one address may ask for what
    everybody may ask for: calendars, and counted apart from them `pages`. `taken`: which requests have been
    here before.
    Without a signing secret (None), in Socket Mode, the address for Slack is not there. Raises `ValueError`
    for an empty one: nobody could be told from Slack.
    """
    slack: list[Route] = []
    if signing_secret is not None:
        slack = _Slack(dispatch, Guard(signing_secret), read_within_s, took, taken or Taken()).routes()
    limited, installers = _limiting(askers()), _limiting(askers())
    routes = [
        *slack,
        Route("/calendar/{token}.ics", limited(_calendar(calendar)), methods=["GET"]),
        *(Route(one.path, installers(one.endpoint), methods=sorted(one.methods or ())) for one in pages),
        *_health(ready, watching),
    ]
    return _app(routes, lifespan)


def _app(routes: list[Route], lifespan: Lifespan[Starlette] | None) -> Starlette:
    return Starlette(
        routes=routes,
        middleware=[Middleware(_SecurityHeaders)],
        exception_handlers={Exception: _broken},
        lifespan=lifespan,
    )


async def _broken(_request: Request, _error: Exception) -> Response:
    """A fault of ours, which goes to the log. Starlette answers it outside of all middleware."""
    return PlainTextResponse("Internal Server Error", 500, SECURITY_HEADERS)


def _limiting(throttle: Throttle) -> Callable[[Endpoint], Endpoint]:
    """For pages that ask for no signature: who asks too often waits."""

    def limited(page: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            if throttle.lets(_address(request)):
                return await page(request)
            return PlainTextResponse("Too many requests. Try again later.", 429, {"retry-after": "60"})

        return answer

    return limited


def _address(request: Request) -> str:
    """Of IPv6 the network: its owner has as many addresses in it as they like."""
    host = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network(f"{host}/64", strict=False)) if found.version == 6 else host


def _health(ready: Callable[[], list[str]], watching: Watching | None) -> list[Route]:
    pages = [
        Route("/livez", _alive, methods=["GET"]),
        Route("/readyz", _readiness(ready, watching.remarks if watching else list), methods=["GET"]),
    ]
    return [*pages, Route("/metrics", _figures(watching), methods=["GET"])] if watching else pages


class _Slack:
    """The one address that Slack calls."""

    def __init__(
        self, dispatch: Dispatch, guard: Guard, read_within_s: float, took: Took, taken: Taken
    ) -> None:
        self._took = took
        self._dispatch = dispatch
        self._guard = guard
        self._read_within_s = read_within_s
        self._taken = taken

    def routes(self) -> list[Route]:
        return [
            Route("/slack/events", self.take, methods=["POST"]),
            Route("/slack/events", _certificate_check, methods=["GET"]),
        ]

    async def take(self, request: Request) -> Response:
        started = time.perf_counter()
        try:
            admitted = self._guard.admit(request.headers, await self._body(request))
            answer = _own_answer(admitted) or await self._once(request, admitted)
        except Refused as refused:
            log.warning("request_refused", status=refused.status, reason=refused.reason)
            self._took("refused", refused.status, time.perf_counter() - started)
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

    async def _once(self, request: Request, admitted: Admitted) -> Response:
        """What was taken before is answered without an effect, because Slack may not have heard it."""
        if admitted.kind in HARMLESS:
            return await self._hand_on(request, admitted)
        signature = request.headers["x-slack-signature"]
        if not self._taken.claim(signature):
            log.warning("request_repeated", kind=admitted.kind)
            return PlainTextResponse("")
        taken = False
        try:
            answer = await self._hand_on(request, admitted)
            taken = answer.status_code < 500
            return answer
        finally:
            if not taken:
                self._taken.release(signature)

    async def _hand_on(self, request: Request, admitted: Admitted) -> Response:
        bolt_request = for_bolt(admitted, request.headers)
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


def for_bolt(admitted: Admitted, headers: Mapping[str, str]) -> BoltRequest:
    """Hands on what the guard has read. From text, Bolt would read it a second time, and take a command
    with the word "payload" in it for a broken click; only requests of Socket Mode may be objects already.

    Only Slack's own headers go along: some others would switch parts of Bolt on. Raises `Refused`.
    """
    content = _of_its_workspace(admitted.content)
    retries = {name: text for name, text in headers.items() if name.startswith("x-slack-retry-")}
    try:
        found = BoltRequest(body=content, headers=dict(retries), mode="socket_mode")
    except Exception:  # it looks for workspace and person in whatever shape these have
        raise Refused(400, "request cannot be read") from None
    if not isinstance(found.context.team_id, str):
        raise Refused(400, "request names no workspace")
    return found


def _of_its_workspace(content: dict[str, Any]) -> dict[str, Any]:
    """Bolt asks `authorizations` whose an event is. Where the bot was removed there may be none left."""
    event, found = content.get("event"), content.get("authorizations")
    if not isinstance(event, dict) or event.get("type") not in GOODBYES:
        return content
    if found and isinstance(found[0].get("team_id"), str):
        return content
    return {name: part for name, part in content.items() if name != "authorizations"}


def _from_bolt(answer: BoltResponse) -> Response:
    return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())


def _failed(admitted: Admitted, error: Exception | None = None) -> Response:
    said = apology(admitted, error)
    return PlainTextResponse("", 500) if said is None else JSONResponse(said)


def apology(admitted: Admitted, error: Exception | None = None) -> dict[str, Any] | None:
    """The bot itself has failed, past all of its own care.

    Who typed a command reads a sentence, and a form stays open with the sentence and with all that was typed.
    Nothing can be said to the rest, so Slack is told the truth: it marks the button and sends events again.
    """
    name = reference()
    log.error("request_failed", reference=name, kind=admitted.kind, exc_info=error)
    sentence = UNEXPECTED.format(reference=name)
    if admitted.kind == "command":
        return {"response_type": "ephemeral", "text": sentence}
    if admitted.kind == "view_submission" and (block := _first_input(admitted.content)):
        return {"response_action": "errors", "errors": {block: sentence}}
    return None


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
    return PlainTextResponse(ALIVE)


async def _problems(ready: Callable[[], list[str]]) -> list[str]:
    try:
        return await run_in_threadpool(ready)
    except Exception as error:
        log.error("readiness_failed", exc_info=error)
        return ["It could not be found out whether everything is ready: see the log."]


def _readiness(
    ready: Callable[[], list[str]], remarks: Callable[[], list[str]]
) -> Callable[[Request], object]:
    looking, begun, problems = asyncio.Lock(), -math.inf, list[str]()

    async def look() -> list[str]:
        """Anybody may ask, and a look takes a thread from Slack: all who waited for one share the next."""
        nonlocal begun, problems
        asked = time.monotonic()
        async with looking:
            if begun <= asked:
                begun = time.monotonic()
                problems = await _problems(ready)
            return problems

    async def readiness(_: Request) -> Response:
        problems = await look()
        lines = problems or ["ready", *remarks()]
        return PlainTextResponse("".join(f"{line}\n" for line in lines), 503 if problems else 200)

    return readiness


def _figures(watching: Watching) -> Endpoint:
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


def _calendar(calendar: Callable[[str], bytes | None]) -> Endpoint:
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

"""The HTTP side: Slack's requests through the guard into the bot, and two pages for whoever runs it."""

from collections.abc import Callable, Sequence

import structlog
from slack_bolt import BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from service.guard import MAX_BODY, Admitted, Guard, Refused
from service.logs import reference

Dispatch = Callable[[BoltRequest], BoltResponse]

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}
UNEXPECTED = (
    "Something went wrong on my side, and nothing was changed. Try again in a minute, and if it stays so, "
    "tell whoever looks after me this reference: {reference}"
)

log = structlog.get_logger(__name__)


def create_web(
    dispatch: Dispatch,
    *,
    signing_secret: str,
    ready: Callable[[], list[str]],
    lifespan: Lifespan[Starlette] | None = None,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The HTTP app around the bot.

    `dispatch` and `ready` run in threads. `ready` gives a line for each thing that stops the bot.
    `routes` are pages of other parts. Bolt must not verify signatures a second time: a demo's clock would
    refuse them. Raises `ValueError` for an empty signing secret.
    """
    slack = _Slack(dispatch, Guard(signing_secret))
    return Starlette(
        routes=[
            Route("/slack/events", slack.take, methods=["POST"]),
            Route("/livez", _alive, methods=["GET"]),
            Route("/readyz", _readiness(ready), methods=["GET"]),
            *routes,
        ],
        middleware=[Middleware(_SecurityHeaders)],
        lifespan=lifespan,
    )


class _Slack:
    """The one address that Slack calls."""

    def __init__(self, dispatch: Dispatch, guard: Guard) -> None:
        self._dispatch = dispatch
        self._guard = guard

    async def take(self, request: Request) -> Response:
        try:
            admitted = self._guard.admit(request.headers, await _read(request))
            return _own_answer(admitted) or await self._hand_on(request, admitted)
        except Refused as refused:
            log.warning("request refused", status=refused.status, reason=refused.reason)
            return PlainTextResponse(refused.reason, refused.status)
        except ClientDisconnect:
            return Response(status_code=400)

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
    if not announced.isdigit() or len(announced) > 9 or int(announced) > MAX_BODY:
        raise Refused(413, "body is too long")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused(413, "body is too long")
    return bytes(body)


def _own_answer(admitted: Admitted) -> Response | None:
    """Slack's questions about the address itself, which concern no workspace."""
    if admitted.content.get("type") == "url_verification":
        challenge = admitted.content.get("challenge")
        if not isinstance(challenge, str):
            raise Refused(400, "url_verification has no challenge")
        return PlainTextResponse(challenge)
    if admitted.content.get("ssl_check") == "1":
        return PlainTextResponse("")
    return None


def _for_bolt(request: Request, admitted: Admitted) -> BoltRequest:
    """Hand on only the headers that are Slack's: some others would switch parts of Bolt on."""
    names = ("content-type", "x-slack-retry-num", "x-slack-retry-reason")
    headers: dict[str, str | Sequence[str]] = {
        name: request.headers[name] for name in names if name in request.headers
    }
    try:
        return BoltRequest(body=admitted.body, headers=headers, mode="http")
    except Exception:  # it looks for workspace and person in whatever shape these have
        raise Refused(400, "content does not say where it comes from") from None


def _failed(admitted: Admitted, error: Exception | None = None) -> Response:
    """No status that makes Slack repeat the request or show its own error: a sentence where one can be read."""
    name = reference()
    log.error("request failed", reference=name, exc_info=error)
    return PlainTextResponse(UNEXPECTED.format(reference=name) if admitted.command else "")


def _from_bolt(answer: BoltResponse) -> Response:
    return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())


async def _alive(_: Request) -> Response:
    return PlainTextResponse("alive\n")


def _readiness(ready: Callable[[], list[str]]) -> Callable[[Request], object]:
    async def readiness(_: Request) -> Response:
        try:
            problems = await run_in_threadpool(ready)
        except Exception as error:
            log.error("readiness failed", exc_info=error)
            problems = ["It could not be found out whether everything is ready: see the log."]
        if problems:
            return PlainTextResponse("".join(f"{problem}\n" for problem in problems), 503)
        return PlainTextResponse("ready\n")

    return readiness


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

"""The local workspace as a web server: Slack's side towards the bot, a page towards people."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from demo import api, events, hooks, oauth, shapes, web_api
from demo.clock import DemoClock, RealClock
from demo.delivery import BotLine
from demo.local import Local, Timing
from demo.records import Json
from demo.registration import Registration
from demo.sockets import SocketLine, Sockets
from demo.traffic import Traffic
from demo.workspace import Workspace

STATIC = Path(__file__).parent / "static"
IDLE_CONNECTIONS_KEPT_S = 75
"""Longer than clients keep theirs (aiohttp 15 s). By default uvicorn closes one after five seconds, and
a message that is sent at that very moment is in doubt."""
T = TypeVar("T")
OURS = frozenset({"127.0.0.1", "localhost"})


def create_app(
    workspaces: Sequence[Workspace],
    ports: Sequence[int],
    *,
    bot_url: str,
    signing_secret: str,
    clock: DemoClock | None = None,
    timing: Timing | None = None,
    app_token: str = "",
    app: Registration | None = None,
) -> Starlette:
    """Workspaces for the bot at `bot_url`, which gets its requests at `/slack/events` there.

    The page of each is at a port of its own; its token says where the bot speaks. `app`: it may be installed.
    With an `app_token` the bot gets its requests in Socket Mode instead, over the connections that it opens.
    """
    timing, clock = timing or Timing(), clock or RealClock()
    address = f"{bot_url.rstrip('/')}/slack/events"
    sockets = Sockets(app_token, workspaces[0].bot.app_id, timing.answer) if app_token else None
    neighbours: list[Local] = []

    def now() -> float:
        return neighbours[0].now().timestamp()

    def line(traffic: Traffic) -> BotLine:
        if sockets:
            return SocketLine(sockets, traffic, now, retries=timing.retries)
        return BotLine(address, signing_secret, traffic, now, deadline=timing.answer, retries=timing.retries)

    for workspace, port in zip(workspaces, ports, strict=True):
        traffic = Traffic()
        local = Local(
            workspace, clock, line(traffic), traffic, timing, sockets, app=app, neighbours=neighbours
        )
        local.url = f"http://127.0.0.1:{port}"
        neighbours.append(local)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        for one in neighbours:
            await one.line.open()
        yield
        for one in neighbours:
            await one.line.close()

    by_port = dict(zip(ports, neighbours, strict=True))

    def at(request: Request) -> Local:
        return by_port.get(request.scope["server"][1], neighbours[0])

    web = Starlette(routes=[*_slack_routes(at), *api.routes(at), *_page_routes(at)], lifespan=lifespan)
    web.add_middleware(OnlyThisMachine)
    web.state.local = neighbours[0]
    return web


At = Callable[[Request], Local]
"""Whose page a request is for."""
Handler = Callable[[Local, Request], Awaitable[Response]]


def _slack_routes(at: At) -> list[Route]:
    return [
        Route("/api/{method}", _bound(at, web_api.answer_call), methods=["GET", "POST"]),
        Route("/hooks/{kind}/{hook_id:path}", _bound(at, hooks.answer_hook), methods=["POST"]),
        Route("/oauth/v2/authorize", _bound(at, oauth.ask), methods=["GET"]),
        Route("/oauth/v2/authorize", _bound(at, oauth.decide), methods=["POST"]),
        Route("/app_redirect", _bound(at, oauth.open_app), methods=["GET"]),
        Route("/upload/v1/{file_id}/{key}", _bound(at, hooks.receive_upload), methods=["POST"]),
    ]


def _page_routes(at: At) -> list[Route | Mount]:
    return [
        Route("/", _page, methods=["GET"]),
        Route("/files/{file_id}/{name:path}", _bound(at, download), methods=["GET"]),
        Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
    ]


def _bound(at: At, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await handler(at(request), request)

    return answer


async def _page(_: Request) -> Response:
    page = STATIC / "index.html"
    return FileResponse(page) if page.exists() else PlainTextResponse("The page is not here.", 404)


async def download(local: Local, request: Request) -> Response:
    """A file, for those who can see it."""
    workspace = local.workspace
    file = workspace.files.get(request.path_params["file_id"])
    user = request.query_params.get("as", "")
    if file is None or user not in workspace.people or not shapes.may_download(workspace, user, file):
        return PlainTextResponse("There is no such file for this person.", 404)
    headers = {"Content-Disposition": f'attachment; filename="{_ascii(file.name)}"'}
    return Response(file.content or b"", media_type=file.mimetype, headers=headers)


def _ascii(name: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in name)


class OnlyThisMachine:
    """Refuses what other websites in the same browser might send here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_ours(Request(scope)):
            refusal = PlainTextResponse("This workspace answers to 127.0.0.1 and localhost only.", 403)
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_ours(request: Request) -> bool:
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if _hostname(f"//{host}") not in OURS:
        return False
    return origin is None or urlsplit(origin).netloc == host


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


class CuttableProtocol(H11Protocol):
    """HTTP whose handlers can cut the connection: a fault that a bot must survive."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class PromptServer(uvicorn.Server):
    """Ends when it is told to, not at its next look a tenth of a second later: hundreds of tests end one."""

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            await asyncio.sleep(0.03)


class LocalWorkspace:
    """Serves a workspace from a thread of its own, on 127.0.0.1.

    `with LocalWorkspace(workspace, bot_url=..., signing_secret=...) as local:` or `start()` and `stop()`.
    Its address is known from the beginning, so that a bot can be made for it first.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        bot_url: str,
        signing_secret: str,
        clock: DemoClock | None = None,
        timing: Timing | None = None,
        port: int = 0,
        app_token: str = "",
        others: Sequence[Workspace] = (),
        app: Registration | None = None,
    ) -> None:
        """`others` are side by side with it, each with a page at a free port. `app`: it may be installed."""
        self._sockets = [socket.create_server(("127.0.0.1", one)) for one in (port, *(0 for _ in others))]
        ports = [one.getsockname()[1] for one in self._sockets]
        self._app = create_app(
            [workspace, *others],
            ports,
            bot_url=bot_url,
            signing_secret=signing_secret,
            clock=clock,
            timing=timing,
            app_token=app_token,
            app=app,
        )
        self.url = self.local.url
        self.api_url = f"{self.url}/api/"
        config = uvicorn.Config(
            self._app,
            http=CuttableProtocol,
            log_config=None,
            access_log=False,
            date_header=False,  # each answer of the Web API says its own
            timeout_keep_alive=IDLE_CONNECTIONS_KEPT_S,
            timeout_graceful_shutdown=1,
        )
        self._server = PromptServer(config)
        self._thread = threading.Thread(target=self._serve, name="local-workspace", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()

    @property
    def local(self) -> Local:
        local: Local = self._app.state.local
        return local

    @property
    def workspace(self) -> Workspace:
        return self.local.workspace

    @property
    def sockets(self) -> Sockets:
        """The bot's connections. Raises LookupError where it has an address instead."""
        if self.local.sockets is None:
            raise LookupError("this bot is called at its address")
        return self.local.sockets

    def load(self, workspace: Workspace, clock: DemoClock | None = None) -> None:
        """Shows another workspace from now on: tests need fresh ones sooner than a server starts."""
        self.local.workspace = workspace
        self.local.clock = clock or self.local.clock
        self.local.wake()

    def _serve(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        serving = asyncio.ensure_future(self._server.serve(sockets=self._sockets))
        while not (self._server.started or serving.done()):
            await asyncio.sleep(0.005)
        self._ready.set()
        await serving

    def start(self) -> "LocalWorkspace":
        """Serves from now on. Raises RuntimeError when the server does not come up."""
        self._thread.start()
        self._ready.wait()
        if not self._server.started:
            raise RuntimeError("the local workspace did not start")
        return self

    def stop(self) -> None:
        """Ends the pages' event streams, then the server."""
        for local in self.local.neighbours:
            local.stopping = True
            local.wake()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        for one in self._sockets:
            one.close()

    def __enter__(self) -> "LocalWorkspace":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fire(self, event: Json) -> bool:
        """Sends the bot an event, as Slack would; True if the first try was taken."""
        return self.run(events.fire(self.local, event))

    def remove_app(
        self, local: Local, kinds: tuple[str, ...] = ("tokens_revoked", "app_uninstalled")
    ) -> None:
        """Somebody removes the bot from one of the workspaces, and it hears of it, in that order."""
        if self._loop is None:
            raise RuntimeError("the local workspace has not been started")
        asyncio.run_coroutine_threadsafe(oauth.remove(local, kinds), self._loop).result()

    def verify_url(self) -> bool:
        """Asks the bot for the challenge that Slack asks when an address is entered."""
        return self.run(events.verify_url(self.local))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Does something on the server's own thread, and waits for it."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the local workspace has not been started")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

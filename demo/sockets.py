"""Socket Mode: the bot comes to the workspace over WebSockets, instead of being called at an address.

aiohttp serves them: uvicorn can do that only with one more library.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from demo.delivery import Answer, BotLine
from demo.records import Json
from demo.traffic import Traffic

OPEN = "apps.connections.open"
ENVELOPES = {"command": "slash_commands", "event_callback": "events_api"}
"""By the kind of request; all others are `interactive`."""


@dataclass(eq=False)
class Connection:
    """One WebSocket of the bot."""

    ws: web.WebSocketResponse
    transport: asyncio.Transport | None
    unanswered: set[str] = field(default_factory=set)
    """Envelopes that went over it and wait for their answer."""

    async def tell(self, **message: Any) -> None:
        with suppress(ConnectionError):  # it has just gone
            await self.ws.send_str(json.dumps(message))


@dataclass
class Sockets:
    """The server's side of all of them. Slack spreads envelopes over those that are open; so does this."""

    app_token: str
    app_id: str
    deadline: float
    """Real seconds in which an envelope has to be answered."""
    connections: list[Connection] = field(default_factory=list)
    ever: list[Connection] = field(default_factory=list)
    """Also those that are closed, or about to be."""
    twice: bool = False
    """Sends every envelope another time, as Slack does when it has missed the answer."""
    distance: float = 0.0
    """Real seconds that a new connection takes to come about."""
    full: bool = False
    """Turns away whoever comes."""
    mute: bool = False
    """Says nothing any more and closes nothing, as a network may."""
    answers: dict[str, Json] = field(default_factory=dict)
    """What came back, by envelope."""
    _tickets: set[str] = field(default_factory=set)
    _waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _runner: web.AppRunner | None = None
    _url: str = ""

    async def start(self) -> None:
        """Once, though each workspace asks for it."""
        if self._runner is not None:
            return
        app = web.Application()
        app.router.add_get("/link", self._come_in)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._url = f"ws://{host}:{port}/link"

    async def stop(self) -> None:
        self.cut()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def new_url(self) -> str:
        """An address for one connection."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return f"{self._url}?ticket={ticket}&app_id={self.app_id}"

    async def ask(self, kind: str, payload: Json, headers: dict[str, str]) -> Answer:
        """Sends one request to the bot, over the connections in turn."""
        if not self.connections:
            return Answer(failure="unreachable")
        envelope = _envelope(kind, payload, headers)
        answered = self._waiting[envelope["envelope_id"]] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self.deadline):
                await self._send(envelope)
                if self.twice:
                    await self._send({**envelope, "envelope_id": f"{envelope['envelope_id']}-again"})
                answer = await answered
        except TimeoutError:
            return Answer(failure="timeout")
        finally:
            self._close(envelope["envelope_id"])
        return Answer(200, json.dumps(answer["payload"]) if answer.get("payload") else "")

    async def _send(self, envelope: Json) -> None:
        if self.connections:
            chosen = self.connections.pop(0)
            self.connections.append(chosen)
            chosen.unanswered.add(envelope["envelope_id"])
            await chosen.tell(**envelope)

    async def say_goodbye(self, reason: str) -> list[Connection]:
        """Asks for new connections, as Slack does every few hours. Which ones were told."""
        told = list(self.connections)
        for one in told:
            await one.tell(type="disconnect", reason=reason, debug_info={"host": "applink-demo"})
        return told

    async def hang_up(self, connections: list[Connection]) -> None:
        """Sends nothing more over these, waits for their last answers and closes them."""
        for one in connections:
            self.connections.remove(one)
        while any(one.unanswered for one in connections):
            await asyncio.sleep(0.002)
        for one in connections:
            await one.ws.close()

    def cut(self) -> None:
        """Every connection breaks without a word."""
        for one in self.ever:
            if one.transport is not None:
                one.transport.abort()

    async def _come_in(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self.full:
            return web.Response(status=503)
        self._tickets.discard(ticket)
        await asyncio.sleep(self.distance)
        ws = web.WebSocketResponse(autoping=False, timeout=0.1)
        await ws.prepare(request)
        connection = Connection(ws, request.transport)
        await connection.tell(
            type="hello",
            num_connections=len(self.connections) + 1,
            debug_info={"host": "applink-demo", "build_number": 1, "approximate_connection_time": 18060},
            connection_info={"app_id": self.app_id},
        )
        self.connections.append(connection)
        self.ever.append(connection)
        try:
            await self._listen(connection)
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
        return ws

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.ws:
            if message.type is WSMsgType.PING and not self.mute:
                await connection.ws.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._note(json.loads(message.data))

    def _note(self, answer: Json) -> None:
        envelope_id = answer["envelope_id"]
        self.answers[envelope_id] = answer
        waiting = self._waiting.get(envelope_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)
        for one in self.ever:
            one.unanswered.discard(envelope_id)

    def _close(self, envelope_id: str) -> None:
        """Nobody waits for this answer any more."""
        del self._waiting[envelope_id]
        for one in self.ever:
            one.unanswered.discard(envelope_id)


def _envelope(kind: str, payload: Json, headers: dict[str, str]) -> Json:
    envelope: Json = {
        "envelope_id": secrets.token_hex(16),
        "type": ENVELOPES.get(kind, "interactive"),
        "payload": payload,
        "accepts_response_payload": kind != "event_callback",
    }
    if kind == "event_callback":
        envelope["retry_attempt"] = int(headers.get("X-Slack-Retry-Num", "0"))
        envelope["retry_reason"] = headers.get("X-Slack-Retry-Reason", "")
    return envelope


class SocketLine(BotLine):
    """The way to a bot that has no address: what is sent goes into an envelope."""

    def __init__(
        self, sockets: Sockets, traffic: Traffic, now: Callable[[], float], *, retries: Sequence[float]
    ) -> None:
        super().__init__("", "", traffic, now, deadline=sockets.deadline, retries=retries)
        self._sockets = sockets

    async def open(self) -> None:
        await self._sockets.start()

    async def close(self) -> None:
        await self._drop_later()
        await self._sockets.stop()

    async def _deliver(self, request: Json, _body: str, headers: dict[str, str]) -> Answer:
        kind = "command" if "command" in request else str(request.get("type"))
        return await self._sockets.ask(kind, request, headers)

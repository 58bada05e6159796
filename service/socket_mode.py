"""Socket Mode: the bot opens a WebSocket to Slack, and requests come over it. No public address is needed.

Slack wants a new connection every few hours. The next one is open before the last one goes, and what comes on
either of them is answered. The clients of Slack's SDK hang up first: docs/adr/0001-own-socket-connections.md.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import certificates
from scheduler.outcomes import SlackFault, Verdict, fault_of
from service.guard import MAX_BODY, Refused, json_object

Json = dict[str, Any]
Answer = Callable[[Json], Awaitable[Json | None]]
"""Takes an envelope; gives what goes back, or None when it stays unanswered."""

LINK_DISABLED = "link_disabled"
REASONS = frozenset({"warning", "refresh_requested", "too_many_websockets", LINK_DISABLED})
FOR_GOOD = frozenset({Verdict.PAUSE, Verdict.DEAD})
"""What will not work until somebody acts."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Patience:
    """Seconds. Tests make them short."""

    first_wait: float = 1
    """Before a connection that could not be opened is tried again; twice as long each time."""
    longest_wait: float = 60
    open_within: float = 10
    """From asking for an address to Slack's hello."""
    ping_every: float = 10
    """Slack has half of it to answer."""
    silent_for: float = 30
    """Then nothing is expected of the connection any more."""
    steady_after: float = 10
    """After one that was over sooner, the next is not opened at once."""
    old_stays: float = 30
    """How long one that was replaced may go on, if Slack does not close it."""
    answer_helps_for: float = 3
    """So long Slack waits for an answer, and one whose connection broke for the next connection."""


@dataclass(eq=False)
class _Connection:
    ws: aiohttp.ClientWebSocketResponse
    since: float
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Another one is wanted: Slack has asked for it, or this one broke."""
    asked: str = ""
    """Slack's word for why."""
    limit: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))

    def may_go(self, within_s: float) -> None:
        if not self.ws.closed:
            with suppress(RuntimeError):  # it has ended by itself
                self.limit.reschedule(asyncio.get_running_loop().time() + within_s)


class SocketMode:
    """Keeps one connection to Slack at all times. Lives in one event loop."""

    def __init__(
        self, app_token: str, api_url: str, answer: Answer, patience: Patience | None = None
    ) -> None:
        self._token = app_token
        self._api_url = api_url
        self._answer = answer
        self._patience = patience or Patience()
        self._http: aiohttp.ClientSession | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._current: _Connection | None = None
        self._next = asyncio.Event()
        """Set when another connection is open. Each has an event of its own."""
        self._readers: dict[_Connection, asyncio.Task[None]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._refused = ""
        self._heard: float | None = None
        self._log = logging.getLogger("service.socket_mode.sdk")
        self._log.setLevel(logging.INFO)  # the SDK writes whole payloads to the log at DEBUG

    def problem(self) -> str | None:
        """What keeps requests from coming, if anything. May be asked in any thread."""
        if self._refused:
            return f"Slack opens no socket for this app token ({self._refused}): see coach doctor."
        if self._heard is None:
            return "The socket to Slack is not open yet."
        silent = time.monotonic() - self._heard
        if silent > self._patience.silent_for:
            return f"Nothing was heard over the socket to Slack for {silent:.0f} seconds."
        return None

    async def start(self) -> None:
        """Begins to connect, and goes on until it is stopped."""
        self._http = aiohttp.ClientSession()
        self._keeper = asyncio.create_task(self._keep(self._http))

    async def stop(self, within_s: float) -> None:
        """Takes nothing new, answers what was taken, and hangs up."""
        tasks = [*([self._keeper] if self._keeper else []), *self._readers.values()]
        connections = list(self._readers)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._answering:
            _, late = await asyncio.wait(self._answering, timeout=within_s)
            if late:
                log.warning("socket_closed_unanswered", envelopes=len(late))
        for one in connections:
            await one.ws.close()
        if self._http is not None:
            await self._http.close()

    async def _keep(self, http: aiohttp.ClientSession) -> None:
        """One connection after another. Each is open before the one before it goes."""
        while True:
            before, self._current = self._current, await self._connect(http)
            self._next.set()
            self._next = asyncio.Event()
            if before is not None:
                before.may_go(self._patience.old_stays)
            await self._current.over.wait()
            self._judge(self._current)

    def _judge(self, ended: _Connection) -> None:
        """How soon another one may be opened. One that Slack has asked to replace goes on until then."""
        if ended.asked == LINK_DISABLED:
            self._refuse(LINK_DISABLED)
        if time.monotonic() - ended.since > self._patience.steady_after:
            self._failures = 0
        else:
            self._failures += 1

    async def _connect(self, http: aiohttp.ClientSession) -> _Connection:
        wait = self._wait()
        while True:
            await asyncio.sleep(wait)
            try:
                connection = await self._open(http)
            except Exception as error:
                wait = self._failed(error)
            else:
                self._refused = ""
                self._readers[connection] = asyncio.create_task(self._read(connection))
                return connection

    def _wait(self) -> float:
        """Longer with every failure, and never the same for many bots."""
        if self._refused:
            return self._patience.longest_wait
        if not self._failures:
            return 0
        wait = self._patience.first_wait * 2.0 ** min(self._failures - 1, 16)
        return min(wait, self._patience.longest_wait) * random.uniform(0.5, 1)  # noqa: S311 - nothing secret is drawn

    def _failed(self, error: Exception) -> float:
        """Notes a connection that was not opened. After how many seconds the next try is made."""
        fault = error if isinstance(error, SlackFault) else fault_of(error)
        self._failures += 1
        if fault.verdict in FOR_GOOD:
            self._refuse(fault.code)
        wait = max(self._wait(), fault.wait.total_seconds() if fault.wait else 0)
        log.warning("socket_not_opened", error=fault.code, again_in_s=round(wait, 1))
        return wait

    def _refuse(self, why: str) -> None:
        if why != self._refused:
            log.error("slack refuses the socket: coach doctor says what to do", error=why)
        self._refused = why

    async def _open(self, http: aiohttp.ClientSession) -> _Connection:
        """Raises what `fault_of` can read."""
        async with asyncio.timeout(self._patience.open_within):
            client = AsyncWebClient(
                base_url=self._api_url,
                ssl=certificates(),
                session=http,
                logger=self._log,
                retry_handlers=[],
            )
            place = await client.apps_connections_open(app_token=self._token)
            ws = await http.ws_connect(
                str(place["url"]),
                autoping=False,  # what answers pings hides them, and they tell that Slack is there
                heartbeat=self._patience.ping_every,
                proxy=load_http_proxy_from_env(self._log),
                ssl=certificates(),
                timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
            )
            await self._greeted(ws)
        log.info("socket_open")
        return _Connection(ws, time.monotonic())

    async def _greeted(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        try:
            if _said(await ws.receive()).get("type") != "hello":
                raise SlackFault("no hello", Verdict.RETRY)
        except BaseException:
            await ws.close()
            raise
        self._heard = time.monotonic()

    async def _read(self, connection: _Connection) -> None:
        try:
            async with connection.limit:
                async for message in connection.ws:
                    self._heard = time.monotonic()
                    await self._take(connection, message)
        except TimeoutError:
            pass  # it was replaced long ago
        except Exception as error:
            log.warning("socket_broke", error=type(error).__name__)
        finally:
            del self._readers[connection]
            connection.over.set()
        await connection.ws.close()
        log.info("socket_closed", code=connection.ws.close_code)

    async def _take(self, connection: _Connection, message: aiohttp.WSMessage) -> None:
        if message.type is aiohttp.WSMsgType.PING:
            await connection.ws.pong(message.data)
        content = _said(message)
        if content.get("type") == "disconnect":
            self._asked_to_go(connection, str(content.get("reason")))
        elif "envelope_id" in content:
            task = asyncio.create_task(self._carry_out(connection, content))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    def _asked_to_go(self, connection: _Connection, reason: str) -> None:
        connection.asked = reason if reason in REASONS else "another"
        log.info("socket_to_be_replaced", reason=connection.asked)
        connection.over.set()

    async def _carry_out(self, connection: _Connection, envelope: Json) -> None:
        try:
            reply = await self._answer(envelope)
            if reply is not None:
                await self._send(connection, reply)
        except Exception as error:
            log.error("envelope_failed", exc_info=error)

    async def _send(self, connection: _Connection, reply: Json) -> None:
        """Over the connection that it came by, or over the newest, or the next, when that one is gone."""
        try:
            async with asyncio.timeout(self._patience.answer_helps_for):
                newer = self._next
                while not await self._sent(connection, reply):
                    await newer.wait()
                    newer = self._next
        except TimeoutError:
            log.warning("answer_not_sent")

    async def _sent(self, connection: _Connection, reply: Json) -> bool:
        for one in (connection, self._current):
            if one is not None and not one.ws.closed:
                with suppress(ConnectionError):
                    await one.ws.send_json(reply)
                    return True
        return False


def _said(message: aiohttp.WSMessage) -> Json:
    """What a message says; nothing when it says nothing that can be read."""
    if message.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        if len(message.data) > MAX_BODY:
            raise Refused(413, "envelope is too long")
        return json_object(message.data)
    except Refused as refused:
        log.warning("envelope_refused", reason=refused.reason)
        return {}

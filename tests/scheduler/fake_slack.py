"""As much of Slack as delivery speaks to: a real HTTP server that keeps what it hears and fails on demand."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Fault = Callable[["Call"], Awaitable[Json | web.Response | None]]
"""Gives an answer instead of the usual one; None lets the call through."""


@dataclass(frozen=True)
class Call:
    method: str
    body: Json
    token: str


@dataclass
class FakeSlack:
    """What stands in its conversations, and every call that was made."""

    now: Callable[[], datetime]
    scopes: set[str] = field(default_factory=lambda: {"im:history"})
    calls: list[Call] = field(default_factory=list)
    messages: dict[str, dict[str, Json]] = field(default_factory=dict)
    homes: dict[str, Json] = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)
    channels: dict[str, Json] = field(default_factory=dict)
    """What `conversations.info` says, with `members`; users whose id begins with B are apps."""
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    url: str = ""
    _count: int = 0

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/upload", self._upload)
        app.router.add_post("/api/{method}", self._call)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return runner

    def fail(self, method: str, fault: Fault) -> None:
        """The next call of `method` meets `fault`."""
        self.faults.append((method, fault))

    def refuse(self, method: str, error: str) -> None:
        self.fail(method, answering({"ok": False, "error": error}))

    def made(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def posts(self) -> Counter[str]:
        """How often each opaque id stands somewhere."""
        standing = [one for channel in self.messages.values() for one in channel.values()]
        return Counter(one["metadata"]["event_payload"]["id"] for one in standing)

    def texts(self, channel: str) -> list[str]:
        return [one["text"] for one in self.messages.get(channel, {}).values()]

    async def _upload(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="OK")

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        body: Json = await request.json() if is_json else dict(await request.post())
        call = Call(method, body, request.headers.get("Authorization", ""))
        self.calls.append(call)
        spoilt = await self._spoil(call)
        if spoilt is LOST:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if isinstance(spoilt, web.Response):
            return spoilt
        said = self.carry_out(call) if spoilt is None else spoilt
        return web.json_response(said, headers={"X-OAuth-Scopes": ",".join(sorted(self.scopes))})

    async def _spoil(self, call: Call) -> Json | web.Response | None:
        for entry in self.faults:
            if entry[0] == call.method:
                self.faults.remove(entry)
                return await entry[1](call)
        return None

    def carry_out(self, call: Call) -> Json:
        """Does what was asked."""
        answer = getattr(self, "_" + call.method.replace(".", "_"))(call.body)
        return {"ok": "error" not in answer, **answer}

    def _auth_test(self, _body: Json) -> Json:
        return {}

    def _conversations_open(self, body: Json) -> Json:
        people = sorted(body["users"].split(","))
        return {"channel": {"id": ("D-" if len(people) == 1 else "G-") + "-".join(people)}}

    def _chat_postMessage(self, body: Json) -> Json:
        self._count += 1
        ts = f"{int(self.now().timestamp())}.{self._count:06}"
        self.messages.setdefault(body["channel"], {})[ts] = body
        return {"ts": ts, "channel": body["channel"]}

    def _chat_update(self, body: Json) -> Json:
        standing = self.messages.get(body["channel"], {})
        if body["ts"] not in standing:
            return {"error": "message_not_found"}
        standing[body["ts"]] |= body
        return {"ts": body["ts"]}

    def _views_publish(self, body: Json) -> Json:
        self.homes[body["user_id"]] = body["view"]
        return {}

    def _files_getUploadURLExternal(self, _body: Json) -> Json:
        return {"upload_url": f"{self.url}/upload", "file_id": "F1"}

    def _files_completeUploadExternal(self, body: Json) -> Json:
        self.files.append(body)
        return {"files": body["files"]}

    def _conversations_info(self, body: Json) -> Json:
        known = self.channels.get(body["channel"])
        return {"channel": known} if known else {"error": "channel_not_found"}

    def _conversations_members(self, body: Json) -> Json:
        return {"members": self.channels[body["channel"]]["members"]}

    def _users_info(self, body: Json) -> Json:
        return {"user": {"id": body["user"], "is_bot": body["user"].startswith("B")}}

    def _conversations_history(self, body: Json) -> Json:
        if "im:history" not in self.scopes:
            return {"error": "missing_scope"}
        standing = self.messages.get(body["channel"], {})
        newer = [{"ts": ts, **one} for ts, one in standing.items() if float(ts) >= float(body["oldest"])]
        return {"messages": newer[::-1]}


LOST = web.Response(status=299)
"""The connection is cut without an answer."""


def answering(answer: Json | web.Response) -> Fault:
    async def answered(_: Call) -> Json | web.Response:
        return answer

    return answered


def page(status: int) -> Fault:
    """A page of some proxy instead of Slack's answer."""

    async def answered(_: Call) -> web.Response:
        return web.Response(status=status, text="<html>Oh</html>", content_type="text/html")

    return answered


def limited(retry_after: str | None) -> Fault:
    """Too many calls."""

    async def answered(_: Call) -> web.Response:
        headers = {"Retry-After": retry_after} if retry_after is not None else {}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)

    return answered

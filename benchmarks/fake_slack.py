"""As much of Slack as is called, in a process of its own: every call succeeds after a set time.

The first part of the path is that time in milliseconds: `<url>/30/api/chat.postMessage`.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.processes import Child, Json, child, say

TEAM, BOT = "T0RIVER", "UBOT"
POST = "chat.postMessage"


@dataclass(frozen=True)
class FakeSlack:
    """The process, as the others see it."""

    url: str
    _process: Child

    def api(self, latency_ms: int = 0) -> str:
        return f"{self.url}/{latency_ms}/api/"

    def posts(self) -> int:
        """Messages since the last time that this was asked."""
        return int(self._process.ask(want="posts")["posts"])

    def last_post(self) -> Json:
        """The newest message, as it was sent."""
        found: Json = self._process.ask(want="last")["last"]
        return found


@contextmanager
def fake_slack(folder: Path) -> Iterator[FakeSlack]:
    with child(folder, "fake_slack") as process:
        yield FakeSlack(process.hear()["url"], process)


class _Server:
    def __init__(self) -> None:
        self._posts = self._calls = 0
        self._last = b"{}"

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        latency, method = int(request.match_info["latency"]), request.match_info["method"]
        if latency:
            await asyncio.sleep(latency / 1000)
        self._calls += 1
        if method == POST:
            self._posts += 1
            self._last = body
        return web.Response(body=self._answer(method), content_type="application/json")

    def _answer(self, method: str) -> bytes:
        about: dict[str, Any] = {"ok": True, "team_id": TEAM, "team": "Riverbend", "user_id": BOT}
        if method == "conversations.open":
            about["channel"] = {"id": f"D{self._calls}"}
        elif method.startswith("views."):
            about["view"] = {"id": f"V{self._calls}"}
        else:
            about |= {"ts": f"1.{self._calls:06}", "channel": "D1"}
        return json.dumps(about).encode()

    def answer(self, question: Json) -> Json:
        if question["want"] == "last":
            return {"last": json.loads(self._last)}
        found, self._posts = self._posts, 0
        return {"posts": found}


async def _serve() -> None:
    server = _Server()
    app = web.Application()
    app.router.add_post("/{latency}/api/{method}", server.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    say({"url": f"http://127.0.0.1:{port}"})
    await asyncio.to_thread(_answer_lines, server)


def _answer_lines(server: _Server) -> None:
    from benchmarks.processes import serve_lines

    serve_lines(server.answer)


if __name__ == "__main__":
    asyncio.run(_serve())

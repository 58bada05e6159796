"""Requests to the bot: signed, timed, and tried again where Slack tries again."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from demo import clock
from demo.records import Json
from demo.traffic import Traffic

AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True)
class Answer:
    """What came back. `failure` is "timeout" or "unreachable" when nothing did."""

    status: int = 0
    body: str = ""
    failure: str | None = None

    @property
    def good(self) -> bool:
        return self.failure is None and self.status == 200

    def json(self) -> Json | None:
        """The body as a JSON object; an empty body is an empty one; None when it is neither."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack's v0 signature of a request body."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class BotLine:
    """The one way to the bot. Opened with the server, closed with it."""

    def __init__(
        self,
        url: str,
        secret: str,
        traffic: Traffic,
        now: Callable[[], float],
        *,
        deadline: float,
        retries: Sequence[float],
    ) -> None:
        self.url = url
        self._secret = secret
        self._traffic = traffic
        self._now = now
        self._deadline = deadline
        self._retries = retries
        self._session: aiohttp.ClientSession | None = None
        self._later: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._deadline))

    async def close(self) -> None:
        await self._drop_later()
        if self._session:
            await self._session.close()

    async def _drop_later(self) -> None:
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)

    async def command(self, fields: Json) -> Answer:
        """A slash command: a plain form."""
        return await self._send("command", f"{fields['command']} {fields['text']}", fields, urlencode(fields))

    async def interaction(self, payload: Json, summary: str) -> Answer:
        """A click, a submission, a search in a menu: JSON in one field of a form."""
        return await self._send(
            payload["type"], summary, payload, urlencode({"payload": json.dumps(payload)})
        )

    async def event(self, envelope: Json) -> bool:
        """An event; when it is not taken, it is sent again later. True if the first try was taken."""
        kind = envelope["event"]["type"]
        answer = await self._send_event(envelope, kind, {})
        if not answer.good and self._retries:
            self._do_later(self._send_again(envelope, kind, answer))
        return answer.good

    async def challenge(self, request: Json) -> bool:
        """The question to a new address: the challenge must come back, as text or in JSON."""
        answer = await self._send_event(request, "url_verification", {})
        return answer.good and request["challenge"] in answer.body

    async def _send_event(self, envelope: Json, kind: str, headers: dict[str, str]) -> Answer:
        body = json.dumps(envelope)
        return await self._send(kind, f"event {kind}", envelope, body, "application/json", headers)

    async def _send_again(self, envelope: Json, kind: str, answer: Answer) -> None:
        for number, wait in enumerate(self._retries, start=1):
            await asyncio.sleep(wait)
            reason = {"timeout": "http_timeout", "unreachable": "connection_failed"}.get(
                answer.failure or "", "http_error"
            )
            headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            answer = await self._send_event(envelope, kind, headers)
            if answer.good:
                return

    def _do_later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _send(
        self,
        kind: str,
        summary: str,
        request: Json,
        body: str,
        content_type: str = "application/x-www-form-urlencoded",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        started = clock.stopwatch()
        answer = await self._deliver(request, body, {"Content-Type": content_type, **(headers or {})})
        self._traffic.note(
            time=self._now(),
            direction="to_bot",
            kind=kind,
            summary=summary.strip(),
            request=request,
            response=answer.json() if answer.json() is not None else answer.body,
            status=answer.failure or answer.status,
            ms=(clock.stopwatch() - started) * 1000,
        )
        return answer

    async def _deliver(self, _request: Json, body: str, headers: dict[str, str]) -> Answer:
        return await self._post(body, {**self._signed(body), **headers})

    def _signed(self, body: str) -> dict[str, str]:
        timestamp = str(int(clock.real_seconds()))
        return {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
            "User-Agent": AGENT,
        }

    async def _post(self, body: str, headers: dict[str, str]) -> Answer:
        if self._session is None:
            raise RuntimeError("the line to the bot is not open")
        try:
            async with self._session.post(self.url, data=body.encode(), headers=headers) as response:
                return Answer(response.status, await response.text(errors="replace"))
        except TimeoutError:
            return Answer(failure="timeout")
        except aiohttp.ClientError:
            return Answer(failure="unreachable")

"""Signed requests to a bot, one at a time or from several clients at once."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from benchmarks.fake_slack import TEAM
from benchmarks.processes import Json

PATH = "/slack/events"
SORRY = (b"Something went wrong", b"I cannot reach my memory")
FORM = "application/x-www-form-urlencoded"
TRIGGERS = count()
"""No two of Slack's requests are the same to the letter."""


@dataclass(frozen=True)
class Bot:
    """A served bot, as Slack sees it."""

    port: int
    secret: str

    def one_by_one(self, forms: Sequence[dict[str, str]]) -> list[float]:
        """Milliseconds of each request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            return [self._one(connection, form) for form in forms]
        finally:
            connection.close()

    def at_once(self, forms: Sequence[dict[str, str]], clients: int) -> "Rush":
        return asyncio.run(self._at_once(forms, clients))

    def _one(self, connection: HTTPConnection, form: dict[str, str]) -> float:
        body, headers = self._signed(form)
        started = time.perf_counter()
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        took = (time.perf_counter() - started) * 1000
        if not _taken(answer.status, said):
            raise RuntimeError(f"refused with {answer.status}: {said[:300]!r}")
        return took

    async def _at_once(self, forms: Sequence[dict[str, str]], clients: int) -> "Rush":
        waiting, came = iter(forms), list[tuple[float, bool]]()

        async def client() -> None:
            for form in waiting:
                came.append(await self._one_of_many(session, form))

        async with aiohttp.ClientSession(f"http://127.0.0.1:{self.port}") as session:
            started = time.perf_counter()
            await asyncio.gather(*(client() for _ in range(clients)))
            seconds = time.perf_counter() - started
        refused = sum(not taken for _, taken in came)
        return Rush((len(came) - refused) / seconds, [took for took, _ in came], refused)

    async def _one_of_many(self, session: aiohttp.ClientSession, form: dict[str, str]) -> tuple[float, bool]:
        body, headers = self._signed(form)
        started = time.perf_counter()
        async with session.post(PATH, data=body, headers=headers) as answer:
            said = await answer.read()
        return (time.perf_counter() - started) * 1000, _taken(answer.status, said)

    def _signed(self, form: dict[str, str]) -> tuple[str, dict[str, str]]:
        body, at = urlencode(form), str(int(time.time()))
        signature = SignatureVerifier(self.secret).generate_signature(timestamp=at, body=body) or ""
        headers = {
            "Content-Type": FORM,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": signature,
        }
        return body, headers


@dataclass(frozen=True)
class Rush:
    """What came of many requests at once."""

    a_second: float
    """Those that were taken."""
    took: list[float]
    """Milliseconds of each."""
    refused: int


def command(name: str, words: str, user: str) -> dict[str, str]:
    return {
        "team_id": TEAM,
        "team_domain": "riverbend",
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "user_id": user,
        "user_name": user.lower(),
        "command": name,
        "text": words,
        "api_app_id": "A0COACH",
        "is_enterprise_install": "false",
        "trigger_id": f"1.2.{next(TRIGGERS)}",
    }


def submission(user: str, view: Json) -> dict[str, str]:
    """A form that is sent off, with what its `state` holds."""
    payload = {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "riverbend"},
        "user": {"id": user, "username": user.lower(), "team_id": TEAM},
        "api_app_id": "A0COACH",
        "trigger_id": f"1.2.{next(TRIGGERS)}",
        "view": view,
        "response_urls": [],
    }
    return {"payload": json.dumps(payload)}


def _taken(status: int, said: bytes) -> bool:
    """A refusal is fast and would look good."""
    return status == 200 and b"response_action" not in said and not any(one in said for one in SORRY)

"""The calls that delivery makes to Slack. Each answers, or raises `SlackFault`; none is repeated here.

One aiohttp session and one `ssl` context serve all workspaces: connections are kept, and the certificates
are read once.
"""

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from http.client import HTTPException
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
from slack_sdk.web.async_client import AsyncWebClient

from scheduler.messages import File, HomeView, Message
from scheduler.metrics import Metrics
from scheduler.outcomes import SlackFault, Verdict, fault_of
from scheduler.resting import POST, Limit
from scheduler.skew import Skew

TIMEOUT_S = 10
CONNECT_TIMEOUT_S = 5
EVENT_TYPE = "coach_message"
SCOPES, LOOK_UP = "x-oauth-scopes", "im:history"
TOKEN_KEPT_S = 60
PAGE = 200
MOST_APPS = 10
"""A conversation with more members than the audience and so many apps is not asked about one by one."""

Json = dict[str, Any]


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


class Slack:
    """Slack's Web API for all workspaces. Lives in one event loop; `close()` it there."""

    def __init__(
        self,
        base_url: str,
        token_of: Callable[[str], str],
        now: Callable[[], datetime],
        metrics: Metrics | None = None,
        skew: Skew | None = None,
    ) -> None:
        """`token_of` gives the bot token of a workspace. It raises LookupError when there is none; what it
        raises when it had to ask Slack and got no token, is a fault like that of any other call. `skew` hears
        what time it is at Slack."""
        self._base_url = base_url
        self._token_of = token_of
        self._now = now
        self._metrics = metrics or Metrics()
        self._skew = skew
        self._session: aiohttp.ClientSession | None = None
        self._ssl = _certificates()
        self._tokens: dict[str, tuple[str, float]] = {}
        """With the moment, by a clock that is never set, until which it is used without asking."""
        self._looks_up: dict[str, bool] = {}
        self._closed_until: dict[tuple[str, str], datetime] = {}
        self._log = logging.getLogger("slack_sdk.worker")
        self._log.setLevel(logging.INFO)  # the SDK writes whole messages to the log at DEBUG

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def leave_alone(self, limit: Limit) -> None:
        """Calls of this method in this workspace are refused here until then."""
        key = limit.workspace_id, limit.method
        known = self._closed_until.get(key)
        self._closed_until[key] = max(known, limit.not_before) if known else limit.not_before

    def looks_up(self, workspace: str) -> bool:
        """Whether a direct message can be looked for, as far as is known. Slack says so with each answer."""
        return self._looks_up.get(workspace, False)

    async def check(self, workspace: str) -> None:
        """Whether the token works."""
        await self._call(workspace, "auth.test", {})

    async def open_conversation(self, workspace: str, people: Sequence[str]) -> str:
        """The bot's DM with one person, or its group DM with up to eight. It stays the same one."""
        answer = await self._call(workspace, "conversations.open", {"users": ",".join(people)})
        return str(answer["channel"]["id"])

    async def post(
        self, workspace: str, channel: str, message: Message, *, id: str, thread_ts: str | None = None
    ) -> str:
        """The ts of the new message, which carries the opaque `id` by which it can be found again."""
        body = _body(channel, message, id) | {"unfurl_links": False, "unfurl_media": False}
        if thread_ts:
            body["thread_ts"] = thread_ts
        answer = await self._call(workspace, POST, body, repeatable=False)
        return str(answer["ts"])

    async def update(self, workspace: str, channel: str, ts: str, message: Message, *, id: str) -> None:
        await self._call(workspace, "chat.update", _body(channel, message, id) | {"ts": ts})

    async def publish_home(self, workspace: str, user: str, home: HomeView) -> None:
        await self._call(workspace, "views.publish", {"user_id": user, "view": home.view})

    async def upload(self, workspace: str, channel: str, file: File, thread_ts: str | None = None) -> None:
        """Shares a file. Slack does not say under which ts it stands."""
        about = {"filename": file.filename, "length": str(len(file.content))}
        if file.alt:
            about["alt_txt"] = file.alt
        place = await self._call(workspace, "files.getUploadURLExternal", about, form=True)
        await self._put(str(place["upload_url"]), file.content)
        share: Json = {
            "files": [{"id": place["file_id"], "title": file.title}],
            "channel_id": channel,
            "initial_comment": file.text,
        }
        if thread_ts:
            share["thread_ts"] = thread_ts
        await self._call(workspace, "files.completeUploadExternal", share, repeatable=False)

    async def find_by_metadata(self, workspace: str, channel: str, id: str, since: datetime) -> str | None:
        """The ts of the message that carries `id`, when it is among the newest written after `since`.

        Without the scope to read the conversation this raises a fault that is final (`missing_scope`).
        """
        question = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": "true",
            "limit": str(PAGE),
        }
        answer = await self._call(workspace, "conversations.history", question, form=True)
        for message in answer.get("messages", []):
            if (message.get("metadata") or {}).get("event_payload", {}).get("id") == id:
                return str(message["ts"])
        return None

    async def user(self, workspace: str, user: str) -> Json:
        """Slack's description of a person, also of one who was deactivated."""
        question = {"user": user, "include_locale": "true"}
        answer = await self._call(workspace, "users.info", question, form=True)
        found: Json = answer["user"]
        return found

    async def is_only_for(self, workspace: str, channel: str, audience: frozenset[str]) -> bool:
        """Whether a conversation is private, and nobody but the audience is in it, apps apart."""
        about = await self._call(workspace, "conversations.info", {"channel": channel}, form=True)
        if not (about["channel"].get("is_private") or about["channel"].get("is_mpim")):
            return False
        question = {"channel": channel, "limit": str(PAGE)}
        answer = await self._call(workspace, "conversations.members", question, form=True)
        others = set(answer["members"]) - audience
        more = (answer.get("response_metadata") or {}).get("next_cursor")
        if more or len(others) > MOST_APPS:
            return False
        return all([await self._is_app(workspace, one) for one in sorted(others)])

    async def is_group_dm_of(self, workspace: str, channel: str, people: frozenset[str]) -> bool:
        """Whether a group DM that the bot opened is that of exactly these people.

        It cannot be looked into without one more scope. But opening that of the same people again gives the
        same one, and nobody can be added to it.
        """
        return await self.open_conversation(workspace, sorted(people)) == channel

    async def _is_app(self, workspace: str, user: str) -> bool:
        answer = await self._call(workspace, "users.info", {"user": user}, form=True)
        return bool(answer["user"].get("is_bot"))

    async def _call(
        self, workspace: str, method: str, body: Json, *, form: bool = False, repeatable: bool = True
    ) -> Json:
        """One call. What may be repeated without harm is never in doubt, only not done yet."""
        self._stop_if_closed(workspace, method)
        token = await self._token(workspace)
        try:
            return await self._ask(workspace, token, method, body, form=form, repeatable=repeatable)
        except SlackFault as fault:
            # Refused, so nothing was done. It may have been renewed, or the bot installed again, elsewhere.
            if fault.verdict is not Verdict.PAUSE or (newer := await self._token(workspace)) == token:
                raise
        return await self._ask(workspace, newer, method, body, form=form, repeatable=repeatable)

    async def _ask(
        self, workspace: str, token: str, method: str, body: Json, *, form: bool, repeatable: bool
    ) -> Json:
        client = self._client(token)
        try:
            with self._metrics.call_seconds.labels(method).time():
                call = client.api_call(method, data=body) if form else client.api_call(method, json=body)
                answer = await call
            found = _answer(answer.data)
            self._note_headers(workspace, answer.headers)
            self._metrics.calls.labels(method, "").inc()
            return found
        except Exception as error:
            fault = fault_of(error)
            if fault.verdict is Verdict.PAUSE:
                self._tokens.pop(workspace, None)
            self._metrics.calls.labels(method, fault.code).inc()
            if fault.wait is not None:
                self._metrics.limited.inc(fault.wait.total_seconds())
                fault.limited = Limit(workspace, method, self._now() + fault.wait)
                self.leave_alone(fault.limited)
            raise (_not_in_doubt(fault) if repeatable else fault) from error

    def _note_headers(self, workspace: str, headers: Mapping[str, str]) -> None:
        names = {name.lower(): value for name, value in headers.items()}
        if self._skew is not None:
            self._skew.heard(names.get("date", ""))
        if SCOPES in names:
            self._looks_up[workspace] = LOOK_UP in names[SCOPES].replace(" ", "").split(",")

    async def _put(self, url: str, content: bytes) -> None:
        try:
            proxy = load_http_proxy_from_env(self._log)  # which the SDK uses for its own calls
            async with self._shared().post(url, data=content, ssl=self._ssl, proxy=proxy) as answer:
                if answer.status != 200:
                    raise SlackFault(f"upload http {answer.status}", Verdict.RETRY)
        except (aiohttp.ClientError, OSError) as error:
            raise SlackFault("upload failed", Verdict.RETRY) from error

    def _stop_if_closed(self, workspace: str, method: str) -> None:
        until = self._closed_until.get((workspace, method))
        if until is None:
            return
        if until > self._now():
            raise SlackFault("ratelimited", Verdict.WAIT, until - self._now())
        del self._closed_until[workspace, method]

    def _client(self, token: str) -> AsyncWebClient:
        return AsyncWebClient(
            token=token,
            base_url=self._base_url,
            timeout=TIMEOUT_S,
            ssl=self._ssl,
            session=self._shared(),
            logger=self._log,
            retry_handlers=[],  # the default one posts a second time after a lost connection
        )

    async def _token(self, workspace: str) -> str:
        """Looked for in a thread: the first time, Slack is asked whose it is. Kept for a while."""
        known = self._tokens.get(workspace)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        try:
            token = await asyncio.to_thread(self._token_of, workspace)
        except LookupError as error:
            raise SlackFault("not_authed", Verdict.PAUSE) from error
        except (SlackApiError, OSError, HTTPException) as error:
            raise _not_in_doubt(fault_of(error)) from error
        self._tokens[workspace] = token, time.monotonic() + TOKEN_KEPT_S
        return token

    def _shared(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session


def _body(channel: str, message: Message, id: str) -> Json:
    return {
        "channel": channel,
        "text": message.text,
        "blocks": message.blocks,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": id}},
    }


def _not_in_doubt(fault: SlackFault) -> SlackFault:
    """Of a call that does no harm when it is made again, or that was not the one that counts."""
    return SlackFault(fault.code, Verdict.RETRY) if fault.verdict is Verdict.AMBIGUOUS else fault


def _answer(data: object) -> Json:
    if not isinstance(data, dict):
        raise json.JSONDecodeError("not an object", "", 0)
    return data

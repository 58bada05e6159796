"""Slack's requests as they come in Socket Mode: through the same checks as those by HTTP, into the bot."""

import json
import time
from typing import Any

import structlog
from slack_bolt import BoltResponse
from starlette.concurrency import run_in_threadpool

from service.guard import Admitted, Refused, open_envelope
from service.web import Dispatch, Took, apology, for_bolt

Json = dict[str, Any]

log = structlog.get_logger(__name__)


class Envelopes:
    """Answers envelopes. Lives in the event loop of the socket; the bot itself runs in threads.

    Slack sends envelopes again whose answer it has missed: that is harmless here as it is by HTTP.
    """

    def __init__(self, dispatch: Dispatch, took: Took) -> None:
        self._dispatch = dispatch
        self._took = took

    async def answer(self, envelope: Json) -> Json | None:
        """What goes back over the socket. None leaves the envelope unanswered: Slack then marks the button as
        failed, and sends an event again."""
        started = time.perf_counter()
        try:
            admitted = open_envelope(envelope)
            status, payload = await self._hand_on(admitted, envelope)
        except Refused as refused:
            log.warning("envelope_refused", reason=refused.reason)
            return None
        took = time.perf_counter() - started
        self._took(admitted.kind, status, took)
        log.info("slack_request", kind=admitted.kind, status=status, ms=round(took * 1000), by="socket")
        return None if status != 200 else _reply(envelope, payload)

    async def _hand_on(self, admitted: Admitted, envelope: Json) -> tuple[int, Json | None]:
        bolt_request = for_bolt(admitted, _headers(envelope))
        try:
            answer = await run_in_threadpool(self._dispatch, bolt_request)
            if answer.status < 500:
                return answer.status, _payload(answer)
            said = apology(admitted)
        except Exception as error:
            said = apology(admitted, error)
        return (500 if said is None else 200), said


def _headers(envelope: Json) -> dict[str, str]:
    names = {"retry_attempt": "x-slack-retry-num", "retry_reason": "x-slack-retry-reason"}
    return {header: str(envelope[name]) for name, header in names.items() if envelope.get(name)}


def _payload(answer: BoltResponse) -> Json | None:
    if not answer.body:
        return None
    if answer.first_headers().get("content-type", "").startswith("application/json"):
        found = json.loads(answer.body)
        return found if isinstance(found, dict) else None
    return {"text": answer.body}


def _reply(envelope: Json, payload: Json | None) -> Json:
    reply: Json = {"envelope_id": envelope["envelope_id"]}
    if payload is not None and envelope.get("accepts_response_payload"):
        reply["payload"] = payload
    return reply

"""What an answer of Slack, or none, means for a message: one table, and what follows from each class."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

import aiohttp
from slack_sdk.errors import SlackApiError

from scheduler.resting import Limit
from storage.models import OutboxState

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900))
JITTER = 0.2
MOST_TRIES = 8
MOST_OUTAGE_TRIES = 300
"""Three days of them, a quarter of an hour apart: no message helps for longer, and most expire before."""
MOST_POISON_TRIES = 3
LATE = timedelta(minutes=1)
"""How long Slack gets to finish what it may have begun, before it is looked up or sent once more."""
USUAL_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)

UNSEEN = "unseen"
"""Slack never said whether it arrived, and it may not be sent another time."""
SENT_AGAIN = "sent again, unseen"
RESTORED = "may have been sent after the copy was made"
"""It comes from a copy that was put back: sent only when Slack says that it has not arrived."""
STAYS_NOTED = (SENT_AGAIN, RESTORED)
"""What later tries have to know, so no other outcome takes its place before the end."""
OUTDATED = "a newer one waits"
NO_CHANNEL = "channel_not_found"


class Verdict(StrEnum):
    RETRY = "retry"
    """Certainly not done; may work later."""
    WAIT = "wait"
    """Too much at once: not before the time Slack named."""
    SKIP = "skip"
    """What it is about, or for, is gone."""
    DEAD = "dead"
    """Will never work."""
    PAUSE = "pause"
    """Nothing works in this workspace until somebody acts."""
    TELL = "tell"
    """Will not work until the convener acts."""
    AMBIGUOUS = "ambiguous"
    """May have been done."""


CODES = {
    Verdict.RETRY: "service_unavailable request_timeout team_added_to_org external_channel_migrating",
    Verdict.WAIT: "ratelimited rate_limited message_limit_exceeded",
    Verdict.SKIP: (
        "message_not_found cant_update_message edit_window_closed thread_not_found cannot_reply_to_message "
        "user_not_found users_not_found user_disabled user_not_visible cannot_dm_bot not_enabled"
    ),
    Verdict.DEAD: (
        "missing_scope not_allowed_token_type no_permission access_denied ekm_access_denied unknown_method "
        "invalid_arguments invalid_arg_name invalid_blocks invalid_blocks_format invalid_metadata_format "
        "invalid_metadata_schema metadata_too_large msg_too_long msg_blocks_too_long no_text view_too_large "
        "too_many_attachments too_many_users messages_tab_disabled file_uploads_disabled "
        "file_type_not_allowed alt_txt_too_large "
        "method_not_supported_for_channel_type channel_type_not_supported"
    ),
    Verdict.PAUSE: (
        "invalid_auth token_revoked account_inactive token_expired not_authed team_access_not_granted "
        "org_login_required accesslimited two_factor_setup_required"
    ),
    Verdict.TELL: "channel_not_found is_archived not_in_channel restricted_action cannot_post_to_channel",
    Verdict.AMBIGUOUS: "internal_error fatal_error",
}
VERDICTS = {code: verdict for verdict, codes in CODES.items() for code in codes.split()}


OUTAGE = re.compile("not connected|service_unavailable|request_timeout|http 5..")
"""Slack, or the way there, is down: nothing is wrong with the message."""

WORD = re.compile(r"[a-zA-Z0-9_.:-]{1,80}")
"""What one of Slack's error codes looks like. They are kept, counted and logged."""


class SlackFault(Exception):
    """A call that Slack did not confirm. `code` is Slack's word, or ours for a fault of the line."""

    def __init__(self, code: str, verdict: Verdict, wait: timedelta | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.verdict = verdict
        self.wait = wait
        self.limited: Limit | None = None
        """What Slack has just said to leave alone; None where that was known."""


def verdict_of(code: str) -> Verdict:
    """The class of one of Slack's error codes. A word we do not know is worth another try."""
    if code.startswith("restricted_action"):
        return Verdict.TELL
    return VERDICTS.get(code, Verdict.RETRY)


def fault_of(error: Exception) -> SlackFault:
    """What went wrong in one call: an answer of Slack, one that is not Slack's, or none."""
    if isinstance(error, SlackApiError):
        return _fault_of_answer(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return SlackFault("not connected", Verdict.RETRY)
    if isinstance(error, TimeoutError):
        return SlackFault("timeout", Verdict.AMBIGUOUS)
    if isinstance(error, aiohttp.ClientError | OSError):
        return SlackFault("connection lost", Verdict.AMBIGUOUS)
    return SlackFault("odd answer", Verdict.RETRY)


def _fault_of_answer(error: SlackApiError) -> SlackFault:
    answer = error.response
    status = getattr(answer, "status_code", None) or getattr(answer, "status", 0)
    data = getattr(answer, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if status == 429 or (code and verdict_of(str(code)) is Verdict.WAIT):
        return SlackFault(
            str(code or "ratelimited"), Verdict.WAIT, waiting_time(answer.headers.get("Retry-After"))
        )
    if not isinstance(code, str) or not WORD.fullmatch(code):
        return SlackFault(f"http {status}", Verdict.RETRY)  # a page of some proxy, say
    return SlackFault(code, verdict_of(code))


def waiting_time(retry_after: str | None) -> timedelta:
    """How long to leave a method alone: as Slack says, within reason; half a minute where it says nothing."""
    if retry_after is None or not (retry_after.isascii() and retry_after.isdigit()):
        return USUAL_WAIT
    seconds = min(int(retry_after[:9]), int(LONGEST_WAIT.total_seconds()))
    return timedelta(seconds=max(1, seconds))


def backoff(tries: int, rng: Random) -> timedelta:
    """How long to wait after so many tries (from 1 on); uneven, so that not all come back at once."""
    wait = BACKOFF[min(tries, len(BACKOFF)) - 1]
    return wait * rng.uniform(1 - JITTER, 1 + JITTER)


@dataclass(frozen=True)
class Mark:
    """What is written into a row after a try."""

    state: OutboxState
    outcome: str | None = None
    not_before: datetime | None = None
    free: bool = False
    """The try does not count."""
    in_doubt: bool = False
    """This try, or an earlier one, may have arrived."""
    channel: str | None = None
    ts: str | None = None


def put_back(reason: str | None = None, not_before: datetime | None = None) -> Mark:
    """Nothing was tried: as if it had not been claimed."""
    return Mark(OutboxState.DUE, reason, not_before, free=True)


def after_fault(fault: SlackFault, tries: int, now: datetime, rng: Random) -> Mark:
    """What becomes of a message whose sending met `fault`, after so many tries."""
    match fault.verdict:
        case Verdict.WAIT:
            return put_back(fault.code, now + (fault.wait or USUAL_WAIT))
        case Verdict.PAUSE:
            return put_back(fault.code)
        case Verdict.SKIP:
            return Mark(OutboxState.SKIPPED, fault.code)
        case Verdict.DEAD | Verdict.TELL:
            return Mark(OutboxState.DEAD, fault.code)
        case Verdict.AMBIGUOUS:
            return Mark(OutboxState.UNKNOWN, fault.code, now + LATE, in_doubt=True)
        case Verdict.RETRY:
            most = MOST_OUTAGE_TRIES if OUTAGE.fullmatch(fault.code) else MOST_TRIES
            return retry(fault.code, tries, most, now, rng)


def retry(reason: str, tries: int, most: int, now: datetime, rng: Random) -> Mark:
    """Once more after a while, or never again after `most` tries."""
    if tries >= most:
        return Mark(OutboxState.DEAD, reason)
    return Mark(OutboxState.DUE, reason, now + backoff(tries, rng))

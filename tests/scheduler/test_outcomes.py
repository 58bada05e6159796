"""The classes of Slack's answers, and what follows from each."""

from datetime import UTC, datetime, timedelta
from random import Random

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from scheduler.outcomes import (
    BACKOFF,
    CODES,
    LONGEST_WAIT,
    MOST_TRIES,
    VERDICTS,
    SlackFault,
    Verdict,
    after_fault,
    backoff,
    fault_of,
    retry,
    verdict_of,
    waiting_time,
)
from storage.models import OutboxState

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_every_code_is_in_one_class() -> None:
    assert len(VERDICTS) == sum(len(codes.split()) for codes in CODES.values())
    assert set(CODES) == set(Verdict)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("restricted_action_thread_only_channel", Verdict.TELL),
        ("message_limit_exceeded", Verdict.WAIT),
        ("fatal_error", Verdict.AMBIGUOUS),
        ("never heard of", Verdict.RETRY),
    ],
)
def test_the_class_of_a_code(code: str, verdict: Verdict) -> None:
    assert verdict_of(code) is verdict


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (TimeoutError(), Verdict.AMBIGUOUS),
        (ConnectionResetError(), Verdict.AMBIGUOUS),
        (aiohttp.ServerDisconnectedError(), Verdict.AMBIGUOUS),
        (aiohttp.SocketTimeoutError(), Verdict.AMBIGUOUS),
        (aiohttp.ConnectionTimeoutError(), Verdict.RETRY),
        (ValueError(), Verdict.RETRY),
    ],
)
def test_only_what_was_surely_not_sent_is_simply_tried_again(error: Exception, verdict: Verdict) -> None:
    assert fault_of(error).verdict is verdict


@pytest.mark.parametrize("word", ["odd\x00word", "two words", "x" * 81, "", 7, None])
def test_what_is_no_word_of_slack_is_kept_nowhere(word: object) -> None:
    answer = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="chat.postMessage",
        req_args={},
        data={"ok": False, "error": word},
        headers={},
        status_code=200,
    )
    fault = fault_of(SlackApiError("refused", answer))  # type: ignore[no-untyped-call]
    assert (fault.code, fault.verdict) == ("http 200", Verdict.RETRY)


@given(st.text())
def test_any_header_gives_a_sensible_wait(header: str) -> None:
    assert timedelta(seconds=1) <= waiting_time(header) <= LONGEST_WAIT


@given(st.integers(1, 50), st.integers())
def test_waits_grow_and_are_a_little_uneven(tries: int, seed: int) -> None:
    usual = BACKOFF[min(tries, len(BACKOFF)) - 1]
    assert usual * 0.8 <= backoff(tries, Random(seed)) <= usual * 1.2


@given(st.integers(1, 20))
def test_after_the_last_try_it_ends(tries: int) -> None:
    mark = retry("service_unavailable", tries, MOST_TRIES, NOW, Random(0))
    assert (mark.state is OutboxState.DEAD) == (tries >= MOST_TRIES)


@pytest.mark.parametrize("code", ["not connected", "service_unavailable", "request_timeout", "http 502"])
def test_an_outage_of_days_ends_no_message(code: str) -> None:
    now, tries = NOW, 0
    while now < NOW + timedelta(days=2):
        tries += 1
        mark = after_fault(SlackFault(code, Verdict.RETRY), tries, now, Random(tries))
        assert mark.state is OutboxState.DUE
        assert mark.not_before is not None
        now = mark.not_before


@given(st.sampled_from(list(Verdict)), st.integers(1, MOST_TRIES))
def test_what_waits_says_until_when_or_for_whom(verdict: Verdict, tries: int) -> None:
    """No class may lead to a tight loop: what is not ended waits, or its workspace does."""
    mark = after_fault(SlackFault("code", verdict), tries, NOW, Random(0))
    if mark.state in (OutboxState.DUE, OutboxState.UNKNOWN) and verdict is not Verdict.PAUSE:
        assert mark.not_before is not None
        assert mark.not_before > NOW

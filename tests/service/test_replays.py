"""A captured request that is sent again within five minutes has no second effect; a retry of Slack's has."""

import io
import json

import pytest

from service.replays import KEPT_S, MOST_KEPT, Taken
from service.web import create_web
from tests.service.signing import FORM, JSON, SECRET, Served, seconds_ago, signed
from tests.service.test_web import ACTION, COMMAND, EVENT, OPTIONS, SUBMISSION, Bot, form, interaction

ALL = [
    (form(COMMAND), FORM),
    (interaction(ACTION), FORM),
    (interaction(SUBMISSION), FORM),
    (json.dumps(EVENT).encode(), JSON),
]


def test_a_captured_request_is_answered_and_does_nothing(log_lines: io.StringIO) -> None:
    bot = Bot()
    with Served(create_web(bot.dispatch, signing_secret=SECRET, ready=list)) as served:
        for number, (body, kind) in enumerate(ALL, start=1):
            captured = signed(body, kind)
            assert (served.send(body, captured).status, len(bot.got)) == (200, number)
            again = [served.send(body, captured) for _ in range(3)]
            assert [(one.status, one.text) for one in again] == [(200, "")] * 3
            assert len(bot.got) == number
            shouted = {**captured, "x-slack-signature": captured["x-slack-signature"].upper()}
            assert served.send(body, shouted).status == 401
    assert log_lines.getvalue().count("request_repeated") == 3 * len(ALL)


def test_slack_signs_again_what_it_sends_again_and_that_comes_through() -> None:
    bot = Bot()
    body = json.dumps(EVENT).encode()
    with Served(create_web(bot.dispatch, signing_secret=SECRET, ready=list)) as served:
        for seconds in (70, 10, 0):
            headers = signed(body, JSON, timestamp=seconds_ago(seconds))
            served.send(body, {**headers, "x-slack-retry-num": "1"})
    assert len(bot.got) == 3


@pytest.mark.parametrize("raised", [True, False])
def test_what_failed_may_come_again_in_the_same_second(raised: bool) -> None:
    """Slack's first retry comes at once, so its signature can be the same."""
    bot = Bot()
    bot.status, bot.fails = 503, RuntimeError("away") if raised else None
    body = json.dumps(EVENT).encode()
    captured = signed(body, JSON)
    with Served(create_web(bot.dispatch, signing_secret=SECRET, ready=list)) as served:
        assert served.send(body, captured).status == 500
        bot.status, bot.fails = 200, None
        assert served.send(body, captured).text == "done"
        assert served.send(body, captured).text == ""
    assert len(bot.got) == 2


def test_typing_the_same_letters_twice_is_answered_twice() -> None:
    bot, body = Bot(), interaction(OPTIONS)
    headers = signed(body)
    with Served(create_web(bot.dispatch, signing_secret=SECRET, ready=list)) as served:
        assert [served.send(body, headers).text for _ in range(2)] == ["done", "done"]


def test_a_signature_is_remembered_for_as_long_as_it_is_good() -> None:
    now = [0.0]
    taken = Taken(clock=lambda: now[0])
    assert taken.claim("v0=a")
    now[0] = KEPT_S - 1
    assert not taken.claim("v0=a")
    now[0] = KEPT_S
    assert taken.claim("v0=a")
    assert taken.remembered == 1


def test_what_is_remembered_has_an_end() -> None:
    taken = Taken(clock=lambda: 0, most=100)
    for number in range(1000):
        taken.claim(str(number))
    assert taken.remembered <= 100
    assert not taken.claim("999")
    assert MOST_KEPT >= 10 * KEPT_S

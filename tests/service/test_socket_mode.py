"""Slack's requests over a socket: all are answered, whatever becomes of the connections."""

import asyncio
import io
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_bolt import BoltRequest, BoltResponse
from starlette.applications import Starlette

from demo import cast
from demo.delivery import Answer
from demo.faults import Fault
from demo.local import Timing
from demo.server import LocalWorkspace
from demo.sockets import OPEN, Sockets
from service.clock import SystemClock
from service.envelopes import Envelopes
from service.socket_mode import Patience, SocketMode
from service.web import create_web
from tests.service.signing import SECRET, Served, signed
from tests.service.test_web import ACTION, COMMAND, EVENT, OPTIONS, PLANTED, SUBMISSION

APP_TOKEN = "xapp-1-planted-app-token"
LONGEST_S = 30
"""For a machine that is busy."""
SOON = Patience(first_wait=0.01, longest_wait=0.05, answer_helps_for=LONGEST_S)


class Bot:
    """Stands where the bot's dispatch is called, and keeps what arrives there."""

    def __init__(self) -> None:
        self.got: list[BoltRequest] = []
        self.answer: Callable[[BoltRequest], BoltResponse] = _done

    def dispatch(self, request: BoltRequest) -> BoltResponse:
        self.got.append(request)
        return self.answer(request)


def _done(_: BoltRequest) -> BoltResponse:
    return BoltResponse(status=200, body={"text": "done"})


def socket_of(bot: Bot, local: LocalWorkspace, patience: Patience = SOON) -> SocketMode:
    envelopes = Envelopes(bot.dispatch, lambda _kind, _status, _seconds: None)
    return SocketMode(APP_TOKEN, local.api_url, envelopes.answer, patience)


class Line:
    """A bot of a few lines behind a socket, and the pages beside it."""

    def __init__(self, local: LocalWorkspace, patience: Patience = SOON) -> None:
        self.bot = Bot()
        socket = self.socket = socket_of(self.bot, local, patience)

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            await socket.start()
            yield
            await socket.stop(LONGEST_S)

        self.served = Served(
            create_web(self.bot.dispatch, signing_secret=None, ready=self._ready, lifespan=lifespan)
        )

    def _ready(self) -> list[str]:
        problem = self.socket.problem()
        return [problem] if problem else []

    @property
    def readiness(self) -> str:
        return self.served.send(method="GET", path="/readyz").text


@pytest.fixture(autouse=True)
def nothing_private_in_the_log(log_lines: io.StringIO) -> Iterator[None]:
    """Holds for every test here."""
    yield
    for word in (PLANTED, APP_TOKEN, "ticket="):
        assert word not in log_lines.getvalue()


@pytest.fixture
def local() -> Iterator[LocalWorkspace]:
    with LocalWorkspace(
        cast.riverbend(SystemClock().now()),
        bot_url="http://127.0.0.1:9",
        signing_secret=SECRET,
        app_token=APP_TOKEN,
        timing=Timing(answer=LONGEST_S, retries=(0.0,)),
    ) as local:
        yield local


@pytest.fixture
def sockets(local: LocalWorkspace) -> Sockets:
    return local.sockets


@pytest.fixture
def line(local: LocalWorkspace) -> Iterator[Line]:
    line = Line(local)
    with line.served:
        until(lambda: line.readiness == "ready\n")
        yield line


def until(so: Callable[[], bool]) -> None:
    ends = time.monotonic() + LONGEST_S
    while not so():
        assert time.monotonic() < ends
        time.sleep(0.005)


def ask(local: LocalWorkspace, kind: str, payload: dict[str, Any]) -> Answer:
    return local.run(local.sockets.ask(kind, payload, {}))


def test_requests_of_every_kind_come_through_and_are_answered(local: LocalWorkspace, line: Line) -> None:
    for kind, payload in (
        ("command", COMMAND),
        ("block_actions", ACTION),
        ("view_submission", SUBMISSION),
        ("block_suggestion", OPTIONS),
    ):
        assert ask(local, kind, payload) == Answer(200, '{"text": "done"}')
    assert ask(local, "event_callback", EVENT) == Answer(200, "")
    assert [request.body for request in line.bot.got] == [COMMAND, ACTION, SUBMISSION, OPTIONS, EVENT]


def test_words_and_nothing_are_answers_too(local: LocalWorkspace, line: Line) -> None:
    line.bot.answer = lambda _: BoltResponse(status=200, body="a sentence")
    assert ask(local, "command", COMMAND) == Answer(200, '{"text": "a sentence"}')
    line.bot.answer = lambda _: BoltResponse(status=200, body="")
    assert ask(local, "command", COMMAND) == Answer(200, "")


def test_the_address_for_slack_is_not_there(line: Line) -> None:
    body = json.dumps(EVENT).encode()
    assert line.served.send(body, signed(body, "application/json")).status == 404
    assert line.served.send(method="GET", path="/slack/events?ssl_check=1").status == 404
    assert line.bot.got == []


@pytest.mark.parametrize(
    "text",
    [
        PLANTED,
        f'["{PLANTED}"]',
        json.dumps({"envelope_id": 7, "type": "interactive", "payload": {**ACTION}}),
        json.dumps({"envelope_id": "e", "type": "interactive", "payload": PLANTED}),
        json.dumps({"envelope_id": "e", "type": "interactive", "payload": {"word": PLANTED}}),
        json.dumps({"envelope_id": "e", "type": "interactive", "payload": {**ACTION, "user": PLANTED}}),
        json.dumps({"envelope_id": "e", "type": "interactive", "payload": {**ACTION, "actions": []}}),
        json.dumps({"envelope_id": "e", "type": "slash_commands", "payload": {"text": PLANTED}}),
        json.dumps({"envelope_id": "e", "type": "interactive", "payload": {**ACTION, "team": None}}),
        json.dumps({"envelope_id": "e", "type": "events_api", "payload": {**EVENT, "event": None}}),
        f'{{"envelope_id": "e", "payload": {"[" * 500}"{PLANTED}"{"]" * 500}}}',
        f'{{"envelope_id": "e", "payload": {{"type": "x", "half": "\\ud800 {PLANTED}"}}}}',
        json.dumps({"envelope_id": "e", "payload": {**ACTION, "value": PLANTED * 20_000}}),
    ],
)
def test_what_slack_does_not_send_is_refused_and_quoted_nowhere(
    local: LocalWorkspace, line: Line, text: str, log_lines: io.StringIO
) -> None:
    [connection] = local.sockets.connections
    local.run(connection.ws.send_str(text))
    assert ask(local, "command", COMMAND).good
    assert [request.body for request in line.bot.got] == [COMMAND]
    assert "envelope_refused" in log_lines.getvalue()
    assert "e" not in local.sockets.answers
    assert len(local.sockets.ever) == 1


def _raises(_: BoltRequest) -> BoltResponse:
    raise RuntimeError(PLANTED)


@pytest.mark.parametrize("answer", [_raises, lambda _: BoltResponse(status=500)])
def test_when_the_bot_fails_people_read_a_sentence(
    local: LocalWorkspace, line: Line, answer: Callable[[BoltRequest], BoltResponse], log_lines: io.StringIO
) -> None:
    line.bot.answer = answer
    told = ask(local, "command", COMMAND).json() or {}
    word = told["text"].rpartition(" ")[2]
    assert told["response_type"] == "ephemeral"
    assert word in log_lines.getvalue()
    kept = ask(local, "view_submission", SUBMISSION).json() or {}
    assert kept["response_action"] == "errors"
    assert list(kept["errors"]) == ["date.2"]


def test_an_event_that_was_not_taken_comes_again(local: LocalWorkspace, line: Line) -> None:
    local.sockets.deadline = 0.5  # it is let pass, because nothing comes back
    taken = threading.Event()

    def only_the_second(request: BoltRequest) -> BoltResponse:
        if "x-slack-retry-num" not in request.headers:
            return BoltResponse(status=503)
        taken.set()
        return _done(request)

    line.bot.answer = only_the_second
    assert not local.fire({"type": "app_home_opened", "user": cast.ANA, "tab": "home"})
    assert taken.wait(LONGEST_S)
    first, second = line.bot.got
    assert first.body == second.body
    assert second.headers["x-slack-retry-num"] == ["1"]


async def press_and_replace(sockets: Sockets, reasons: list[str]) -> list[Answer]:
    """Sends commands without a pause, while Slack asks for one new connection after another."""
    answers: list[Answer] = []
    replaced = asyncio.Event()

    async def press() -> None:
        while not replaced.is_set():
            answers.append(await sockets.ask("command", COMMAND, {}))

    pressing = [asyncio.create_task(press()) for _ in range(4)]
    for reason in reasons:
        known = len(sockets.ever)
        told = await sockets.say_goodbye(reason)
        while len(sockets.ever) == known:
            await asyncio.sleep(0.005)
        await sockets.hang_up(told)
    replaced.set()
    await asyncio.gather(*pressing)
    return answers


def test_nothing_is_missed_when_slack_asks_for_new_connections(local: LocalWorkspace, line: Line) -> None:
    local.sockets.distance = 0.1  # Slack is not on this machine
    reasons = ["refresh_requested", "warning", "refresh_requested"]
    answers = local.run(press_and_replace(local.sockets, reasons))
    assert {(one.status, one.failure) for one in answers} == {(200, None)}
    assert len(line.bot.got) == len(answers) > len(reasons)
    assert len(local.sockets.ever) == 4


def test_the_old_connection_is_used_until_there_is_a_new_one(
    local: LocalWorkspace, line: Line, sockets: Sockets
) -> None:
    """Even when Slack gives no address for a while."""
    asked = threading.Semaphore(0)

    def note(_: object) -> bool:
        asked.release()
        return True

    local.workspace.faults += [
        Fault(OPEN, error="internal_error", when=note),
        Fault(OPEN, retry_after=0, when=note),
        Fault(OPEN, status=502, when=note),
        Fault(OPEN, drop=True, when=note),
    ]
    told = local.run(sockets.say_goodbye("refresh_requested"))
    for _ in range(4):
        assert asked.acquire(timeout=LONGEST_S)
        assert ask(local, "command", COMMAND).good
        assert line.readiness == "ready\n"
    until(lambda: len(sockets.connections) == 2)
    local.run(sockets.hang_up(told))
    assert ask(local, "command", COMMAND).good


def test_an_old_connection_that_slack_leaves_open_is_closed_after_a_while(local: LocalWorkspace) -> None:
    line = Line(local, Patience(old_stays=0.05))
    with line.served:
        until(lambda: line.readiness == "ready\n")
        [told] = local.run(local.sockets.say_goodbye("warning"))
        until(lambda: len(local.sockets.ever) == 2 and told not in local.sockets.connections)
        assert ask(local, "command", COMMAND).good


def test_an_answer_finds_its_way_when_its_connection_breaks(
    local: LocalWorkspace, line: Line, sockets: Sockets
) -> None:
    begun, go_on = takes_its_time(line.bot)

    async def break_meanwhile() -> Answer:
        asking = asyncio.create_task(sockets.ask("command", COMMAND, {}))
        await asyncio.to_thread(begun.wait, LONGEST_S)
        sockets.cut()
        while len(sockets.ever) == 1:
            await asyncio.sleep(0.005)
        go_on.set()
        return await asking

    assert local.run(break_meanwhile()) == Answer(200, '{"text": "done"}')


def test_an_answer_that_is_ready_between_two_connections_waits_for_the_next(
    local: LocalWorkspace, line: Line, sockets: Sockets, log_lines: io.StringIO
) -> None:
    begun, go_on = takes_its_time(line.bot)

    async def break_meanwhile() -> Answer:
        asking = asyncio.create_task(sockets.ask("command", COMMAND, {}))
        await asyncio.to_thread(begun.wait, LONGEST_S)
        sockets.full = True
        sockets.cut()
        await _said(log_lines, "socket_not_opened")
        go_on.set()
        await _said(log_lines, "slack_request")
        sockets.full = False
        return await asking

    assert local.run(break_meanwhile()) == Answer(200, '{"text": "done"}')


def takes_its_time(bot: Bot) -> tuple[threading.Event, threading.Event]:
    """What it is asked has begun, and may end."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(request: BoltRequest) -> BoltResponse:
        begun.set()
        assert go_on.wait(LONGEST_S)
        return _done(request)

    bot.answer = slow
    return begun, go_on


async def _said(log_lines: io.StringIO, word: str) -> None:
    while word not in log_lines.getvalue():
        await asyncio.sleep(0.005)


def test_a_broken_connection_is_replaced_again_and_again(local: LocalWorkspace, line: Line) -> None:
    sockets = local.sockets
    for _ in range(3):
        [old] = sockets.connections
        local.run(_cut(sockets))
        until(lambda old=old: len(sockets.connections) == 1 and old not in sockets.connections)  # type: ignore[misc]
        assert ask(local, "command", COMMAND).good


def test_who_is_turned_away_asks_for_another_address(
    local: LocalWorkspace, line: Line, sockets: Sockets, log_lines: io.StringIO
) -> None:
    sockets.full = True
    local.run(_cut(sockets))
    until(lambda: "connection lost" in log_lines.getvalue())
    assert line.readiness == "ready\n"  # that may be over in a moment
    sockets.full = False
    until(lambda: len(sockets.connections) == 1)
    assert ask(local, "command", COMMAND).good


async def _cut(sockets: Sockets) -> None:
    sockets.cut()


@pytest.mark.parametrize("word", ["invalid_auth", "not_allowed_token_type", "missing_scope"])
def test_a_token_that_slack_refuses_is_said_and_tried_again(
    local: LocalWorkspace, word: str, log_lines: io.StringIO
) -> None:
    local.workspace.faults.append(Fault(OPEN, error=word, times=10**6))
    line = Line(local)
    with line.served:
        until(lambda: line.readiness != "The socket to Slack is not open yet.\n")
        assert line.readiness == f"Slack opens no socket for this app token ({word}): see coach doctor.\n"
        local.workspace.faults.clear()
        until(lambda: line.readiness == "ready\n")
    said = [json.loads(one) for one in log_lines.getvalue().splitlines()]
    assert [one["error"] for one in said if one["level"] == "error"] == [word]


def test_slack_that_wants_to_be_left_alone_is_left_alone(
    local: LocalWorkspace, log_lines: io.StringIO
) -> None:
    local.workspace.faults.append(Fault(OPEN, retry_after=3600))
    line = Line(local)
    with line.served:
        until(lambda: "again_in_s" in log_lines.getvalue())
        [waits] = [one for one in map(json.loads, log_lines.getvalue().splitlines()) if "again_in_s" in one]
        assert (waits["error"], waits["again_in_s"]) == ("ratelimited", 3600)
        assert line.readiness == "The socket to Slack is not open yet.\n"
        assert local.sockets.ever == []


def test_a_network_that_says_nothing_is_noticed(local: LocalWorkspace) -> None:
    line = Line(local, Patience(first_wait=0.01, longest_wait=0.05, ping_every=0.1, silent_for=0.5))
    with line.served:
        until(lambda: line.readiness == "ready\n")
        local.workspace.faults.append(Fault(OPEN, status=503, times=10**6))
        local.sockets.mute = True
        until(lambda: "Nothing was heard over the socket to Slack for" in line.readiness)
        local.sockets.mute = False
        local.workspace.faults.clear()
        until(lambda: line.readiness == "ready\n")
        assert ask(local, "command", COMMAND).good


def test_socket_mode_that_was_switched_off_is_said(local: LocalWorkspace, line: Line) -> None:
    local.workspace.faults.append(Fault(OPEN, status=503, times=10**6))
    told = local.run(local.sockets.say_goodbye("link_disabled"))
    local.run(local.sockets.hang_up(told))
    until(lambda: "(link_disabled)" in line.readiness)
    local.workspace.faults.clear()
    until(lambda: line.readiness == "ready\n")


def test_several_processes_share_what_comes(local: LocalWorkspace, line: Line, sockets: Sockets) -> None:
    other = Line(local)
    with other.served:
        until(lambda: len(sockets.connections) == 2)
        for _ in range(4):
            assert ask(local, "command", COMMAND).good
    assert (len(line.bot.got), len(other.bot.got)) == (2, 2)
    until(lambda: len(sockets.connections) == 1)
    assert ask(local, "command", COMMAND).good


def test_who_hangs_up_answers_what_was_taken_and_takes_nothing_new(local: LocalWorkspace) -> None:
    bot = Bot()
    socket = socket_of(bot, local)
    begun, go_on = threading.Event(), threading.Event()

    def slow(request: BoltRequest) -> BoltResponse:
        begun.set()
        assert go_on.wait(LONGEST_S)
        return _done(request)

    async def hang_up_meanwhile() -> Answer:
        sockets = local.sockets
        await socket.start()
        while not sockets.connections:
            await asyncio.sleep(0.005)
        taken = asyncio.create_task(sockets.ask("command", COMMAND, {}))
        await asyncio.to_thread(begun.wait, LONGEST_S)
        ending = asyncio.create_task(socket.stop(LONGEST_S))
        await asyncio.sleep(0)  # it has begun
        late = asyncio.create_task(sockets.ask("command", COMMAND, {}))
        await asyncio.sleep(0)  # it is on its way
        go_on.set()
        answer = await taken
        await ending
        late.cancel()
        return answer

    bot.answer = slow
    assert local.run(hang_up_meanwhile()).good
    assert len(bot.got) == 1
    until(lambda: local.sockets.connections == [])

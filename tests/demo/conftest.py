"""One server and one scripted bot for all tests of the demo; a fresh workspace for each."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient

from demo import cast
from demo.clock import SteppingClock
from demo.local import Timing
from demo.person import Person
from demo.server import LocalWorkspace
from demo.workspace import Workspace
from tests.demo.botside import SECRET, BotServer, ScriptedBot

START = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)
QUICK = Timing(answer=2.0, trigger=2.0, retries=(0.0, 0.01))


@pytest.fixture(scope="session")
def serving() -> Iterator[tuple[LocalWorkspace, ScriptedBot]]:
    bot = ScriptedBot()
    with BotServer(bot.take) as server:
        bot.url = server.url
        workspace = cast.riverbend(START)
        with LocalWorkspace(workspace, bot_url=server.url, signing_secret=SECRET, timing=QUICK) as local:
            yield local, bot


@pytest.fixture
def clock(local: LocalWorkspace) -> SteppingClock:
    clock = local.local.clock
    assert isinstance(clock, SteppingClock)
    return clock


@pytest.fixture
def local(serving: tuple[LocalWorkspace, ScriptedBot]) -> LocalWorkspace:
    local, bot = serving
    bot.forget()
    local.load(cast.riverbend(START), SteppingClock(START))
    return local


@pytest.fixture
def bot(serving: tuple[LocalWorkspace, ScriptedBot], local: LocalWorkspace) -> ScriptedBot:
    return serving[1]


@pytest.fixture
def workspace(local: LocalWorkspace) -> Workspace:
    return local.workspace


@pytest.fixture
def client(local: LocalWorkspace) -> WebClient:
    """The bot's way to Slack."""
    return WebClient(token=local.workspace.bot.token, base_url=local.api_url, retry_handlers=[])


@pytest.fixture
def ana(local: LocalWorkspace) -> Person:
    return Person(local.url, cast.ANA)


@pytest.fixture
def bo(local: LocalWorkspace) -> Person:
    return Person(local.url, cast.BO)

"""The bot and the floor of requests as processes that serve Slack."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fake_slack import FakeSlack
from benchmarks.load import Bot
from benchmarks.processes import free_port, running, wait_for


@dataclass(frozen=True)
class Served:
    """A process that has been started; it may not listen yet."""

    bot: Bot
    pid: int


@contextmanager
def started(folder: Path, module: str, *arguments: str, bot: Bot, **environment: str) -> Iterator[Served]:
    log = folder / f"{module}-{bot.port}.log"
    with running(folder, log, module, *arguments, **environment) as process:
        yield Served(bot, process.pid)


@contextmanager
def coach(folder: Path, database_url: str, slack: FakeSlack, *options: str) -> Iterator[Served]:
    """`coach serve`, with the settings that it comes with."""
    bot = new_bot()
    settings = {
        "DATABASE_URL": database_url,
        "PORT": str(bot.port),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": bot.secret,
        "SLACK_API_URL": slack.api(),
    }
    with started(folder, "service", "serve", *options, bot=bot, **settings) as served:
        yield served


@contextmanager
def bare(folder: Path, database_url: str, slack: FakeSlack) -> Iterator[Served]:
    bot = new_bot()
    about = (str(bot.port), bot.secret, slack.api(), database_url)
    with started(folder, "benchmarks.bare", *about, bot=bot) as served:
        yield served


@contextmanager
def bare_start(folder: Path) -> Iterator[Served]:
    bot = new_bot()
    with started(folder, "benchmarks.bare_start", str(bot.port), bot.secret, bot=bot) as served:
        yield served


def new_bot() -> Bot:
    return Bot(free_port(), secrets.token_hex(16))


def listening(served: Served) -> Bot:
    """Waits until it can be spoken to."""
    wait_for(served.bot.port)
    return served.bot

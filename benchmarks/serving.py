"""The bot and the floor of requests as processes that serve Slack."""

import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fake_slack import FakeSlack
from benchmarks.load import Bot
from benchmarks.processes import free_port, running
from storage.encryption import new_key


@dataclass(frozen=True)
class Served:
    """A process that has been started; it may not listen yet."""

    bot: Bot
    process: subprocess.Popen[str]
    log: Path


@contextmanager
def started(folder: Path, module: str, *arguments: str, bot: Bot, **environment: str) -> Iterator[Served]:
    log = folder / f"{module}-{bot.port}.log"
    with running(folder, log, module, *arguments, **environment) as process:
        yield Served(bot, process, log)


@contextmanager
def coach(folder: Path, database_url: str, slack: FakeSlack, *command: str) -> Iterator[Served]:
    """The bot, with the settings that it comes with. `command`: the module that serves, and its options."""
    bot = new_bot()
    settings = {
        "DATABASE_URL": database_url,
        "PORT": str(bot.port),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": bot.secret,
        "SLACK_API_URL": slack.api(),
        "COACH_ENCRYPTION_KEYS": new_key(),
    }
    module, *options = command
    with started(folder, module, *options, bot=bot, **settings) as served:
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
    while not _listens(served.bot.port):
        if served.process.poll() is not None:
            said = served.log.read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"it has ended: {said[-500:]}")
        time.sleep(0.01)
    return served.bot


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

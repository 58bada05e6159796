"""The whole bot against requests that an enemy has made: nothing breaks, leaks, grows, or changes unasked.

`COACH_MUTANTS=5000 COACH_SEED=7` tries more, and others.
"""

import gc
import hashlib
import io
import logging
import os
import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pytest
import structlog

from demo.records import Json
from service import root
from service.demo import Demo
from service.logs import set_up_logs
from tests.service.mutants import MARK, Sent, form_of, mutant, send
from tests.service.signing import Served
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.pasts import Beginning
from tests.support.people import ROOM, People, accepted, circle_fields, previewed, session_fields

MANY = int(os.environ.get("COACH_MUTANTS", "300"))
SEED = int(os.environ.get("COACH_SEED", "20261128"))
GROWS_AT_MOST = 10
"""Blocks of memory a request: its signature is remembered for ten minutes."""
REFUSED = range(400, 500)
LOUD = ("request_failed", "unexpected", "database_failed", "Failed to run", "ASGI")
"""What the log says of failures that nobody foresaw."""


def begun(people: People) -> None:
    pasts.a_circle(people)
    people.session(mode="Video", link=f"https://meet.example/{MARK}", message=f"Bring {MARK}")
    people.wait("2026-12-08 10:01")


@pytest.fixture
def beginning() -> Beginning:
    return begun


def lived(people: People) -> list[tuple[str, Json]]:
    """Requests of every kind, as the workspace sends them, with words of people in them."""
    ana, bo = people.ana, people.bo
    for words in ("", "help", "schedule Dec 18 10am", "circles", f"{MARK} what", "away", "roles", "log"):
        ana.command(f"/coach {words}")
    ana.close(everything=True)
    ana.command("/coach circle")
    ana.fill(circle_fields(name=f"Another {MARK}"))
    previewed(ana)
    ana.click("More settings")
    ana.fill({"Time zone": "Europe/Berlin"})
    previewed(ana)
    accepted(ana)
    ana.command("/coach schedule")
    ana.fill(session_fields(date="2027-01-12", mode="Video", link="", message=MARK))
    ana.submit()
    bo.click("Can't make it", in_=people.card(0))
    bo.open_home()
    bo.travel("Europe/Berlin")
    agenda = next(one for one in ana.thread(ROOM, people.card(0)["ts"]) if "agenda" in one["text"])
    people.chidi.click("Write notes", in_=agenda)
    people.chidi.fill({"What was discussed": MARK})
    people.chidi.click("Another action")
    accepted(people.chidi)
    people.chidi.use(agenda, "Add to coaching notes")
    people.chidi.close()
    entries = people.demo.workspace.local.traffic.after(0)
    return [(one["kind"], one["request"]) for one in entries if one["direction"] == "to_bot"]


@dataclass
class Watched:
    """A bot that is served, its database file looked at from outside."""

    served: Served
    secret: str
    file: sqlite3.Connection
    log: io.StringIO = field(default_factory=io.StringIO)
    statuses: Counter[int] = field(default_factory=Counter)
    _digest: tuple[int, str] = (-1, "")

    def digest(self) -> str:
        """Of all rows. SQLite says whether anybody has written since."""
        [version] = self.file.execute("PRAGMA data_version").fetchone()
        if version != self._digest[0]:
            lines = "\n".join(self.file.iterdump())
            self._digest = version, hashlib.sha256(lines.encode(errors="surrogatepass")).hexdigest()
        return self._digest[1]

    def attack(self, sent: Sent) -> str:
        """Sends it. What is wrong with what came of it, "" for nothing."""
        before, heard = self.digest(), self.log.tell()
        status, answer = send(self.served.port, sent, self.secret)
        self.statuses[status] += 1
        self.log.seek(heard)
        said = self.log.read()
        wrong = [
            "a fault of ours" if status >= 500 else "",
            "quoted" if status in REFUSED and MARK in answer else "",
            "changed" if (status in REFUSED or not status) and self.digest() != before else "",
            "logged" if MARK in said.lower() else "",
            next((word for word in LOUD if word in said), ""),
        ]
        found = " ".join(filter(None, wrong))
        return f"{found}: {sent.kind} {sent.body[:1500]!r} {sent.headers}\n{said}" if found else ""


@pytest.fixture
def watched(demo: Demo, originals: list[tuple[str, Json]]) -> Iterator[Watched]:
    """The bot once more, without a worker, so that nobody writes but those who are asked to."""
    demo.settle()
    stop_the_bot(demo)
    settings = demo.coach.settings
    database = root.open_database(settings)
    coach = root.build(settings, demo.clock, database, demo.coach.pack)
    file = str(database.engine.url.database)
    with closing(sqlite3.connect(file)) as look, Served(coach.web(with_worker=False)) as served:
        yield Watched(served, settings.slack_signing_secret.get_secret_value(), look)
    database.dispose()


def stop_the_bot(demo: Demo) -> None:
    """Its worker would write while we watch. The workspace goes on."""
    if demo._server is not None:
        demo._server.should_exit = True
    demo._thread.join()


@pytest.fixture
def originals(people: People) -> list[tuple[str, Json]]:
    return lived(people)


@contextmanager
def everything_logged(written: io.StringIO) -> Iterator[None]:
    """As `LOG_LEVEL=DEBUG` does it, and with every logger of every library opened besides."""
    root_logger = logging.getLogger()
    handlers, level = list(root_logger.handlers), root_logger.level
    set_up_logs("DEBUG", "text", stream=written)
    names = [name for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)]
    before = {name: logging.getLogger(name).level for name in names}
    for name in ["", *names]:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    structlog.reset_defaults()
    for name, old in before.items():
        logging.getLogger(name).setLevel(old)
    root_logger.handlers[:] = handlers
    root_logger.setLevel(level)


@ON_SQLITE
def test_no_request_that_an_enemy_makes_breaks_leaks_or_changes_anything(
    watched: Watched, originals: list[tuple[str, Json]]
) -> None:
    with everything_logged(watched.log):
        _attack(watched, originals)


def _attack(watched: Watched, originals: list[tuple[str, Json]]) -> None:
    dice, kinds = random.Random(SEED), {kind for kind, _ in originals}
    mutants = [mutant(dice, originals) for _ in range(MANY)]
    found = [f"{number} {wrong}" for number, sent in enumerate(mutants) if (wrong := watched.attack(sent))]
    assert not found, "\n\n".join(found)
    assert {200, 400, 401, 413, 415} <= set(watched.statuses)
    assert _grown(watched, mutants[-100:]) < GROWS_AT_MOST * 100
    # As they are they are taken: else the enemy's would be refused for what has nothing to do with them.
    assert {"command", "block_actions", "block_suggestion", "view_submission", "message_action"} <= kinds
    for kind, content in originals:
        assert send(watched.served.port, form_of(kind, content), watched.secret)[0] == 200, kind


def _grown(watched: Watched, again: list[Sent]) -> int:
    """Blocks of memory that the third time takes; what is learned once is known by then."""
    taken = []
    for _ in range(3):
        for sent in again:
            send(watched.served.port, sent, watched.secret)
        watched.log.truncate(0)
        gc.collect()
        taken.append(sys.getallocatedblocks())
    return taken[2] - taken[1]

"""The whole bot against requests that an enemy has made: nothing breaks, leaks, grows, or changes unasked.

5,000 of them, half on each database. `COACH_MUTANTS=5000 COACH_SEED=7` tries more, and others.
"""

import gc
import io
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from demo.records import Json
from service import root
from service.demo import Demo
from tests.service.mutants import MARK, Sent, form_of, mutant, send
from tests.service.signing import Served
from tests.service.whole import begun, everything_logged, lived
from tests.support.contents import Contents, contents
from tests.support.pasts import Beginning
from tests.support.people import People

MANY = int(os.environ.get("COACH_MUTANTS", "2500"))
"""On each database."""
SEED = int(os.environ.get("COACH_SEED", "20261128"))
GROWS_AT_MOST = 1
"""Blocks of memory a request."""
REFUSED = range(400, 500)
LOUD = ("request_failed", "unexpected", "database_failed", "Failed to run", "ASGI")
"""What the log says of failures that nobody foresaw."""


@pytest.fixture
def beginning() -> Beginning:
    return begun


@dataclass
class Watched:
    """A bot that is served, its database looked at from outside."""

    served: Served
    secret: str
    rows: Contents
    log: io.StringIO = field(default_factory=io.StringIO)
    statuses: Counter[int] = field(default_factory=Counter)

    def attack(self, sent: Sent) -> str:
        """Sends it. What is wrong with what came of it, "" for nothing."""
        before, heard = self.rows.digest(), self.log.tell()
        status, answer = send(self.served.port, sent, self.secret)
        self.statuses[status] += 1
        self.log.seek(heard)
        said = self.log.read()
        wrong = [
            "a fault of ours" if status >= 500 else "",
            "quoted" if status in REFUSED and MARK in answer else "",
            "changed" if (status in REFUSED or not status) and self.rows.digest() != before else "",
            "logged" if MARK in said.lower() else "",
            next((word for word in LOUD if word in said), ""),
        ]
        found = " ".join(filter(None, wrong))
        return f"{found}: {sent.kind} {sent.body[:1500]!r} {sent.headers}\n{said}" if found else ""


@pytest.fixture
def watched(demo: Demo, originals: list[tuple[str, Json]]) -> Iterator[Watched]:
    """The bot once more, without a worker, so that nobody writes but those who are asked to."""
    settings = demo.coach.settings
    database = root.open_database(settings)
    coach = root.build(settings, demo.clock, database, demo.coach.pack)
    with contents(database) as rows, Served(coach.web(with_worker=False)) as served:
        yield Watched(served, settings.slack_signing_secret.get_secret_value(), rows)
    database.dispose()


@pytest.fixture
def originals(people: People) -> list[tuple[str, Json]]:
    return lived(people)


@pytest.mark.long
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
    assert _grown(watched, mutants[-200:]) < GROWS_AT_MOST * 200
    # As they are they are taken: else the enemy's would be refused for what has nothing to do with them.
    assert {"command", "block_actions", "block_suggestion", "view_submission", "message_action"} <= kinds
    for kind, content in originals:
        assert send(watched.served.port, form_of(kind, content), watched.secret)[0] == 200, kind


def _grown(watched: Watched, again: list[Sent]) -> int:
    """Blocks of memory that another time takes, at the least: a leak takes them each time.

    Only what is refused: of the rest the workspace, which lives in this process too, keeps what it shows.
    """
    taken = []
    for _ in range(5):
        again = [one for one in again if send(watched.served.port, one, watched.secret)[0] in REFUSED]
        watched.log.seek(0)
        watched.log.truncate()
        gc.collect()
        taken.append(sys.getallocatedblocks())
    return min(later - earlier for earlier, later in pairwise(taken))

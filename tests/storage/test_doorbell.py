"""Workers in other processes hear at once that something is to be sent, and never for nothing."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from queue import Queue

import pytest
from sqlalchemy import text

from coaching import outbox
from storage import doorbell, migrate
from storage.engine import Database
from storage.models import Outgoing
from tests.scheduler.world import START, World
from tests.storage.engines import empty_database

WITHIN_S = 30
"""For a machine that is busy; it takes milliseconds."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with empty_database("postgresql", tmp_path) as database:
        migrate.upgrade(database)
        yield World(database)


@pytest.fixture
def heard(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue[None]]:
    """What another process hears. It has begun to listen."""
    monkeypatch.setattr(doorbell, "LISTEN_AGAIN_S", 0.01)
    monkeypatch.setattr(doorbell, "LOOK_UP_S", 0.05)
    found: Queue[None] = Queue()
    stopped, other = threading.Event(), Database(world.database.engine.url.render_as_string(False))
    listening = threading.Thread(
        target=doorbell.listen, args=(other.engine, lambda: found.put(None), stopped)
    )
    listening.start()
    found.get(timeout=WITHIN_S)
    yield found
    stopped.set()
    listening.join(WITHIN_S)
    assert not listening.is_alive()
    other.dispose()


def put(world: World, key: str, *, later: timedelta = timedelta(0), fail: bool = False) -> None:
    with suppress(ValueError), world.database.transaction() as db:
        outbox.put(
            db,
            Outgoing.WELCOME,
            key,
            workspace_id="T1",
            person=world.ana,
            due_at=START + later,
            now=START,
        )
        if fail:
            raise ValueError


def test_it_rings_for_what_is_due_and_kept_and_for_nothing_else(world: World, heard: Queue[None]) -> None:
    put(world, "later", later=timedelta(days=1))
    put(world, "taken back", fail=True)
    put(world, "now")
    heard.get(timeout=WITHIN_S)
    put(world, "now too")
    heard.get(timeout=WITHIN_S)
    assert heard.empty()


def test_a_lost_connection_is_made_anew_and_looked_after(world: World, heard: Queue[None]) -> None:
    listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    with world.database.engine.begin() as connection:
        connection.execute(text(listeners))
    heard.get(timeout=WITHIN_S)  # something may have been missed
    put(world, "now")
    heard.get(timeout=WITHIN_S)

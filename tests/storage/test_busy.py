"""Who waits for what somebody else is writing is told soon that it cannot be had."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import engine as engines
from storage import migrate
from storage.engine import Database
from storage.models import Person
from tests.scheduler.world import World
from tests.storage.engines import ENGINES, empty_database

WITHIN_S = 30
"""For a machine that is busy; nothing here takes a hundredth of it."""


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 10)
    with empty_database(request.param, tmp_path) as database:
        migrate.upgrade(database)
        yield World(database)


def rename(database: Database, person: int, name: str) -> None:
    with database.transaction() as db:
        db.get_one(Person, person).name = name


def test_it_reads_as_a_database_that_is_away_and_later_it_works(world: World) -> None:
    other = Database(world.database.engine.url.render_as_string(False))
    with ThreadPoolExecutor() as pool:
        with world.database.transaction() as db:
            db.get_one(Person, world.ana).name = "Ana Maria"
            db.flush()
            with pytest.raises(OperationalError):
                pool.submit(rename, other, world.ana, "Anna").result(WITHIN_S)
        rename(other, world.bo, "Bob")
    with other.reading() as db:
        assert [db.get_one(Person, one).name for one in (world.ana, world.bo)] == ["Ana Maria", "Bob"]
    other.dispose()


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
def test_a_migration_waits_for_its_turn_as_long_as_it_takes(world: World) -> None:
    patience = text("SHOW lock_timeout")
    with migrate._alone(world.database) as connection:
        assert connection.scalar(patience) == "0"
    with world.database.reading() as db:
        assert db.scalar(patience) == "10ms"

"""A world per test, on each engine, in a database that is made once and emptied in between."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from storage import migrate
from storage.base import Base
from storage.engine import Database
from tests.postgres import fast_folder
from tests.scheduler.world import World
from tests.storage.engines import ENGINES, empty_database


@pytest.fixture(scope="session", params=ENGINES)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    # Waiting for the disk after every message is half of the time of these tests.
    with (
        TemporaryDirectory(prefix="coach-", dir=fast_folder()) as folder,
        empty_database(request.param, Path(folder)) as database,
    ):
        migrate.upgrade(database)
        yield database


@pytest.fixture
def world(database: Database) -> World:
    emptied(database)
    return World(database)


def emptied(database: Database) -> None:
    """As it was when it was made."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            names = ", ".join(Base.metadata.tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())

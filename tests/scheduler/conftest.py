"""A world per test, on each engine, in a database that is made once and emptied in between."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from storage import migrate
from storage.base import Base
from storage.engine import Database
from tests.scheduler.world import World
from tests.storage.engines import ENGINES, empty_database


@pytest.fixture(scope="session", params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with empty_database(request.param, tmp_path_factory.mktemp("database")) as database:
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

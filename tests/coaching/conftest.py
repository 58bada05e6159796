"""What most tests of this folder begin with: a circle with a session, in a database of their own."""

from collections.abc import Iterator

import pytest

from storage.engine import Database
from tests.coaching.closing_world import World


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def world(database: Database) -> World:
    return World(database)

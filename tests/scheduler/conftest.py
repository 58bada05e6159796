"""A world per test, on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.base import Base
from tests.scheduler.world import World
from tests.storage.engines import ENGINES, empty_database


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with empty_database(request.param, tmp_path) as database:
        Base.metadata.create_all(database.engine)
        yield World(database)

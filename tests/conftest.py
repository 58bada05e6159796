"""What tests of several folders share: fresh databases, and the bot at work in a local workspace."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.cast import riverbend
from service.demo import Demo
from storage import migrate
from storage.engine import Database
from tests.storage.engines import ENGINES, server
from tests.support.instants import START
from tests.support.people import People

pytest_plugins = ["tests.no_skips"]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the newest schema and no rows: copying it is quicker than making another."""
    path = tmp_path_factory.mktemp("migrated") / "coach.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> Iterator[str]:
    """The address of a fresh database with the newest schema, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'coach.db')}"
        return
    with server().fresh_database() as url:
        yield url


@pytest.fixture
def demo(database_url: str) -> Iterator[Demo]:
    """The bot beside a workspace of its own, on a Monday. Starting both takes a tenth of a second."""
    with Demo(riverbend(START), database_url, START) as demo:
        yield demo


@pytest.fixture
def people(demo: Demo) -> People:
    return People(demo)

"""The schema goes up, down and up again with data in it, and is what the models say."""

import multiprocessing
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import migrate
from storage.base import Base
from storage.engine import Database
from storage.models import Person, Workspace
from tests.scheduler.world import World
from tests.storage.engines import ENGINES, empty_database, empty_url


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with empty_database(request.param, tmp_path) as database:
        yield database


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        metadata = type(Base.metadata)()
        metadata.reflect(connection)
        return set(metadata.tables) - {"alembic_version"}


def test_up_down_and_up_again_with_data(database: Database) -> None:
    migrate.upgrade(database)
    World(database)
    migrate.downgrade(database, "base")
    assert tables(database) == set()
    migrate.upgrade(database)
    World(database)
    assert tables(database) == set(Base.metadata.tables)


def test_upgrading_keeps_what_is_there(database: Database) -> None:
    migrate.upgrade(database)
    world = World(database)
    migrate.upgrade(database)
    with database.reading() as db:
        assert db.get_one(Person, world.ana).name == "Ana"


def test_the_newest_schema_is_what_the_models_say(database: Database) -> None:
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_newest_migration() -> None:
    scripts = ScriptDirectory(str(migrate.MIGRATIONS))
    assert scripts.get_heads() == [migrate.newest()]
    assert len(scripts.get_bases()) == 1


def test_what_does_not_fit_is_said_with_what_to_do(database: Database) -> None:
    assert migrate.current_problem(database) == "The database has no tables yet: run coach migrate."
    migrate.upgrade(database)
    assert migrate.current_problem(database) is None
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert migrate.current_problem(database) == (
        "The schema is newer than this program: install the newer version."
    )


def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no such folder/test.db")
    assert str(migrate.current_problem(database)).startswith(
        "The file that DATABASE_URL names cannot be used."
    )
    database.dispose()


def test_a_server_that_is_silent_counts_as_away() -> None:
    """It takes the connection and says nothing: the driver alone would wait for two minutes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = Database(f"postgresql+psycopg://ana@127.0.0.1:{silent.getsockname()[1]}/coach")
        with pytest.raises(OperationalError), database.reading() as db:
            db.connection()
        database.dispose()


def test_sqlite_refers_to_what_exists_again_after_a_migration(tmp_path: Path) -> None:
    """Foreign keys rest while tables are rebuilt; the same connection goes back to the pool."""
    with empty_database("sqlite", tmp_path) as database:
        migrate.upgrade(database)
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def _upgrade(url: str) -> None:
    database = Database(url)
    migrate.upgrade(database)
    database.dispose()


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_two_processes_may_start_at_once(engine: str, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with empty_url(engine, tmp_path) as url:
        both = [spawn.Process(target=_upgrade, args=(url,)) for _ in range(2)]
        for process in both:
            process.start()
        for process in both:
            process.join()
        assert [process.exitcode for process in both] == [0, 0]
        database = Database(url)
        assert migrate.current_problem(database) is None
        with database.transaction() as db:
            db.add(Workspace(id="T1", name="", bot_user_id="U", created_at=World.now))
        database.dispose()

"""Databases to test on: SQLite always, PostgreSQL where there is one."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from storage.engine import Database
from tests import postgres

ENGINES = ["sqlite", "postgresql"]


@contextmanager
def empty_url(engine: str, folder: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/test.db"
        return
    with server().empty_database() as url:
        yield url


@contextmanager
def empty_database(engine: str, folder: Path) -> Iterator[Database]:
    with empty_url(engine, folder) as url:
        database = Database(url)
        yield database
        database.dispose()


@cache
def server() -> postgres.Postgres:
    """The PostgreSQL of this process, started when the first test wants it. Skips that test without one."""
    missing = postgres.missing()
    if missing:
        pytest.skip(missing)
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(postgres.server())

"""Databases to test on: SQLite always, PostgreSQL where there is one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from storage.engine import Database, make_engine

ENGINES = ["sqlite", "postgresql"]
SERVER = "COACH_TEST_POSTGRES"
"""Names the address of a PostgreSQL server on which databases may be made."""


@contextmanager
def empty_url(engine: str, folder: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/test.db"
        return
    server = os.environ.get(SERVER)
    if server is None:
        pytest.skip(f"PostgreSQL is not tested: {SERVER} is not set")
    name = f"coach_{uuid4().hex}"
    admin = make_engine(server)
    _run(admin, f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(admin, f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def _run(engine: Engine, statement: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


@contextmanager
def empty_database(engine: str, folder: Path) -> Iterator[Database]:
    with empty_url(engine, folder) as url:
        database = Database(url)
        yield database
        database.dispose()

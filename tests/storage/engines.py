"""Databases to test on: SQLite always, PostgreSQL where it is installed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from storage.engine import Database, make_engine

ENGINES = ["sqlite", "postgresql"]


@contextmanager
def empty_url(engine: str, folder: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/test.db"
        return
    admin = make_engine(os.environ["TEMP_PG"]).execution_options(isolation_level="AUTOCOMMIT")
    name = f"t{uuid4().hex}"
    with admin.connect() as c:
        c.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield os.environ["TEMP_PG"].replace("/postgres?", f"/{name}?")
    finally:
        with admin.connect() as c:
            c.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@contextmanager
def empty_database(engine: str, folder: Path) -> Iterator[Database]:
    with empty_url(engine, folder) as url:
        database = Database(url)
        yield database
        database.dispose()

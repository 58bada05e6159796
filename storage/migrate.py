"""The schema: brought to the newest version, and checked.

`python -m storage.migrate "what changes"` drafts the next migration from the models: read it, then keep it.
Alembic is imported where it is used: most processes only ever ask whether the schema fits.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from storage import faults
from storage.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
BEHIND = "The schema is behind: run coach migrate."
MENDED_BY_UPGRADE = frozenset({faults.NO_TABLES, BEHIND})
STEP = re.compile(r'^(revision|down_revision) = "(\w+)"', re.MULTILINE)
LOCK = 0x636F616368  # any number, the same in every process


def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the schema to `revision`, wholly or not at all. Safe when several processes start at once."""
    if revision == "head" and current_problem(database) is None:
        return

    from alembic import command

    with _alone(database) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Takes the schema back to `revision` (`base` for nothing at all)."""
    from alembic import command

    with _alone(database) as connection:
        command.downgrade(_config(connection), revision)


def current_problem(database: Database) -> str | None:
    """What stands between this schema and this code, with what to do; None when they fit."""
    try:
        with database.reading() as db:
            return _problem(db.connection())
    except SQLAlchemyError as error:
        name = type(error).__name__
        return faults.sentence(error) or f"The database cannot be read ({name}): check DATABASE_URL."


def _problem(connection: Connection) -> str | None:
    found = _version(connection)
    if found == newest():
        return None
    if found is None:
        return faults.NO_TABLES
    if found not in _steps():
        return "The schema is newer than this program: install the newer version."
    return BEHIND


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


@cache
def newest() -> str:
    """The revision that this code needs."""
    heads = set(_steps()) - set(_steps().values())
    if len(heads) != 1:
        raise RuntimeError("no migrations are installed, or their order is broken")
    return heads.pop()


@cache
def _steps() -> dict[str, str | None]:
    """Each revision and the one before it, read from the files: every process asks, and Alembic takes half a
    second to say the same."""
    texts = [one.read_text(encoding="utf-8") for one in (MIGRATIONS / "versions").glob("*.py")]
    found = (dict(STEP.findall(text)) for text in texts)
    return {one["revision"]: one.get("down_revision") for one in found if "revision" in one}


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """One transaction that no other process' migration can overlap."""
    turn = _sqlite if database.engine.dialect.name == "sqlite" else _postgresql
    with database.engine.connect() as connection, turn(connection):
        yield connection


@contextmanager
def _postgresql(connection: Connection) -> Iterator[None]:
    with connection.begin():
        # Another process' migration, or the program at work, may take its time: this one waits for its turn.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield


@contextmanager
def _sqlite(connection: Connection) -> Iterator[None]:
    # The engine begins with BEGIN IMMEDIATE, so a second process waits here. Foreign keys rest meanwhile:
    # a table that is altered is copied and dropped, and dropping would delete all that refers to it.
    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if orphans is not None:
                raise RuntimeError(f"the migration left rows of {orphans[0]} that refer to nothing")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def draft(message: str) -> Path:
    """Writes the next migration: what the models say and the newest schema does not yet."""
    from alembic import command

    number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/draft.db")
        upgrade(database)
        with database.engine.connect() as connection:
            command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")
        database.dispose()
    return next((MIGRATIONS / "versions").glob(f"{number:04}_*.py"))


if __name__ == "__main__":
    print(draft(sys.argv[1]))

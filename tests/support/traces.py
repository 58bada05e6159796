"""Looking for words wherever a database has them: as somebody with its dump, or with its disk, would."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import text

from storage.base import Base
from storage.engine import Database


def in_tables(database: Database, words: Iterable[str]) -> set[str]:
    """Where each of the words stands, as `table.column: word`, in what a dump of all tables holds."""
    found = set()
    with database.reading() as db:
        for table in Base.metadata.sorted_tables:
            for row in db.execute(text(f"SELECT * FROM {table.name}")).mappings():  # noqa: S608
                for column, value in row.items():
                    found |= {f"{table.name}.{column}: {one}" for one in words if one in str(value)}
    return found


def on_disk(database: Database, words: Iterable[str]) -> set[str]:
    """Which of the words stand in SQLite's file, its log and whatever else lies beside it."""
    if database.engine.dialect.name != "sqlite":
        return set()
    file = Path(database.engine.url.database or "")
    lying_there = b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))
    return {one for one in words if one.encode() in lying_there}

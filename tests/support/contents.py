"""All rows of a database, seen from outside the program: whether one has changed, and all as they were."""

import hashlib
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from storage.engine import Database


class Contents(Protocol):
    """Of one database. Looking costs next to nothing while nobody has written."""

    def digest(self) -> str:
        """The same as before if, and almost surely only if, all rows are."""

    def keep(self) -> None:
        """Notes all rows."""

    def put_back(self) -> None:
        """All rows as they were when they were noted."""


@contextmanager
def contents(database: Database, without: Collection[str] = ()) -> Iterator[Contents]:
    """Of all tables but those."""
    url = database.engine.url
    if database.engine.dialect.name == "sqlite":
        found = OfFile(str(url.database), without)
        yield found
        found.close()
        return
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as line:
        yield OfServer(line, without)


class OfFile:
    """SQLite counts, for each connection, what the others write."""

    def __init__(self, file: str, without: Collection[str]) -> None:
        self._look = sqlite3.connect(file)
        self._look.text_factory = bytes
        self._kept = sqlite3.connect(":memory:")
        found = self._look.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        self._tables = [one for (name,) in found if (one := name.decode()) not in without]
        self._version, self._digest = -1, ""

    def digest(self) -> str:
        [version] = self._look.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version, self._digest = version, self._read()
        return self._digest

    def keep(self) -> None:
        self._look.backup(self._kept)

    def put_back(self) -> None:
        self._kept.backup(self._look)
        self._version = -1

    def close(self) -> None:
        self._look.close()
        self._kept.close()

    def _read(self) -> str:
        found = hashlib.sha256()
        for name in self._tables:
            rows = sorted(map(repr, self._look.execute(f'SELECT * FROM "{name}"')))  # noqa: S608
            found.update(repr((name, rows)).encode())
        return found.hexdigest()


class OfServer:
    """PostgreSQL's journal grows with whatever is written."""

    def __init__(self, line: psycopg.Connection, without: Collection[str]) -> None:
        self._line = line
        found = line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        self._all = [sql.Identifier(name) for (name,) in found]
        one = sql.SQL("SELECT md5(string_agg(row::text, chr(10) ORDER BY row::text)) FROM {} row")
        looked_at = [name for name in self._all if name._obj[0] not in without]
        self._read = sql.SQL(" UNION ALL ").join(one.format(name) for name in looked_at)
        self._end, self._digest = "", ""

    def digest(self) -> str:
        [(end,)] = self._line.execute("SELECT pg_current_wal_insert_lsn()::text")
        if end != self._end:
            self._end, self._digest = end, repr(self._line.execute(self._read).fetchall())
        return self._digest

    def keep(self) -> None:
        self._line.execute("CREATE SCHEMA kept")
        for name in self._all:
            self._line.execute(sql.SQL("CREATE TABLE kept.{} AS TABLE public.{}").format(name, name))

    def put_back(self) -> None:
        with self._line.transaction():
            self._line.execute("SET LOCAL session_replication_role = replica")  # in any order of tables
            for name in self._all:
                self._line.execute(sql.SQL("DELETE FROM public.{}").format(name))
                back = sql.SQL("INSERT INTO public.{} OVERRIDING SYSTEM VALUE TABLE kept.{}")
                self._line.execute(back.format(name, name))

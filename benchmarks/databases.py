"""Databases to measure on: filled once, then copied for each round, so that every round begins with the same.

PostgreSQL is a throw-away server of its own that does not wait for the disk (`tests/postgres.py`); what is
compared with us uses the same one. SQLite waits for the disk, as it does in use.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

from benchmarks.bench import CannotRun
from storage import migrate
from storage.engine import Database
from tests import postgres

Fill = Callable[[Database], None]


@dataclass
class Engine:
    """SQLite in a folder, or a PostgreSQL server."""

    name: str
    folder: Path
    server: postgres.Postgres | None = None

    @contextmanager
    def filled(self, fill: Fill) -> Iterator["Template"]:
        """A database with the newest schema and what `fill` puts into it."""
        with self.unfilled() as url:
            database = Database(url)
            fill(database)
            database.compact()
            database.dispose()
            yield Template(self, url)

    @contextmanager
    def unfilled(self) -> Iterator[str]:
        """A database with the newest schema and no rows."""
        with self.empty() as url:
            database = Database(url)
            migrate.upgrade(database)
            database.dispose()
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        if self.server is not None:
            with self.server.empty_database() as url:
                yield url
            return
        path = self.folder / f"{uuid4().hex}.db"
        yield f"sqlite:///{path}"
        for one in self.folder.glob(f"{path.name}*"):
            one.unlink()


@dataclass(frozen=True)
class Template:
    """A filled database to which nobody is connected."""

    engine: Engine
    url: str

    @contextmanager
    def copy(self) -> Iterator[str]:
        if self.engine.server is not None:
            with self.engine.server.copy_of(_name(self.url)) as url:
                yield url
            return
        with self.engine.empty() as url:
            shutil.copy(_name(self.url), _name(url))
            yield url


def _name(url: str) -> str:
    return str(make_url(url).database)


@dataclass
class Engines:
    """The engines of one run. A server is started when the first measurement wants it."""

    folder: Path
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Engines":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def sqlite(self) -> Engine:
        return Engine("SQLite", self.folder)

    @cached_property
    def postgresql(self) -> Engine:
        """Raises `CannotRun` where there is none."""
        missing = postgres.missing()
        if missing:
            raise CannotRun(missing)
        return Engine("PostgreSQL", self.folder, self._open.enter_context(postgres.server()))

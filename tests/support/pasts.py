"""What had happened before a test begins. It is lived through once per process and engine, then copied."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from demo import archive
from demo.cast import riverbend
from service.demo import Demo
from storage import migrate
from storage.engine import Database
from tests.storage.engines import server
from tests.support.instants import START
from tests.support.people import People

Beginning = Callable[[People], None]
"""What people did before. A function of a module, so that it is the same one every time."""


@dataclass(frozen=True)
class Past:
    """A database and a workspace as they were left."""

    database: str
    """The file, or the name of the database on the server."""
    workspace: str
    now: datetime


def nothing(_people: People) -> None:
    """A workspace in which the bot has just been installed."""


def a_circle(people: People) -> None:
    """Ana, Bo, Chidi, Dee and Eli meet on the second Tuesday at ten in New York, first on 8 December 2026."""
    people.circle()


@contextmanager
def database(engine: str, beginning: Beginning, folder: Path) -> Iterator[str]:
    """The address of a database of one's own, as that beginning has left it."""
    past = lived(engine, beginning)
    if engine == "sqlite":
        yield f"sqlite:///{shutil.copy(past.database, folder / 'coach.db')}"
        return
    with server().copy_of(past.database) as url:
        yield url


@contextmanager
def running(url: str, beginning: Beginning, *, app_token: str = "") -> Iterator[Demo]:
    """The bot beside the workspace that goes with such a database; with an `app_token` by Socket Mode."""
    past = lived("sqlite" if url.startswith("sqlite") else "postgresql", beginning)
    with Demo(archive.from_json(past.workspace), url, past.now, app_token=app_token) as demo:
        yield demo


@cache
def lived(engine: str, beginning: Beginning) -> Past:
    """Lives through a beginning. What it leaves behind ends with the process."""
    kept = ExitStack()
    if engine == "sqlite":
        name = str(Path(kept.enter_context(tempfile.TemporaryDirectory())) / "past.db")
        url = f"sqlite:///{name}"
    else:
        url = kept.enter_context(server().fresh_database())
        name = url.partition("?")[0].rpartition("/")[2]
    atexit.register(kept.close)  # after the server's own, so that it is done before that
    return _live(url, name, beginning)


def _live(url: str, name: str, beginning: Beginning) -> Past:
    if beginning is nothing:
        kept = Database(url)
        migrate.upgrade(kept)
        kept.compact()
        kept.dispose()
        return Past(name, archive.to_json(riverbend(START)), START)
    with Demo(riverbend(START), url, START) as demo:
        beginning(People(demo))
        demo.coach.database.compact()
        return Past(name, archive.to_json(demo.workspace.workspace), demo.clock.now())

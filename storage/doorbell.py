"""Tells workers in other processes that something is to be sent now. PostgreSQL carries it; SQLite has none.

Nothing depends on it: a worker looks every few seconds anyway.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event
from typing import Any, Protocol, cast

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

BELL = "coach_outbox"
RUNG = "coach_rung"
LISTEN_AGAIN_S, LOOK_UP_S = 5.0, 0.5
"""After a lost connection; and how often a listener looks whether it is to stop."""


class _Line(Protocol):
    """As much of the driver's connection as is used here."""

    autocommit: bool

    def execute(self, query: str) -> object: ...

    def notifies(self, *, timeout: float, stop_after: int) -> Iterator[object]: ...


def carries(engine: Engine) -> bool:
    """Whether other processes can be told."""
    return engine.dialect.name == "postgresql"


def ring(db: Session) -> None:
    """Others are told when this transaction is kept, and not before."""
    db.info[RUNG] = True


def carry(db: Session, engine: Engine) -> None:
    """At the end of a transaction in which somebody rang."""
    if db.info.get(RUNG) and carries(engine):
        db.execute(text(f"NOTIFY {BELL}"))


def listen(engine: Engine, heard: Callable[[], None], stopped: Event) -> None:
    """Calls `heard` whenever it rings, until `stopped`. For a thread of its own.

    Also when the connection was lost and is there again: something may have been missed meanwhile.
    """
    broken: type[Exception] = engine.dialect.loaded_dbapi.Error
    while not stopped.is_set():
        with suppress(DBAPIError, broken):
            _listen(engine, heard, stopped)
        stopped.wait(LISTEN_AGAIN_S)


def _listen(engine: Engine, heard: Callable[[], None], stopped: Event) -> None:
    with engine.connect() as found:
        line = cast(_Line, cast(Any, found.connection).driver_connection)
        found.detach()  # nobody else gets it afterwards
        line.autocommit = True
        line.execute(f"LISTEN {BELL}")
        heard()
        while not stopped.is_set():
            for _ in line.notifies(timeout=LOOK_UP_S, stop_after=1):
                heard()

"""Writing down a thousand reminders: as the product does it, and as jobs in APScheduler's store.

Ours are the reminders of kept sessions, each with its message; a session's are laid out in one transaction,
about thirty at a time, rules and all. A job is added by `add_job`, into the same kind of database.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from benchmarks import filling
from benchmarks.bench import Bench, in_turns
from benchmarks.databases import Engine, Engines, Template
from benchmarks.multiply import multiply, stride
from benchmarks.processes import child
from benchmarks.table import Row, ratio_at_least
from coaching import reminders
from coaching.rules.terms import Rhythm
from storage.engine import Database
from storage.models import CoachingSession, OutboxRow, Reminder

MANY = 1_000
SESSIONS, MEMBERS = 60, 5
STARTS = datetime(2027, 3, 9, 10, 0, tzinfo=UTC)
NOW = STARTS - timedelta(days=20)
MESSAGE = {"channel": "D1", "text": "Your session starts in 15 minutes."}


def run(bench: Bench, engines: Engines) -> Iterator[Row]:
    yield from _on(engines.sqlite, bench)
    if bench.full:
        yield from _on(engines.postgresql, bench)


def _on(engine: Engine, bench: Bench) -> Iterator[Row]:
    with engine.filled(_fill) as template:
        laying = _Laying(bench, engine, template)
        in_turns(bench.either(2, 3), laying.ours, laying.jobs)
    what = f"laying out {MANY:,} reminders : add_job, {engine.name}"
    yield Row(what, "reminders/s", laying.our_rates, laying.job_rates, [ratio_at_least(30)])


def _fill(database: Database) -> None:
    """Sessions about which nothing is laid out yet."""
    with database.transaction() as db:
        everybody = filling.workspace(db, "T1", MEMBERS, NOW)
        filling.session(db, filling.circle(db, "T1", everybody, STARTS, NOW, Rhythm.NONE), STARTS, NOW)
        db.execute(delete(Reminder))
        db.execute(delete(OutboxRow))
        multiply(db, SESSIONS, stride(db), apart=False)


class _Laying:
    """Both ways, and how many a second they wrote down."""

    def __init__(self, bench: Bench, engine: Engine, template: Template) -> None:
        self._bench, self._engine, self._template = bench, engine, template
        self.our_rates: list[float] = []
        self.job_rates: list[float] = []

    def ours(self) -> None:
        with self._template.copy() as url:
            database = Database(url)
            with database.reading() as db:
                first, *sessions = db.scalars(select(CoachingSession.id))
            _lay_out(database, first)  # SQLAlchemy compiles its statements the first time
            before, started, each = _count(database), time.perf_counter(), iter(sessions)
            written = 0
            while written < MANY:
                _lay_out(database, next(each))
                written = _count(database) - before
            self.our_rates.append(written / (time.perf_counter() - started))
            database.dispose()

    def jobs(self) -> None:
        about = ("http://127.0.0.1:1/", "best")
        with self._engine.empty() as url, child(self._bench.folder, "stored_jobs", url, *about) as process:
            came: dict[str, Any] = process.ask(message=MESSAGE, many=MANY, only_add=True)
        self.job_rates.append(MANY / came["seconds"])


def _lay_out(database: Database, session: int) -> None:
    with database.transaction() as db:
        reminders.lay_out(db, db.get_one(CoachingSession, session), NOW)


def _count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Reminder)) or 0

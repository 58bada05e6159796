"""Writing down a thousand reminders: as the product does it, and as jobs in APScheduler's store.

Ours are the reminders of kept sessions, each with its message, rules and all: about two dozen in the
transaction of each session, as when people keep one, or all in one transaction, as the planners do. A job is
added by `add_job`, to a store that is opened as APScheduler opens it, or as we do ("at its best").
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

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
SESSIONS, MEMBERS = 55, 5
"""With as many reminders as are wanted, about."""
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
        ways = (laying.by_session, laying.together, laying.jobs_by_default, laying.jobs_at_best)
        in_turns(bench.either(1, 2), *ways)
    rates, unit, what = laying.rates, "reminders/s", f"laying out {MANY:,} reminders"
    by_session, together = rates["by session"], rates["together"]
    yield Row(f"{what} : add_job, {engine.name}", unit, by_session, rates["default"], [ratio_at_least(30)])
    yield Row(f"{what} : add_job at its best, {engine.name}", unit, by_session, rates["best"])
    yield Row(f"{what} together : add_job at its best, {engine.name}", unit, together, rates["best"])


def _fill(database: Database) -> None:
    """Sessions about which nothing is laid out yet."""
    with database.transaction() as db:
        everybody = filling.workspace(db, "T1", MEMBERS, NOW)
        filling.session(db, filling.circle(db, "T1", everybody, STARTS, NOW, Rhythm.NONE), STARTS, NOW)
        db.execute(delete(Reminder))
        db.execute(delete(OutboxRow))
        multiply(db, SESSIONS, stride(db), apart=False)


class _Laying:
    """The ways, and how many a second each wrote down."""

    def __init__(self, bench: Bench, engine: Engine, template: Template) -> None:
        self._bench, self._engine, self._template = bench, engine, template
        self.rates: dict[str, list[float]] = defaultdict(list)

    def by_session(self) -> None:
        self._ours("by session", 1)

    def together(self) -> None:
        self._ours("together", SESSIONS)

    def _ours(self, way: str, in_one: int) -> None:
        """With so many sessions in one transaction."""
        with self._template.copy() as url:
            database = Database(url)
            first, *sessions = _sessions(database)
            _lay_out(database, [first])  # SQLAlchemy compiles its statements the first time
            before, started = _count(database), time.perf_counter()
            for begin in range(0, len(sessions), in_one):
                _lay_out(database, sessions[begin : begin + in_one])
            self._note(way, _count(database) - before, time.perf_counter() - started)
            database.dispose()

    def jobs_by_default(self) -> None:
        self._jobs("default")

    def jobs_at_best(self) -> None:
        self._jobs("best")

    def _jobs(self, way: str) -> None:
        about = ("http://127.0.0.1:1/", way)
        with self._engine.empty() as url, child(self._bench.folder, "stored_jobs", url, *about) as process:
            came = process.ask(message=MESSAGE, many=MANY, only_add=True)
        self._note(way, MANY, came["seconds"])

    def _note(self, way: str, written: int, seconds: float) -> None:
        self.rates[way].append(written / seconds)


def _lay_out(database: Database, sessions: Sequence[int]) -> None:
    with database.transaction() as db:
        for session in sessions:
            reminders.lay_out(db, db.get_one(CoachingSession, session), NOW)


def _sessions(database: Database) -> list[int]:
    with database.reading() as db:
        return list(db.scalars(select(CoachingSession.id)))


def _count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Reminder)) or 0

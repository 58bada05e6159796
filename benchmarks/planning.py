"""What planning costs, for circles that meet every month and never answer.

A year: the clock is moved on by a week at a time and all planners look; what falls due counts as sent, so
that dates are asked about, silence means yes, and sessions are laid out, held and closed as in use.
Milliseconds for one circle are seconds for a thousand.

A look: what the planners cost with a thousand circles whose next session is kept, when nothing is to be done.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import func, select, update

from benchmarks import filling
from benchmarks.bench import Bench, times
from benchmarks.databases import Engines
from benchmarks.multiply import multiply, stride
from benchmarks.table import Row
from coaching.planning import PLANNERS
from coaching.rules.terms import Rhythm
from storage.engine import Database
from storage.models import CoachingSession, OutboxRow, OutboxState

MADE = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
FIRST = datetime(2027, 2, 9, 10, 0, tzinfo=UTC)
MEMBERS = 5
WEEK, YEAR = timedelta(days=7), timedelta(days=365)
A_THOUSAND, LOOKS = 1_000, 5


def run(bench: Bench, engines: Engines) -> Iterator[Row]:
    circles = bench.either(2, 40)
    with engines.sqlite.unfilled() as url:
        database = Database(url)
        _fill(database, circles)
        took, sessions = _live_for_a_year(database), _sessions(database)
        database.dispose()
    yield Row(f"planning a year, {circles} circles, {sessions:,} sessions", "ms/circle", [took / circles])
    with engines.sqlite.unfilled() as url:
        database = Database(url)
        _fill(database, A_THOUSAND)
        _look(database, MADE)
        took_each = list(times(LOOKS, partial(_look, database, MADE)))
        database.dispose()
    yield Row(f"planners' look, {A_THOUSAND:,} circles, nothing to do", "ms", took_each)


def _fill(database: Database, circles: int) -> None:
    """Each in a workspace of its own, with its first session kept."""
    with database.transaction() as db:
        everybody = filling.workspace(db, "T1", MEMBERS, MADE)
        circle = filling.circle(db, "T1", everybody, FIRST, MADE, Rhythm.SAME_WEEKDAY)
        filling.session(db, circle, FIRST, MADE)
        multiply(db, circles - 1, stride(db), apart=True)


def _live_for_a_year(database: Database) -> float:
    """Milliseconds that the planners took."""
    now, took = MADE, 0.0
    while now < MADE + YEAR:
        _send(database, now)
        took += sum(times(1, partial(_look, database, now)))
        now += WEEK
    return took


def _look(database: Database, now: datetime) -> None:
    for planner in PLANNERS:
        with database.transaction() as db:
            planner(db, now)


def _send(database: Database, now: datetime) -> None:
    """As if Slack had taken everything at its minute."""
    with database.transaction() as db:
        db.execute(
            update(OutboxRow)
            .where(OutboxRow.state == OutboxState.DUE, OutboxRow.due_at <= now)
            .values(state=OutboxState.SENT, slack_channel="D1", slack_ts="1.1", finished_at=OutboxRow.due_at)
        )


def _sessions(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(CoachingSession)) or 0

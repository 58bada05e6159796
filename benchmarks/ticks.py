"""What a look for due messages costs when nothing is due, by how many messages wait for later."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.bench import Bench, in_turns
from benchmarks.databases import Engine, Engines
from benchmarks.multiply import multiply_messages
from benchmarks.table import Row, ratio_at_most
from scheduler.delivery import Delivery
from scheduler.slack import Slack
from storage.engine import Database
from storage.models import OutboxRow, Outgoing, Workspace

NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
FEW, DAYS = 1_000, 250
ROUNDS, LOOKS = 5, 40


def run(bench: Bench, engines: Engines) -> Iterator[Row]:
    many = bench.either([100_000], [100_000, 1_000_000])
    yield from _on(engines.sqlite, many)
    if bench.full:
        yield from _on(engines.postgresql, many)


def _on(engine: Engine, many: list[int]) -> Iterator[Row]:
    with ExitStack() as opened:
        few, *more = (_Waiting(opened.enter_context(engine.unfilled()), rows) for rows in (FEW, *many))
        in_turns(ROUNDS, *(waiting.look for waiting in (few, *more)))
        for waiting in more:
            what = f"tick, {waiting.rows:,} waiting : {FEW:,} waiting, {engine.name}"
            yield Row(what, "ms", waiting.took, few.took, [ratio_at_most(1.3)])
            waiting.database.dispose()
        few.database.dispose()


@dataclass
class _Waiting:
    """A database with so many messages in it, all of them due tomorrow or later."""

    url: str
    rows: int
    took: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        with self.database.transaction() as db:
            _fill(db, self.rows)
        with self.database.transaction() as db:
            db.execute(text("ANALYZE"))  # as PostgreSQL does by itself, a minute later

    def look(self) -> None:
        self.took += asyncio.run(self._look())

    async def _look(self) -> list[float]:
        slack = Slack("http://127.0.0.1:1/", lambda _: "xoxb-1", lambda: NOW)
        delivery, took = Delivery(self.database, slack, {}, lambda: NOW, Random(1)), list[float]()  # noqa: S311 - a bench
        for _ in range(1 + LOOKS):
            started = time.perf_counter()
            await delivery.deliver_due()
            took.append((time.perf_counter() - started) * 1000)
        await slack.close()
        return took[1:]


def _fill(db: Session, rows: int) -> None:
    """The first of each day one by one, the rest copied from those."""
    db.add(Workspace(id="T1", name="Riverbend", bot_user_id="UBOT", created_at=NOW))
    db.flush()
    db.execute(insert(OutboxRow), [_row(NOW + timedelta(days=1 + day)) for day in range(DAYS)])
    multiply_messages(db, rows // DAYS - 1)


def _row(due_at: datetime) -> dict[str, object]:
    return {
        "workspace_id": "T1",
        "kind": Outgoing.BOOKKEEPING,
        "unique_key": f"bookkeeping:{due_at:%Y-%m-%d}",
        "facts": {},
        "due_at": due_at,
        "created_at": NOW,
    }

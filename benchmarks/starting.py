"""How soon `coach serve` answers its first command, and how much memory it takes.

- From the start of the process to the first acknowledged command, beside a bare Bolt app with SQLAlchemy. The
  database is there and up to date, as at every start but the first.
- Memory at rest, web and worker in one process.
- What memory a worker gains while it delivers (full).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

from benchmarks import due
from benchmarks.bench import Bench, in_turns
from benchmarks.databases import Engines
from benchmarks.fake_slack import fake_slack
from benchmarks.load import command
from benchmarks.multiply import multiply_messages
from benchmarks.processes import rss_mb
from benchmarks.sending import sender
from benchmarks.serving import Served, bare_start, coach
from benchmarks.table import Row, median_at_most, ratio_at_most
from storage.engine import Database

REST_S = 3
STARTS_WITHIN_S = 60
WORKSPACES, DELIVERIES = 50, 100_000
WARM_UP_S, LONGEST_S = 10, 90

Start = Callable[[], AbstractContextManager[Served]]


def run(bench: Bench, engines: Engines) -> Iterator[Row]:
    yield from _starting(bench, engines)
    if bench.full:
        yield _growth(bench, engines)


def _starting(bench: Bench, engines: Engines) -> Iterator[Row]:
    ours, floor, memory = list[float](), list[float](), list[float]()
    with fake_slack(bench.folder) as slack, engines.sqlite.unfilled() as url:
        start: Start = partial(coach, bench.folder, url, slack, "service", "serve")
        bare: Start = partial(bare_start, bench.folder)
        in_turns(1, partial(_begin, start, []), partial(_begin, bare, []))  # Python compiles what it loads
        in_turns(bench.either(2, 5), partial(_begin, start, ours), partial(_begin, bare, floor))
        with start() as served:
            _first_answer(served)
            time.sleep(REST_S)
            memory.append(rss_mb(served.process.pid))
    yield Row("start to first answer : bare Bolt", "ms", ours, floor, [ratio_at_most(2.5)])
    yield Row("memory of `coach serve` at rest", "MB", memory, targets=[median_at_most(130)])


def _begin(start: Start, took: list[float]) -> None:
    begun = time.perf_counter()
    with start() as served:
        _first_answer(served)
        took.append((time.perf_counter() - begun) * 1000)


def _first_answer(served: Served) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            served.bot.one_by_one([command("/coach", "help", "U00000")])
            return
        except ConnectionError:
            time.sleep(0.005)
    raise RuntimeError(
        "it never answered: " + served.log.read_text(encoding="utf-8", errors="replace")[-500:]
    )


def _growth(bench: Bench, engines: Engines) -> Row:
    """After a while of warming up, in which caches fill."""
    with (
        fake_slack(bench.folder) as slack,
        engines.sqlite.filled(_fill) as template,
        sender(bench.folder, template.url, slack.api()) as process,
    ):
        process.ask(most_s=WARM_UP_S)
        before, _ = rss_mb(process.pid), slack.posts()
        process.ask(most_s=LONGEST_S)
        what, gained = f"memory gained over {slack.posts():,} deliveries", rss_mb(process.pid) - before
    return Row(what, "MB", [gained], targets=[median_at_most(10)])


def _fill(database: Database) -> None:
    """Each of the reminders many times over."""
    due.fill(database, WORKSPACES)
    with database.transaction() as db:
        multiply_messages(db, DELIVERIES // (WORKSPACES * due.IN_A_WORKSPACE))

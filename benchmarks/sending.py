"""A thousand reminders due at once, Slack being 30 ms away: ours, a bare client, APScheduler's stored jobs.

Ours are claimed, rendered from what is in the database, sent and marked. The bare client posts the same
message as often with as many in flight. A stored job holds its message and posts it; with APScheduler's
defaults most are dropped for being late, so those are compared by how many arrive.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import due
from benchmarks import sender as sender_module
from benchmarks.bench import Bench, in_turns
from benchmarks.databases import Engine, Engines, Template
from benchmarks.fake_slack import FakeSlack, fake_slack
from benchmarks.processes import Child, Json, child
from benchmarks.table import Row, ratio_at_least

LATENCY_MS = 30
IN_FLIGHT = 100
PER_WORKSPACE = 8
WORKSPACES = 50
MANY = WORKSPACES * due.IN_A_WORKSPACE - sender_module.WARM_UP
LONGEST_S = 120


def run(bench: Bench, engines: Engines) -> Iterator[Row]:
    with fake_slack(bench.folder) as slack:
        yield from _on(engines.sqlite, bench, slack)
        if bench.full:
            yield from _on(engines.postgresql, bench, slack)


def _on(engine: Engine, bench: Bench, slack: FakeSlack) -> Iterator[Row]:
    with engine.filled(lambda database: due.fill(database, WORKSPACES)) as template:
        sending = _Sending(bench, engine, template, slack)
        in_turns(2, sending.ours, sending.bare)
        in_turns(bench.either(1, 2), sending.stored_by_default, sending.stored_at_best)
    yield from sending.rows()


class _Sending:
    """What came of each way, by its name."""

    def __init__(self, bench: Bench, engine: Engine, template: Template, slack: FakeSlack) -> None:
        self._folder = bench.folder
        self._engine, self._template, self._slack = engine, template, slack
        self._api = slack.api(LATENCY_MS)
        self._message: Json = {}
        self._rates: dict[str, list[float]] = defaultdict(list)
        self._arrived: dict[str, list[float]] = defaultdict(list)

    def ours(self) -> None:
        with self._template.copy() as url, sender(self._folder, url, self._api) as process:
            self._slack.posts()
            came = process.ask(most_s=LONGEST_S)
        self._note("ours", came["seconds"])
        self._message = self._slack.last_post()

    def bare(self) -> None:
        with child(self._folder, "poster", self._api) as process:
            process.ask(message=self._message, many=IN_FLIGHT, at_once=IN_FLIGHT)
            self._slack.posts()
            came = process.ask(message=self._message, many=MANY, at_once=IN_FLIGHT)
        self._note("bare", came["seconds"])

    def stored_by_default(self) -> None:
        self._stored("default")

    def stored_at_best(self) -> None:
        self._stored("best")

    def _stored(self, way: str) -> None:
        with self._engine.empty() as url, child(self._folder, "stored_jobs", url, self._api, way) as process:
            self._slack.posts()
            came = process.ask(message=self._message, many=MANY)
        self._note(way, came["seconds"])

    def _note(self, way: str, seconds: float) -> None:
        arrived = self._slack.posts()
        self._rates[way].append(arrived / seconds)
        self._arrived[way].append(arrived)

    def rows(self) -> Iterator[Row]:
        rates, arrived, where = self._rates, self._arrived, self._engine.name
        what, unit = f"{MANY:,} due at once, {where}", "messages/s"
        yield Row(f"{what} : bare client", unit, rates["ours"], rates["bare"], [ratio_at_least(0.8)])
        yield Row(
            f"{what} : stored jobs", "arrived", arrived["ours"], arrived["default"], [ratio_at_least(4)]
        )
        best = f"{what} : stored jobs at their best"
        yield Row(best, unit, rates["ours"], rates["best"], [ratio_at_least(1.3)])
        yield Row(best, "arrived", arrived["ours"], arrived["best"])


@contextmanager
def sender(
    folder: Path, database_url: str, api_url: str, batch: int = IN_FLIGHT, per_workspace: int = PER_WORKSPACE
) -> Iterator[Child]:
    """A worker that is warm and waits for its word."""
    about = (database_url, api_url, due.MOMENT.isoformat(), str(batch), str(per_workspace))
    with child(folder, "sender", *about) as process:
        process.hear()
        yield process

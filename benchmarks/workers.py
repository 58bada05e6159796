"""Two and four workers that share one PostgreSQL, beside one. Slack is 30 ms away.

Each has two messages in flight, so that it waits for Slack more than it computes: else a machine with two
cores would be what is measured.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from benchmarks import due
from benchmarks.bench import Bench, CannotRun, in_turns
from benchmarks.databases import Engines, Template
from benchmarks.fake_slack import FakeSlack, fake_slack
from benchmarks.sending import LATENCY_MS, LONGEST_S, sender
from benchmarks.table import Row, Target, ratio_at_least

ROUNDS, WORKSPACES = 2, 12
BATCH, PER_WORKSPACE = 2, 1
TARGETS: dict[int, list[Target]] = {2: [ratio_at_least(1.7)], 4: []}


def run(bench: Bench, engines: Engines) -> Iterator[Row]:
    if not bench.full:
        raise CannotRun("only with --full")
    rates: dict[int, list[float]] = defaultdict(list)
    with (
        fake_slack(bench.folder) as slack,
        engines.postgresql.filled(lambda database: due.fill(database, WORKSPACES)) as template,
    ):
        turns = (partial(_deliver, bench, template, slack, workers, rates) for workers in (1, *TARGETS))
        in_turns(ROUNDS, *turns)
    for workers, targets in TARGETS.items():
        yield Row(f"{workers} workers : 1, PostgreSQL", "messages/s", rates[workers], rates[1], targets)


def _deliver(
    bench: Bench, template: Template, slack: FakeSlack, workers: int, rates: dict[int, list[float]]
) -> None:
    with ExitStack() as opened:
        url, api = opened.enter_context(template.copy()), slack.api(LATENCY_MS)
        all_of_them = [
            opened.enter_context(sender(bench.folder, url, api, BATCH, PER_WORKSPACE)) for _ in range(workers)
        ]
        slack.posts()
        started = time.perf_counter()
        for one in all_of_them:
            one.tell(most_s=LONGEST_S)
        for one in all_of_them:
            one.hear()
        rates[workers].append(slack.posts() / (time.perf_counter() - started))

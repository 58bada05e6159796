"""The whole crash test: each database, one worker and four, with looking up and without. A line for each."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import migrate
from tests.crashes.run import Outcome, Run, play
from tests.crashes.worker import Step
from tests.storage.engines import ENGINES, empty_database

MESSAGES, BLIND = 10_000, 2_000
"""Where nothing can be looked up, one message of a workspace is on its way at a time: fewer, in one."""
EACH_STEP, AT_RANDOM = 12, 100
OVER_S = 60
"""Together 220 deaths in each run."""
WITHIN_S = 1_500
"""Slow or busy machines take five times as long as idle ones."""

HEADING = "database     workers  looks up  messages  kills  lost  twice  given up  seconds   died at"


def main() -> None:
    print(HEADING, flush=True)
    failed = False
    for engine in ENGINES:
        for workers in (1, 4):
            for look_up in (True, False):
                messages, workspaces = (MESSAGES, 20) if look_up else (BLIND, 1)
                run = Run(
                    messages, workers, AT_RANDOM, EACH_STEP, look_up, workspaces, OVER_S, within_s=WITHIN_S
                )
                outcome = _play(engine, run)
                print(_line(engine, run, outcome), flush=True)
                failed |= bool(outcome.lost) or outcome.twice > (0 if look_up else outcome.kills)
    sys.exit(failed)


def _play(engine: str, run: Run) -> Outcome:
    with TemporaryDirectory() as folder, empty_database(engine, Path(folder)) as database:
        migrate.upgrade(database)
        return play(run, database)


def _line(engine: str, run: Run, outcome: Outcome) -> str:
    died_at = ", ".join(f"{step} {outcome.reached.get(step, 0)}" for step in Step)
    looks = "yes" if run.look_up else "no"
    return (
        f"{engine:12}{run.workers:>8}{looks:>10}{run.messages:>10}{outcome.kills:>7}{outcome.lost:>6}{outcome.twice:>7}{outcome.given_up:>10}"
        f"{outcome.seconds:>9.0f}   {died_at}"
    )


if __name__ == "__main__":
    main()

"""Workers die while they send, and nothing is lost or comes twice that could have been seen."""

from pathlib import Path

import pytest

from storage import migrate
from tests.crashes.run import Outcome, Run, play
from tests.crashes.worker import Step
from tests.storage.engines import empty_database


def outcome(engine: str, folder: Path, run: Run) -> Outcome:
    with empty_database(engine, folder) as database:
        migrate.upgrade(database)
        return play(run, database)


@pytest.mark.parametrize(
    ("engine", "run"),
    [
        ("sqlite", Run(500, 1, random_deaths=10, deaths_each_step=2)),
        ("postgresql", Run(200, 2, random_deaths=2, deaths_each_step=1, over_s=4)),
    ],
    ids=["sqlite", "postgresql"],
)
def test_with_looking_up_nothing_is_lost_and_nothing_comes_twice(
    tmp_path: Path, engine: str, run: Run
) -> None:
    found = outcome(engine, tmp_path, run)
    assert (found.kills, found.lost, found.twice, found.given_up) == (len(run.deaths), 0, 0, 0)
    assert set(found.reached) == set(Step)  # else a step went by that nobody died at


def test_without_it_a_death_doubles_one_message_at_most(tmp_path: Path) -> None:
    run = Run(100, 1, random_deaths=0, deaths_each_step=1, look_up=False, workspaces=1, over_s=4)
    found = outcome("sqlite", tmp_path, run)
    assert (found.kills, found.lost) == (len(run.deaths), 0)
    assert found.twice <= found.kills

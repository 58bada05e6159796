"""How far this computer's clock and Slack's are apart, and what follows from it."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from scheduler.metrics import Metrics
from scheduler.skew import REFUSED, TOLERATED, Skew, difference
from scheduler.slack import Slack
from service.clock import SystemClock
from tests.scheduler.world import TEAM, Workers, World

SAID = "Tue, 08 Dec 2026 15:00:00 GMT"
NOON = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Computer:
    """A clock that can be set, and one that cannot."""

    def __init__(self, now: datetime) -> None:
        self.at = now
        self.passed = 0.0
        self.skew = Skew(lambda: self.at, lambda: self.passed)

    def goes_on(self, time: timedelta) -> None:
        self.at += time
        self.passed += time.total_seconds()


@pytest.mark.parametrize("said", ["", "soon", "08 Dec", "Tue, 99 Dec 2026 15:00:00 GMT"])
def test_an_answer_without_a_date_says_nothing(said: str) -> None:
    assert difference(said, NOON) is None
    computer = Computer(NOON)
    computer.skew.heard(said)
    assert (computer.skew.ahead(), computer.skew.remark(), computer.skew.stops_requests()) == (
        None,
        None,
        False,
    )


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000", "UTC"])
def test_dates_are_in_utc_however_that_is_written(zone: str) -> None:
    assert difference(SAID.replace("GMT", zone), NOON + SECOND) == SECOND


@pytest.mark.parametrize(
    ("ahead", "named", "stops"),
    [
        (timedelta(0), False, False),
        (TOLERATED, False, False),
        (-TOLERATED, False, False),
        (TOLERATED + SECOND, True, False),
        (-REFUSED, True, False),
        (REFUSED + SECOND, True, True),
        (-REFUSED - SECOND, True, True),
    ],
)
def test_from_a_minute_on_it_is_named_and_from_five_it_stops_requests(
    ahead: timedelta, named: bool, stops: bool
) -> None:
    computer = Computer(NOON + ahead)
    computer.skew.heard(SAID)
    assert (computer.skew.remark() is not None, computer.skew.stops_requests()) == (named, stops)


def test_a_clock_that_is_set_is_known_before_slack_is_asked_again() -> None:
    computer = Computer(NOON + 2 * REFUSED)
    computer.skew.heard(SAID)
    computer.goes_on(timedelta(hours=3))
    assert computer.skew.ahead() == 2 * REFUSED
    computer.at -= 2 * REFUSED
    computer.goes_on(timedelta(hours=3))
    assert computer.skew.ahead() == timedelta(0)
    computer.at -= timedelta(hours=1)
    assert computer.skew.stops_requests()


def test_the_worker_hears_it_with_every_answer_and_tells_it_as_a_figure(world: World) -> None:
    skew, metrics = Skew(lambda: SystemClock().now() + 2 * REFUSED), Metrics()

    async def scene(_: Workers) -> None:
        slack = Slack(world.slack.url + "/api/", lambda _: "xoxb-1", world.clock, metrics, skew)
        await slack.check(TEAM)
        await slack.close()

    assert math.isnan(figure(metrics, world, skew, "coach_clock_skew_seconds"))
    world.run(scene)
    assert skew.stops_requests()
    assert figure(metrics, world, skew, "coach_clock_skew_seconds") == pytest.approx(600, abs=30)
    assert figure(metrics, world, skew, "coach_slack_call_seconds_count") == 1


def figure(metrics: Metrics, world: World, skew: Skew, name: str) -> float:
    with world.database.reading() as db:
        text = metrics.text(db, world.now, skew.ahead()).decode()
    [found] = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    ]
    return found

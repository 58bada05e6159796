"""Whoever asks far more than people do is told so where they look; nobody else ever is."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from bot.throttle import Allowance, Bucket, Limits, Throttle, TooFast, taken
from demo import archive, cast
from demo.cast import riverbend
from service.demo import Demo
from storage import migrate
from storage.engine import Database
from tests.support.instants import START
from tests.support.people import People, circle_fields, filled_in, refused
from tests.support.signed import Forger

allowances = st.builds(Allowance, st.integers(1, 40), st.floats(0.01, 10))
waits = st.lists(st.floats(0, 100), max_size=80)


def done(allowance: Allowance, waits: list[float]) -> list[tuple[float, bool]]:
    """When each was asked for, and whether it was done."""
    bucket, now, came = None, 1000.0, []
    for wait in waits:
        now += wait
        bucket, may = taken(bucket, allowance, now)
        came.append((now, may))
    return came


@given(allowances, waits)
def test_in_no_stretch_of_time_is_more_done_than_allowed(allowance: Allowance, waits: list[float]) -> None:
    moments = [at for at, may in done(allowance, waits) if may]
    for first, begins in enumerate(moments):
        for last in range(first, len(moments)):
            most = allowance.at_once + (moments[last] - begins) * allowance.a_second
            assert last - first + 1 <= most + 1e-6


@given(allowances, waits)
def test_nobody_waits_longer_than_for_one(allowance: Allowance, waits: list[float]) -> None:
    """Whatever was asked and refused before: refusals cost nothing."""
    bucket: Bucket | None = None
    now = 1000.0
    for wait in waits:
        now += wait
        bucket, _ = taken(bucket, allowance, now)
    _, may = taken(bucket, allowance, now + 1 / allowance.a_second + 1e-6)
    assert may


@given(allowances, st.integers(0, 60))
def test_who_keeps_to_the_pace_is_never_refused(allowance: Allowance, many: int) -> None:
    steady = [1 / allowance.a_second + 1e-9] * many
    assert all(may for _, may in done(allowance, steady))


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing(at: float, later: float) -> None:
    before, _ = taken(None, Allowance(5, 1), max(at, later))
    after, may = taken(before, Allowance(5, 1), min(at, later))
    assert (may, after.left, after.at) == (True, before.left - 1, before.at)


@given(st.lists(st.integers(0, 50)))
def test_what_is_remembered_has_an_end(people: list[int]) -> None:
    throttle = Throttle(Allowance(3, 1), clock=lambda: 0, most=10)
    for one in people:
        throttle.lets(one)
    assert throttle.remembered <= 10


def test_one_persons_haste_is_not_anothers() -> None:
    throttle = Throttle(Allowance(2, 1), clock=lambda: 0)
    assert [throttle.lets("Ana") for _ in range(3)] == [True, True, False]
    assert throttle.lets("Bo")


@pytest.fixture
def slow(tmp_path: object) -> Iterator[tuple[Demo, People, Forger]]:
    """A bot that lets everybody do five things, three of which write, and then nothing any more."""
    url = f"sqlite:///{tmp_path}/coach.db"
    database = Database(url)
    migrate.upgrade(database)
    database.dispose()
    limits = Limits(*(Throttle(Allowance(many, 1), clock=lambda: 0) for many in (5, 3, 1)))
    workspace = archive.from_json(archive.to_json(riverbend(START)))
    with Demo(workspace, url, START, limits=limits) as demo:
        yield demo, People(demo), Forger(demo)


def test_commands_in_a_rush_are_answered_with_a_sentence(slow: tuple[Demo, People, Forger]) -> None:
    _, _, forger = slow
    said = [forger.command(cast.ANA, "help") for _ in range(7)]
    assert [TooFast.sentence in one for one in said] == [False] * 5 + [True] * 2
    assert TooFast.sentence not in forger.command(cast.BO, "help")


def test_a_form_sent_in_a_rush_stays_open_with_its_text(slow: tuple[Demo, People, Forger]) -> None:
    _, people, forger = slow
    people.ana.command("/coach circle")
    people.ana.fill(circle_fields())
    before = filled_in(people.ana)
    for number in range(3):
        forger.submit(cast.ANA, "settings", {}, view_id=f"V{number}")
    assert TooFast.sentence in refused(people.ana).values()
    assert filled_in(people.ana) == before


def test_clicks_in_a_rush_are_told_once_and_cost_no_more_calls(slow: tuple[Demo, People, Forger]) -> None:
    _, _, forger = slow
    said = [forger.click(cast.ANA, "from.before", "1") for _ in range(9)]
    assert said == [wording.OLD_BUTTON] * 5 + [TooFast.sentence] + [""] * 3


def test_what_slack_itself_says_is_never_slowed(slow: tuple[Demo, People, Forger]) -> None:
    _, people, _ = slow
    for zone in ["Europe/Berlin", "Asia/Kolkata"] * 4:
        people.ana.travel(zone)
    people.ana.command("/coach help")
    assert TooFast.sentence not in json.dumps(people.ana.ephemerals())


def test_typing_in_a_menu_is_never_slowed(slow: tuple[Demo, People, Forger]) -> None:
    _, _, forger = slow
    asked = {"type": "block_suggestion", "action_id": "zone", "block_id": "zone", "value": "Ber"}
    person = {"team": {"id": forger.team}, "user": {"id": cast.ANA}}
    for _ in range(8):
        status, body = forger.send({"payload": json.dumps(asked | person)})
        assert (status, "Berlin" in body) == (200, True)

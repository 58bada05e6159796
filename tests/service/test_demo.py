"""The demo as a whole: two servers, one clock, everything at its minute."""

from datetime import timedelta

import pytest

from demo.clock import CannotMove
from service.demo import Demo
from storage.engine import Database
from tests.support.instants import START, wall
from tests.support.people import People


def test_the_bot_answers_in_the_workspace(people: People) -> None:
    people.ana.command("/coach")
    [answer] = people.ana.ephemerals()
    assert "You are in no circle yet" in answer["text"]


def test_time_goes_forward_only(demo: Demo) -> None:
    demo.live_until(START + timedelta(minutes=5))
    assert demo.clock.now() == START + timedelta(minutes=5)
    with pytest.raises(CannotMove):
        demo.live_until(START)
    with pytest.raises(CannotMove):
        demo.live_until(START + timedelta(days=500))


def test_what_falls_due_on_the_way_is_sent_at_its_minute(demo: Demo, people: People) -> None:
    people.circle()
    people.session(mode="Video", link="https://meet.example/one")
    people.wait("2026-12-08 10:00")
    [soon] = [one for one in people.dee.dm() if "starts at" in one["text"]]
    assert float(soon["ts"]) == pytest.approx(wall("2026-12-08 09:45").timestamp(), abs=1)


def test_a_page_moves_the_clock_for_the_bot_too(demo: Demo, people: People) -> None:
    people.gus.move_clock(by=timedelta(hours=2))
    assert demo.clock.now() == START + timedelta(hours=2)


def test_what_was_said_outlives_the_bot(demo: Demo, people: People) -> None:
    people.circle()
    again = Database(demo.coach.settings.database_url)
    with again.reading() as db:
        assert db.connection().exec_driver_sql("SELECT name FROM circles").scalar() == "Practice circle"
    again.dispose()

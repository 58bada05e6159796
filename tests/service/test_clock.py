"""The clocks: aware, in UTC, and never backward."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.clock import MovableClock, SystemClock

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def test_the_time_of_this_computer_is_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_movable_clock_stands_still_until_it_is_moved() -> None:
    clock = MovableClock(START)
    assert clock.now() == clock.now() == START
    clock.move(START + timedelta(hours=1))
    assert clock.now() == START + timedelta(hours=1)


def test_it_answers_in_utc_wherever_the_time_came_from() -> None:
    clock = MovableClock(START.astimezone(timezone(timedelta(hours=5))))
    clock.move((START + timedelta(days=1)).astimezone(timezone(-timedelta(hours=7))))
    assert clock.now() == START + timedelta(days=1)
    assert clock.now().tzinfo is UTC


def test_it_does_not_go_backward() -> None:
    clock = MovableClock(START)
    with pytest.raises(ValueError, match="forward only"):
        clock.move(START - timedelta(seconds=1))
    assert clock.now() == START

"""The clocks: aware, in UTC, and never backward."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.clock import MovableClock, SystemClock, disagreement

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


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, None), (60, None), (-60, None), (61, "61 seconds ahead of"), (-3600, "3600 seconds behind")],
)
def test_a_clock_that_is_not_slacks_is_named(seconds: int, words: str | None) -> None:
    said = "Tue, 08 Dec 2026 15:00:00 GMT"
    found = disagreement(said, datetime(2026, 12, 8, 15, 0, tzinfo=UTC) + timedelta(seconds=seconds))
    assert [words in one for one in found if words] == [True] * (words is not None)
    assert len(found) == (words is not None)


@pytest.mark.parametrize("said", ["", "soon", "08 Dec"])
def test_without_a_date_nothing_is_said(said: str) -> None:
    assert disagreement(said, datetime(2026, 12, 8, 15, 0, tzinfo=UTC)) == []

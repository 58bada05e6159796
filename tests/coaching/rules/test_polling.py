from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coaching.rules.hours import PersonHours, is_quiet, local
from coaching.rules.polling import (
    Choice,
    Misses,
    asks_at,
    best,
    chooser_asked_at,
    closes_at,
    halfway,
    is_over,
    misses,
)
from tests.coaching.rules.instants import moments, person_hours, zones

FAR = timedelta(days=300)
people = st.sets(st.integers(1, 6))
choices = st.lists(st.builds(Choice, st.integers(1, 99), moments, st.integers(0, 5)), max_size=5)


def berlin(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@given(moments, zones)
def test_a_poll_stays_open_for_three_whole_working_days(opened: datetime, zone: str) -> None:
    circle = PersonHours(zone)
    ends = local(closes_at(opened, opened + FAR, zone), circle)
    begins = local(opened, circle)
    days = [begins.date() + timedelta(days=n) for n in range(1, (ends.date() - begins.date()).days + 1)]
    assert sum(circle.works_on(day) for day in days) == 3
    assert ends.time() == time(17)
    assert circle.works_on(ends.date())


def test_whoever_chooses_is_reminded_while_there_is_still_something_to_choose() -> None:
    here, closed = PersonHours("Europe/Berlin"), berlin("2026-12-04 17:00")  # a Friday
    far, soon, past = berlin("2027-01-12 10:00"), berlin("2026-12-07 10:00"), berlin("2026-12-04 16:00")
    assert chooser_asked_at(closed, [far], here) == berlin("2026-12-08 09:00")
    assert chooser_asked_at(closed, [soon, far], here) == berlin("2026-12-07 08:00")
    assert chooser_asked_at(closed, [past, far], here) == berlin("2026-12-08 09:00")
    assert chooser_asked_at(closed, [soon - timedelta(hours=2)], here) is None


@given(moments, st.timedeltas(timedelta(minutes=1), FAR), zones)
def test_it_closes_while_each_slot_can_still_be_chosen(
    opened: datetime, until_first: timedelta, zone: str
) -> None:
    closes = closes_at(opened, opened + until_first, zone)
    assert opened < closes < opened + until_first
    assert closes <= closes_at(opened, opened + FAR, zone)
    assert opened < halfway(opened, closes) < closes


@pytest.mark.parametrize(
    ("opened", "first_slot", "closes"),
    [
        ("2026-11-23 10:00", "2026-12-08 10:00", "2026-11-26 17:00"),
        ("2026-11-26 10:00", "2026-12-08 10:00", "2026-12-01 17:00"),  # over the weekend
        ("2026-11-28 10:00", "2026-12-08 10:00", "2026-12-02 17:00"),  # opened on one of its days
        ("2026-11-23 10:00", "2026-11-25 10:00", "2026-11-24 10:00"),
    ],
)
def test_when_it_closes(opened: str, first_slot: str, closes: str) -> None:
    assert closes_at(berlin(opened), berlin(first_slot), "Europe/Berlin") == berlin(closes)


@given(moments, st.timedeltas(timedelta(minutes=1), timedelta(days=9)), person_hours)
def test_nobody_is_asked_in_quiet_hours_or_after_the_end(
    moment: datetime, left: timedelta, person: PersonHours
) -> None:
    asked = asks_at(moment, moment + left, person)
    if asked is None:
        assert is_quiet(moment, person)
    else:
        assert moment <= asked < moment + left
        assert not is_quiet(asked, person)


@given(moments, moments, people, people)
def test_it_is_over_by_time_or_by_the_last_answer(
    now: datetime, closes: datetime, expected: set[int], answered: set[int]
) -> None:
    over = is_over(now, closes, expected, answered)
    assert over == (now >= closes or (expected != set() and not expected - answered))
    assert over or not is_over(now, closes, expected | {7}, answered)


@given(choices)
def test_most_can_make_the_best_and_it_is_the_earlier_of_two_equals(choices: list[Choice]) -> None:
    found = best(choices)
    assert (found is None) == (choices == [])
    if found is not None:
        assert found.can == max(one.can for one in choices)
        assert found.starts_at == min(one.starts_at for one in choices if one.can == found.can)
        assert found.starts_at == best(choices[::-1]).starts_at  # type: ignore[union-attr]


@given(moments, st.integers(15, 240), person_hours)
def test_a_slot_misses_nobodys_hours_when_all_of_it_lies_in_them(
    starts: datetime, minutes: int, person: PersonHours
) -> None:
    ends = starts + timedelta(minutes=minutes)
    assume(local(starts, person).utcoffset() == local(ends, person).utcoffset())
    inside = not any(
        is_quiet(starts + timedelta(minutes=n), person) for n in (*range(0, minutes, 15), minutes - 1)
    )
    assert (misses(starts, ends, person) is None) == inside


@pytest.mark.parametrize(
    ("starts", "minutes", "why"),
    [
        ("2026-12-08 08:00", 60, None),
        ("2026-12-08 17:00", 60, None),
        ("2026-12-08 07:45", 60, Misses.EARLY),
        ("2026-12-08 17:15", 60, Misses.LATE),
        ("2026-12-08 23:30", 60, Misses.LATE),
        ("2026-12-08 00:30", 60, Misses.EARLY),
        ("2026-12-12 10:00", 60, Misses.DAY_OFF),
    ],
)
def test_whose_hours_a_slot_misses(starts: str, minutes: int, why: Misses | None) -> None:
    begins = berlin(starts)
    assert misses(begins, begins + timedelta(minutes=minutes), PersonHours("Europe/Berlin")) is why

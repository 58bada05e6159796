"""The steps of a search: who is asked when, and for how long."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import hours, swapping
from coaching.rules.hours import PersonHours
from tests.coaching.rules.instants import moments, person_hours
from tests.support.instants import NEW_YORK, wall

DAY = timedelta(days=1)
aheads = st.integers(1, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
lines = st.lists(person_hours, max_size=6).map(lambda found: list(enumerate(found, start=1)))
STARTS = wall("2026-12-08 10:00")
"""A Tuesday."""
ANA = PersonHours(NEW_YORK)


@given(opened=moments, ahead=aheads)
def test_the_circle_has_a_day_but_never_the_conveners_time(opened: datetime, ahead: timedelta) -> None:
    starts_at = opened + ahead
    until = swapping.circle_has_until(opened, starts_at)
    assert opened <= until <= opened + DAY
    assert until == opened or until <= swapping.convener_from(starts_at)
    if ahead >= 3 * DAY:
        assert until == opened + DAY


@given(line=lines, now=moments, ahead=aheads)
def test_one_is_asked_alone_in_their_hours_and_before_the_convener(
    line: list[tuple[int, PersonHours]], now: datetime, ahead: timedelta
) -> None:
    starts_at = now + ahead
    offer = swapping.next_offer(line, now, starts_at)
    if offer is None:
        return  # nobody is passed over: the test below
    assert not hours.is_quiet(offer.goes_out, dict(line)[offer.person_id])
    assert now <= offer.goes_out < offer.ends <= swapping.convener_from(starts_at)
    assert offer.ends - offer.goes_out <= DAY


@given(line=lines, now=moments, ahead=aheads)
def test_nobody_is_passed_over_who_could_be_asked_in_time(
    line: list[tuple[int, PersonHours]], now: datetime, ahead: timedelta
) -> None:
    offer = swapping.next_offer(line, now, now + ahead)
    in_time = [one for one, theirs in line if hours.after(now, theirs) < swapping.convener_from(now + ahead)]
    assert (offer.person_id if offer else None) == next(iter(in_time), None)


@given(now=moments, ahead=aheads, theirs=person_hours)
def test_whom_the_convener_names_has_at_most_until_the_start(
    now: datetime, ahead: timedelta, theirs: PersonHours
) -> None:
    offer = swapping.named_offer(1, theirs, now, now + ahead)
    assert now <= offer.goes_out < offer.ends <= now + ahead


def test_a_search_step_by_step() -> None:
    opened = wall("2026-11-23 10:00")
    assert swapping.circle_has_until(opened, STARTS) == wall("2026-11-24 10:00")
    first = swapping.next_offer([(1, ANA), (2, ANA)], wall("2026-11-24 10:00"), STARTS)
    assert first == swapping.Offer(1, wall("2026-11-24 10:00"), wall("2026-11-25 10:00"))


def test_in_quiet_hours_it_waits_and_the_time_runs_from_then() -> None:
    friday_evening = wall("2026-11-27 19:00")
    offer = swapping.next_offer([(1, ANA)], friday_evening, STARTS)
    assert offer == swapping.Offer(1, wall("2026-11-30 08:00"), wall("2026-12-01 08:00"))


def test_in_the_last_three_days_each_has_four_hours() -> None:
    starts = wall("2026-12-10 10:00")  # a Thursday
    offer = swapping.next_offer([(1, ANA)], wall("2026-12-07 11:00"), starts)
    assert offer == swapping.Offer(1, wall("2026-12-07 11:00"), wall("2026-12-07 15:00"))


def test_two_days_before_nobody_is_asked_alone_any_more() -> None:
    assert swapping.next_offer([(1, ANA)], wall("2026-12-06 10:00"), STARTS) is None
    assert swapping.next_offer([], wall("2026-11-24 10:00"), STARTS) is None
    late = wall("2026-12-07 12:00")
    assert swapping.circle_has_until(late, STARTS) == late


def test_close_to_the_session_the_convener_is_asked_whatever_the_hour() -> None:
    assert swapping.convener_question(ANA, wall("2026-12-07 19:00"), STARTS) == wall("2026-12-07 19:00")
    saturday = wall("2026-12-05 11:00")
    assert swapping.convener_question(ANA, saturday, wall("2026-12-08 15:00")) == wall("2026-12-07 08:00")

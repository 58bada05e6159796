import calendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules.recurrence import (
    LAST,
    Rule,
    WallTime,
    dates,
    filled_by,
    next_date,
    phrase,
    positions_for,
    to_utc,
)
from coaching.rules.terms import Rhythm
from tests.coaching.rules.instants import BEGIN, END, changing_zones, zones

days = st.dates(date(2016, 1, 1), date(2040, 12, 31))
rhythms = st.sampled_from([Rhythm.SAME_WEEKDAY, Rhythm.SAME_DATE, Rhythm.FOUR_WEEKS])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    starts_on = draw(days)
    return Rule(draw(rhythms), starts_on, draw(st.sampled_from(positions_for(starts_on))))


def first(rule: Rule, how_many: int = 30) -> list[date]:
    return list(islice(dates(rule), how_many))


def days_in(month: date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


@given(rules())
def test_a_rhythm_begins_on_its_first_day_and_only_goes_forward(rule: Rule) -> None:
    found = first(rule)
    assert found[0] == rule.starts_on
    assert all(earlier < later for earlier, later in pairwise(found))


@given(rules())
def test_a_monthly_rhythm_has_one_date_in_every_month(rule: Rule) -> None:
    if rule.rhythm is Rhythm.FOUR_WEEKS:
        return
    months = [one.year * 12 + one.month for one in first(rule)]
    assert months == list(range(months[0], months[0] + len(months)))


@given(days)
def test_the_same_weekday_stays_at_its_place_in_the_month(starts_on: date) -> None:
    for position in positions_for(starts_on):
        for day in first(Rule(Rhythm.SAME_WEEKDAY, starts_on, position)):
            assert day.weekday() == starts_on.weekday()
            if position == LAST:
                assert day.day + 7 > days_in(day)
            else:
                assert (day.day + 6) // 7 == position


@given(days)
def test_the_same_date_is_the_last_day_in_months_that_are_too_short(starts_on: date) -> None:
    for day in first(Rule(Rhythm.SAME_DATE, starts_on)):
        assert day.day == min(starts_on.day, days_in(day))


@given(days)
def test_four_weeks_are_four_weeks(starts_on: date) -> None:
    assert {later - earlier for earlier, later in pairwise(first(Rule(Rhythm.FOUR_WEEKS, starts_on)))} == {
        timedelta(days=28)
    }


@given(rules(), days)
def test_dates_after_a_day_are_the_rest_of_all_dates(rule: Rule, after: date) -> None:
    rest = list(islice(dates(rule, after), 5))
    everything = takewhile(lambda one: one <= rest[-1], dates(rule))
    assert rest == [one for one in everything if one > after]


@given(rules(), days, st.integers(0, 4))
def test_the_next_date_passes_over_those_that_are_taken(rule: Rule, after: date, how_many: int) -> None:
    coming = list(islice(dates(rule, after), how_many + 1))
    assert next_date(rule, after, taken=coming[:how_many]) == coming[how_many]


def test_no_rhythm_has_no_dates() -> None:
    rule = Rule(Rhythm.NONE, date(2026, 9, 8))
    assert list(dates(rule)) == []
    assert next_date(rule, date(2026, 9, 8)) is None
    assert filled_by(rule, date(2026, 9, 8)) is None


@pytest.mark.parametrize("rhythm", [Rhythm.SAME_WEEKDAY, Rhythm.SAME_DATE, Rhythm.FOUR_WEEKS])
def test_dates_end_with_the_calendar(rhythm: Rhythm) -> None:
    assert len(list(dates(Rule(rhythm, date(9999, 11, 3))))) in (2, 3)


@pytest.mark.parametrize(
    ("starts_on", "positions"),
    [
        (date(2026, 9, 1), (1,)),
        (date(2026, 9, 8), (2,)),
        (date(2026, 9, 22), (4,)),  # there is a fifth Tuesday
        (date(2026, 9, 29), (LAST,)),
        (date(2026, 9, 23), (4,)),
        (date(2026, 9, 24), (LAST, 4)),  # Thursday: the fourth, and the last
        (date(2027, 2, 22), (LAST, 4)),
    ],
)
def test_positions_to_choose_from(starts_on: date, positions: tuple[int, ...]) -> None:
    assert positions_for(starts_on) == positions


@given(rules(), st.integers(0, 20), st.integers(-13, 13))
def test_a_session_within_thirteen_days_of_a_date_fills_it(rule: Rule, index: int, off: int) -> None:
    day = first(rule)[index]
    assert filled_by(rule, day + timedelta(days=off)) == day


@given(rules(), days)
def test_the_date_that_is_filled_has_no_neighbour_as_near(rule: Rule, day: date) -> None:
    filled = filled_by(rule, day)
    if filled is not None:
        around = list(takewhile(lambda one: one <= filled + timedelta(days=40), dates(rule)))
        assert all(abs(filled - day) < abs(one - day) for one in around if one != filled)


@given(rules(), st.integers(0, 20), st.integers(-13, 13))
def test_a_second_session_near_a_date_fills_nothing(rule: Rule, index: int, off: int) -> None:
    day = first(rule)[index]
    assert filled_by(rule, day + timedelta(days=off), taken={day}) is None


def test_a_session_halfway_between_two_dates_fills_neither() -> None:
    rule = Rule(Rhythm.FOUR_WEEKS, date(2026, 9, 8))
    assert filled_by(rule, date(2026, 9, 22)) is None
    assert filled_by(rule, date(2026, 9, 21)) == date(2026, 9, 8)
    assert filled_by(rule, date(2026, 9, 23)) == date(2026, 10, 6)


def test_a_session_long_before_the_start_leaves_the_start_alone() -> None:
    rule = Rule(Rhythm.SAME_WEEKDAY, date(2026, 9, 8), 2)
    assert filled_by(rule, date(2026, 6, 9)) is None
    assert filled_by(rule, date(2026, 9, 1)) == date(2026, 9, 8)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(Rhythm.SAME_WEEKDAY, date(2026, 9, 8), 2), "second Tuesday of each month"),
        (Rule(Rhythm.SAME_WEEKDAY, date(2026, 9, 24), LAST), "last Thursday of each month"),
        (Rule(Rhythm.SAME_DATE, date(2026, 9, 1)), "1st of each month"),
        (Rule(Rhythm.SAME_DATE, date(2026, 9, 12)), "12th of each month"),
        (Rule(Rhythm.SAME_DATE, date(2026, 9, 22)), "22nd of each month"),
        (
            Rule(Rhythm.SAME_DATE, date(2026, 9, 30)),
            "30th of each month (or the last day, in shorter months)",
        ),
        (Rule(Rhythm.SAME_DATE, date(2026, 8, 31)), "last day of each month"),
        (Rule(Rhythm.FOUR_WEEKS, date(2026, 9, 8)), "every four weeks on Tuesday"),
        (Rule(Rhythm.NONE, date(2026, 9, 8)), "no rhythm"),
    ],
)
def test_rhythms_in_words(rule: Rule, said: str) -> None:
    assert phrase(rule) == said


@pytest.mark.parametrize(
    ("day", "at", "zone", "instant", "note", "wall"),
    [
        # Berlin skips 2:00-3:00: 2:30 is read as UTC+1, so it comes out at 3:30 on the wall.
        ("2026-03-29", "02:30", "Europe/Berlin", "2026-03-29T01:30", WallTime.SKIPPED, "2026-03-29T03:30"),
        ("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25T00:30", WallTime.TWICE, "2026-10-25T02:30"),
        ("2026-03-30", "10:00", "Europe/Berlin", "2026-03-30T08:00", WallTime.EXACT, "2026-03-30T10:00"),
        ("2026-03-27", "10:00", "Europe/Berlin", "2026-03-27T09:00", WallTime.EXACT, "2026-03-27T10:00"),
        # Lord Howe moves its clocks by half an hour, Beirut at midnight.
        (
            "2026-10-04",
            "02:15",
            "Australia/Lord_Howe",
            "2026-10-03T15:45",
            WallTime.SKIPPED,
            "2026-10-04T02:45",
        ),
        ("2026-03-29", "00:00", "Asia/Beirut", "2026-03-28T22:00", WallTime.SKIPPED, "2026-03-29T01:00"),
    ],
)
def test_times_on_days_of_change(
    day: str, at: str, zone: str, instant: str, note: WallTime, wall: str
) -> None:
    resolved = to_utc(date.fromisoformat(day), time.fromisoformat(at), zone)
    assert resolved.instant == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert resolved.note is note
    assert resolved.wall == datetime.fromisoformat(wall)


@given(days, st.times().map(lambda one: one.replace(second=0, microsecond=0)), zones)
def test_an_instant_shows_its_wall_time(day: date, at: time, zone: str) -> None:
    resolved = to_utc(day, at, zone)
    assert resolved.instant.utcoffset() == timedelta(0)
    assert resolved.instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == resolved.wall
    assert (resolved.wall == datetime.combine(day, at)) is (resolved.note is not WallTime.SKIPPED)


TIMES = (time(0), time(2, 30), time(9), time(10))
RHYTHMS = (
    Rule(Rhythm.SAME_WEEKDAY, date(2024, 1, 9), 2),
    Rule(Rhythm.SAME_WEEKDAY, date(2024, 1, 28), LAST),  # most clocks of the north change on last Sundays
    Rule(Rhythm.SAME_DATE, date(2024, 1, 31)),
    Rule(Rhythm.FOUR_WEEKS, date(2024, 1, 7)),
)


def test_the_world_has_zones_that_change() -> None:
    """So that the two tests below cannot pass by having nothing to look at."""
    assert len(changing_zones()) > 20
    assert all(len(changes) >= 1 for changes in changing_zones().values())


@pytest.mark.parametrize("rule", RHYTHMS, ids=["second", "last", "date", "weeks"])
def test_a_rhythm_keeps_its_time_on_the_wall_in_all_zones_for_ten_years(rule: Rule) -> None:
    ten_years = [day for day in takewhile(lambda one: one < END.date(), dates(rule)) if day > BEGIN.date()]
    for zone in changing_zones():
        for at in TIMES:
            resolved = [to_utc(day, at, zone) for day in ten_years]
            assert all(earlier.instant < later.instant for earlier, later in pairwise(resolved))
            for day, one in zip(ten_years, resolved, strict=True):
                assert (one.wall == datetime.combine(day, at)) is (one.note is not WallTime.SKIPPED)


def test_all_times_around_every_change_have_one_instant_and_keep_their_order() -> None:
    for zone, changes in changing_zones().items():
        tz = ZoneInfo(zone)
        for change in changes:
            there = change.astimezone(tz).date()
            around = [there + timedelta(days=off) for off in (-1, 0, 1)]
            for at in TIMES:
                resolved = [to_utc(day, at, zone) for day in around]
                assert all(earlier.instant < later.instant for earlier, later in pairwise(resolved))
                for day, one in zip(around, resolved, strict=True):
                    _check_against_the_change(datetime.combine(day, at), one.instant, one.note, change, tz)


def _check_against_the_change(
    asked: datetime, instant: datetime, note: WallTime, change: datetime, tz: ZoneInfo
) -> None:
    """RFC 5545: what the clocks skip has the offset from before the change; of two, the first is meant."""
    before = (change - timedelta(seconds=1)).astimezone(tz).utcoffset()
    after = change.astimezone(tz).utcoffset()
    assert before is not None
    assert after is not None
    by_before = (asked - before).replace(tzinfo=UTC)
    by_after = (asked - after).replace(tzinfo=UTC)
    if by_before < change:
        expected = WallTime.TWICE if by_after >= change else WallTime.EXACT
        assert (instant, note) == (by_before, expected)
    elif by_after >= change:
        assert (instant, note) == (by_after, WallTime.EXACT)
    else:
        assert (instant, note) == (by_before, WallTime.SKIPPED)

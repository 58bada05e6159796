"""Being away: which sessions it covers, what an answer then counts as, and how it ends."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import absence
from coaching.rules.absence import Stretch, counts_as, ended, is_away
from coaching.rules.fields import Field
from coaching.rules.hours import PersonHours, after, before, is_quiet
from coaching.rules.recurrence import to_utc
from coaching.rules.terms import Coming
from tests.coaching.rules.instants import moments, zones

answers = st.sampled_from(Coming)
days = st.dates(date(2024, 2, 1), date(2033, 11, 1))
lengths = st.integers(0, 30).map(timedelta)


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    first = draw(days)
    return Stretch(first, first + draw(lengths), draw(moments))


def on(day: date, hour: int, zone: str) -> datetime:
    return to_utc(day, time(hour), zone).instant


@given(stretches(), zones, moments)
def test_whoever_is_away_is_so_by_their_own_calendar(stretch: Stretch, zone: str, moment: datetime) -> None:
    day = moment.astimezone(ZoneInfo(zone)).date()
    assert is_away([stretch], moment, zone) is (stretch.first <= day <= stretch.last)


@given(stretches(), zones, st.integers(0, 23))
def test_both_ends_of_a_stretch_belong_to_it(stretch: Stretch, zone: str, hour: int) -> None:
    assert stretch.covers(on(stretch.first, hour, zone), zone)
    assert stretch.covers(on(stretch.last, hour, zone), zone)
    assert not stretch.covers(on(stretch.first - timedelta(2), hour, zone), zone)
    assert not stretch.covers(on(stretch.last + timedelta(2), hour, zone), zone)


@given(answers, st.none() | moments, st.lists(stretches(), max_size=3), moments, zones)
def test_an_answer_stands_unless_a_later_absence_covers_the_session(
    said: Coming, said_at: datetime | None, away: list[Stretch], starts_at: datetime, zone: str
) -> None:
    covering = [one for one in away if one.covers(starts_at, zone)]
    counted = counts_as(said, said_at, away, starts_at, zone)
    if not covering:
        assert counted is said
    elif said is Coming.YES and said_at and all(said_at >= one.entered_at for one in covering):
        assert counted is Coming.YES
    else:
        assert counted is Coming.NO


@given(answers, st.none() | moments, stretches(), moments, zones)
def test_an_absence_that_is_taken_back_leaves_no_trace(
    said: Coming, said_at: datetime | None, stretch: Stretch, starts_at: datetime, zone: str
) -> None:
    today = stretch.first - timedelta(1)
    assert ended(stretch, today) is None
    assert counts_as(said, said_at, [], starts_at, zone) is said


@given(stretches(), days)
def test_ended_early_today_is_the_first_day_back(stretch: Stretch, today: date) -> None:
    left = ended(stretch, today)
    if left is None:
        assert today <= stretch.first
    else:
        assert left.last < today
        assert left.last == min(stretch.last, today - timedelta(1))
        assert (left.first, left.entered_at) == (stretch.first, stretch.entered_at)


@given(days, days, days)
def test_days_are_taken_or_refused_on_their_field(first: date, last: date, today: date) -> None:
    found = absence.problems(first, last, today)
    assert (Field.FIRST_DAY in found) is (first < today)
    assert (Field.LAST_DAY in found) is (last < first or last > today + absence.FARTHEST)
    assert set(absence.problems(None, None, today)) == {Field.FIRST_DAY, Field.LAST_DAY}


@given(moments, zones, st.integers(0, 3), lengths)
def test_nobody_is_written_to_on_a_day_away(
    moment: datetime, zone: str, later: int, length: timedelta
) -> None:
    here = moment.astimezone(ZoneInfo(zone)).date()
    first = here - timedelta(later)
    hours = PersonHours(zone, away=((first, first + length),))
    for found in (before(moment, hours), after(moment, hours)):
        assert not is_quiet(found, hours)
        assert not first <= found.astimezone(ZoneInfo(zone)).date() <= first + length
    assert before(moment, hours) <= moment <= after(moment, hours)

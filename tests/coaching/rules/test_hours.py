from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from coaching.rules.hours import PersonHours, after, before, is_quiet, local, next_working_day_at
from tests.coaching.rules.instants import moments, person_hours

BERLIN = PersonHours("Europe/Berlin")


def berlin(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@given(moments, person_hours)
def test_before_is_never_quiet_and_never_later(moment: datetime, hours: PersonHours) -> None:
    sent = before(moment, hours)
    assert not is_quiet(sent, hours)
    assert sent <= moment
    if is_quiet(moment, hours):
        assert local(sent, hours).time() == time(17)
        assert _all_quiet(sent + timedelta(hours=1), moment, hours)
    else:
        assert sent == moment


@given(moments, person_hours)
def test_after_is_never_quiet_and_never_earlier(moment: datetime, hours: PersonHours) -> None:
    sent = after(moment, hours)
    assert not is_quiet(sent, hours)
    assert sent >= moment
    if is_quiet(moment, hours):
        assert local(sent, hours).time() == time(8)
        assert _all_quiet(moment, sent - timedelta(minutes=1), hours)
    else:
        assert sent == moment


@given(moments, person_hours)
def test_the_next_working_day_is_another_day_and_the_first(moment: datetime, hours: PersonHours) -> None:
    there = local(next_working_day_at(moment, time(9), hours), hours)
    today = local(moment, hours).date()
    assert there.time() == time(9)
    assert there.date() > today
    assert hours.works_on(there.date())
    between = (there.date() - today).days
    assert not any(hours.works_on(today + timedelta(days=days)) for days in range(1, between))


@given(moments, moments, person_hours)
def test_what_is_asked_first_is_sent_first(one: datetime, other: datetime, hours: PersonHours) -> None:
    earlier, later = sorted((one, other))
    # Between 17:00 and 18:00 a moment keeps its minute; what comes later falls back to 17:00.
    assert before(earlier, hours) < before(later, hours) + timedelta(hours=1)
    assert after(earlier, hours) <= after(later, hours)


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-09-08 07:59", "2026-09-07 17:00"),
        ("2026-09-08 08:00", "2026-09-08 08:00"),
        ("2026-09-08 17:59", "2026-09-08 17:59"),
        ("2026-09-08 18:00", "2026-09-08 17:00"),
        ("2026-09-08 23:30", "2026-09-08 17:00"),
        ("2026-09-07 07:00", "2026-09-04 17:00"),  # Monday before eight: Friday
        ("2026-09-06 12:00", "2026-09-04 17:00"),  # Sunday
    ],
)
def test_the_last_working_hour_before(moment: str, sent: str) -> None:
    assert before(berlin(moment), BERLIN) == berlin(sent)


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-09-08 07:59", "2026-09-08 08:00"),
        ("2026-09-08 12:00", "2026-09-08 12:00"),
        ("2026-09-08 18:00", "2026-09-09 08:00"),
        ("2026-09-04 18:30", "2026-09-07 08:00"),  # Friday evening: Monday
    ],
)
def test_the_next_opening_after(moment: str, sent: str) -> None:
    assert after(berlin(moment), BERLIN) == berlin(sent)


def test_working_days_are_the_persons_own() -> None:
    sunday_to_thursday = PersonHours("Asia/Riyadh", frozenset({6, 0, 1, 2, 3}))
    friday_noon = datetime(2026, 9, 4, 9, tzinfo=UTC)
    assert before(friday_noon, sunday_to_thursday) == datetime(2026, 9, 3, 14, tzinfo=UTC)
    assert after(friday_noon, sunday_to_thursday) == datetime(2026, 9, 6, 5, tzinfo=UTC)


def test_somebody_without_working_days_is_written_to_from_monday_to_friday() -> None:
    nobody = PersonHours("Europe/Berlin", frozenset())
    assert after(berlin("2026-09-05 12:00"), nobody) == berlin("2026-09-07 08:00")


def _all_quiet(begin: datetime, end: datetime, hours: PersonHours) -> bool:
    """Whether all of a stretch of time is quiet, looked at every half hour."""
    step = timedelta(minutes=30)
    return all(is_quiet(begin + step * n, hours) for n in range((end - begin) // step + 1))

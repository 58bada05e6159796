"""When something comes again that was put off."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import hours
from coaching.rules.hours import PersonHours
from coaching.rules.postponing import PutOff, until

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "Pacific/Auckland")


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-23T22:30+00:00", "America/New_York", "2026-11-24T14:00+00:00"),
        ("2026-11-23T22:30+00:00", "Europe/Berlin", "2026-11-24T08:00+00:00"),
        ("2027-03-27T10:00+00:00", "Europe/Berlin", "2027-03-28T07:00+00:00"),  # clocks change that night
        (
            "2026-11-27T16:00+00:00",
            "Europe/Berlin",
            "2026-11-28T08:00+00:00",
        ),  # a Saturday: it was asked for
    ],
)
def test_tomorrow_at_nine_is_by_the_persons_own_clock(now: str, zone: str, expected: str) -> None:
    came = until(PutOff.TOMORROW, datetime.fromisoformat(now), PersonHours(zone))
    assert came == datetime.fromisoformat(expected)


@given(st.integers(0, 4 * 365 * 24 * 60), st.sampled_from(ZONES))
def test_it_is_always_later_and_never_by_more_than_two_days(minute: int, zone: str) -> None:
    now, of = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute), PersonHours(zone)
    assert until(PutOff.HOUR, now, of) == now + timedelta(hours=1)
    tomorrow = until(PutOff.TOMORROW, now, of)
    assert now < tomorrow < now + timedelta(days=2)
    assert hours.local(tomorrow, of).hour == 9

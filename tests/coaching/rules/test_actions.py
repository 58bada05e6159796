"""When somebody is reminded of an action. Expected moments are worked out by hand."""

from datetime import UTC, date, datetime

import pytest

from coaching.rules import actions
from coaching.rules.hours import PersonHours

NEW_YORK = PersonHours("America/New_York")
AWAY = PersonHours("America/New_York", away=((date(2026, 12, 14), date(2026, 12, 16)),))


@pytest.mark.parametrize(
    ("due_on", "person", "due_at"),
    [
        (date(2026, 12, 17), NEW_YORK, datetime(2026, 12, 15, 14, 0, tzinfo=UTC)),  # Tuesday at nine
        (
            date(2026, 12, 14),
            NEW_YORK,
            datetime(2026, 12, 11, 22, 0, tzinfo=UTC),
        ),  # Friday at 17
        (
            date(2026, 12, 17),
            AWAY,
            datetime(2026, 12, 11, 22, 0, tzinfo=UTC),
        ),  # before them
        (date(2026, 12, 17), PersonHours("Asia/Kolkata"), datetime(2026, 12, 15, 3, 30, tzinfo=UTC)),
    ],
)
def test_it_comes_two_days_before_at_nine_or_in_the_last_working_hour_before(
    due_on: date, person: PersonHours, due_at: datetime
) -> None:
    assert actions.reminded_at(due_on, person) == due_at


def test_it_helps_until_the_day_is_over_where_the_circle_is() -> None:
    assert actions.ends_at(date(2026, 12, 17), "America/New_York") == datetime(2026, 12, 18, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due_on", "refused"),
    [
        (None, True),
        (date(2026, 12, 7), True),
        (date(2026, 12, 8), False),
        (date(2027, 12, 9), False),
        (date(2027, 12, 10), True),
    ],
)
def test_a_day_is_today_or_within_a_year(due_on: date | None, refused: bool) -> None:
    assert (actions.day_problem(due_on, date(2026, 12, 8)) is not None) is refused

"""Days on which somebody is away, by their own calendar, and what that means for a session."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from coaching.rules.fields import Field
from coaching.rules.terms import Coming

FARTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Stretch:
    """Whole days, both ends included."""

    first: date
    last: date
    entered_at: datetime

    def covers(self, moment: datetime, zone: str) -> bool:
        """Whether the moment lies on one of these days where the person is."""
        return self.first <= moment.astimezone(ZoneInfo(zone)).date() <= self.last


def is_away(stretches: Iterable[Stretch], moment: datetime, zone: str) -> bool:
    """Whether somebody who lives in `zone` is away at that moment."""
    return any(one.covers(moment, zone) for one in stretches)


def counts_as(
    said: Coming, said_at: datetime | None, stretches: Iterable[Stretch], starts_at: datetime, zone: str
) -> Coming:
    """What a person's answer to a session counts as: "Can't make it" by itself when they are away that day.

    "I'll be there", said after the days were entered, wins; said before, it rests as long as they stand.
    """
    entered = [one.entered_at for one in stretches if one.covers(starts_at, zone)]
    if not entered:
        return said
    comes_anyway = said is Coming.YES and said_at is not None and said_at >= max(entered)
    return Coming.YES if comes_anyway else Coming.NO


def ended(stretch: Stretch, today: date) -> Stretch | None:
    """The stretch when `today` is the first day back: what lies behind, or nothing."""
    yesterday = today - timedelta(days=1)
    if stretch.last <= yesterday:
        return stretch
    return replace(stretch, last=yesterday) if stretch.first <= yesterday else None


def problems(first: date | None, last: date | None, today: date) -> dict[Field, str]:
    """What is wrong with days that somebody wants to be away, by field."""
    found: dict[Field, str] = {}
    if first is None:
        found[Field.FIRST_DAY] = "Choose the first day you are away."
    elif first < today:
        found[Field.FIRST_DAY] = "This day is over. Choose today, or a day to come."
    if last is None:
        found[Field.LAST_DAY] = "Choose the last day you are away."
    elif first is not None and last < first:
        found[Field.LAST_DAY] = "This is before the first day. Choose the same day or a later one."
    elif last > today + FARTHEST:
        found[Field.LAST_DAY] = "This is over a year away. Choose a day within the next twelve months."
    return found

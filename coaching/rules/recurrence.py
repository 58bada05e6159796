"""The dates of a rhythm, and the instant of a wall time.

Wall time, zone and rule are the truth; the UTC instant is derived from them, so that a session at 10:00 stays
at 10:00 across a change of the clocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta, weekday

from coaching.rules.terms import Rhythm

LAST = -1
FOUR_WEEKS = timedelta(weeks=4)
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}


@dataclass(frozen=True)
class Rule:
    """A circle's rhythm: how its dates follow from the first."""

    rhythm: Rhythm
    starts_on: date
    position: int = 1
    """For the same weekday each month: first to fourth, or `LAST`."""


def positions_for(starts_on: date) -> tuple[int, ...]:
    """Which weekday of its month a date is, the likelier reading first.

    A fifth one means the last; where it is both the fourth and the last, both are offered.
    """
    number = (starts_on.day - 1) // 7 + 1
    if number == 5:
        return (LAST,)
    last = (starts_on + timedelta(days=7)).month != starts_on.month
    return (LAST, number) if last else (number,)


def dates(rule: Rule) -> Iterator[date]:
    """All dates from the first on, without end. No rhythm has none."""
    if rule.rhythm is Rhythm.NONE:
        return
    number = 0
    while True:
        day = _nth(rule, number)
        if day >= rule.starts_on:
            yield day
        number += 1


def dates_after(rule: Rule, day: date, count: int) -> list[date]:
    """The next dates after a day; reaches far back rules without walking through them."""
    if rule.rhythm is Rhythm.NONE:
        return []
    start = max(0, _number_near(rule, day) - 2)
    later = (one for one in (_nth(rule, start + step) for step in range(count + 6)) if one > day)
    return list(islice((one for one in later if one >= rule.starts_on), count))


def between(rule: Rule, first: date, last: date) -> list[date]:
    """The dates from `first` to `last`, both included."""
    span = (last - first).days // 28 + 3
    return list(takewhile(lambda day: day <= last, dates_after(rule, first - timedelta(days=1), span)))


def nearest(rule: Rule, day: date) -> date | None:
    """The date of the rhythm that a session on this day is nearer to than to its neighbours."""
    around = dates_after(rule, day - timedelta(days=70), 6)
    return min(around, key=lambda one: (abs((one - day).days), one), default=None)


def phrase(rhythm: Rhythm, starts_on: date, position: int) -> str:
    """The rhythm as people say it; derived from the rule, so that it cannot say something else."""
    match rhythm:
        case Rhythm.SAME_WEEKDAY:
            return f"The {ORDINALS[position]} {starts_on:%A} of each month"
        case Rhythm.SAME_DATE:
            return (
                "The last day of each month" if starts_on.day == 31 else f"Day {starts_on.day} of each month"
            )
        case Rhythm.FOUR_WEEKS:
            return f"Every fourth {starts_on:%A}"
        case Rhythm.NONE:
            return "No rhythm"


def _nth(rule: Rule, number: int) -> date:
    if rule.rhythm is Rhythm.FOUR_WEEKS:
        return rule.starts_on + number * FOUR_WEEKS
    month = rule.starts_on.replace(day=1) + relativedelta(months=number)
    if rule.rhythm is Rhythm.SAME_DATE:
        return month + relativedelta(day=rule.starts_on.day)  # day 31 is the last day of a shorter month
    same = weekday(rule.starts_on.weekday())
    if rule.position == LAST:
        return month + relativedelta(day=31, weekday=same(-1))
    return month + relativedelta(day=1, weekday=same(rule.position))


def _number_near(rule: Rule, day: date) -> int:
    if rule.rhythm is Rhythm.FOUR_WEEKS:
        return (day - rule.starts_on).days // 28
    return (day.year - rule.starts_on.year) * 12 + day.month - rule.starts_on.month


class Note(StrEnum):
    """What was odd about a wall time on the day when the clocks change."""

    PLAIN = "plain"
    DOES_NOT_EXIST = "does_not_exist"
    EXISTS_TWICE = "exists_twice"


@dataclass(frozen=True)
class Resolved:
    instant: datetime
    note: Note


def to_utc(day: date, at: time, zone: str) -> Resolved:
    """The instant of a wall time, as RFC 5545, 3.3.5 says.

    A time that exists twice is its first; one that does not exist is read with the offset before the gap.
    """
    local = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    first, second = local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if first == second:
        return Resolved(first, Note.PLAIN)
    back = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return Resolved(first, Note.EXISTS_TWICE if back == local.replace(tzinfo=None) else Note.DOES_NOT_EXIST)


def local_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()

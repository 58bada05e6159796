"""The dates of a circle's rhythm, and the instant that a date and a time on the wall mean in a zone."""

import calendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta, weekday

from coaching.rules.terms import Rhythm

LAST = -1
"""The position of a weekday that is the last of its kind in the month."""

_FOUR_WEEKS = timedelta(weeks=4)
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}
_SUFFIXES = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}


@dataclass(frozen=True)
class Rule:
    """How the dates of a circle follow each other, from `starts_on` (which may lie in the past)."""

    rhythm: Rhythm
    starts_on: date
    position: int = 1
    """For the same weekday each month: 1 to 4, or -1 for the last. Others ignore it."""


class WallTime(StrEnum):
    """What became of a date and time on the wall, on the days when clocks change."""

    EXACT = "exact"
    SKIPPED = "skipped"
    """It does not exist that day; the offset from before the change holds, so it comes out later."""
    TWICE = "twice"
    """It exists twice that day; the first is taken."""


@dataclass(frozen=True)
class Resolved:
    instant: datetime
    """Aware, UTC."""
    note: WallTime
    wall: datetime
    """What the clocks in the zone show at the instant; differs from what was asked only when skipped."""


def positions_for(starts_on: date) -> tuple[int, ...]:
    """Which weekday of the month a date can stand for; the first is the one to choose unasked.

    A fifth can only mean the last, and a fourth that is also the last can mean either.
    """
    position = (starts_on.day - 1) // 7 + 1
    is_last = starts_on.day + 7 > calendar.monthrange(starts_on.year, starts_on.month)[1]
    if position == 5:
        return (LAST,)
    return (LAST, position) if is_last else (position,)


def dates(rule: Rule, after: date | None = None) -> Iterator[date]:
    """The dates of a rhythm in order, without end: from its start, or those later than `after`."""
    if rule.rhythm is Rhythm.NONE:
        return
    begin = 0 if after is None else max(0, _index_near(rule, after) - 1)
    for index in count(begin):
        try:
            day = _date_at(rule, index)
        except (ValueError, OverflowError):  # the calendar ends with the year 9999
            return
        if day >= rule.starts_on and (after is None or day > after):
            yield day


def next_date(rule: Rule, after: date, taken: Collection[date] = ()) -> date | None:
    """The first date of the rhythm later than `after` that is not taken; None without a rhythm.

    Taken are dates that are filled, skipped, cancelled or missed: they are not proposed again.
    """
    return next((day for day in dates(rule, after) if day not in taken), None)


def is_date(rule: Rule, day: date) -> bool:
    """Whether the rhythm has this date."""
    return next(dates(rule, after=day - timedelta(days=1)), None) == day


def filled_by(rule: Rule, day: date, taken: Collection[date] = ()) -> date | None:
    """The date of the rhythm that a session made by hand for `day` fills, if any.

    That is the one it is nearer to than to its neighbours. Halfway between two it fills neither, and what is
    taken is not filled twice. The neighbour before the first date counts too, so that a session long before a
    circle's start leaves the start alone.
    """
    if rule.rhythm is Rhythm.NONE:
        return None
    index = _index_near(rule, day)
    nearby = sorted(
        (_date_at(rule, near) for near in range(index - 2, index + 3)), key=lambda one: abs(one - day)
    )
    nearest, second = nearby[:2]
    if abs(nearest - day) == abs(second - day) or nearest < rule.starts_on or nearest in taken:
        return None
    return nearest


def to_utc(local_date: date, local_time: time, zone: str) -> Resolved:
    """The instant of a date and time on the wall in a zone, as RFC 5545, 3.3.5 says.

    A time that the clocks skip is read with the offset from before the change; of one that exists twice the
    first is taken.
    """
    tz = ZoneInfo(zone)
    asked = datetime.combine(local_date, local_time)
    # fold=0 means both: the first of two, and the offset from before a gap.
    first = asked.replace(tzinfo=tz, fold=0)
    instant = first.astimezone(UTC)
    wall = instant.astimezone(tz).replace(tzinfo=None, fold=0)
    if wall != asked:
        return Resolved(instant, WallTime.SKIPPED, wall)
    twice = first.utcoffset() != first.replace(fold=1).utcoffset()
    return Resolved(instant, WallTime.TWICE if twice else WallTime.EXACT, wall)


def phrase(rule: Rule) -> str:
    """The rhythm as people say it: "second Tuesday of each month"."""
    name = calendar.day_name[rule.starts_on.weekday()]
    if rule.rhythm is Rhythm.SAME_WEEKDAY:
        return f"{_ORDINALS[rule.position]} {name} of each month"
    if rule.rhythm is Rhythm.SAME_DATE:
        return _date_phrase(rule.starts_on.day)
    return f"every four weeks on {name}" if rule.rhythm is Rhythm.FOUR_WEEKS else "no rhythm"


def _date_phrase(day: int) -> str:
    if day == 31:
        return "last day of each month"
    shorter = " (or the last day, in shorter months)" if day > 28 else ""
    return f"{day}{_SUFFIXES.get(day, 'th')} of each month{shorter}"


def _date_at(rule: Rule, index: int) -> date:
    """The date in the index-th month (or four weeks) from the start. Negative ones lie before it."""
    start = rule.starts_on
    if rule.rhythm is Rhythm.FOUR_WEEKS:
        return start + index * _FOUR_WEEKS
    if rule.rhythm is Rhythm.SAME_DATE:
        return start + relativedelta(months=index)  # clips the 31st to the month's last day
    edge = 31 if rule.position == LAST else 1
    return start + relativedelta(months=index, day=edge, weekday=weekday(start.weekday(), rule.position))


def _index_near(rule: Rule, day: date) -> int:
    """The index of the month (or four weeks) in which a day lies."""
    if rule.rhythm is Rhythm.FOUR_WEEKS:
        return (day - rule.starts_on) // _FOUR_WEEKS
    return (day.year - rule.starts_on.year) * 12 + day.month - rule.starts_on.month

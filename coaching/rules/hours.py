"""When a person may be written to: working days and quiet hours, in the person's own zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from coaching.rules.recurrence import to_utc

OPENING = time(8)
LAST_HOUR = time(17)
"""What falls into quiet hours but must come before them goes out at this time."""
CLOSING = time(18)
MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True)
class PersonHours:
    zone: str
    """IANA name."""
    working_days: frozenset[int] = MONDAY_TO_FRIDAY
    """Weekdays, Monday is 0. Somebody without any is treated as working Monday to Friday."""
    away: tuple[tuple[date, date], ...] = ()
    """Stretches of days that are no working days either: the first and the last of each."""

    def works_on(self, day: date) -> bool:
        away = any(first <= day <= last for first, last in self.away)
        return not away and day.weekday() in (self.working_days or MONDAY_TO_FRIDAY)


def local(moment: datetime, hours: PersonHours) -> datetime:
    """The moment as the person's clock shows it."""
    return moment.astimezone(ZoneInfo(hours.zone))


def is_quiet(moment: datetime, hours: PersonHours) -> bool:
    """Before 8:00, from 18:00 on, and all of a day that is no working day, in the person's zone."""
    here = local(moment, hours)
    return not hours.works_on(here.date()) or not OPENING <= here.time() < CLOSING


def before(moment: datetime, hours: PersonHours) -> datetime:
    """The moment itself, or when it is quiet the last 17:00 of a working day before it (UTC)."""
    if not is_quiet(moment, hours):
        return moment
    earlier = _at(LAST_HOUR, moment, hours, step=-1)
    return next(one for one in earlier if one <= moment)


def after(moment: datetime, hours: PersonHours) -> datetime:
    """The moment itself, or when it is quiet the next 8:00 of a working day (UTC)."""
    if not is_quiet(moment, hours):
        return moment
    return next(one for one in _at(OPENING, moment, hours, step=1) if one >= moment)


def next_working_day_at(moment: datetime, at: time, hours: PersonHours) -> datetime:
    """That time on the person's first working day after the day in which the moment lies (UTC)."""
    today = local(moment, hours).date()
    return next(one for one in _at(at, moment, hours, step=1) if local(one, hours).date() > today)


def tomorrow_at(moment: datetime, at: time, hours: PersonHours) -> datetime:
    """That time on the person's next day, whether they work on it or not: they have asked for it (UTC)."""
    return to_utc(local(moment, hours).date() + timedelta(days=1), at, hours.zone).instant


def _at(wall: time, moment: datetime, hours: PersonHours, step: int) -> Iterator[datetime]:
    """That time on the moment's day and on those after it (or before it), as far as they are working days."""
    today = local(moment, hours).date()
    for days in count():
        day = today + timedelta(days=step * days)
        instant = to_utc(day, wall, hours.zone).instant
        if hours.works_on(local(instant, hours).date()):
            yield instant

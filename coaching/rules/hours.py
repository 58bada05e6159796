"""A person's working hours. Nothing is sent outside them but what somebody just did, and the session itself.

Quiet are 18:00 to 8:00 and every day that is no working day, in the person's own zone. Public holidays are
not looked up.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coaching.rules.recurrence import to_utc

OPENING, LAST_HOUR, CLOSING = time(8), time(17), time(18)
MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True)
class PersonHours:
    zone: str
    working_days: frozenset[int] = MONDAY_TO_FRIDAY
    """Monday is 0. Without any, every day counts as one."""

    def works_on(self, day: date) -> bool:
        return not self.working_days or day.weekday() in self.working_days

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.zone))

    def at(self, day: date, clock: time) -> datetime:
        return to_utc(day, clock, self.zone).instant


def is_quiet(instant: datetime, hours: PersonHours) -> bool:
    local = hours.local(instant)
    return not hours.works_on(local.date()) or not OPENING <= local.time() < CLOSING


def before(moment: datetime, hours: PersonHours) -> datetime:
    """For what is counted back from a session: the last working hour before quiet ones, never later.

    For a Monday morning that is Friday at 17:00.
    """
    if not is_quiet(moment, hours):
        return moment
    local = hours.local(moment)
    day = local.date()
    if not (hours.works_on(day) and local.time() >= CLOSING):
        day -= timedelta(days=1)
    while not hours.works_on(day):
        day -= timedelta(days=1)
    return hours.at(day, LAST_HOUR)


def after(moment: datetime, hours: PersonHours) -> datetime:
    """For what is counted from something that happened: the next opening, if it is quiet now."""
    if not is_quiet(moment, hours):
        return moment
    local = hours.local(moment)
    day = local.date()
    if not (hours.works_on(day) and local.time() < OPENING):
        day = next_working_day(day, hours)
    return hours.at(day, OPENING)


def next_working_day(day: date, hours: PersonHours) -> date:
    day += timedelta(days=1)
    while not hours.works_on(day):
        day += timedelta(days=1)
    return day


def next_working_day_at(moment: datetime, clock: time, hours: PersonHours) -> datetime:
    """A time of day on the first working day after the day of `moment`."""
    return hours.at(next_working_day(hours.local(moment).date(), hours), clock)

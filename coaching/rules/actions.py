"""When somebody is reminded of an action, and by which day it can be promised."""

from datetime import date, datetime, time, timedelta

from coaching.rules import hours
from coaching.rules.hours import PersonHours
from coaching.rules.recurrence import to_utc

BEFORE = timedelta(days=2)
AT = time(9)
DAY = timedelta(days=1)
FARTHEST = timedelta(days=366)


def reminded_at(due_on: date, person: PersonHours) -> datetime:
    """Two days before, at nine by the owner's clock; where that is quiet, in the last working hour before."""
    return hours.before(to_utc(due_on - BEFORE, AT, person.zone).instant, person)


def ends_at(due_on: date, zone: str) -> datetime:
    """When the day is over where the circle is: from then on a reminder helps nobody."""
    return to_utc(due_on + DAY, time(), zone).instant


def day_problem(due_on: date | None, today: date) -> str | None:
    """Why nothing can be promised by this day, in one sentence. `today` is by the circle's calendar."""
    if due_on is None:
        return "Choose a day."
    if due_on < today:
        return "This day is over. Choose today, or a day to come."
    return "This is over a year away. Choose a nearer day." if due_on > today + FARTHEST else None

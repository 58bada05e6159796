"""Being reminded later: in an hour, or tomorrow at nine, by the person's own clock."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from coaching.rules import hours
from coaching.rules.hours import PersonHours

HOUR = timedelta(hours=1)
NINE = time(9)


class PutOff(StrEnum):
    HOUR = "hour"
    TOMORROW = "tomorrow"


def until(choice: PutOff, now: datetime, of: PersonHours) -> datetime:
    """When it comes again (UTC)."""
    return now + HOUR if choice is PutOff.HOUR else hours.tomorrow_at(now, NINE, of)

"""How far this computer's clock and Slack's are apart, by the `Date` of Slack's answers."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

TOLERATED = timedelta(seconds=60)
"""Slack's answers come in whole seconds, and take a moment."""
REFUSED = timedelta(minutes=5)
"""From then on a request of Slack looks like an old one that somebody sends again."""


def difference(said: str, now: datetime) -> timedelta | None:
    """By how much this computer is ahead of what Slack said; None when it has not said when it was."""
    then = moment(said)
    return None if then is None else now - then


def moment(said: str) -> datetime | None:
    """When it was by the `Date` of an answer, if that says it."""
    try:
        then = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    return then if then.tzinfo else then.replace(tzinfo=UTC)


def passing() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Skew:
    """What the last answer told, reckoned on from there: a clock that is set meanwhile is known to be right,
    or wrong, before Slack is asked again."""

    def __init__(self, now: Callable[[], datetime], passing: Callable[[], float] = passing) -> None:
        """`now` is the computer's own clock, also where the bot lives by another one."""
        self._now = now
        self._passing = passing
        self._measured: tuple[timedelta, datetime, float] | None = None

    def heard(self, date: str) -> None:
        """The `Date` of an answer of Slack that has just come."""
        now = self._now()
        found = difference(date, now)
        if found is not None:
            self._measured = found, now, self._passing()

    def ahead(self) -> timedelta | None:
        """By how much this computer is ahead of Slack now; None before the first answer."""
        if self._measured is None:
            return None
        found, then, passed = self._measured
        was_set = (self._now() - then) - timedelta(seconds=self._passing() - passed)
        return found + was_set

    def remark(self) -> str | None:
        """What to do about it, when it is more than the way of an answer explains."""
        ahead = self.ahead()
        return sentence(ahead) if ahead is not None and abs(ahead) > TOLERATED else None

    def stops_requests(self) -> bool:
        ahead = self.ahead()
        return ahead is not None and abs(ahead) > REFUSED


def sentence(ahead: timedelta) -> str:
    way = "ahead of" if ahead > timedelta(0) else "behind"
    return (
        f"This computer's clock is {abs(ahead).total_seconds():.0f} seconds {way} Slack's:"
        " from five minutes on its requests are refused. Let it be set by the network (NTP)."
    )

"""The only place that asks what time it is. Everything else is handed `now`, an aware UTC datetime."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

TOLERATED = timedelta(seconds=60)
"""Slack's requests are refused from five minutes on, and its answers come in whole seconds."""


class Clock(Protocol):
    """Where the edges (a listener, a tick, a command) get their `now` from."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        ...


class SystemClock:
    """The time of this computer."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """Stands still until it is moved, and goes forward only: what has happened cannot be undone."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, to: datetime) -> None:
        """Goes on to `to`. Raises `ValueError` when that lies in the past."""
        if to < self._now:
            raise ValueError(f"time goes forward only: {to} is before {self._now}")
        self._now = to.astimezone(UTC)


def disagreement(said: str, now: datetime) -> list[str]:
    """What to do when Slack's clock (the `Date` of an answer) and this computer's differ; nothing else."""
    try:
        ahead = now - parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return []  # it has not said when it was
    if abs(ahead) <= TOLERATED:
        return []
    way = "ahead of" if ahead > timedelta(0) else "behind"
    return [
        f"This computer's clock is {abs(ahead).total_seconds():.0f} seconds {way} Slack's:"
        " from five minutes on its requests are refused. Let it be set by the network (NTP)."
    ]

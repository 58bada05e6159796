"""The only place that asks what time it is. Everything else is handed `now`, an aware UTC datetime."""

from datetime import UTC, datetime
from typing import Protocol

from scheduler.skew import TOLERATED, difference, sentence


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
    ahead = difference(said, now)
    return [sentence(ahead)] if ahead is not None and abs(ahead) > TOLERATED else []

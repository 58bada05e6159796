"""The clock port: the only place of the bot that asks what time it is."""

from datetime import UTC, datetime
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """What everything that needs the present is handed."""

    def now(self) -> datetime:
        """The present, aware UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """A clock that stands still until it is moved, and only ever goes forward.

    The demo moves it from one thread while others read it.
    """

    def __init__(self, start: datetime) -> None:
        self._lock = Lock()
        self._now = _in_utc(start)

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def move_to(self, moment: datetime) -> None:
        """Make `moment` (aware, any zone) the present. Raises `ValueError` when it lies in the past or is naive."""
        moment = _in_utc(moment)
        with self._lock:
            if moment < self._now:
                raise ValueError(f"the clock stands at {self._now:%Y-%m-%d %H:%M} UTC and only moves forward")
            self._now = moment


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a clock takes a moment with a time zone")
    return moment.astimezone(UTC)

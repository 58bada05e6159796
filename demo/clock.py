"""The two times of the local workspace: the demo's own, which may be moved, and the real one.

Messages, files and events carry the demo's time. What protects or limits a request (signatures,
triggers, deadlines) goes by real time, as the bot checks it by real time.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

Progress = Callable[[datetime], None]
"""Called with the new now after each step of an advance."""


class CannotMove(Exception):
    """The clock was asked for something that time does not do."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class DemoClock(Protocol):
    """What the embedding process hands in; it alone decides what happens while time passes."""

    @property
    def movable(self) -> bool: ...

    def now(self) -> datetime:
        """The demo's now, aware UTC."""
        ...

    async def advance(self, to: datetime, progress: Progress) -> None:
        """Let time pass until `to`. Raises `CannotMove` when that lies in the past."""
        ...


class RealClock:
    """Time as it is; nobody can move it."""

    movable = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def advance(self, to: datetime, progress: Progress) -> None:  # noqa: ARG002
        raise CannotMove("not_movable", "This workspace runs on real time, which nobody can move.")


class SteppingClock:
    """A movable clock that stands still until it is told to go on; nothing else hangs on it."""

    movable = True

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    async def advance(self, to: datetime, progress: Progress) -> None:
        if to < self._now:
            raise CannotMove("backward", "Time goes forward only.")
        self._now = to
        progress(to)


def real_seconds() -> float:
    """Seconds since 1970 by the computer's clock: for signatures, which the bot checks by its own."""
    return time.time()


def stopwatch() -> float:
    """Seconds that never jump: for deadlines and durations."""
    return time.monotonic()

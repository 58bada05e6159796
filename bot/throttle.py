"""How much one person, or one address, may ask of the bot: so many at once, and then so many a second.

A guard against scripts, and no ration: who clicks by hand does not come near it. Each process counts alone.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from bot.parse import Request
from coaching.errors import CoachingError

MOST_KEPT = 10_000
"""Whose asking is remembered at the same time, a few hundred bytes each."""


class TooFast(CoachingError):
    """More than a person does by hand."""

    sentence = (
        "That was a lot in a short time, so I did not do this one. "
        "Wait half a minute and try again; nothing you typed is lost."
    )


@dataclass(frozen=True)
class Allowance:
    """`at_once` without waiting, from then on `a_second`."""

    at_once: float
    a_second: float


@dataclass(frozen=True)
class Bucket:
    """What somebody may still do at once, as of a moment (in seconds, by any clock that goes forward)."""

    left: float
    at: float


def refilled(bucket: Bucket, allowance: Allowance, now: float) -> Bucket:
    gained = max(0.0, now - bucket.at) * allowance.a_second
    return Bucket(min(allowance.at_once, bucket.left + gained), max(now, bucket.at))


def taken(bucket: Bucket | None, allowance: Allowance, now: float) -> tuple[Bucket, bool]:
    """What is left, and whether this one may be done. Refused ones cost nothing; None: for the first time."""
    full = refilled(bucket or Bucket(allowance.at_once, now), allowance, now)
    return (Bucket(full.left - 1, full.at), True) if full.left >= 1 else (full, False)


class Throttle:
    """Remembers in this process who has asked how often, and forgets who has not asked for longest."""

    def __init__(
        self, allowance: Allowance, clock: Callable[[], float] = time.monotonic, most: int = MOST_KEPT
    ) -> None:
        self._allowance = allowance
        self._clock = clock
        self._most = most
        self._buckets: dict[Hashable, Bucket] = {}
        self._counting = threading.Lock()

    def lets(self, key: Hashable) -> bool:
        """Whether one more of theirs may be done now, which is counted then."""
        with self._counting:
            bucket, may = taken(self._buckets.pop(key, None), self._allowance, self._clock())
            self._buckets[key] = bucket  # at the end: dicts keep their order
            if len(self._buckets) > self._most:
                del self._buckets[next(iter(self._buckets))]
            return may

    @property
    def remembered(self) -> int:
        """How many people."""
        return len(self._buckets)


@dataclass(frozen=True)
class Limits:
    """What a person in a workspace may ask for."""

    everything: Throttle = field(default_factory=lambda: Throttle(Allowance(30, 1)))
    writing: Throttle = field(default_factory=lambda: Throttle(Allowance(20, 20 / 60)))
    telling: Throttle = field(default_factory=lambda: Throttle(Allowance(1, 1 / 10)))
    """How often they are told so where that takes a call to Slack; a script would make one for each click."""

    def lets(self, request: Request, *, writes: bool) -> bool:
        """Events always: what Slack says in one would be lost. Typing in a menu too: it costs nothing."""
        if request.event or request.looking:
            return True
        person = _person(request)
        return self.everything.lets(person) and (not writes or self.writing.lets(person))

    def tells(self, request: Request) -> bool:
        """Whether one who is slowed down is told so: always where it is the answer to Slack's own request."""
        answered = request.submitted or not (request.action or request.view)
        return answered or self.telling.lets(_person(request))


def _person(request: Request) -> tuple[str, str]:
    return request.workspace_id, request.slack_id

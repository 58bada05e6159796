"""Requests that were taken, for as long as their signatures are good: a captured one has no second effect.

Slack signs again what it sends again, with the new time, unless that is in the same second; so only what was
taken is remembered, and a failed one may come as it is. Each process remembers its own: what a captured
request could write in another one is met by the ids of its form or event, which all of them share.
"""

import time
from collections.abc import Callable

KEPT_S = 600
"""Slack's clock may be five minutes ahead of ours or behind it, so a signature is good for ten."""
MOST_KEPT = 50_000
"""About 10 MB, and more than 80 requests a second for ten minutes."""


class Taken:
    """Lives in one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_KEPT) -> None:
        self._clock = clock
        self._most = most
        self._until: dict[str, float] = {}

    def claim(self, signature: str) -> bool:
        """False when a request with this signature has been taken before, or is under way."""
        now = self._clock()
        self._forget(now)
        if signature in self._until:
            return False
        self._until[signature] = now + KEPT_S
        return True

    def release(self, signature: str) -> None:
        """It was not taken after all."""
        self._until.pop(signature, None)

    @property
    def remembered(self) -> int:
        """How many signatures."""
        return len(self._until)

    def _forget(self, now: float) -> None:
        """The oldest stand first."""
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] > now and len(self._until) < self._most:
                return
            del self._until[oldest]

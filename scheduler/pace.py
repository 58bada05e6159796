"""How fast one workspace is sent messages, so that a wave of them does not break on Slack's limits.

Slack takes "several hundred" messages a minute from an app in one workspace (documentation of
`chat.postMessage`). What is over that stays in the database, and whose minute matters goes first.
"""

from dataclasses import dataclass
from datetime import datetime

BURST = 100
PER_MINUTE = 300


@dataclass
class _Purse:
    left: float
    at: datetime


class Pace:
    """What one worker may still send. Lives in its event loop.

    Several workers keep no count together: there Slack's own word, which they share, settles it.
    """

    def __init__(self, burst: int = BURST, per_minute: float = PER_MINUTE) -> None:
        """A workspace that was quiet takes `burst` at once, and `per_minute` over time."""
        self._burst = burst
        self._per_second = per_minute / 60
        self._purses: dict[str, _Purse] = {}

    def spend(self, workspace: str, now: datetime) -> None:
        """One message more."""
        self._purse(workspace, now).left -= 1

    def slowed(self, now: datetime) -> list[str]:
        """Workspaces that take only what cannot wait."""
        return self._poorer_than(1, now)

    def stopped(self, now: datetime) -> list[str]:
        """Workspaces that take nothing: even what cannot wait has been more than Slack takes."""
        return self._poorer_than(1 - self._burst, now)

    def _poorer_than(self, least: float, now: datetime) -> list[str]:
        for workspace in list(self._purses):
            if self._purse(workspace, now).left >= self._burst:
                del self._purses[workspace]
        return [workspace for workspace, purse in self._purses.items() if purse.left < least]

    def _purse(self, workspace: str, now: datetime) -> _Purse:
        purse = self._purses.setdefault(workspace, _Purse(self._burst, now))
        passed = max(0.0, (now - purse.at).total_seconds())  # a clock that was put back gives nothing
        purse.left = min(self._burst, purse.left + passed * self._per_second)
        purse.at = now
        return purse

"""How long things are kept."""

from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta

AUDIT_MONTHS = 12


@dataclass(frozen=True)
class Keeping:
    """In months; 0 for as long as the bot is installed."""

    words: int = 24
    """What people wrote about a session, from its end."""
    closed: int = 12
    """A circle that was closed, or that everybody has left, from then on."""

    def words_before(self, now: datetime) -> datetime | None:
        """Words of sessions that ended before this go; None where they stay."""
        return now - relativedelta(months=self.words) if self.words else None

    def closed_before(self, now: datetime) -> datetime | None:
        return now - relativedelta(months=self.closed) if self.closed else None


AS_USUAL = Keeping()


def audit_before(now: datetime) -> datetime:
    """Entries of who did what that are older go."""
    return now - relativedelta(months=AUDIT_MONTHS)

"""What becomes of messages when the database is put back from a copy.

The bot went on after the copy was made, so what the copy holds as still to be sent may have been sent long
ago. Nothing goes out twice for that, nothing stale goes out, and what falls due later is left as it is.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.claims import REPEATABLE, TOO_LATE, outbox, outbox_is
from scheduler.outcomes import RESTORED
from scheduler.preparing import findable
from storage.models import OutboxRow, OutboxState, Outgoing

ON_ITS_WAY = (OutboxState.DUE, OutboxState.CLAIMED, OutboxState.UNKNOWN)


class Fate(StrEnum):
    STAYS = "stays"
    """It is not due yet, or does no harm when it is done twice."""
    LOOKED_UP = "looked up"
    """It still helps. It goes out when Slack says that it has not arrived; if nobody can say, it does not."""
    SKIPPED = "skipped"
    """It may have arrived, and nobody could find out."""
    TOO_LATE = "too late"


def fate(
    kind: Outgoing, due_at: datetime, expires_at: datetime | None, *, can_be_found: bool, now: datetime
) -> Fate:
    """Of a message that the copy holds as not sent, when the copy is put back at `now`."""
    if due_at > now or kind in REPEATABLE:
        return Fate.STAYS
    if expires_at is not None and expires_at <= now:
        return Fate.TOO_LATE
    return Fate.LOOKED_UP if can_be_found else Fate.SKIPPED


def mark(db: Session, now: datetime) -> Mapping[Fate, int]:
    """Gives every message of the copy its fate. How many got which. May be done again."""
    counted = Counter[Fate]()
    for row in db.scalars(select(OutboxRow).where(outbox_is(*ON_ITS_WAY)).order_by(OutboxRow.id)).all():
        found = fate(row.kind, row.due_at, row.expires_at, can_be_found=findable(row), now=now)
        counted[found] += 1
        values = _values(found, row.state, now)
        if values:
            db.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
    return counted


def _values(found: Fate, state: OutboxState, now: datetime) -> dict[str, Any]:
    """What is written into the row; nothing where it stays as it is."""
    nobodys: dict[str, Any] = {"claim_token": None, "lease_until": None}
    match found:
        case Fate.STAYS:
            return {**nobodys, "state": OutboxState.DUE} if state is not OutboxState.DUE else {}
        case Fate.LOOKED_UP:
            return {
                **nobodys,
                "state": OutboxState.UNKNOWN,
                "outcome": RESTORED,
                "begun": True,
                "not_before": None,
            }
        case Fate.SKIPPED:
            return {**nobodys, "state": OutboxState.SKIPPED, "outcome": RESTORED, "finished_at": now}
        case Fate.TOO_LATE:
            return {**nobodys, "state": OutboxState.EXPIRED, "outcome": TOO_LATE, "finished_at": now}

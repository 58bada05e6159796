"""Looks for messages that should have gone out and have not moved: what delivery cannot see of itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from scheduler.claims import may_be_said, outbox, outbox_is, paused, waits_for_its_message
from scheduler.pace import PER_MINUTE
from storage.models import OutboxState

STUCK_AFTER = timedelta(minutes=10)
LIVE = (OutboxState.DUE, OutboxState.UNKNOWN)


@dataclass(frozen=True)
class Backlog:
    """What may go out in one workspace, of one state."""

    workspace_id: str
    state: OutboxState
    rows: int
    oldest: datetime
    """Since when the oldest of them may."""

    @property
    def patience(self) -> timedelta:
        """How long that may take: Slack takes so many a minute of one workspace."""
        return STUCK_AFTER + timedelta(minutes=self.rows // PER_MINUTE)


@dataclass(frozen=True)
class Audit:
    stuck: int
    """Messages that should have moved."""
    moving: bool
    """Whether any message has moved of late."""

    @property
    def nothing_moves(self) -> bool:
        return self.stuck > 0 and not self.moving


class Auditor:
    """One worker's. It is fair: what fell due while nobody could have looked is not held against anyone."""

    def __init__(self) -> None:
        self._watching_since: datetime | None = None
        self._last: datetime | None = None

    def look(self, db: Session, now: datetime) -> Audit:
        if self._last is None or not timedelta(0) <= now - self._last <= STUCK_AFTER:
            self._watching_since = now  # just begun, or the machine slept, or the clock was set
        self._last = now
        return audit(db, now, self._watching_since or now)


def audit(db: Session, now: datetime, since: datetime) -> Audit:
    """What is stuck, when delivery has been at work `since` then."""
    stuck = sum(_stuck(db, one, now) for one in backlog(db, now) if _overdue(one, now, since))
    if since <= now - STUCK_AFTER:
        stuck += _lost(db, now)
    return Audit(stuck, moving=stuck == 0 or _moving(db, now))


def backlog(db: Session, now: datetime) -> list[Backlog]:
    """What may go out now, by workspace."""
    return [one for state in LIVE for one in _waiting(db, state, now)]


def _waiting(db: Session, state: OutboxState, now: datetime) -> list[Backlog]:
    # One state at a time, because each has an index of its own.
    found = db.execute(
        select(outbox.c.workspace_id, func.count(), func.min(_ready_since(), type_=outbox.c.due_at.type))
        .where(*_ready(state, now))
        .group_by(outbox.c.workspace_id)
    )
    return [Backlog(workspace, state, rows, oldest) for workspace, rows, oldest in found]


def _overdue(one: Backlog, now: datetime, since: datetime) -> bool:
    return max(one.oldest, since) <= now - one.patience


def _stuck(db: Session, one: Backlog, now: datetime) -> int:
    late = select(func.count()).where(
        *_ready(one.state, now),
        outbox.c.workspace_id == one.workspace_id,
        _ready_since() <= now - one.patience,
    )
    return db.scalar(late) or 0


def _lost(db: Session, now: datetime) -> int:
    """Whose worker is gone, and that no other has taken over."""
    over = select(func.count()).where(
        outbox_is(OutboxState.CLAIMED), outbox.c.lease_until <= now - STUCK_AFTER
    )
    return db.scalar(over) or 0


def _moving(db: Session, now: datetime) -> bool:
    lately = now - STUCK_AFTER
    ended = select(outbox.c.id).where(outbox.c.finished_at > lately, outbox.c.finished_at <= now)
    return db.scalar(ended.limit(1)) is not None


def _ready(state: OutboxState, now: datetime) -> Collection[ColumnElement[bool]]:
    return (
        outbox_is(state),
        outbox.c.due_at <= now,
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
        outbox.c.workspace_id.not_in(paused()),
        may_be_said(now),
        ~waits_for_its_message(),
    )


def _ready_since() -> ColumnElement[datetime]:
    return case((outbox.c.not_before > outbox.c.due_at, outbox.c.not_before), else_=outbox.c.due_at)

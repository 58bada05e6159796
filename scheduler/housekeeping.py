"""What is thrown away at night, so that the tables stay small."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Select, Table, delete, or_, select
from sqlalchemy.orm import Session

from coaching.rules.closing import CORRECTED_WITHIN
from coaching.rules.terms import SessionState
from scheduler import resting
from storage.models import CoachingSession, HandledRequest, OutboxRow, OutboxState, Reminder

REQUESTS_KEPT = timedelta(hours=48)
"""Longer than Slack repeats a delivery."""
MESSAGES_KEPT = timedelta(days=30)

outbox = cast(Table, OutboxRow.__table__)
sessions = cast(Table, CoachingSession.__table__)
reminders = cast(Table, Reminder.__table__)


def tidy(db: Session, now: datetime) -> None:
    """Deletes remembered requests, and reminders and ended messages that nothing needs any more."""
    db.execute(delete(HandledRequest).where(HandledRequest.at < now - REQUESTS_KEPT))
    resting.forget_limits(db, now)
    # First, because they hold on to their messages.
    db.execute(
        delete(reminders).where(
            reminders.c.due_at < now - MESSAGES_KEPT, ~_alive(reminders.c.session_id, now).exists()
        )
    )
    db.execute(
        delete(outbox).where(outbox.c.finished_at < now - MESSAGES_KEPT, ~_referred_to(), ~_standing(now))
    )


def _referred_to() -> ColumnElement[bool]:
    other = outbox.alias("other")
    return or_(
        select(other.c.id).where(other.c.target_id == outbox.c.id).exists(),
        select(other.c.id).where(other.c.thread_of_id == outbox.c.id).exists(),
        select(reminders.c.id).where(reminders.c.outbox_id == outbox.c.id).exists(),
    )


def _standing(now: datetime) -> ColumnElement[bool]:
    """People can see it, and it may yet be edited."""
    return (outbox.c.state == OutboxState.SENT) & _alive(outbox.c.session_id, now).exists()


def _alive(session_id: ColumnElement[int | None], now: datetime) -> Select[tuple[int]]:
    """The session, as long as it is ahead or can still be corrected."""
    return select(sessions.c.id).where(
        sessions.c.id == session_id,
        or_(
            sessions.c.state.in_([SessionState.PROPOSED, SessionState.SCHEDULED]),
            sessions.c.ends_at >= now - CORRECTED_WITHIN,
        ),
    )

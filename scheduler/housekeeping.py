"""What is thrown away at night, so that the tables stay small."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Select, Table, delete, or_, select, tuple_
from sqlalchemy.orm import Session

from coaching.rules.closing import CORRECTED_WITHIN
from coaching.rules.terms import SessionState
from scheduler import resting
from storage.models import CoachingSession, HandledRequest, OutboxRow, OutboxState, Reminder

REQUESTS_KEPT = timedelta(hours=48)
"""Longer than Slack repeats a delivery."""
MESSAGES_KEPT = timedelta(days=30)
AT_ONCE = 1_000
"""Rows that go in one transaction."""

outbox = cast(Table, OutboxRow.__table__)
sessions = cast(Table, CoachingSession.__table__)
reminders = cast(Table, Reminder.__table__)
requests = cast(Table, HandledRequest.__table__)


def old_requests(db: Session, now: datetime) -> bool:
    """Those that were answered, and what Slack asked to be left alone with."""
    resting.forget_limits(db, now)
    return _delete_some(db, requests, requests.c.at < now - REQUESTS_KEPT)


def old_reminders(db: Session, now: datetime) -> bool:
    """Those whose session can be corrected no more."""
    old = reminders.c.due_at < now - MESSAGES_KEPT
    return _delete_some(db, reminders, old & ~_alive(reminders.c.session_id, now).exists())


def old_messages(db: Session, now: datetime) -> bool:
    """Those that ended, and that nothing needs any more."""
    old = outbox.c.finished_at < now - MESSAGES_KEPT
    return _delete_some(db, outbox, old & ~_referred_to() & ~_standing(now))


STEPS = (old_requests, old_reminders, old_messages)
"""Each deletes a little and says whether there is more. Reminders first: they hold on to their messages."""


def _delete_some(db: Session, table: Table, old: ColumnElement[bool]) -> bool:
    """What somebody has under lock stays for the next night."""
    key = tuple(table.primary_key.columns)
    some = select(*key).where(old).limit(AT_ONCE).with_for_update(skip_locked=True, of=table)
    found = db.execute(some).all()
    if found:
        db.execute(delete(table).where(tuple_(*key).in_(found)))
    return len(found) == AT_ONCE


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

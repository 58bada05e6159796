"""Writing down what shall be said: rows of the outbox, in the transaction of the change they speak of."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import doorbell
from storage.models import Circle, CoachingSession, OutboxRow, OutboxState, Outgoing, Person
from storage.upsert import insert_if_absent, insert_those_absent

FRESH = timedelta(days=31)
LOOKING = timedelta(days=60)
"""Who has opened the Home tab within this time may have it open still, or on another machine."""
ON_ITS_WAY = (OutboxState.DUE, OutboxState.CLAIMED, OutboxState.UNKNOWN)
STANDING = (*ON_ITS_WAY, OutboxState.SENT)


def put(
    db: Session,
    kind: Outgoing,
    key: str,
    *,
    workspace_id: str,
    due_at: datetime,
    now: datetime,
    person: Person | int | None = None,
    circle_id: int | None = None,
    session: CoachingSession | None = None,
    subject: int | None = None,
    plan_version: int | None = None,
    thread_of: OutboxRow | None = None,
    target: OutboxRow | None = None,
    expires_at: datetime | None = None,
    facts: dict[str, Any] | None = None,
) -> int | None:
    """A message to be sent from `due_at` on. A second one with the same key changes nothing.

    The id of the new one, None where there was one already.
    """
    if due_at <= now:
        doorbell.ring(db)
    new = insert_if_absent(
        db,
        OutboxRow,
        workspace_id=workspace_id,
        kind=kind,
        unique_key=key,
        person_id=person.id if isinstance(person, Person) else person,
        circle_id=session.circle_id if session else circle_id,
        session_id=session.id if session else None,
        subject_id=subject,
        plan_version=plan_version,
        thread_of_id=thread_of.id if thread_of else None,
        target_id=target.id if target else None,
        facts=facts or {},
        due_at=due_at,
        expires_at=expires_at,
        state=OutboxState.DUE,
        attempts=0,
        created_at=now,
    )
    return None if new is None else int(new[0])


def put_all(db: Session, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, int]:
    """Many messages at once, all with the same columns. The ids of the new ones by their key."""
    if any(row["due_at"] <= now for row in rows):
        doorbell.ring(db)
    return insert_those_absent(db, OutboxRow, rows, "unique_key")


def get(db: Session, workspace_id: str, key: str) -> OutboxRow:
    """The message with this key, which must have been put before."""
    return db.scalars(
        select(OutboxRow).where(OutboxRow.workspace_id == workspace_id, OutboxRow.unique_key == key)
    ).one()


def refresh(db: Session, rows: Iterable[OutboxRow], now: datetime) -> None:
    """Brings messages that stand, or are on their way, up to date. Ten changes cost one more call each."""
    for row in rows:
        if row.state is OutboxState.DUE:
            continue  # it will be rendered from the state of then
        put(
            db,
            Outgoing.REFRESH,
            f"refresh:{row.id}:{uuid4().hex}",
            workspace_id=row.workspace_id,
            circle_id=row.circle_id,
            person=row.person_id,
            target=row,  # a unique index lets at most one wait
            due_at=now,
            now=now,
        )


def at(db: Session, workspace_id: str, channel: str, ts: str) -> OutboxRow | None:
    """The message of ours that stands at this place in Slack, if it is known."""
    return db.scalar(
        select(OutboxRow).where(
            OutboxRow.workspace_id == workspace_id,
            OutboxRow.slack_channel == channel,
            OutboxRow.slack_ts == ts,
            OutboxRow.target_id.is_(None),
        )
    )


def standing(db: Session, session: CoachingSession, *kinds: Outgoing) -> list[OutboxRow]:
    """The messages about a session that people can still see, or soon will.

    They are locked: a worker that claimed one between this look and our commit would send an older picture,
    and nobody would refresh it.
    """
    return list(
        db.scalars(
            select(OutboxRow)
            .where(
                OutboxRow.workspace_id == session.workspace_id,
                OutboxRow.session_id == session.id,
                OutboxRow.kind.in_(kinds),
                OutboxRow.state.in_(STANDING),
            )
            .order_by(OutboxRow.id)
            .with_for_update()
        )
    )


def about(db: Session, workspace_id: str, kind: Outgoing, subject: int) -> list[OutboxRow]:
    """The messages of one kind about a poll, a swap or an invitation that people can see, or soon will."""
    return list(
        db.scalars(
            select(OutboxRow)
            .where(
                OutboxRow.workspace_id == workspace_id,
                OutboxRow.kind == kind,
                OutboxRow.subject_id == subject,
                OutboxRow.state.in_(STANDING),
            )
            .order_by(OutboxRow.id)
            .with_for_update()
        )
    )


def lately(db: Session, circle: Circle, kind: Outgoing, now: datetime) -> list[OutboxRow]:
    """Messages of one kind in a circle that are still fresh enough to be read."""
    return list(
        db.scalars(
            select(OutboxRow)
            .where(
                OutboxRow.workspace_id == circle.workspace_id,
                OutboxRow.circle_id == circle.id,
                OutboxRow.kind == kind,
                OutboxRow.state == OutboxState.SENT,
                OutboxRow.due_at > now - FRESH,
            )
            .order_by(OutboxRow.id)
            .with_for_update()
        )
    )


def card_of(db: Session, session: CoachingSession) -> OutboxRow | None:
    """The newest card of the session, under which lines about the session are threaded."""
    return next(reversed(standing(db, session, Outgoing.SESSION_CARD)), None)


def home(db: Session, people: Iterable[Person], now: datetime) -> None:
    """Draws people's Home tabs anew, because something of theirs has changed.

    Who has not looked at it for long is spared: Slack says when somebody opens it, and then it is drawn.
    """
    looking = {one.id: one for one in people if one.home_opened_at and one.home_opened_at > now - LOOKING}
    if not looking:
        return
    waiting = set(
        db.scalars(
            select(OutboxRow.person_id)
            .where(
                OutboxRow.workspace_id.in_({one.workspace_id for one in looking.values()}),
                OutboxRow.kind == Outgoing.HOME,
                OutboxRow.person_id.in_(looking),
                OutboxRow.state == OutboxState.DUE,
            )
            .with_for_update()
        )
    )
    for person in looking.values():
        if person.id not in waiting:
            put(
                db,
                Outgoing.HOME,
                f"home:{person.id}:{uuid4().hex}",
                workspace_id=person.workspace_id,
                due_at=now,
                now=now,
                person=person,
            )


def void(db: Session, session: CoachingSession, reason: str, now: datetime, *kinds: Outgoing) -> None:
    """Ends messages about a session that were not sent yet."""
    for row in standing(db, session, *kinds):
        if row.state is OutboxState.DUE:
            row.state = OutboxState.SKIPPED
            row.outcome = reason
            row.finished_at = now
    db.flush()

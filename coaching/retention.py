"""What is deleted because it is old: words of sessions, circles that have ended, entries of who did what.

What turns and the in-person rule count, the figures of results and the sums of quarters stay. Each function
does a little and says whether there is more, so that nobody waits for a night's work.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from coaching import apart, programme, removal
from coaching.rules.closing import CORRECTED_WITHIN
from coaching.rules.keeping import Keeping, audit_before
from coaching.rules.programme import PLANNED, SETTLES, Quarter
from coaching.rules.terms import CircleState, ReminderKind
from storage.engine import leave_no_trace
from storage.models import (
    ActionItem,
    AuditEntry,
    Away,
    Case,
    Circle,
    CoachingSession,
    EvaluationComment,
    EvaluationResult,
    Membership,
    Notes,
    PairReflection,
    Poll,
    Reminder,
    SwapAsk,
)

Step = Callable[[Session, datetime], bool]
"""Deletes a little. Whether there is more."""
AT_ONCE = 100
"""Sessions whose words go in one transaction."""
ENTRIES_AT_ONCE = 1_000
WORDS_OF_A_SESSION = (CoachingSession.message, CoachingSession.remote_reason, CoachingSession.closing_reason)
WHERE_IT_WAS = (CoachingSession.place, CoachingSession.link)


def steps(keeping: Keeping) -> tuple[Step, ...]:
    """All that the night deletes, by these settings."""
    return (
        removal.erase_removed,
        partial(_old_words, keeping),
        partial(_waiting_words, keeping),
        partial(_old_searches, keeping),
        partial(_ended_circles, keeping),
        _old_entries,
    )


def _old_words(keeping: Keeping, db: Session, now: datetime) -> bool:
    """Cases, notes, actions, looking back, comments, messages and reasons of sessions that ended long ago."""
    before = keeping.words_before(now)
    if before is None:
        return False
    # An action may fall due long after its session.
    promised = and_(ActionItem.session_id == CoachingSession.id, ActionItem.due_on < before.date())
    results = select(EvaluationResult.id).where(EvaluationResult.session_id == CoachingSession.id)
    there = or_(
        *(column.is_not(None) for column in (*WORDS_OF_A_SESSION, *WHERE_IT_WAS)),
        *(
            select(model).where(model.session_id == CoachingSession.id).exists()
            for model in (Case, Notes, PairReflection)
        ),
        select(ActionItem.id).where(promised).exists(),
        select(EvaluationComment.key).where(EvaluationComment.result_id.in_(results)).exists(),
    )
    query = (
        select(CoachingSession.id)
        .where(CoachingSession.ends_at < before, there)
        .order_by(CoachingSession.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = list(db.scalars(query))
    if found:
        _delete_words(db, found, before)
    return bool(found)


def _delete_words(db: Session, sessions: list[int], before: datetime) -> None:
    actions = select(ActionItem.id).where(
        ActionItem.session_id.in_(sessions), ActionItem.due_on < before.date()
    )
    db.execute(
        delete(Reminder).where(
            Reminder.session_id.in_(sessions),
            Reminder.kind == ReminderKind.ACTION_DUE,
            Reminder.subject_id.in_(actions),
        )
    )
    db.execute(delete(ActionItem).where(ActionItem.id.in_(actions)))
    for model in (Case, Notes, PairReflection):
        db.execute(delete(model).where(model.session_id.in_(sessions)))
    results = select(EvaluationResult.id).where(EvaluationResult.session_id.in_(sessions))
    db.execute(delete(EvaluationComment).where(EvaluationComment.result_id.in_(results)))
    emptied = {column.key: None for column in (*WORDS_OF_A_SESSION, *WHERE_IT_WAS)}
    db.execute(
        update(CoachingSession.__table__)  # type: ignore[arg-type]
        .where(CoachingSession.id.in_(sessions))
        .values(emptied)
    )
    leave_no_trace(db)


def _waiting_words(keeping: Keeping, db: Session, now: datetime) -> bool:
    """Comments that wait for a result belong to no session, so they go when the circle's last one is old."""
    before = keeping.words_before(now)
    if before is None:
        return False
    lately = select(CoachingSession.id).where(
        CoachingSession.circle_id == EvaluationComment.circle_id, CoachingSession.ends_at >= before
    )
    old = EvaluationComment.result_id.is_(None) & ~lately.exists()
    gone = db.execute(delete(EvaluationComment).where(old)).rowcount  # type: ignore[attr-defined]
    if gone:
        leave_no_trace(db)
    return False


def _old_searches(keeping: Keeping, db: Session, now: datetime) -> bool:
    """Who could come when, who was asked to take a role, and who was away: nothing reads it any more."""
    before = keeping.words_before(now)
    if before is None:
        return False
    db.execute(delete(Poll).where(Poll.ended_at < before))
    db.execute(delete(SwapAsk).where(SwapAsk.ended_at < before))
    db.execute(delete(Away).where(Away.last_day < before.date()))
    return False


def _ended_circles(keeping: Keeping, db: Session, now: datetime) -> bool:
    """A circle that was closed long ago, or that everybody has left, with all that belongs to it."""
    before = keeping.closed_before(now)
    if before is None:
        return False
    # One that cannot be deleted keeps no place from others.
    return apart.first_of(
        db, "ended circle", db.scalars(_ended(before, now)).all(), lambda id: _end(db, id, before, now)
    )


def _end(db: Session, circle_id: int, before: datetime, now: datetime) -> bool:
    still = Circle.id.in_(_ended(before, now).order_by(None))  # somebody may have come back meanwhile
    query = select(Circle).where(Circle.id == circle_id, still)
    circle = db.scalar(query.with_for_update(skip_locked=True, of=Circle))
    if circle is None:
        return False
    days = db.scalars(
        select(CoachingSession.local_date).where(
            CoachingSession.circle_id == circle.id, CoachingSession.state.in_(PLANNED)
        )
    ).all()
    programme.keep(db, circle.workspace_id, days, now)
    db.execute(delete(Circle).where(Circle.id == circle.id))
    leave_no_trace(db)
    return True


def _ended(before: datetime, now: datetime) -> Select[int]:
    """Not before the quarter of its last session can change no more: until then its sums are not kept."""
    inside = select(Membership.id).where(Membership.circle_id == Circle.id, Membership.left_at.is_(None))
    last_left = (
        select(func.max(Membership.left_at)).where(Membership.circle_id == Circle.id).scalar_subquery()
    )
    settled = Quarter.of((now - CORRECTED_WITHIN - SETTLES).date()).first
    later = select(CoachingSession.id).where(
        CoachingSession.circle_id == Circle.id,
        CoachingSession.local_date >= settled,
        CoachingSession.state.in_(PLANNED),
    )
    closed: ColumnElement[bool] = and_(Circle.state == CircleState.CLOSED, Circle.closed_at < before)
    return (
        select(Circle.id)
        .where(or_(closed, and_(~inside.exists(), last_left < before)), ~later.exists())
        .order_by(Circle.id)
    )


def _old_entries(db: Session, now: datetime) -> bool:
    old = select(AuditEntry.id).where(AuditEntry.at < audit_before(now)).limit(ENTRIES_AT_ONCE)
    gone = db.execute(delete(AuditEntry).where(AuditEntry.id.in_(old))).rowcount  # type: ignore[attr-defined]
    return bool(gone)

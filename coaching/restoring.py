"""What is settled when the database is put back from a copy, so that nothing is asked or told twice."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import agenda, closing, evaluations, outbox, results
from coaching.rules.terms import SessionState
from storage.models import Circle, CoachingSession, EvaluationWindow, OutboxRow, OutboxState, Outgoing

AT_THE_SESSION: tuple[Callable[[Session, datetime], None], ...] = (
    agenda.put_up_due,
    evaluations.open_due,
    closing.put_up_next,
)
"""What belongs to a minute of a session that has begun: written down now, so that it counts as said."""


def settle(db: Session, now: datetime) -> int:
    """Ends what may have gone on elsewhere since the copy was made. How many evaluations ended with it.

    Of an evaluation that was open, more answers may have come in, and its result may stand in Slack. A second
    result of fewer answers would tell, by what it lacks, what the others answered. So no answer that is not
    part of a published result is ever read; the same goes for answers that waited for the next result.
    """
    for planner in AT_THE_SESSION:
        planner(db, now)
    ended = _end_evaluations(db, now)
    _forget_waiting(db)
    _bring_cards_up_to_date(db, now)
    return ended


def _end_evaluations(db: Session, now: datetime) -> int:
    still_open = select(EvaluationWindow.session_id).where(EvaluationWindow.closed_at.is_(None))
    found = db.scalars(select(CoachingSession).where(CoachingSession.id.in_(still_open))).unique().all()
    for session in found:
        evaluations.discard(db, session, now)
    return len(found)


def _forget_waiting(db: Session) -> None:
    for circle in db.scalars(select(Circle)).unique().all():
        results.clear_waiting(db, circle)


def _bring_cards_up_to_date(db: Session, now: datetime) -> None:
    """They may show what was done after the copy, and is undone by it."""
    ahead = select(CoachingSession.id).where(
        CoachingSession.state == SessionState.SCHEDULED, CoachingSession.ends_at > now
    )
    cards = select(OutboxRow).where(
        OutboxRow.kind == Outgoing.SESSION_CARD,
        OutboxRow.state == OutboxState.SENT,
        OutboxRow.session_id.in_(ahead),
    )
    outbox.refresh(db, db.scalars(cards.order_by(OutboxRow.id)).all(), now)

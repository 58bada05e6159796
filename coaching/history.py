"""The sessions of a circle that count, in order of date: roles and the in-person rule count them.

And what tells of one that it took place, or is prepared.
"""

from functools import cache

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, lazyload

from coaching.rules.terms import SessionState
from storage import looks
from storage.models import Case, Circle, CoachingSession, Notes

COUNTING = (SessionState.HELD, SessionState.SCHEDULED)
"""Scheduled ones count as planned, also when they have ended and nobody has said what happened yet."""


def counting(db: Session, circle: Circle, *, without: int | None = None) -> list[CoachingSession]:
    """Held ones and scheduled ones, the earliest first; `without` leaves the one in hand out."""
    found = looks.once(db, (counting, circle.workspace_id, circle.id), lambda: _counting(db, circle))
    return [one for one in found if one.id != without]


def _counting(db: Session, circle: Circle) -> list[CoachingSession]:
    return list(db.scalars(_those_that_count(), {"workspace": circle.workspace_id, "circle": circle.id}))


@cache
def _those_that_count() -> Select[CoachingSession]:
    # Made once: it is part of nearly every form, and making it takes longer than running it.
    return (
        select(CoachingSession)
        .where(
            CoachingSession.workspace_id == bindparam("workspace"),
            CoachingSession.circle_id == bindparam("circle"),
            CoachingSession.state.in_(COUNTING),
        )
        .order_by(CoachingSession.starts_at, CoachingSession.id)
        # Whoever counts sessions asks for modes and roles: who came to each of them is another question.
        .options(
            lazyload(CoachingSession.attendance),
            lazyload(CoachingSession.circle),
            lazyload(CoachingSession.open_searches),
        )
    )


def notes_written(db: Session, session: CoachingSession) -> bool:
    """Whether somebody has saved notes since the session began: what was begun before tells nothing of it."""
    return (
        db.scalar(
            select(Notes.id)
            .where(
                Notes.workspace_id == session.workspace_id,
                Notes.session_id == session.id,
                or_(Notes.written_at >= session.starts_at, Notes.edited_at >= session.starts_at),
            )
            .limit(1)
        )
        is not None
    )


def shared_a_case(db: Session, session: CoachingSession) -> frozenset[int]:
    """Who has shared with the circle what they bring to this session."""
    return frozenset(
        db.scalars(
            select(Case.person_id).where(
                Case.workspace_id == session.workspace_id,
                Case.session_id == session.id,
                Case.shared_at.is_not(None),
            )
        )
    )

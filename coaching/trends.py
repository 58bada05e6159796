"""How a circle's averages go on over time: drawn from whole published results and nothing else."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import access, outbox, results
from coaching.access import Actor, Right
from coaching.packs import Pack
from coaching.rules.closing_facts import Trend, TrendsFacts
from storage.models import Circle, CoachingSession, EvaluationResult, OutboxState, Outgoing

FEWEST = 2
"""Results that make a trend."""
MOST = 8
"""The last ones; older ones stay readable each by itself."""


def of_circle(db: Session, actor: Actor, circle_id: int, pack: Pack) -> TrendsFacts:
    """For the members of the circle."""
    return facts(db, access.circle(db, actor, circle_id, Right.SEE), pack)


def facts(db: Session, circle: Circle, pack: Pack) -> TrendsFacts:
    """A statement with a new id begins anew; ids that the pack has no more come last, as they are."""
    shown = _newest(db, circle)
    words = results.words_of(pack)
    known = {statement: None for one, _ in shown for statement in one.figures}
    return TrendsFacts(
        circle_id=circle.id,
        circle_name=circle.name,
        kind=circle.kind,
        days=tuple(session.starts_at.astimezone(ZoneInfo(session.zone)).date() for _, session in shown),
        trends=tuple(
            Trend(words.get(statement, statement), tuple(_average(one, statement) for one, _ in shown))
            for statement in results.in_order(words, known)
        ),
    )


def _newest(db: Session, circle: Circle) -> Sequence[tuple[EvaluationResult, CoachingSession]]:
    query = (
        select(EvaluationResult, CoachingSession)
        .join(CoachingSession, CoachingSession.id == EvaluationResult.session_id)
        .where(
            EvaluationResult.workspace_id == circle.workspace_id,
            EvaluationResult.circle_id == circle.id,
        )
        .order_by(CoachingSession.starts_at.desc(), EvaluationResult.id.desc())
        .limit(MOST)
    )
    return [(one, session) for one, session in reversed(db.execute(query).unique().all())]


def _average(found: EvaluationResult, statement: str) -> float | None:
    figure = found.figures.get(statement)
    return figure["total"] / figure["count"] if figure else None


def send_picture(db: Session, actor: Actor, circle_id: int, now: datetime) -> None:
    """To whoever asked; one that still waits would be the same, so it is enough."""
    circle = access.circle(db, actor, circle_id, Right.SEE)
    waiting = outbox.about(db, circle.workspace_id, Outgoing.TRENDS_PICTURE, circle.id)
    if any(row.person_id == actor.person.id and row.state is OutboxState.DUE for row in waiting):
        return
    outbox.put(
        db,
        Outgoing.TRENDS_PICTURE,
        f"trends:{circle.id}:{actor.person.id}:{uuid4().hex}",
        workspace_id=circle.workspace_id,
        circle_id=circle.id,
        person=actor.person,
        subject=circle.id,
        due_at=now,
        now=now,
    )

"""The agenda that the thread of a session gets at its start."""

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from coaching import actions, apart, cases, history, outbox, sessions
from coaching.installations import in_use
from coaching.packs import Pack
from coaching.rules import agenda
from coaching.rules.agenda_facts import AgendaFacts, AgendaLine
from coaching.rules.terms import CircleKind, CircleState, Coming, SessionState
from storage.models import Circle, CoachingSession, Membership, OutboxRow, Outgoing

AHEAD = timedelta(minutes=15)
"""Laid out as long before, so that it comes at the minute of the start and not at the next look after it."""
FEWEST = 2


def put_up_due(db: Session, now: datetime) -> bool:
    """Sessions that are about to begin, or run: their thread gets the agenda. Once per session and time.

    Whether there are more.
    """
    near = db.scalars(_near(), {"now": now, "ahead": now + AHEAD}).all()
    return apart.some(db, "session", near, lambda id: _put_up(db, db.get_one(CoachingSession, id), now))


@cache
def _near() -> Select[int]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    said = (
        select(OutboxRow.id)
        .where(
            OutboxRow.workspace_id == CoachingSession.workspace_id,
            OutboxRow.session_id == CoachingSession.id,
            OutboxRow.kind == Outgoing.AGENDA,
            OutboxRow.plan_version == CoachingSession.plan_version,
        )
        .exists()
    )
    members = select(func.count(Membership.id)).where(
        Membership.circle_id == CoachingSession.circle_id, Membership.left_at.is_(None)
    )
    return (
        select(CoachingSession.id)
        .join(Circle, Circle.id == CoachingSession.circle_id)
        .where(
            CoachingSession.state == SessionState.SCHEDULED,
            CoachingSession.starts_at <= bindparam("ahead"),
            CoachingSession.ends_at > bindparam("now"),
            Circle.state != CircleState.CLOSED,
            members.scalar_subquery() >= FEWEST,
            ~said,
            in_use(CoachingSession.workspace_id),
        )
    )


def _put_up(db: Session, session: CoachingSession, now: datetime) -> None:
    outbox.put(
        db,
        Outgoing.AGENDA,
        f"agenda:{session.id}:{session.plan_version}",
        workspace_id=session.workspace_id,
        session=session,
        plan_version=session.plan_version,
        thread_of=outbox.card_of(db, session),
        due_at=session.starts_at,
        expires_at=session.ends_at,
        now=now,
    )


def facts(db: Session, session: CoachingSession, pack: Pack) -> AgendaFacts:
    """The parts by the clock, the norm in turn, how many actions are open."""
    circle = session.circle
    presenter = session.presenter_id
    nobody = presenter is None or session.coming(presenter) is Coming.NO
    only = circle.kind is CircleKind.GROUP and nobody
    parts = agenda.parts(circle.kind, session.length, open_time_only=only)
    lines = tuple(
        AgendaLine(pack.agenda.name(one.part), session.starts_at + timedelta(minutes=one.begins), one.minutes)
        for one in parts
    )
    earlier = [
        one for one in history.counting(db, circle, without=session.id) if one.starts_at < session.starts_at
    ]
    norm = pack.norms[len(earlier) % len(pack.norms)]
    return AgendaFacts(
        session=sessions.facts(session),
        lines=lines,
        norm=(norm.name, norm.words),
        open_actions=len(actions.open_in(db, circle)),
        cases=cases.facts_of(cases.shared(db, session), pack),
    )

"""Too few can come: the convener is asked, once per date, whether to hold the session, move it or skip it."""

from datetime import datetime

from sqlalchemy.orm import Session

from coaching import access, outbox, roles
from coaching.access import Actor, Right
from coaching.rules import quorum
from coaching.rules.terms import SessionState
from storage.models import CoachingSession, OutboxRow, Outgoing

FEWEST = 2


def is_short(session: CoachingSession, now: datetime) -> bool:
    """Whether too few can come to a session that is still to be."""
    here = {one.person_id for one in session.circle.members}
    to_come = session.state is SessionState.SCHEDULED and session.starts_at > now
    # With one member left the circle rests, and says so: then there is nobody to ask.
    meets = len(here) >= FEWEST
    return to_come and meets and quorum.too_few(len(here), len(here & roles.cannot_come(session)))


def check(db: Session, session: CoachingSession, now: datetime) -> None:
    """Asks the convener if it has come to that. A move asks everybody anew, and can ask the convener anew."""
    rows = _asked(db, session)
    outbox.refresh(db, rows, now)  # with enough people again, the question says so
    if not is_short(session, now) or any(row.plan_version == session.plan_version for row in rows):
        return
    outbox.put(
        db,
        Outgoing.TOO_FEW,
        f"too-few:{session.id}:{session.plan_version}",
        workspace_id=session.workspace_id,
        session=session,
        plan_version=session.plan_version,
        person=roles.convener(db, session.circle, session, at=now),
        due_at=now,
        expires_at=session.starts_at,
        now=now,
    )


def hold(db: Session, actor: Actor, session_id: int, now: datetime) -> CoachingSession:
    """ "Hold it": the session stays as it is, and the question is settled."""
    session = access.session(db, actor, session_id, Right.SCHEDULE, lock=True)
    for row in _asked(db, session):
        row.facts = {**row.facts, "held": True}
    outbox.refresh(db, _asked(db, session), now)
    db.flush()
    return session


def _asked(db: Session, session: CoachingSession) -> list[OutboxRow]:
    return outbox.standing(db, session, Outgoing.TOO_FEW)

""" "I'll present", "I'll take notes": volunteers on the line that says what comes next."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from coaching import access, closing, rhythm, sessions, swaps
from coaching.access import Actor, Right
from coaching.errors import NotAllowed
from coaching.rules.terms import Role
from storage.models import CoachingSession

CHANGED = (
    "What comes next has changed meanwhile, so nothing was done. The line in the thread says what is so now."
)


def volunteer(
    db: Session, actor: Actor, session_id: int, day: date, role: Role, now: datetime
) -> CoachingSession:
    """Takes a role of what comes after a session, at once: the first one has it.

    A date that is only proposed is scheduled by it, for those who may. Raises `NotAllowed` with a sentence
    that names who has the role, and as `rhythm.confirm` does.
    """
    ended = access.session(db, actor, session_id, Right.SEE)
    access.circle(db, actor, ended.circle_id, Right.SEE, lock=True)  # others who press it wait here
    coming = closing.next_after(db, ended, now)
    if coming.day != day:
        raise NotAllowed(CHANGED)
    if coming.scheduled is None:
        rhythm.confirm(db, actor, ended.circle_id, day, now)
        db.flush()
        coming = closing.next_after(db, ended, now)
    if coming.scheduled is None:
        raise NotAllowed(CHANGED)
    session = access.session(db, actor, coming.scheduled, Right.SEE, lock=True)
    sessions.check_open(session, now)
    if session.holder(role) != actor.person.id:
        swaps.check_can_volunteer(db, session, role, actor.person.id)
        swaps.hand_over(db, session, role, actor.person.id, now)
    return session

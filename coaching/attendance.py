"""Who comes to a session, and who came."""

from datetime import datetime

from sqlalchemy.orm import Session

from coaching import access, outbox, quorum, reminders, roles, searches
from coaching.access import Actor, Right
from coaching.errors import NotAllowed
from coaching.rules.terms import Coming, SessionState
from storage.models import Attendance, Circle, CoachingSession, Outgoing

ASKING = (
    Outgoing.SESSION_CARD,
    Outgoing.SESSION_NEWS,
    Outgoing.SESSION_MOVED,
    Outgoing.STARTING_SOON,
)
"""Messages that carry the answer buttons or the tally."""


def answer(db: Session, actor: Actor, session_id: int, coming: Coming, now: datetime) -> CoachingSession:
    """ "I'll be there" or "Can't make it", for oneself. Pressing the other one changes it."""
    session = access.session(db, actor, session_id, Right.SEE, lock=True)
    if session.state is not SessionState.SCHEDULED:
        raise NotAllowed("This session is not coming up any more, so there is nothing to answer.")
    if session.ends_at <= now:
        raise NotAllowed("This session is over. What happened is recorded after it.")
    set_coming(session, actor.person.id, coming, now)
    if coming is Coming.NO and session.facilitator_id == actor.person.id:
        session.facilitator_id = roles.facilitator(db, session.circle, session)
    if coming is Coming.YES:
        searches.end_of_holder(db, session, actor.person.id, now)
    else:
        searches.ask_others(db, session, actor.person.id, now)
    db.flush()
    reminders.lay_out(db, session, now)
    show(db, session, actor.person.id, now)
    quorum.check(db, session, now)
    outbox.home(db, [actor.person], now)
    return session


def set_coming(session: CoachingSession, person_id: int, coming: Coming, now: datetime) -> None:
    """Only for those who are asked: members of the circle. Said while they are away, "yes" wins over it."""
    for one in session.attendance:
        if one.person_id == person_id:
            # Later than what it answers to, also where both fall on one tick of the clock.
            entered = [stretch.created_at for stretch in one.person.away]
            one.coming, one.answered_at = coming, max(now, *entered) if entered else now


def open_for(session: CoachingSession, circle: Circle) -> None:
    """Asks every member who is not asked yet."""
    asked = {one.person_id for one in session.attendance}
    for member in circle.members:
        if member.person_id not in asked:
            session.attendance.append(
                Attendance(
                    workspace_id=session.workspace_id,
                    person_id=member.person_id,
                    person=member.person,
                    coming=Coming.UNKNOWN,
                )
            )


def remove(session: CoachingSession, person_id: int) -> None:
    session.attendance = [one for one in session.attendance if one.person_id != person_id]


def ask_anew(session: CoachingSession) -> None:
    """After a move an earlier answer says nothing."""
    for one in session.attendance:
        one.coming, one.answered_at = Coming.UNKNOWN, None


def show(db: Session, session: CoachingSession, person_id: int, now: datetime) -> None:
    """Brings up to date what shows somebody's answer: the card, which all see, and their own messages."""
    rows = [*outbox.standing(db, session, *ASKING), *reminders.standing(db, session)]
    outbox.refresh(db, [row for row in rows if row.person_id in (None, person_id)], now)

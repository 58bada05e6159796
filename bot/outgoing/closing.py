"""Messages at the end of a session: did you meet, what comes next."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import left_behind, message, session_of, stands_elsewhere
from bot.views import closing as views
from coaching import closing
from coaching.rules.terms import CircleState, SessionState
from scheduler.messages import Content, Renderers, Skip
from storage.models import OutboxRow, OutboxState, Outgoing


def did_you_meet(db: Session, row: OutboxRow, now: datetime) -> Content:
    session = session_of(db, row)
    if session.circle.member(row.person_id or 0) is None:
        return Skip("not in the circle any more")
    if session.state is not SessionState.SCHEDULED and row.state is not OutboxState.SENT:
        return Skip("it is recorded already, or was called off")
    return message(views.did_you_meet(closing.facts(session, now)))


def what_comes_next(db: Session, row: OutboxRow, now: datetime) -> Content:
    session = session_of(db, row)
    if stands_elsewhere(row, session.circle):
        return left_behind(session.circle)
    if session.circle.state is not CircleState.ACTIVE:
        return Skip("the circle rests")
    return message(views.next_line(closing.next_after(db, session, now)))


RENDERERS: Renderers = {
    Outgoing.DID_YOU_MEET: did_you_meet,
    Outgoing.WHAT_COMES_NEXT: what_comes_next,
}

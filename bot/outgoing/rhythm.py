"""Questions about a date of the rhythm, to the whole circle and in the convener's bookkeeping."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import message, session_of, stands_elsewhere
from bot.views import rhythm as views
from bot.views.reminders import Part
from coaching import rhythm
from coaching.rules.terms import CircleState, SessionState
from scheduler.messages import Content, Renderers, Skip
from storage.models import CoachingSession, OutboxRow, OutboxState, Outgoing


def date_ask(db: Session, row: OutboxRow, now: datetime) -> Content:
    session = session_of(db, row)
    if stands_elsewhere(row, session.circle):
        return message(views.date_ask_elsewhere())
    settled = session.state is not SessionState.PROPOSED or session.circle.state is not CircleState.ACTIVE
    if settled and row.state is not OutboxState.SENT:
        return Skip("the date is settled")
    return message(views.date_ask(rhythm.facts(db, session, now)))


def confirm_part(db: Session, session: CoachingSession, now: datetime) -> Part:
    line, buttons = views.confirm_part(rhythm.facts(db, session, now))
    return Part(line, (buttons,) if buttons else ())


RENDERERS: Renderers = {Outgoing.DATE_ASK: date_ask}

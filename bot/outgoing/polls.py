"""Messages about polls: the card, the question to those who are missing, the one to whoever chooses."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import message, stands_elsewhere
from bot.views import polls as views
from coaching import polls
from coaching.rules.terms import PollState
from scheduler.messages import Content, Renderers, Skip
from storage.models import OutboxRow, OutboxState, Outgoing, Poll

LEFT = "not in the circle any more"


def card(db: Session, row: OutboxRow, now: datetime) -> Content:
    poll = _poll(db, row)
    if stands_elsewhere(row, poll.circle):
        return message(views.card_elsewhere())
    return message(views.card(polls.facts(db, poll, now)))


def reminder(db: Session, row: OutboxRow, now: datetime) -> Content:
    poll, person = _poll(db, row), row.person_id or 0
    if poll.circle.member(person) is None:
        return Skip(LEFT)
    shown = polls.facts(db, poll, now)
    asked = shown.state is PollState.OPEN and any(one.id == person for one in shown.missing)
    if not asked and row.state is not OutboxState.SENT:
        return Skip("has answered, is away, or the poll is over")
    return message(views.reminder(shown, person))


def closed(db: Session, row: OutboxRow, now: datetime) -> Content:
    poll, person = _poll(db, row), row.person_id or 0
    if person not in polls.deciders(poll):
        return Skip("may not choose any more")
    shown = polls.facts(db, poll, now)
    if shown.state is not PollState.CLOSED and row.state is not OutboxState.SENT:
        return Skip("it is decided already")
    return message(views.closed(shown))


def undecided(db: Session, row: OutboxRow, now: datetime) -> Content:
    poll, person = _poll(db, row), row.person_id or 0
    if person not in polls.deciders(poll):
        return Skip("may not choose any more")
    shown = polls.facts(db, poll, now)
    if shown.state is not PollState.CLOSED and row.state is not OutboxState.SENT:
        return Skip("it is decided already")
    return message(views.undecided(shown, person))


def lapsed(db: Session, row: OutboxRow, now: datetime) -> Content:
    poll = _poll(db, row)
    if poll.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    return message(views.lapsed(polls.facts(db, poll, now)))


def _poll(db: Session, row: OutboxRow) -> Poll:
    return db.get_one(Poll, row.subject_id)


RENDERERS: Renderers = {
    Outgoing.POLL: card,
    Outgoing.POLL_REMINDER: reminder,
    Outgoing.POLL_CLOSED: closed,
    Outgoing.POLL_UNDECIDED: undecided,
    Outgoing.POLL_LAPSED: lapsed,
}

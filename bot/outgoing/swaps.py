"""Messages about roles that look for somebody."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import message, session_of, stands_elsewhere
from bot.views import swaps as views
from coaching import people, sessions, swaps
from coaching.rules.terms import Role, SessionState, SwapState
from scheduler.messages import Content, Renderers, Skip
from storage.models import OutboxRow, OutboxState, Outgoing, Person, SwapAsk

LEFT = "not in the circle any more"
SETTLED = "somebody has the role, or nobody is looked for any more"


def circle_ask(db: Session, row: OutboxRow, _now: datetime) -> Content:
    ask = _ask(db, row)
    if stands_elsewhere(row, ask.session.circle):
        return message(views.circle_ask_elsewhere())
    if ask.state is not SwapState.OPEN and row.state is not OutboxState.SENT:
        return Skip(SETTLED)
    return message(views.circle_ask(swaps.facts(db, ask)))


def offer(db: Session, row: OutboxRow, _now: datetime) -> Content:
    ask, person = _ask(db, row), row.person_id or 0
    if ask.session.circle.member(person) is None:
        return Skip(LEFT)
    asked = ask.state is SwapState.OPEN and ask.asked_id == person and _newest(row, ask)
    if row.state is not OutboxState.SENT and not asked:
        return Skip(SETTLED)
    return message(views.offer(swaps.facts(db, ask), asked=asked))


def convener(db: Session, row: OutboxRow, _now: datetime) -> Content:
    ask = _ask(db, row)
    if ask.session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    if ask.state is not SwapState.OPEN and row.state is not OutboxState.SENT:
        return Skip(SETTLED)
    return message(views.convener(swaps.facts(db, ask), newest=_newest(row, ask)))


def news(db: Session, row: OutboxRow, _now: datetime) -> Content:
    session, role = session_of(db, row), Role(row.facts["role"])
    if session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    taker = row.facts["taker"]
    if session.state is not SessionState.SCHEDULED or session.holder(role) != taker:
        return Skip("the role went elsewhere again, or the session is not coming up any more")
    found = people.facts(db.get_one(Person, taker)) if taker else None
    return message(views.news(sessions.facts(session), role, found))


def _ask(db: Session, row: OutboxRow) -> SwapAsk:
    return db.get_one(SwapAsk, row.subject_id)


def _newest(row: OutboxRow, ask: SwapAsk) -> bool:
    """Who is asked again gets a new message; the one before has no buttons then."""
    return bool(row.facts["round"] == len(ask.declined))


RENDERERS: Renderers = {
    Outgoing.SWAP_ASK: circle_ask,
    Outgoing.SWAP_OFFER: offer,
    Outgoing.SWAP_CONVENER: convener,
    Outgoing.SWAP_NEWS: news,
}

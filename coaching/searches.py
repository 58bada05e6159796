"""Searches for somebody who takes a role: how they end, and who is shown that."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import outbox
from coaching.rules.terms import Role, SessionState, SwapState
from storage.models import CoachingSession, Outgoing, SwapAsk

MESSAGES = (Outgoing.SWAP_ASK, Outgoing.SWAP_OFFER, Outgoing.SWAP_CONVENER)
"""What people can read about a search; once it has ended, a sentence each."""


def open_ones(db: Session, session: CoachingSession) -> list[SwapAsk]:
    return list(
        db.scalars(
            select(SwapAsk)
            .where(
                SwapAsk.workspace_id == session.workspace_id,
                SwapAsk.session_id == session.id,
                SwapAsk.state == SwapState.OPEN,
            )
            .order_by(SwapAsk.id)
        )
    )


def of_role(db: Session, session: CoachingSession, role: Role) -> SwapAsk | None:
    """The open search for this role; there is at most one."""
    return next((one for one in open_ones(db, session) if one.role is role), None)


def end(db: Session, ask: SwapAsk, now: datetime, *, taker: int | None = None) -> None:
    """Somebody has the role now, or nobody is looked for any more."""
    ask.state = SwapState.TAKEN if taker is not None else SwapState.DROPPED
    ask.taker_id, ask.ended_at, ask.next_step_at = taker, now, None
    db.flush()
    show(db, ask, now)


def end_all(db: Session, session: CoachingSession, now: datetime) -> None:
    """The session will not be, or at another time, when others can come."""
    for ask in open_ones(db, session):
        end(db, ask, now)


def end_settled(db: Session, session: CoachingSession, now: datetime) -> None:
    """Searches for a role that somebody else has by now, or whose session does not come up any more.

    Who was asked and has the other role by now cannot take this one too: others are asked.
    """
    for ask in open_ones(db, session):
        if is_settled(ask, now):
            end(db, ask, now)
        elif ask.asked_id is not None and session.role_of(ask.asked_id) is not None:
            ask.next_step_at = now


def end_of_holder(db: Session, session: CoachingSession, person_id: int, now: datetime) -> None:
    """ "I'll be there": who comes after all keeps the role."""
    for ask in open_ones(db, session):
        if ask.holder_id == person_id:
            end(db, ask, now)


def ask_others(db: Session, session: CoachingSession, person_id: int, now: datetime) -> None:
    """Nobody waits for the time of somebody who cannot any more: the clock asks others at its next look."""
    for ask in open_ones(db, session):
        if ask.asked_id == person_id:
            ask.next_step_at = now


def ask_convener_anew(db: Session, session: CoachingSession, now: datetime) -> None:
    """Somebody has left who may have been the convener; one who was asked already is not asked twice."""
    for ask in open_ones(db, session):
        if ask.convener_asked_at is not None and ask.asked_id is None:
            ask.next_step_at = now


def is_settled(ask: SwapAsk, now: datetime) -> bool:
    session = ask.session
    coming_up = session.state is SessionState.SCHEDULED and session.starts_at > now
    return not coming_up or session.holder(ask.role) != ask.holder_id


def show(db: Session, ask: SwapAsk, now: datetime) -> None:
    """What stands about a search is drawn anew; the session's card is up to who changed something."""
    db.expire(ask.session, ["open_searches"])
    for kind in MESSAGES:
        outbox.refresh(db, outbox.about(db, ask.workspace_id, kind, ask.id), now)

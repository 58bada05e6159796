"""A circle rests until a day, goes on, or ends."""

from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from coaching import (
    access,
    apart,
    audit,
    circle_news,
    dates,
    invitations,
    outbox,
    polls,
    reminders,
    sessions,
)
from coaching.access import Actor, Right
from coaching.errors import Changed, NotAllowed, Refused
from coaching.rules import states
from coaching.rules.audit_facts import Deed
from coaching.rules.fields import Field
from coaching.rules.terms import CircleNews, CircleState, PollState, SessionState, SwapState
from storage.models import Circle, CoachingSession, OutboxRow, OutboxState, Outgoing, Poll, SwapAsk

FARTHEST = timedelta(days=366)
EARLIEST_ZONE = timedelta(hours=14)
"""A day begins at most so long before it does in UTC."""
ASKING = (
    Outgoing.POLL,
    Outgoing.POLL_REMINDER,
    Outgoing.POLL_CLOSED,
    Outgoing.POLL_UNDECIDED,
    Outgoing.POLL_LAPSED,
    Outgoing.SWAP_ASK,
    Outgoing.SWAP_OFFER,
    Outgoing.SWAP_CONVENER,
    Outgoing.DATE_ASK,
    Outgoing.TOO_FEW,
    Outgoing.WHAT_COMES_NEXT,
)
"""Messages of a circle that ask for something which it has no use for once it is closed."""


def to_pause(db: Session, actor: Actor, circle_id: int) -> Circle:
    """The circle, for somebody who may pause it. Raises `NotAllowed` when there is nothing to pause."""
    circle = access.circle(db, actor, circle_id, Right.EDIT)
    _check_can_rest(circle)
    return circle


def before(
    db: Session, circle: Circle, until: date, now: datetime, *, lock: bool = False
) -> list[CoachingSession]:
    """The coming sessions that a pause until this day would cover."""
    return [one for one in to_come(db, circle, now, lock=lock) if one.local_date < until]


def to_come(db: Session, circle: Circle, now: datetime, *, lock: bool = False) -> list[CoachingSession]:
    """The sessions that closing the circle would cancel."""
    return [one for one in sessions.scheduled(db, circle, now, lock=lock) if one.starts_at > now]


def check_until(circle: Circle, until: date | None, now: datetime) -> date:
    """Raises `Refused` for a day that no circle can be paused until."""
    today = dates.today(circle, now)
    if until is None:
        raise Refused({Field.DATE: "Choose the day on which the circle goes on."})
    if until <= today:
        raise Refused({Field.DATE: "Choose a day to come: on it the circle goes on."})
    if until > today + FARTHEST:
        raise Refused({Field.DATE: "This is over a year away. Choose a day within the next twelve months."})
    return until


def pause(
    db: Session,
    actor: Actor,
    circle_id: int,
    revision: int,
    until: date | None,
    now: datetime,
    *,
    cancels: bool = False,
) -> Circle:
    """Nothing is planned until that day of the circle's calendar. Sessions before it are kept, or cancelled.

    Raises `Refused` for the day, and `Changed` when somebody else was faster.
    """
    circle = _to_change(db, actor, circle_id, revision)
    _check_can_rest(circle)
    day = check_until(circle, until, now)
    if cancels:
        for session in before(db, circle, day, now, lock=True):
            sessions.cancel(db, actor, session.id, None, now)
    circle.state, circle.paused_until = CircleState.PAUSED, day
    db.flush()
    circle_news.tell_all(db, circle, CircleNews.PAUSED, now, until=day.isoformat())
    _follow(db, circle, now)
    return circle


def go_on(db: Session, actor: Actor, circle_id: int, now: datetime) -> Circle:
    """ "Go on now". A second press changes nothing."""
    circle = access.circle(db, actor, circle_id, Right.EDIT, lock=True)
    if circle.state is CircleState.PAUSED and circle.paused_until is None:
        raise NotAllowed(sessions.PAUSED)
    if circle.paused_until is not None:
        _go_on(db, circle, now)
    return circle


def resume_due(db: Session, now: datetime) -> None:
    """Circles whose day has come where they are go on by themselves."""
    resting = db.scalars(_resting(), {"day": (now + EARLIEST_ZONE).date()}).all()
    apart.all_of(db, "circle", resting, lambda id: _go_on_if_time(db, id, now))


@cache
def _resting() -> Select[int]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    return (
        select(Circle.id)
        .where(Circle.state == CircleState.PAUSED, Circle.paused_until <= bindparam("day"))
        .order_by(Circle.id)
    )


def _go_on_if_time(db: Session, circle_id: int, now: datetime) -> None:
    circle = db.scalar(
        select(Circle)
        .where(Circle.id == circle_id, Circle.state == CircleState.PAUSED)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if circle and circle.paused_until and circle.paused_until <= dates.today(circle, now):
        _go_on(db, circle, now)
        audit.by_itself(db, Deed.WENT_ON, circle, now)


def close(db: Session, actor: Actor, circle_id: int, revision: int, now: datetime) -> Circle:
    """The end: coming sessions are cancelled, members are told once, the log stays readable to them.

    Raises `Changed` when somebody else was faster.
    """
    circle = _to_change(db, actor, circle_id, revision)
    coming = to_come(db, circle, now, lock=True)
    for session in coming:
        sessions.cancel(db, actor, session.id, None, now, told=False)
    circle.state, circle.paused_until, circle.closed_at = CircleState.CLOSED, None, now
    db.flush()
    _end_what_is_open(db, circle, now)
    circle_news.tell_all(db, circle, CircleNews.CLOSED, now, sessions=len(coming))
    _follow(db, circle, now)
    return circle


def _to_change(db: Session, actor: Actor, circle_id: int, revision: int) -> Circle:
    circle = access.circle(db, actor, circle_id, Right.EDIT, lock=True)
    if circle.revision != revision:
        raise Changed
    return circle


def _check_can_rest(circle: Circle) -> None:
    if len(circle.members) < 2:
        raise NotAllowed(sessions.PAUSED)


def _go_on(db: Session, circle: Circle, now: datetime) -> None:
    circle.paused_until = None
    if len(circle.members) >= 2:
        circle.state = CircleState.ACTIVE
        db.flush()
        circle_news.tell_all(db, circle, CircleNews.GOING_ON, now)
    _follow(db, circle, now)


def _follow(db: Session, circle: Circle, now: datetime) -> None:
    """Reminders and Home tabs follow whether the circle rests."""
    db.flush()
    for session in (*sessions.undecided(db, circle), *sessions.scheduled(db, circle, now)):
        reminders.lay_out(db, session, now)
    outbox.refresh(db, outbox.lately(db, circle, Outgoing.WHAT_COMES_NEXT, now), now)
    outbox.home(db, [one.person for one in circle.members], now)


def _end_what_is_open(db: Session, circle: Circle, now: datetime) -> None:
    """Polls, swaps, dates that nobody has confirmed and invitations end with their circle."""
    here = (CoachingSession.workspace_id == circle.workspace_id, CoachingSession.circle_id == circle.id)
    db.execute(
        update(Poll)
        .where(
            Poll.workspace_id == circle.workspace_id,
            Poll.circle_id == circle.id,
            Poll.state.in_(polls.LIVE),
        )
        .values(state=PollState.DROPPED, ended_at=now)
    )
    db.execute(
        update(SwapAsk)
        .where(SwapAsk.session_id.in_(select(CoachingSession.id).where(*here)))
        .where(SwapAsk.state == SwapState.OPEN)
        .values(state=SwapState.DROPPED, ended_at=now, next_step_at=None)
    )
    for session in sessions.undecided(db, circle):
        session.state = states.check_move(session.state, SessionState.SKIPPED)
        reminders.withdraw(db, session)
    db.flush()
    invitations.withdraw(db, circle, now)
    outbox.refresh(db, _standing(db, circle), now)


def _standing(db: Session, circle: Circle) -> list[OutboxRow]:
    """Messages that still ask the circle for something."""
    return list(
        db.scalars(
            select(OutboxRow)
            .where(
                OutboxRow.workspace_id == circle.workspace_id,
                OutboxRow.circle_id == circle.id,
                OutboxRow.kind.in_(ASKING),
                OutboxRow.state.in_(outbox.STANDING),
                OutboxRow.state != OutboxState.DUE,
            )
            .order_by(OutboxRow.id)
        )
    )

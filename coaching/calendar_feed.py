"""A person's sessions at a secret address that calendar programs read. Of the address only a hash is kept."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from coaching import access, calendar
from coaching.access import Actor
from coaching.errors import Changed
from coaching.rules.states import CALLED_OFF
from coaching.rules.terms import SessionState
from storage.models import CalendarFeed, Circle, CoachingSession, Person
from storage.upsert import insert_if_absent

BACK = timedelta(days=60)
AHEAD = timedelta(days=366)
TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
MARK_LENGTH = 12
MADE_ALREADY = (
    "You have made another address meanwhile, perhaps with a second click, so this one was not made. "
    "If you cannot find it any more, open /coach calendar again and make a new one."
)


def mark(db: Session, actor: Actor) -> str:
    """Tells one address of a person from the next; empty when they have none. Not a way back to it."""
    found = db.scalar(select(CalendarFeed.token_hash).where(*_of(actor)))
    return found[:MARK_LENGTH] if found else ""


def make(db: Session, actor: Actor, seen: str, now: datetime) -> str:
    """A new token. The address whose mark is `seen` (empty: none) stops working.

    Raises `Changed` when that is not the present one any more: of two clicks at once one makes the address.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    kept = {"token_hash": _hash(token), "made_at": now}
    if seen:
        present = (*_of(actor), CalendarFeed.token_hash.startswith(seen, autoescape=True))
        change = update(CalendarFeed).where(*present).values(kept).returning(CalendarFeed.id)
        done = db.execute(change).first() is not None
    else:
        person = {"workspace_id": actor.workspace_id, "person_id": actor.person.id}
        done = insert_if_absent(db, CalendarFeed, **person, **kept) is not None
    if not done:
        raise Changed(MADE_ALREADY)
    return token


def stop(db: Session, actor: Actor) -> None:
    """The address finds nothing any more."""
    db.execute(delete(CalendarFeed).where(*_of(actor)))


def read(db: Session, token: str, now: datetime) -> bytes | None:
    """The calendar behind a token: coming and lately past sessions of the circles its person is in now.

    None for whatever is no token, was replaced or stopped, or belongs to somebody who is not active.
    """
    if not TOKEN.fullmatch(token):
        return None
    person = db.scalar(
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(
            CalendarFeed.token_hash == _hash(token),
            CalendarFeed.workspace_id == Person.workspace_id,
            Person.active,
        )
    )
    if person is None:
        return None
    # Closed ones too: what was called off in them has to leave the calendars.
    circles = access.circles(db, Actor(person.workspace_id, person), closed=True)
    return calendar.feed_of(_sessions(db, circles, now), now)


def _sessions(db: Session, circles: Sequence[Circle], now: datetime) -> list[CoachingSession]:
    if not circles:
        return []
    never_announced = CoachingSession.sequence == 0
    found = db.scalars(
        select(CoachingSession)
        .where(
            CoachingSession.workspace_id == circles[0].workspace_id,
            CoachingSession.circle_id.in_([one.id for one in circles]),
            CoachingSession.starts_at.between(now - BACK, now + AHEAD),
            CoachingSession.state != SessionState.PROPOSED,
            or_(CoachingSession.state.not_in(CALLED_OFF), ~never_announced),
        )
        .order_by(CoachingSession.starts_at, CoachingSession.id)
    )
    return list(found)


def _of(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The row of a person, as conditions."""
    return CalendarFeed.workspace_id == actor.workspace_id, CalendarFeed.person_id == actor.person.id


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()

"""Excusing a member from a role until a day: the line passes them over, and they are first again after it."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from coaching import access, dates, outbox
from coaching.access import Actor, Right
from coaching.errors import Refused
from coaching.rules.fields import Field
from coaching.rules.terms import Role
from storage.models import Circle, Membership


def excuse(
    db: Session,
    actor: Actor,
    circle_id: int,
    person_id: int | None,
    role: Role | None,
    until: date | None,
    now: datetime,
) -> Circle:
    """Until that day of the circle's calendar somebody does not have a role in turn; on it they have again.

    Sessions that are scheduled stay as they are. Raises `Refused` with the fields that cannot be taken.
    """
    circle = access.circle(db, actor, circle_id, Right.EDIT, lock=True)
    member = circle.member(person_id or 0)
    problems = {
        Field.PERSON: None if member else "Choose somebody who is in the circle.",
        Field.ROLE: None if role else "Choose the role.",
        Field.DATE: _day_problem(circle, until, now),
    }
    found = {field: sentence for field, sentence in problems.items() if sentence}
    if found or member is None or role is None:
        raise Refused(found)
    _write(member, role, until)
    _follow(db, circle, now)
    return circle


def end(db: Session, actor: Actor, circle_id: int, person_id: int, role: Role, now: datetime) -> Circle:
    """ "End it": the role comes round again at once. A second press changes nothing."""
    circle = access.circle(db, actor, circle_id, Right.EDIT, lock=True)
    member = circle.member(person_id)
    if member is not None:
        _write(member, role, None)
        _follow(db, circle, now)
    return circle


def _write(member: Membership, role: Role, day: date | None) -> None:
    if role is Role.PRESENTER:
        member.presenting_excused_until = day
    else:
        member.notes_excused_until = day


def _follow(db: Session, circle: Circle, now: datetime) -> None:
    db.flush()
    outbox.home(db, [one.person for one in circle.members], now)


def _day_problem(circle: Circle, day: date | None, now: datetime) -> str | None:
    if day is None:
        return "Choose the day from which they have this role in turn again."
    return None if day > dates.today(circle, now) else "Choose a day to come."

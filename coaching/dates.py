"""The dates of a circle's rhythm, and which of them sessions fill."""

from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.rules import recurrence
from coaching.rules.facts import Draft
from coaching.rules.recurrence import Rule
from coaching.rules.terms import SessionState
from storage.models import Circle, CoachingSession


def rule_of(circle: Circle) -> Rule:
    return Rule(circle.rhythm, circle.starts_on, circle.weekday_position)


def filled(db: Session, circle: Circle) -> set[date]:
    """Dates of the rhythm that have their session, whatever became of it; they are not proposed again."""
    found = db.scalars(
        select(CoachingSession.rhythm_date).where(
            CoachingSession.workspace_id == circle.workspace_id,
            CoachingSession.circle_id == circle.id,
            CoachingSession.rhythm_date.is_not(None),
            CoachingSession.state != SessionState.PROPOSED,
        )
    )
    return {one for one in found if one is not None}


def next_free(db: Session, circle: Circle, now: datetime) -> date | None:
    """The first date of the rhythm to come that no session fills."""
    return next(iter(free_ones(db, circle, now, 1)), None)


def filled_by(db: Session, circle: Circle, draft: Draft) -> date | None:
    """The date that a session scheduled by hand fills: the one it is nearest to, unless that has its own."""
    if draft.date is None:
        return None
    return recurrence.filled_by(rule_of(circle), draft.date, filled(db, circle))


def free_ones(db: Session, circle: Circle, now: datetime, count: int) -> list[date]:
    """The next dates of the rhythm that no session fills yet."""
    taken = filled(db, circle)
    ahead = recurrence.dates(rule_of(circle), after=today(circle, now))
    return list(islice((day for day in ahead if day not in taken), count))


def following(circle: Circle, day: date) -> date | None:
    """The date of the rhythm after this day; None without a rhythm."""
    return next(iter(recurrence.dates(rule_of(circle), after=day)), None)


def today(circle: Circle, now: datetime) -> date:
    """The date where the circle is."""
    return now.astimezone(ZoneInfo(circle.zone)).date()

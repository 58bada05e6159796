"""The dates of a circle's rhythm, and which of them sessions fill."""

from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from coaching.rules import recurrence
from coaching.rules.facts import Draft
from coaching.rules.recurrence import Rule
from coaching.rules.terms import PollState, SessionState
from storage import looks
from storage.models import Circle, CoachingSession, Poll

UNDECIDED = (PollState.OPEN, PollState.CLOSED)


def rule_of(circle: Circle) -> Rule:
    return Rule(circle.rhythm, circle.starts_on, circle.weekday_position)


def filled(db: Session, circle: Circle) -> frozenset[date]:
    """Dates of the rhythm that have their session, whatever became of it, or a poll that seeks a time for it.

    They are not proposed again.
    """
    return looks.once(db, (filled, circle.workspace_id, circle.id), lambda: _filled(db, circle))


def _filled(db: Session, circle: Circle) -> frozenset[date]:
    here = {"workspace": circle.workspace_id, "circle": circle.id}
    return frozenset(db.execute(_taken_in_one_circle(), here).scalars())


@cache
def _taken_in_one_circle() -> Select[date]:
    # Made once: it is part of nearly every form, and making it takes longer than running it.
    sessions, polls = taken_dates()
    both = union_all(_here(sessions, CoachingSession), _here(polls, Poll)).subquery()
    return cast(Select[date], select(both.c.rhythm_date))


def _here(query: Select[int, date], of: type[CoachingSession] | type[Poll]) -> Select[int, date]:
    return query.where(of.workspace_id == bindparam("workspace"), of.circle_id == bindparam("circle"))


def taken_dates() -> tuple[Select[int, date], Select[int, date]]:
    """Of all circles, as ids with dates: those that sessions fill, and those that polls hold."""
    sessions = select(CoachingSession.circle_id, CoachingSession.rhythm_date).where(
        CoachingSession.rhythm_date.is_not(None), CoachingSession.state != SessionState.PROPOSED
    )
    polls = select(Poll.circle_id, Poll.rhythm_date).where(
        Poll.rhythm_date.is_not(None), Poll.state.in_(UNDECIDED)
    )
    return cast(Select[int, date], sessions), cast(Select[int, date], polls)


def is_free(db: Session, circle: Circle, day: date) -> bool:
    """Whether it is a date of the rhythm that nothing fills."""
    return recurrence.is_date(rule_of(circle), day) and day not in filled(db, circle)


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

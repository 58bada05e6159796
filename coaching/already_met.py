""" "We already met": a session that nobody had scheduled is recorded afterwards, and counts like others."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import access, attendance, circles, closing, dates, sessions
from coaching.access import Actor, Right
from coaching.checks import length_problem
from coaching.closing import Record
from coaching.errors import NotAllowed, Refused
from coaching.rules import states
from coaching.rules.closing_facts import AlreadyMetForm
from coaching.rules.facts import Draft
from coaching.rules.fields import Field
from coaching.rules.recurrence import to_utc
from coaching.rules.terms import SessionState
from storage.models import Circle, CoachingSession

FARTHEST_BACK = timedelta(days=60)


def open_form(db: Session, actor: Actor, now: datetime, circle_id: int | None = None) -> AlreadyMetForm:
    """The form for a circle, the first of the actor's if none is named. Raises `NotAllowed` without one."""
    asked_for = access.circle(db, actor, circle_id, Right.RECORD) if circle_id is not None else None
    mine = access.circles(db, actor)
    if not mine:
        raise NotAllowed("You are in no circle yet. /coach circle makes one.")
    chosen = asked_for or mine[0]
    return AlreadyMetForm(
        circle=circles.facts(chosen),
        choices=tuple((one.id, one.name) for one in mine),
        day=dates.today(chosen, now),
    )


def record(
    db: Session,
    actor: Actor,
    circle_id: int,
    day: date | None,
    length: int | None,
    record: Record,
    now: datetime,
) -> CoachingSession:
    """A held session on a day of the last 60, at the usual time. It fills the date it is nearest to.

    Nobody is asked to evaluate it. Raises `Refused` with the fields that cannot be taken.
    """
    circle = access.circle(db, actor, circle_id, Right.RECORD, lock=True)
    draft = _draft(circle, day, length, record, now)
    _check(db, circle, draft, length, record, now)
    session = sessions.put_down(db, circle, dates.filled_by(db, circle, draft), draft, now)
    session.state = states.check_move(session.state, SessionState.SCHEDULED)
    session.state = states.check_move(session.state, SessionState.HELD)
    session.created_by_id, session.planned_at = actor.person.id, now
    attendance.open_for(session, circle)
    closing.settle(db, session, record.attended, now, assumed=False)
    sessions.proposal_settled(db, session, now)
    return session


def _draft(circle: Circle, day: date | None, length: int | None, record: Record, now: datetime) -> Draft:
    """At the usual time; what was today before it has ended by now."""
    at = _begins(circle, day, length, now) if day and length else circle.usual_time
    return Draft(
        date=day,
        time=at,
        length=length,
        mode=record.mode,
        presenter=record.presenter,
        note_taker=record.note_taker,
    )


def _begins(circle: Circle, day: date, length: int, now: datetime) -> time:
    lasted = timedelta(minutes=length)
    if to_utc(day, circle.usual_time, circle.zone).instant + lasted <= now:
        return circle.usual_time
    latest = (now - lasted).astimezone(ZoneInfo(circle.zone))
    return latest.time().replace(second=0, microsecond=0) if latest.date() == day else time(0)


def _check(
    db: Session, circle: Circle, draft: Draft, length: int | None, record: Record, now: datetime
) -> None:
    members = {one.person_id for one in circle.members}
    problems = {
        Field.DATE: _date_problem(circle, draft.date, now),
        Field.LENGTH: length_problem(length),
        **closing.record_problems(members, record, "Choose among the members of the circle."),
    }
    if not problems[Field.DATE] and not problems[Field.LENGTH]:
        problems[Field.DATE] = _overlap(db, circle, draft)
    found = {field: sentence for field, sentence in problems.items() if sentence}
    if found:
        raise Refused(found)


def _date_problem(circle: Circle, day: date | None, now: datetime) -> str | None:
    today = dates.today(circle, now)
    if day is None:
        return "Choose the date."
    if day > today:
        return "This is still to come. “Schedule a session” is for that."
    return "This is over 60 days ago, so it stays out of the log." if day < today - FARTHEST_BACK else None


def _overlap(db: Session, circle: Circle, draft: Draft) -> str | None:
    timing = sessions.timing_of(draft, circle.zone)
    there = db.scalar(
        select(CoachingSession.id).where(
            CoachingSession.workspace_id == circle.workspace_id,
            CoachingSession.circle_id == circle.id,
            CoachingSession.state.in_(closing.RECORDABLE),
            CoachingSession.starts_at < timing.ends_at,
            CoachingSession.ends_at > timing.starts_at,
        )
    )
    return "A session of that day is here already: “We met” in its message records it." if there else None

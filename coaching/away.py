"""Days on which somebody is away: no reminders, no roles, and "Can't make it" by itself."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from coaching import access, actions, attendance, outbox, quorum, reminders, roles, searches, sessions
from coaching.access import Actor
from coaching.errors import NotFound, Refused
from coaching.rules import absence
from coaching.rules.facts import AwayFacts
from coaching.rules.terms import Coming
from storage.models import Away, CoachingSession, Person

TICK = timedelta(microseconds=1)


def facts(actor: Actor, now: datetime) -> AwayFacts:
    """One's own stretches that are not over yet."""
    person, today = actor.person, _today(actor.person, now)
    coming = [one for one in person.away if one.last_day >= today]
    return AwayFacts(person.zone, today, tuple((one.id, one.first_day, one.last_day) for one in coming))


def enter(db: Session, actor: Actor, first: date | None, last: date | None, now: datetime) -> None:
    """Days away, by one's own calendar. Roles in sessions on these days go to the next in line at once.

    What is entered already is not entered twice. Raises `Refused` with the fields that cannot be taken.
    """
    person = actor.person
    problems = absence.problems(first, last, _today(person, now))
    if problems or first is None or last is None:
        raise Refused(problems)
    if any(one.first_day <= first and last <= one.last_day for one in person.away):
        return
    coming = _sessions(db, actor, now)
    before = _counted(coming, actor)
    person.away.append(
        Away(
            workspace_id=actor.workspace_id,
            first_day=first,
            last_day=last,
            created_at=_later_than_answers(coming, actor, now),
        )
    )
    db.flush()
    _follow(db, actor, before, now)


def end(db: Session, actor: Actor, away_id: int, now: datetime) -> None:
    """Today is the first day back. Answers given before count again; a role that somebody took stays theirs.

    Raises `NotFound` when that stretch is not theirs or not there any more.
    """
    person = actor.person
    found = next((one for one in person.away if one.id == away_id), None)
    if found is None or found.last_day < _today(person, now):
        raise NotFound
    before = _counted(_sessions(db, actor, now), actor)
    left = absence.ended(found.stretch, _today(person, now))
    if left is None:
        person.away.remove(found)
    else:
        found.last_day = left.last
    db.flush()
    _follow(db, actor, before, now)


def follow_zone(db: Session, actor: Actor, now: datetime) -> None:
    """Somebody lives in another zone now: reminders, and the sessions that their days away cover, follow."""
    _follow(db, actor, {}, now)


def _counted(coming: Sequence[CoachingSession], actor: Actor) -> dict[int, Coming]:
    """What this person's answers count as, by session."""
    return {one.id: one.coming(actor.person.id) for one in coming}


def _later_than_answers(coming: Sequence[CoachingSession], actor: Actor, now: datetime) -> datetime:
    """Now, or a tick later: what was answered on the same tick was answered before."""
    mine = [one for session in coming for one in session.attendance if one.person_id == actor.person.id]
    return max([now, *(one.answered_at + TICK for one in mine if one.answered_at)])


def _sessions(db: Session, actor: Actor, now: datetime) -> list[CoachingSession]:
    """The coming sessions of all their circles, held for a change."""
    return [
        session
        for circle in access.circles(db, actor)
        for session in sessions.scheduled(db, circle, now, lock=True)
    ]


def _follow(db: Session, actor: Actor, before: dict[int, Coming], now: datetime) -> None:
    """What others see, who has which role, and what is laid out, follow the days."""
    me = actor.person.id
    for session in _sessions(db, actor, now):
        if session.starts_at > now and me in roles.away_from(session):
            _give_way(db, session, me, now)
        reminders.lay_out(db, session, now)
        if before.get(session.id) is not session.coming(me):
            attendance.show(db, session, me, now)
            quorum.check(db, session, now)
    for circle in access.circles(db, actor):
        for session in sessions.undecided(db, circle):
            reminders.lay_out(db, session, now)  # perhaps somebody else is asked about it
    actions.follow(db, actor.person, now)
    outbox.home(db, [actor.person], now)


def _give_way(db: Session, session: CoachingSession, person_id: int, now: datetime) -> None:
    """Who is away leads nothing, presents nothing and takes no notes."""
    searches.ask_others(db, session, person_id, now)
    handed = sessions.hand_on(db, session, person_id, now)
    if handed or session.facilitator_id == person_id:
        session.facilitator_id = roles.facilitator(db, session.circle, session)
        db.flush()
    if handed:
        sessions.roles_changed(db, session, now)


def _today(person: Person, now: datetime) -> date:
    return now.astimezone(ZoneInfo(person.zone)).date()

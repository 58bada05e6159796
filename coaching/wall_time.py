"""What is agreed on is the time on the wall: instants follow when the clocks of a zone are set otherwise."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import apart, outbox, reminders, sessions
from coaching.rules.recurrence import to_utc
from coaching.rules.terms import SessionState
from storage.models import CoachingSession, Outgoing, Person


def keep(db: Session, now: datetime) -> None:
    """Brings coming sessions in line with what is known of their zones now: laws change at short notice.

    Answers stay, because nobody has moved anything. Whoever lives by the same clock sees the time that was
    agreed on; others are told that it is another one for them.
    """
    coming = db.execute(
        select(
            CoachingSession.id,
            CoachingSession.local_date,
            CoachingSession.local_time,
            CoachingSession.zone,
            CoachingSession.starts_at,
        ).where(CoachingSession.state == SessionState.SCHEDULED, CoachingSession.starts_at > now)
    )
    other = [id for id, day, at, zone, starts_at in coming if _may_be_another(day, at, zone, starts_at)]
    apart.all_of(db, "session", other, lambda id: _follow(db, id, now))


def _may_be_another(day: date, at: time, zone: str, starts_at: datetime) -> bool:
    try:
        return to_utc(day, at, zone).instant != starts_at
    except (ValueError, LookupError, OSError, OverflowError):
        return True  # a zone that is none any more, say: a closer look says which session


def _follow(db: Session, session_id: int, now: datetime) -> None:
    session = db.scalar(
        select(CoachingSession)
        .where(CoachingSession.id == session_id, CoachingSession.state == SessionState.SCHEDULED)
        .with_for_update(of=CoachingSession, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    instant = to_utc(session.local_date, session.local_time, session.zone).instant if session else None
    if session is None or instant is None or session.starts_at == instant:
        return  # another worker was faster
    before = session.starts_at
    session.starts_at = instant
    session.ends_at = instant + timedelta(minutes=session.length)
    db.flush()
    standing = outbox.standing(db, session, Outgoing.SESSION_CARD, *sessions.ABOUT_TIME)
    outbox.refresh(db, [*standing, *reminders.standing(db, session)], now)
    for member in session.circle.members:
        if not _same_clock(member.person, session):
            _tell(db, session, member.person, before, now)
    sessions.calendar_changed(db, session, now)
    reminders.lay_out(db, session, now)
    outbox.home(db, [member.person for member in session.circle.members], now)


def _same_clock(person: Person, session: CoachingSession) -> bool:
    there = session.starts_at.astimezone(ZoneInfo(session.zone))
    return session.starts_at.astimezone(ZoneInfo(person.zone)).utcoffset() == there.utcoffset()


def _tell(db: Session, session: CoachingSession, person: Person, before: datetime, now: datetime) -> None:
    outbox.put(
        db,
        Outgoing.SESSION_MOVED,
        f"clocks:{session.id}:{person.id}:{session.starts_at.isoformat()}",
        workspace_id=session.workspace_id,
        session=session,
        plan_version=session.plan_version,
        person=person,
        facts={"from": before.isoformat(), "from_zone": session.zone},
        due_at=now,
        expires_at=session.ends_at,
        now=now,
    )

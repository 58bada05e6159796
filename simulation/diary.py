"""What was sent in the course of a simulated year, noted day by day, and what is wrong with it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import dates
from coaching.rules import recurrence
from coaching.rules.terms import CircleState, Coming, Mode, ReminderKind, SessionState
from storage.models import (
    ActionItem,
    Away,
    Circle,
    CoachingSession,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    Reminder,
)

ASKING = {
    Outgoing.STARTING_SOON,
    Outgoing.EVALUATION,
    Outgoing.DID_YOU_MEET,
    Outgoing.SWAP_OFFER,
}
"""Messages that somebody who is away that day should not get; bookkeeping is looked at by its parts."""
OF_THE_DAY = {ReminderKind.TOMORROW, ReminderKind.LISTEN_FOR, ReminderKind.PREPARE_CASE}


@dataclass(frozen=True)
class About:
    """A session that a message speaks of, as it was then."""

    session: int
    plan: int
    starts_at: datetime
    comes: bool = False
    """Whether its recipient had said that they come, or nobody can tell any more."""
    kind: ReminderKind | None = None
    """The part of a bookkeeping message."""
    subject: tuple[int, date] | None = None
    """An action, and the day by which it was promised: by another day its owner is reminded anew."""


@dataclass(frozen=True)
class Sent:
    """One message that has arrived."""

    kind: Outgoing
    person: int | None
    at: datetime
    day: date | None
    """The recipient's own."""
    about: tuple[About, ...]


@dataclass
class Diary:
    """Kept daily, because old messages are thrown away."""

    sent: dict[int, Sent] = field(default_factory=dict)
    away: dict[int, tuple[int, date, date, datetime]] = field(default_factory=dict)
    """Stretches by id: person, first and last day, when it was entered. Those ended early stay here."""

    resting: set[tuple[int, date]] = field(default_factory=set)
    """Days on which a circle was paused."""

    def note(self, db: Session, now: datetime) -> None:
        """Writes down what has arrived since the last time, and which circles rest."""
        for circle in db.scalars(select(Circle).where(Circle.state == CircleState.PAUSED)).unique():
            today = dates.today(circle, now)
            self.resting |= {(circle.id, today), (circle.id, circle.paused_until or today)}
        rows = db.scalars(
            select(OutboxRow).where(OutboxRow.state == OutboxState.SENT, OutboxRow.target_id.is_(None))
        )
        for row in rows.all():
            if row.id not in self.sent and row.kind is not Outgoing.HOME:
                self.sent[row.id] = _sent(db, row)
        for one in db.scalars(select(Away)):
            self.away[one.id] = (one.person_id, one.first_day, one.last_day, one.created_at)

    def problems(self, db: Session, circles: list[int], now: datetime) -> Iterator[str]:
        """Everything that should not have happened, a line each."""
        yield from self.of_one_day()
        yield from self._one_thing_twice()
        yield from self._asked_while_away(db)
        for circle in circles:
            found = db.get_one(Circle, circle)
            yield from _both_roles(db, found)
            yield from self._forgotten(db, found, now)
            yield from _seldom_in_person(db, found)

    def _forgotten(self, db: Session, circle: Circle, now: datetime) -> Iterator[str]:
        """Dates of the rhythm that are over, and nobody decided about them. While it rests, none is due."""
        decided = dates.filled(db, circle)
        for day in recurrence.dates(dates.rule_of(circle)):
            if day >= dates.today(circle, now):
                return
            if day not in decided and (circle.id, day) not in self.resting:
                yield f"{circle.name}: {day} was forgotten"

    def messages_to_people(self) -> int:
        return sum(one.person is not None for one in self.sent.values())

    def of_one_day(self) -> Iterator[str]:
        """More than one bookkeeping message on one day of a person."""
        days = Counter(
            (one.person, one.day) for one in self.sent.values() if one.kind is Outgoing.BOOKKEEPING
        )
        for (person, day), count in days.items():
            if count > 1:
                yield f"person {person} got {count} bookkeeping messages on {day}"

    def _one_thing_twice(self) -> Iterator[str]:
        parts = Counter(
            (one.person, part.kind, part.session, _plan(part), part.subject)
            for one in self.sent.values()
            for part in one.about
            if part.kind is not None
        )
        for (person, kind, session, _, _), count in parts.items():
            if count > 1:
                yield f"person {person} was reminded {count} times: {kind} of session {session}"

    def _asked_while_away(self, db: Session) -> Iterator[str]:
        for one in self.sent.values():
            for part in one.about:
                asks = part.kind in OF_THE_DAY if part.kind else one.kind in ASKING
                if asks and one.person is not None and self._is_away(db, one, part):
                    yield f"person {one.person} is away and got {one.kind} of session {part.session}"

    def _is_away(self, db: Session, one: Sent, part: About) -> bool:
        day = part.starts_at.astimezone(ZoneInfo(db.get_one(Person, one.person).zone)).date()
        return not part.comes and any(
            person == one.person and first <= day <= last and entered < one.at
            for person, first, last, entered in self.away.values()
        )


def _plan(part: About) -> int:
    """After a move reminders come anew for the new date; "Prepare the case" is not said twice."""
    return 0 if part.kind is ReminderKind.PREPARE_CASE else part.plan


def _sent(db: Session, row: OutboxRow) -> Sent:
    at = row.finished_at or row.due_at
    person = db.get(Person, row.person_id) if row.person_id else None
    day = at.astimezone(ZoneInfo(person.zone)).date() if person else None
    return Sent(row.kind, row.person_id, at, day, tuple(_about(db, row)))


def _about(db: Session, row: OutboxRow) -> Iterator[About]:
    if row.kind is not Outgoing.BOOKKEEPING:
        session = db.get(CoachingSession, row.session_id) if row.session_id else None
        if session is not None:
            yield About(session.id, session.plan_version, session.starts_at, _comes(session, row))
        return
    for reminder in db.scalars(select(Reminder).where(Reminder.outbox_id == row.id)):
        session = db.get_one(CoachingSession, reminder.session_id)
        action = db.get(ActionItem, reminder.subject_id) if reminder.subject_id else None
        subject = (action.id, action.due_on) if action else None
        # Moved since it was sent: nobody knows any more on which day it was to be then.
        moved = reminder.plan_version != session.plan_version
        comes = moved or _comes(session, row)
        yield About(session.id, reminder.plan_version, session.starts_at, comes, reminder.kind, subject)


def _comes(session: CoachingSession, row: OutboxRow) -> bool:
    """As it was then: a move asks everybody anew."""
    return any(one.person_id == row.person_id and one.coming is Coming.YES for one in session.attendance)


def _sessions(db: Session, circle: Circle) -> list[CoachingSession]:
    return list(
        db.scalars(
            select(CoachingSession)
            .where(CoachingSession.circle_id == circle.id)
            .order_by(CoachingSession.starts_at)
        ).unique()
    )


def _both_roles(db: Session, circle: Circle) -> Iterator[str]:
    for one in _sessions(db, circle):
        if one.presenter_id is not None and one.presenter_id == one.note_taker_id:
            yield f"{circle.name}: one person has both roles on {one.local_date}"


def _seldom_in_person(db: Session, circle: Circle) -> Iterator[str]:
    """At least one in three, as long as people follow the proposal; who did not has given a reason."""
    held = [one for one in _sessions(db, circle) if one.state is SessionState.HELD]
    remote = 0
    for one in held:
        remote = 0 if one.mode is Mode.IN_PERSON else remote + 1
        if remote >= circle.in_person_every and one.remote_reason is None:
            yield f"{circle.name}: {remote} remote sessions in a row by {one.local_date}"

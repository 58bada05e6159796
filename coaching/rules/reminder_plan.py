"""The reminders of one session: what is due, to whom, when, and until when it still helps.

Counted *before* a session and falling into quiet hours, a reminder goes out at the last working hour before
them; counted *after* something, it waits for the next opening. What lies before the scheduling, or within a
day after it, is not laid out: the news of the session stands for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coaching.rules import agenda, hours
from coaching.rules.hours import PersonHours
from coaching.rules.terms import CircleKind, MessageKind, Mode, ReminderKind

NEWS_STANDS_FOR = timedelta(hours=24)
AFTERWARDS = timedelta(days=3)
"""Evaluations and notes are worth asking for so long after their moment."""
ASKED_UNTIL = time(21)
"""The convener is asked "did you meet?" until this hour of the day, else at the next opening."""
NUDGE_AT = time(9)

AT_THE_SESSION = frozenset({ReminderKind.STARTING_SOON, ReminderKind.EVALUATION, ReminderKind.DID_YOU_MEET})
BEFORE = {
    ReminderKind.PREPARE_CASE: timedelta(days=14),
    ReminderKind.PREPARE_CASE_AGAIN: timedelta(days=5),
    ReminderKind.LISTEN_FOR: timedelta(days=1),
    ReminderKind.TOMORROW: timedelta(days=1),
}


@dataclass(frozen=True)
class Meeting:
    """What the plan needs to know of a session."""

    starts_at: datetime
    length: int
    planned_at: datetime
    kind: CircleKind
    mode: Mode
    presenter: int | None
    note_taker: int | None
    convener: int | None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.length)

    @property
    def soon(self) -> datetime:
        """In person takes a way there; a link takes a click."""
        return self.starts_at - timedelta(minutes=15 if self.mode.remote else 60)


@dataclass(frozen=True)
class Recipient:
    person: int
    hours: PersonHours
    coming: bool = True
    """False once they have said that they can't make it, or are away."""
    turned_off: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Planned:
    """One reminder. Instants are UTC; `day` is the recipient's own."""

    kind: ReminderKind
    person: int
    due_at: datetime
    expires_at: datetime
    day: date

    @property
    def message_kind(self) -> MessageKind:
        return MessageKind.AT_THE_SESSION if self.kind in AT_THE_SESSION else MessageKind.BOOKKEEPING


def plan(
    meeting: Meeting, people: Sequence[Recipient], dropped: frozenset[str] = frozenset()
) -> list[Planned]:
    """All reminders of a session. `dropped` are the kinds that the circle does without."""
    found = []
    for person in people:
        if not person.coming:
            continue
        for kind, due_at in _moments(meeting, person):
            if kind in dropped or kind in person.turned_off or due_at < meeting.planned_at + _news(kind):
                continue
            expires_at = _expires(kind, meeting, due_at)
            found.append(Planned(kind, person.person, due_at, expires_at, person.hours.local(due_at).date()))
    return sorted(found, key=lambda one: (one.due_at, one.person, one.kind))


def _moments(meeting: Meeting, person: Recipient) -> Iterator[tuple[ReminderKind, datetime]]:
    for kind, lead in BEFORE.items():
        if _concerns(kind, meeting, person.person):
            yield kind, hours.before(meeting.starts_at - lead, person.hours)
    yield ReminderKind.STARTING_SOON, meeting.soon
    yield ReminderKind.EVALUATION, agenda.closing_begins(meeting.kind, meeting.starts_at, meeting.length)
    yield ReminderKind.EVALUATION_NUDGE, hours.next_working_day_at(meeting.ends_at, NUDGE_AT, person.hours)
    if person.person == meeting.note_taker:
        yield ReminderKind.NOTES_NUDGE, hours.next_working_day_at(meeting.ends_at, NUDGE_AT, person.hours)
    if person.person == meeting.convener:
        yield ReminderKind.DID_YOU_MEET, _asking(meeting.ends_at, person.hours)


def _concerns(kind: ReminderKind, meeting: Meeting, person: int) -> bool:
    match kind:
        case ReminderKind.PREPARE_CASE:
            return meeting.kind is CircleKind.PAIR or person == meeting.presenter
        case ReminderKind.PREPARE_CASE_AGAIN:
            return person == meeting.presenter
        case ReminderKind.LISTEN_FOR:
            return person == meeting.note_taker
        case _:
            return True


def _asking(ends_at: datetime, person: PersonHours) -> datetime:
    """At the end, but not in the night."""
    local = person.local(ends_at).time()
    return ends_at if hours.OPENING <= local <= ASKED_UNTIL else hours.after(ends_at, person)


def _news(kind: ReminderKind) -> timedelta:
    """At the session nothing stands for a message: only what lies before the scheduling is left out."""
    return timedelta(0) if kind in AT_THE_SESSION else NEWS_STANDS_FOR


def _expires(kind: ReminderKind, meeting: Meeting, due_at: datetime) -> datetime:
    """Before a session nothing is sent once it has started; afterwards three days."""
    before = kind in BEFORE or kind is ReminderKind.STARTING_SOON
    return meeting.starts_at if before else max(due_at, meeting.ends_at) + AFTERWARDS


def newest(reminders: Sequence[Planned], now: datetime) -> list[Planned]:
    """Of several late ones for one person only the newest; what is useless by now falls away."""
    late = [one for one in reminders if one.due_at <= now < one.expires_at]
    last = {one.person: one for one in sorted(late, key=lambda one: one.due_at)}
    return sorted(last.values(), key=lambda one: one.person)

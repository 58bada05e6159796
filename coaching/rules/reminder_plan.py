"""Which reminders a scheduled session has: for whom, when due, and until when they still help."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar

from coaching.rules import hours
from coaching.rules.agenda import closing_begins
from coaching.rules.evaluation import FEWEST_MEMBERS, window_closes
from coaching.rules.hours import PersonHours
from coaching.rules.recurrence import to_utc
from coaching.rules.terms import CircleKind, MessageKind, Mode, ReminderKind

NUDGE_AT = time(9)
LATEST_QUESTION = time(21)
"""Until then the convener is asked "did you meet?" on the spot, however late the session ends."""
A_LITTLE_LATE = timedelta(minutes=15)
"""Of a message that was due before quiet hours began and goes out in them all the same."""
AFTER_THE_NEWS = timedelta(hours=24)
HELPS_FOR = timedelta(days=3)
"""How late a message about what lies behind may still be sent."""

_DAYS_BEFORE: Mapping[ReminderKind, int] = {
    ReminderKind.PREPARE_CASE: 14,
    ReminderKind.AGREE_PLACE: 7,
    ReminderKind.PREPARE_CASE_AGAIN: 5,
    ReminderKind.LISTEN_FOR: 1,
    ReminderKind.TOMORROW: 1,
}
_SOON: Mapping[bool, timedelta] = {True: timedelta(minutes=15), False: timedelta(minutes=60)}
"""How long before a remote session, and one in person."""
_AT_THE_SESSION = frozenset({ReminderKind.STARTING_SOON, ReminderKind.EVALUATION, ReminderKind.DID_YOU_MEET})
BEFORE_IT = frozenset({*_DAYS_BEFORE, ReminderKind.STARTING_SOON})
"""The kinds that only help until the session starts."""


@dataclass(frozen=True)
class Plan:
    """What the reminders of a session follow from. People are our own ids."""

    session_id: int
    circle_kind: CircleKind
    starts_at: datetime
    length: int
    """Minutes."""
    mode: Mode
    planned_at: datetime
    """When the present time was settled, by scheduling or by the last move."""
    presenter: int | None = None
    note_taker: int | None = None
    convener: int | None = None
    place_open: bool = False
    """In person, and where is still to be agreed."""
    asked_to_prepare: frozenset[int] = frozenset()
    """Who has had "Prepare the case" before the session was moved: it is not said twice."""
    shared_a_case: frozenset[int] = frozenset()
    notes_written: bool = False

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.length)


@dataclass(frozen=True)
class Recipient:
    """A member of the circle, as far as reminders are concerned."""

    person_id: int
    hours: PersonHours
    out: bool = False
    """Has said "Can't make it", or is away."""
    turned_off: frozenset[ReminderKind] = frozenset()
    told_at: datetime | None = None
    """When news about this session reached only them (they joined, or took over a role)."""


@dataclass(frozen=True)
class Reminder:
    session_id: int
    person_id: int
    kind: ReminderKind
    message_kind: MessageKind
    due_at: datetime
    expires_at: datetime
    """From then on it helps nobody and is not sent any more."""
    local_date: date
    """The person's own day of the moment: bookkeeping of one day goes into one message."""
    subject_id: int = 0
    """Which of several alike: the action that falls due."""


class Due(Protocol):
    """What is needed to choose among reminders; rows of the database have it as well."""

    @property
    def session_id(self) -> int: ...
    @property
    def person_id(self) -> int: ...
    @property
    def kind(self) -> ReminderKind: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime: ...


D = TypeVar("D", bound=Due)


def reminders(
    plan: Plan, members: Collection[Recipient], dropped: Collection[ReminderKind] = ()
) -> list[Reminder]:
    """All reminders of a session, in order of time. `members` is the whole circle, `dropped` its choice.

    What is counted before the session and would come within 24 hours after the news is left out: the news
    stands for it. Who is out gets none.
    """
    found = [
        reminder
        for member in members
        if not member.out
        for kind in _kinds(plan, member.person_id, len(members))
        if not unwanted(kind, {*dropped, *member.turned_off})
        for reminder in _laid_out(plan, member, kind)
    ]
    return sorted(_said_once(found), key=lambda one: (one.due_at, one.person_id, one.kind))


def _said_once(found: Collection[Reminder]) -> list[Reminder]:
    """Days away can bring "prepare the case" and the same once more to one moment: then once is enough."""
    first = {(one.person_id, one.due_at) for one in found if one.kind is ReminderKind.PREPARE_CASE}
    again = ReminderKind.PREPARE_CASE_AGAIN
    return [one for one in found if one.kind is not again or (one.person_id, one.due_at) not in first]


def message_kind(kind: ReminderKind) -> MessageKind:
    return MessageKind.AT_THE_SESSION if kind in _AT_THE_SESSION else MessageKind.BOOKKEEPING


def still_useful(reminder: Due, now: datetime) -> bool:
    """Whether it may be sent, however late: never once the session has started, or three days late."""
    return now < reminder.expires_at


def waits_until(kind: MessageKind, due_at: datetime, now: datetime, person: PersonHours) -> datetime | None:
    """When a message that is late goes out instead of in the person's quiet hours; None: it need not wait.

    What was due in quiet hours was meant for them: somebody has asked for that hour, or the session was then.
    """
    if now - due_at <= A_LITTLE_LATE or not hours.is_quiet(now, person):
        return None
    if kind is MessageKind.BOOKKEEPING:
        meant = hours.is_quiet(due_at, person)
    else:
        here, then = hours.local(now, person), hours.local(due_at, person)
        meant = here.date() == then.date() and here.time() <= LATEST_QUESTION
    return None if meant else hours.after(now, person)


def newest_only(waiting: Iterable[D], now: datetime) -> list[D]:
    """Of reminders whose moment has passed, those to send: of several about one thing the newest.

    What lies before a session is one thing for its person; behind it, the evaluation, the notes and the
    convener's question are one each. What is due at the same moment stays together.
    """
    due = [one for one in waiting if one.due_at <= now and still_useful(one, now)]
    newest: dict[object, datetime] = {}
    for one in due:
        newest[_thing(one)] = max(one.due_at, newest.get(_thing(one), one.due_at))
    return [one for one in due if one.due_at == newest[_thing(one)]]


def _kinds(plan: Plan, person: int, members: int) -> Iterator[ReminderKind]:
    """What concerns this person, turned off or not."""
    pair = plan.circle_kind is CircleKind.PAIR
    if (pair or person == plan.presenter) and person not in plan.shared_a_case:
        if person not in plan.asked_to_prepare:
            yield ReminderKind.PREPARE_CASE
        yield ReminderKind.PREPARE_CASE_AGAIN
    yield from (ReminderKind.TOMORROW, ReminderKind.STARTING_SOON)
    if pair or members >= FEWEST_MEMBERS:
        yield from (ReminderKind.EVALUATION, ReminderKind.EVALUATION_NUDGE)
    if person == plan.convener:
        yield ReminderKind.DID_YOU_MEET
        if plan.place_open:
            yield ReminderKind.AGREE_PLACE
    if person == plan.note_taker:
        yield ReminderKind.LISTEN_FOR
        if not plan.notes_written:
            yield ReminderKind.NOTES_NUDGE


def unwanted(kind: ReminderKind, off: Collection[ReminderKind]) -> bool:
    # Who is not asked is not nudged either.
    return kind in off or (kind is ReminderKind.EVALUATION_NUDGE and ReminderKind.EVALUATION in off)


def _laid_out(plan: Plan, member: Recipient, kind: ReminderKind) -> Iterator[Reminder]:
    due_at = _moment(plan, member.hours, kind)
    expires_at = _expiry(plan, kind, due_at)
    news_at = max(plan.planned_at, member.told_at or plan.planned_at)
    told_by_news = kind in BEFORE_IT and due_at <= news_at + AFTER_THE_NEWS
    if not told_by_news and due_at < expires_at:
        day = hours.local(due_at, member.hours).date()
        yield Reminder(plan.session_id, member.person_id, kind, message_kind(kind), due_at, expires_at, day)


def _moment(plan: Plan, person: PersonHours, kind: ReminderKind) -> datetime:
    if kind in _DAYS_BEFORE:
        return hours.before(days_before(plan.starts_at, _DAYS_BEFORE[kind], person), person)
    return _MOMENTS[kind](plan, person)


def days_before(moment: datetime, days: int, person: PersonHours) -> datetime:
    """The same time on the person's wall, that many days earlier."""
    here = hours.local(moment, person)
    return to_utc(here.date() - timedelta(days=days), here.time(), person.zone).instant


def _question(plan: Plan, person: PersonHours) -> datetime:
    """At the end of the session, whatever the day; but not at night."""
    awake = hours.OPENING <= hours.local(plan.ends_at, person).time() <= LATEST_QUESTION
    return plan.ends_at if awake else hours.after(plan.ends_at, person)


def _nudge(plan: Plan, person: PersonHours) -> datetime:
    return hours.next_working_day_at(plan.ends_at, NUDGE_AT, person)


_MOMENTS: Mapping[ReminderKind, Callable[[Plan, PersonHours], datetime]] = {
    ReminderKind.STARTING_SOON: lambda plan, _: plan.starts_at - _SOON[plan.mode.remote],
    ReminderKind.EVALUATION: lambda plan, _: closing_begins(plan.starts_at, plan.length, plan.circle_kind),
    ReminderKind.DID_YOU_MEET: _question,
    ReminderKind.EVALUATION_NUDGE: _nudge,
    ReminderKind.NOTES_NUDGE: _nudge,
}


def _expiry(plan: Plan, kind: ReminderKind, due_at: datetime) -> datetime:
    if kind in BEFORE_IT:
        return plan.starts_at
    if kind is ReminderKind.EVALUATION_NUDGE:
        return min(due_at + HELPS_FOR, window_closes(plan.ends_at))
    return due_at + HELPS_FOR


_EVALUATION = frozenset({ReminderKind.EVALUATION, ReminderKind.EVALUATION_NUDGE})


def _thing(reminder: Due) -> tuple[int, int, Collection[ReminderKind], int]:
    """What a reminder is about: the next one about the same makes it old."""
    groups: Sequence[frozenset[ReminderKind]] = (BEFORE_IT, _EVALUATION)
    alone = frozenset({reminder.kind})
    group = next((one for one in groups if reminder.kind in one), alone)
    return reminder.session_id, reminder.person_id, group, reminder.subject_id

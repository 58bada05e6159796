"""What use cases hand to views: plain values, already checked and allowed, without a database behind them."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeAlias

from coaching.rules.terms import (
    CircleKind,
    CircleState,
    Coming,
    Mode,
    Rhythm,
    Role,
    SessionState,
    WhoMaySchedule,
)

Day: TypeAlias = date
Clock: TypeAlias = time
"""Names for the types where a field is called like them."""


@dataclass(frozen=True)
class PersonFacts:
    id: int
    slack_id: str
    name: str
    zone: str


@dataclass(frozen=True)
class CircleFacts:
    """A circle as its members see it."""

    id: int
    name: str
    kind: CircleKind
    zone: str
    members: tuple[PersonFacts, ...]
    leads: tuple[PersonFacts, ...]
    channel: str | None
    channel_private: bool
    rhythm: Rhythm
    starts_on: date
    weekday_position: int
    usual_time: time
    usual_length: int
    usual_mode: Mode
    usual_place: str | None
    usual_link: str | None
    in_person_every: int
    who_may_schedule: WhoMaySchedule
    ask_first: bool
    leads_present: bool
    newcomers_observe: bool
    reminders_off: tuple[str, ...]
    revision: int
    form_id: str = "group"
    before_presenter: int | None = None
    before_note_taker: int | None = None
    before_in_person: int | None = None

    state: CircleState = CircleState.ACTIVE
    paused_until: Day | None = None

    def person(self, person_id: int | None) -> PersonFacts | None:
        return next((one for one in self.members if one.id == person_id), None)


@dataclass(frozen=True)
class SessionFacts:
    """One session as its circle sees it."""

    id: int
    circle_id: int
    circle_name: str
    kind: CircleKind
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    local_date: date
    local_time: time
    zone: str
    """The circle's."""
    length: int
    mode: Mode
    place: str | None
    link: str | None
    message: str | None
    facilitator: PersonFacts | None
    presenter: PersonFacts | None
    note_taker: PersonFacts | None
    coming: tuple[PersonFacts, ...]
    not_coming: tuple[PersonFacts, ...]
    unanswered: tuple[PersonFacts, ...]
    assumed: bool
    recorded: bool
    revision: int
    rhythm_date: Day | None = None
    """The date of the rhythm that it fills."""
    open_time_only: bool = False
    away: tuple[int, ...] = ()
    """Ids of those who can't make it because they are away that day."""
    sought: tuple[Role, ...] = ()
    """Roles that look for somebody."""

    @property
    def where(self) -> str | None:
        """The place or number, where it matters: on video there is none to go to or to call."""
        return None if self.mode is Mode.VIDEO else self.place

    def answer_of(self, person_id: int) -> Coming:
        if any(one.id == person_id for one in self.coming):
            return Coming.YES
        return Coming.NO if any(one.id == person_id for one in self.not_coming) else Coming.UNKNOWN

    def role_of(self, person_id: int) -> Role | None:
        if self.presenter and self.presenter.id == person_id:
            return Role.PRESENTER
        return Role.NOTE_TAKER if self.note_taker and self.note_taker.id == person_id else None

    def prepares(self, person_id: int) -> bool:
        """Brings a case: who presents; in a pair each of the two."""
        return self.kind is CircleKind.PAIR or self.role_of(person_id) is Role.PRESENTER

    def holder(self, role: Role) -> PersonFacts | None:
        return self.presenter if role is Role.PRESENTER else self.note_taker


@dataclass(frozen=True)
class InPersonFacts:
    """Where a circle stands with meeting in person, for the session in hand."""

    every: int
    """One in this many; 0 means the rule is off."""
    due: bool
    in_person: int
    of_last: int
    """How many of the last sessions were in person, of how many."""
    last: tuple[Mode, ...] = ()
    """The last six, oldest first."""


@dataclass(frozen=True)
class Draft:
    """A form for a session, as filled in so far or as proposed."""

    date: Day | None = None
    time: Clock | None = None
    length: int | None = None
    mode: Mode | None = None
    place: str | None = None
    link: str | None = None
    presenter: int | None = None
    note_taker: int | None = None
    message: str | None = None
    remote_reason: str | None = None


@dataclass(frozen=True)
class Typed:
    """What words after a command say about a date and a time on the wall; what they leave open is None."""

    words: str = ""
    """As they were typed, if need be shortened."""
    date: Day | None = None
    time: Clock | None = None
    dates: tuple[Day, ...] = ()
    """The readings, where there are several: then none is taken."""
    times: tuple[Clock, ...] = ()

    @property
    def understood(self) -> bool:
        return bool(self.date or self.time or self.dates or self.times)


@dataclass(frozen=True)
class ProposalFacts:
    """A date of a circle's rhythm: what is proposed for it, or what has become of it."""

    circle_id: int
    circle_name: str
    kind: CircleKind
    day: Day
    """Which date of the rhythm it is, wherever its session was moved."""
    state: SessionState
    starts_at: datetime
    zone: str
    mode: Mode | None
    presenter: PersonFacts | None
    note_taker: PersonFacts | None
    withdrawn: bool = False
    """It is no date of the circle any more, or the circle rests."""
    ask_first: bool = False
    schedules_itself_at: datetime | None = None
    """When silence will mean yes."""
    lapses_at: datetime | None = None
    """When it is given up if nobody says yes."""
    then_in_person: Day | None = None
    """The date after it, if that one should be in person: time to arrange travel."""


@dataclass(frozen=True)
class ScheduleForm:
    """Everything the form "Schedule a session" shows."""

    circle: CircleFacts
    choices: tuple[tuple[int, str], ...]
    """The circles to choose from, id and name; one alone needs no choosing."""
    draft: Draft
    in_person: InPersonFacts
    viewer_zone: str
    typed: Typed | None = None
    """What the words after the command said."""
    session_id: int | None = None
    """Set when a session is being moved."""
    revision: int | None = None
    hints: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class UpcomingRoles:
    """Who has which role in one of the next sessions."""

    day: date | None
    scheduled: bool
    presenter: PersonFacts | None
    note_taker: PersonFacts | None


@dataclass(frozen=True)
class RolesDone:
    person: PersonFacts
    presented: int
    took_notes: int


@dataclass(frozen=True)
class Excused:
    """Somebody who does not have a role in turn until a day of the circle's calendar."""

    person: PersonFacts
    role: Role
    until: date


@dataclass(frozen=True)
class RolesPage:
    """`/coach roles` for one circle, the same to all its members."""

    circle_id: int
    circle_name: str
    kind: CircleKind
    upcoming: tuple[UpcomingRoles, ...]
    done: tuple[RolesDone, ...]
    excused: tuple[Excused, ...] = ()


@dataclass(frozen=True)
class CircleStanding:
    """A circle in the hub, with its next session and how it stands with meeting in person."""

    circle: CircleFacts
    next_session: SessionFacts | None
    in_person: str
    turns: tuple[UpcomingRoles, ...] = ()
    """Who has which role next."""


@dataclass(frozen=True)
class PollWaiting:
    """A poll that waits for somebody: for their answer, or, once it is closed, for their choice."""

    id: int
    circle_name: str
    closes_at: datetime
    closed: bool


@dataclass(frozen=True)
class SwapWaiting:
    """A role that somebody is asked to take, alone."""

    id: int
    session: SessionFacts
    role: Role


@dataclass(frozen=True)
class ActionFacts:
    """What somebody will do by when, as one person sees it."""

    id: int
    circle_id: int
    circle_name: str
    what: str
    owner: PersonFacts
    owner_left: bool
    """The owner is not in the circle any more."""
    due_on: Day
    """By the circle's calendar."""
    done: bool
    may_press: bool
    """This person may say that it is done, or still open."""


@dataclass(frozen=True)
class HubFacts:
    """What somebody sees first: what comes, what waits for them, how their circles stand."""

    person_id: int
    may_create: bool
    coming: tuple[SessionFacts, ...]
    to_answer: tuple[SessionFacts, ...]
    """Sessions that they have not said anything about."""
    to_evaluate: tuple[SessionFacts, ...]
    to_record: tuple[SessionFacts, ...]
    circles: tuple[CircleStanding, ...]
    polls: tuple[PollWaiting, ...] = ()
    swaps: tuple[SwapWaiting, ...] = ()
    cases: tuple[SessionFacts, ...] = ()
    """Coming sessions to which they bring a case that is not shared yet."""
    notes: tuple[SessionFacts, ...] = ()
    """Sessions of which they have still to write the notes."""
    actions: tuple[ActionFacts, ...] = ()
    """Theirs that are open."""


@dataclass(frozen=True)
class AwayFacts:
    """The days on which a person is away, from today on, by their own calendar."""

    zone: str
    today: date
    stretches: tuple[tuple[int, date, date], ...]
    """Id, first day and last day."""


@dataclass(frozen=True)
class SettingsFacts:
    """What a person has set for themself."""

    zone: str
    working_days: tuple[int, ...]
    workplace: str | None
    reminders_off: tuple[str, ...]

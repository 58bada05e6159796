"""The coaching log: what a circle's sessions were, and everybody's own hours."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import access, cases, outbox
from coaching.access import Actor, Right
from coaching.rules import tables
from coaching.rules.log_facts import Attended, HoursFacts, LogEntry, LogFacts
from coaching.rules.tables import Cell
from coaching.rules.terms import CircleKind, CircleState, Role, SessionState
from storage.models import Attendance, Circle, CoachingSession, OutboxState, Outgoing, Person

ON_A_PAGE = 10
OVER = (SessionState.HELD, SessionState.MISSED, SessionState.CANCELLED, SessionState.SKIPPED)
FORMATS = ("csv", "json")
PRESENTED, TOOK_NOTES, FACILITATED, TOOK_PART = "presented", "took notes", "facilitated", "took part"
COACHED_FIRST = "coached first"
ROLES = (PRESENTED, TOOK_NOTES, FACILITATED, COACHED_FIRST, TOOK_PART)
HEAD = (
    "Date",
    "Time",
    "Time zone",
    "Minutes",
    "Mode",
    "Facilitator",
    "Presenter",
    "Note-taker",
    "Attended",
    "Title of the case",
    "Assumed",
)
HOURS_HEAD = ("Date", "Circle", "Minutes", "Roles")


def of_circle(db: Session, actor: Actor, circle_id: int, year: int | None = None, page: int = 0) -> LogFacts:
    """For the circle's members, also when it is closed. A page or year that is not there is the first one."""
    circle = access.circle(db, actor, circle_id, Right.SEE)
    past = _past(db, circle)
    years = tuple(sorted({one.local_date.year for one in past}, reverse=True))
    year = year if year in years else None
    shown = [one for one in past if year in (None, one.local_date.year)]
    held = [one for one in shown if one.state is SessionState.HELD]
    pages = max(1, -(-len(held) // ON_A_PAGE))
    page = page if 0 <= page < pages else 0
    return LogFacts(
        circle_id=circle.id,
        circle_name=circle.name,
        kind=circle.kind,
        years=years,
        year=year,
        entries=_entries(db, circle, held[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]),
        page=page,
        pages=pages,
        held=len(held),
        not_held=len(shown) - len(held),
        may_export=access.may(circle, actor.person.id, Right.EXPORT),
        closed=circle.state is CircleState.CLOSED,
    )


def _past(db: Session, circle: Circle) -> list[CoachingSession]:
    """What is over, the newest first."""
    query = (
        select(CoachingSession)
        .where(
            CoachingSession.workspace_id == circle.workspace_id,
            CoachingSession.circle_id == circle.id,
            CoachingSession.state.in_(OVER),
        )
        .order_by(CoachingSession.starts_at.desc(), CoachingSession.id.desc())
    )
    return list(db.scalars(query).unique())


def _entries(db: Session, circle: Circle, held: Sequence[CoachingSession]) -> tuple[LogEntry, ...]:
    titles = cases.titles(db, held)
    names = {one.person_id: one.person.name for one in circle.memberships}
    return tuple(
        LogEntry(
            day=one.local_date,
            at=one.local_time,
            zone=one.zone,
            length=one.length,
            mode=one.mode,
            facilitator=names.get(one.facilitator_id or 0, ""),
            presenter=names.get(one.presenter_id or 0, ""),
            note_taker=names.get(one.note_taker_id or 0, ""),
            there=tuple(other.person.name for other in one.attendance if other.attended),
            title=titles.get(one.id, ""),
            assumed=one.assumed,
        )
        for one in held
    )


def send(db: Session, actor: Actor, circle_id: int, form: str, now: datetime) -> None:
    """The whole log as a file, to the lead who asks; one that still waits is enough."""
    circle = access.circle(db, actor, circle_id, Right.EXPORT)
    _put(db, actor, Outgoing.LOG_FILE, circle.id, form if form in FORMATS else FORMATS[0], now)


def file_of(db: Session, circle: Circle, form: str) -> bytes:
    """The oldest session first, as people keep their lists."""
    held = [one for one in reversed(_past(db, circle)) if one.state is SessionState.HELD]
    rows = [_row(one) for one in _entries(db, circle, held)]
    return tables.as_json(HEAD, rows) if form == "json" else tables.as_csv(HEAD, rows)


def _row(one: LogEntry) -> tuple[Cell, ...]:
    return (
        one.day.isoformat(),
        f"{one.at:%H:%M}",
        one.zone,
        one.length,
        one.mode.value.replace("_", " "),
        one.facilitator,
        one.presenter,
        one.note_taker,
        ", ".join(one.there),
        one.title,
        "yes" if one.assumed else "no",
    )


# --- one's own hours ---


def hours(db: Session, person: Person) -> HoursFacts:
    """Their own, whatever circle it was in, and whether they are in it still or not."""
    query = (
        select(CoachingSession)
        .join(Attendance, Attendance.session_id == CoachingSession.id)
        .where(
            CoachingSession.workspace_id == person.workspace_id,
            CoachingSession.state == SessionState.HELD,
            Attendance.person_id == person.id,
            Attendance.attended.is_(True),
        )
        .order_by(CoachingSession.starts_at, CoachingSession.id)
    )
    return HoursFacts(
        tuple(
            Attended(one.local_date, one.circle.name, one.length, _roles(one, person.id))
            for one in db.scalars(query).unique()
        )
    )


def _roles(session: CoachingSession, person_id: int) -> tuple[str, ...]:
    presented = COACHED_FIRST if session.circle.kind is CircleKind.PAIR else PRESENTED
    had = {
        presented: session.holder(Role.PRESENTER) == person_id,
        TOOK_NOTES: session.holder(Role.NOTE_TAKER) == person_id,
        FACILITATED: session.facilitator_id == person_id,
    }
    return tuple(role for role, theirs in had.items() if theirs) or (TOOK_PART,)


def send_hours(db: Session, actor: Actor, now: datetime) -> None:
    """As a file that proves attendance and holds no content."""
    _put(db, actor, Outgoing.HOURS_FILE, None, FORMATS[0], now)


def hours_file(db: Session, person: Person) -> bytes:
    rows = [
        (one.day.isoformat(), one.circle, one.length, ", ".join(one.roles))
        for one in hours(db, person).sessions
    ]
    return tables.as_csv(HOURS_HEAD, rows)


def _put(db: Session, actor: Actor, kind: Outgoing, circle: int | None, form: str, now: datetime) -> None:
    about = circle or actor.person.id
    waiting = outbox.about(db, actor.workspace_id, kind, about)
    if any(
        one.person_id == actor.person.id and one.state is OutboxState.DUE and one.facts["form"] == form
        for one in waiting
    ):
        return
    outbox.put(
        db,
        kind,
        f"{kind}:{about}:{actor.person.id}:{uuid4().hex}",
        workspace_id=actor.workspace_id,
        circle_id=circle,
        person=actor.person,
        subject=about,
        facts={"form": form},
        due_at=now,
        now=now,
    )

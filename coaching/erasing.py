"""Somebody is erased: out of all circles, their words deleted, their name gone.

What the turns and the in-person rule count (who held which role when) stays, under a row that is nobody's.
Every column that refers to a person is in one of two lists here; a test holds them to the schema.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from coaching import access, members, outbox
from coaching.access import Actor
from coaching.rules.places import TO_BE_AGREED
from coaching.rules.terms import CircleKind, CircleState, Mode, PersonKind, SessionState
from storage.engine import leave_no_trace
from storage.models import (
    ActionItem,
    Attendance,
    AuditEntry,
    Away,
    CalendarFeed,
    Case,
    Circle,
    CoachingSession,
    EvaluationAsked,
    EvaluationReceipt,
    FormDraft,
    Installation,
    Invitation,
    Membership,
    Notes,
    OutboxRow,
    Outgoing,
    PairReflection,
    Person,
    Poll,
    PollAnswer,
    ProgrammeOwner,
    Reminder,
    RoleSwap,
    SwapAsk,
)
from storage.models.workspaces import MONDAY_TO_FRIDAY

NAME = "Somebody who was erased"
MARK = "erased-"
"""Begins what stands for their Slack id; Slack's own are of capitals and figures."""

GOES: tuple[InstrumentedAttribute[Any], ...] = (
    Reminder.person_id,
    OutboxRow.person_id,
    Case.person_id,
    Notes.person_id,
    ActionItem.owner_id,
    PairReflection.person_id,
    PollAnswer.person_id,
    FormDraft.person_id,
    CalendarFeed.person_id,
    Away.person_id,
    Invitation.person_id,
    ProgrammeOwner.person_id,
)
"""Rows that are theirs, or tell of them, go with them."""

STAYS: tuple[InstrumentedAttribute[Any], ...] = (
    Membership.person_id,
    CoachingSession.facilitator_id,
    CoachingSession.presenter_id,
    CoachingSession.note_taker_id,
    CoachingSession.created_by_id,
    CoachingSession.message_by_id,
    CoachingSession.remote_reason_by_id,
    CoachingSession.closing_reason_by_id,
    Attendance.person_id,
    RoleSwap.one_id,
    RoleSwap.other_id,
    SwapAsk.holder_id,
    SwapAsk.asked_id,
    SwapAsk.taker_id,
    Circle.created_by_id,
    Circle.before_presenter_id,
    Circle.before_note_taker_id,
    Invitation.invited_by_id,
    ProgrammeOwner.named_by_id,
    Poll.opened_by_id,
    Notes.written_by_id,
    Notes.edited_by_id,
    AuditEntry.actor_id,
    EvaluationAsked.person_id,
    EvaluationReceipt.person_id,
)
"""Rows that others need go on, and say that it was somebody who was erased. Of an evaluation that is open
both lists stay as they are: taking somebody out of one would tell something, and both go when it closes."""

NAMING = (
    Outgoing.WELCOME,
    Outgoing.SESSION_CARD,
    Outgoing.SESSION_NEWS,
    Outgoing.SESSION_MOVED,
    Outgoing.SESSION_PLACE,
    Outgoing.SESSION_CANCELLED,
    Outgoing.STARTING_SOON,
    Outgoing.ROLE_NEWS,
    Outgoing.SWAP_ASK,
    Outgoing.SWAP_OFFER,
    Outgoing.SWAP_CONVENER,
    Outgoing.SWAP_NEWS,
    Outgoing.TOO_FEW,
    Outgoing.POLL,
    Outgoing.POLL_REMINDER,
    Outgoing.POLL_CLOSED,
    Outgoing.POLL_UNDECIDED,
    Outgoing.POLL_LAPSED,
    Outgoing.INVITATION,
    Outgoing.CIRCLE_NEWS,
    Outgoing.PERSON_GONE,
    Outgoing.AGENDA,
    Outgoing.CASE_SHARED,
    Outgoing.WHAT_COMES_NEXT,
    Outgoing.DID_YOU_MEET,
    Outgoing.REFLECTION_SHARED,
)
"""Messages of a circle in which somebody's name, or what they wrote, can stand."""


def erase(db: Session, workspace_id: str, slack_id: str, now: datetime) -> bool:
    """Everything of one person. False where nobody by that id is known (any more): nothing happens then."""
    installed = _forget_installer(db, workspace_id, slack_id)
    person = db.scalar(
        select(Person)
        .where(Person.workspace_id == workspace_id, Person.slack_id == slack_id)
        # A second click waits here. Others may go on to refer to the row meanwhile.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if person is None:
        return installed
    circles = _ever_in(db, person)
    _leave_all(db, person, now)
    _take_words(db, person)
    _take_places(db, person, now)
    db.flush()
    _take_rows(db, person)
    _show(db, circles, now)
    _forget(db, person)
    leave_no_trace(db)
    return True


def known_as(db: Session, workspace_id: str, slack_id: str) -> str | None:
    """By which name, if anything is stored about them. Who only installed the bot it has not met yet."""
    met = select(Person.name).where(Person.workspace_id == workspace_id, Person.slack_id == slack_id)
    installed = select(Installation.workspace_id).where(*_installed_by(workspace_id, slack_id))
    if (name := db.scalar(met)) is not None:
        return name
    return None if db.scalar(installed) is None else "whoever installed the bot"


def _forget_installer(db: Session, workspace_id: str, slack_id: str) -> bool:
    """Whether they were it."""
    done = update(Installation).where(*_installed_by(workspace_id, slack_id)).values(installer_slack_id="")
    if db.execute(done.returning(Installation.workspace_id)).first() is None:
        return False
    leave_no_trace(db)
    return True


def _installed_by(workspace_id: str, slack_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Installation.workspace_id == workspace_id, Installation.installer_slack_id == slack_id


def _ever_in(db: Session, person: Person) -> list[int]:
    return list(
        db.scalars(
            select(Membership.circle_id)
            .where(Membership.workspace_id == person.workspace_id, Membership.person_id == person.id)
            .distinct()
            .order_by(Membership.circle_id)
        )
    )


def _leave_all(db: Session, person: Person, now: datetime) -> None:
    """As if they left each circle of themself: roles pass on, a lead is found, cards follow."""
    actor = Actor(person.workspace_id, person)
    for circle in access.circles(db, actor, closed=True):
        if circle.state is CircleState.CLOSED:
            for member in [one for one in circle.members if one.person_id == person.id]:
                member.left_at, member.lead = now, False
        else:
            members.leave(db, actor, circle.id, now)
    db.flush()


def _take_words(db: Session, person: Person) -> None:
    """What they wrote in rows that others need as well."""
    nothing: dict[str, Any] = dict.fromkeys(("discussed", "offered", "ideas", "learning", "barriers"), "")
    _in_place(db, Notes, {**nothing, "revision": Notes.revision + 1}, Notes.written_by_id == person.id)
    for words, by in (
        (CoachingSession.message, CoachingSession.message_by_id),
        (CoachingSession.remote_reason, CoachingSession.remote_reason_by_id),
        (CoachingSession.closing_reason, CoachingSession.closing_reason_by_id),
    ):
        _in_place(db, CoachingSession, {words.key: None}, by == person.id)
    _in_place(
        db,
        Membership,
        {"presenting_excused_until": None, "notes_excused_until": None},
        Membership.person_id == person.id,
    )


def _take_places(db: Session, person: Person, now: datetime) -> None:
    """A number or link that they gave for a session that has begun, and their workplace, wherever it stands.

    The circle may still need what they gave for one to come.
    """
    theirs = (
        CoachingSession.workspace_id == person.workspace_id,
        CoachingSession.created_by_id == person.id,
        CoachingSession.starts_at <= now,
    )
    _in_place(db, CoachingSession, {"link": None}, *theirs)
    _in_place(db, CoachingSession, {"place": None}, *theirs, CoachingSession.mode == Mode.PHONE)
    if person.workplace:
        at_theirs = (
            CoachingSession.workspace_id == person.workspace_id,
            CoachingSession.place == person.workplace,
        )
        _in_place(db, CoachingSession, {"place": None}, *at_theirs, CoachingSession.starts_at <= now)
        _in_place(db, CoachingSession, {"place": TO_BE_AGREED}, *at_theirs)
        _in_place(
            db,
            Circle,
            {"usual_place": None},
            Circle.workspace_id == person.workspace_id,
            Circle.usual_place == person.workplace,
        )


def _take_rows(db: Session, person: Person) -> None:
    # Who has said that they came still counts, as long as nobody has recorded whether there was a session.
    unrecorded = select(CoachingSession.id).where(
        CoachingSession.workspace_id == person.workspace_id, CoachingSession.state == SessionState.SCHEDULED
    )
    mine = (Attendance.workspace_id == person.workspace_id, Attendance.person_id == person.id)
    db.execute(delete(Attendance).where(*mine, Attendance.session_id.not_in(unrecorded)))
    _in_place(db, Attendance, {"answered_at": None, "wants_calendar": False}, *mine)
    for column in GOES:
        db.execute(delete(column.class_).where(column == person.id))
    db.expire_all()


def _show(db: Session, circles: Sequence[int], now: datetime) -> None:
    """What stands in Slack and may name them is drawn anew, as far as it can still be edited."""
    days = select(Reminder.outbox_id).where(Reminder.circle_id.in_(circles))
    pairs = select(Circle.id).where(Circle.id.in_(circles), Circle.kind == CircleKind.PAIR)
    named = or_(
        OutboxRow.circle_id.in_(circles) & OutboxRow.kind.in_(NAMING),
        # A pair's looking back is nobody's secret to the two; of a group's evaluation nothing is touched.
        OutboxRow.circle_id.in_(pairs) & (OutboxRow.kind == Outgoing.EVALUATION),
        OutboxRow.id.in_(days) & (OutboxRow.kind == Outgoing.BOOKKEEPING),
    )
    standing = db.scalars(
        select(OutboxRow)
        .where(named, OutboxRow.state.in_(outbox.STANDING))
        .order_by(OutboxRow.id)
        .with_for_update()
    )
    outbox.refresh(db, standing.all(), now)


def is_erased(slack_id: str) -> bool:
    """Whether it stands for somebody who was erased."""
    return slack_id.startswith(MARK)


def touched(circle: Circle) -> bool:
    """Whether somebody who was ever in it was erased: what is over must then be drawn anew all the same."""
    return any(is_erased(one.person.slack_id) for one in circle.memberships)


def _forget(db: Session, person: Person) -> None:
    """The row is nobody's from now on: whoever comes by the old Slack id is a new person."""
    person.slack_id = f"{MARK}{uuid4().hex}"
    person.name, person.zone, person.locale = NAME, "UTC", ""
    person.kind, person.active, person.workspace_admin = PersonKind.FULL, False, False
    person.working_days, person.workplace, person.reminders_off = list(MONDAY_TO_FRIDAY), None, []
    person.dm_channel = person.home_opened_at = person.looked_up_at = None
    db.flush()


def _in_place(db: Session, model: type[Any], values: dict[str, Any], *where: Any) -> None:
    """Past the objects in hand, which `_take_rows` lets go of."""
    table = cast(Table, model.__table__)
    db.execute(update(table).where(*where).values(values))

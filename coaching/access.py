"""The only door to a circle, a session or a case: who may do what, checked at the moment of the click.

Ids that come back from Slack are claims. Every look-up here takes the workspace of the signed request,
and answers the same for *not yours* and *not there*.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from coaching import people
from coaching.errors import NotAllowed, NotFound, NotYours
from coaching.rules.audit_facts import About
from coaching.rules.terms import CircleState, PersonKind, WhoMaySchedule
from storage.models import Case, Circle, CoachingSession, Membership, Person, ProgrammeOwner

PROGRAMME_IS_FOR = "The programme page is for people in a circle, and for programme owners."


class Right(StrEnum):
    SEE = "see"
    SCHEDULE = "schedule"
    """Schedule, move, cancel."""
    RECORD = "record"
    """Say what happened."""
    EXPORT = "export"
    """Take the coaching log out as a file."""
    AUDIT = "audit"
    """Read what was done to the circle, and by whom."""
    EDIT = "edit"
    """Edit the circle, add or remove people, hand it over, pause and close it."""


@dataclass(frozen=True)
class Who:
    """Which standing a right asks for, and the sentence for those who can see but not do it."""

    lead_only: bool
    refusal: str = ""


RIGHTS = {
    Right.SEE: Who(lead_only=False),
    Right.SCHEDULE: Who(lead_only=False, refusal="In this circle the coaching leads schedule sessions."),
    Right.RECORD: Who(lead_only=False),
    Right.EXPORT: Who(
        lead_only=True, refusal="The coaching leads can take the log out as a file. Ask one of them for it."
    ),
    Right.AUDIT: Who(
        lead_only=True, refusal="The coaching leads can read what was done here. Ask one of them."
    ),
    Right.EDIT: Who(
        lead_only=True, refusal="The coaching leads look after this. Ask one of them to change it."
    ),
}

IN_CLOSED_ONES = (Right.SEE, Right.EXPORT, Right.AUDIT)
"""What those who were in a circle at its end may still do."""


ABOUT = "coach_about"


def watch(db: Session, about: About) -> None:
    """From here on what is looked up for a request, granted or refused, is written down in `about`."""
    db.info[ABOUT] = about


def note(db: Session, *, circle_id: int | None = None, session_id: int | None = None) -> None:
    """What a request is about. Use cases call it for what they make; all else comes through the look-ups."""
    about = db.info.get(ABOUT)
    if isinstance(about, About):
        about.circle_id = circle_id if circle_id is not None else about.circle_id
        about.session_id = session_id if session_id is not None else about.session_id


@dataclass(frozen=True)
class Actor:
    """The person behind a signed request."""

    workspace_id: str
    person: Person


def actor(db: Session, workspace_id: str, slack_id: str) -> Actor:
    """Raises `UnknownPeople` when the bot has not met them, `NotAllowed` for bots and people who left."""
    person = people.somebody(db, workspace_id, slack_id)
    if not person.active or person.kind is PersonKind.BOT:
        raise NotYours("Only people who are active in this workspace can do this.")
    return Actor(workspace_id, person)


def circle(db: Session, actor: Actor, circle_id: int, right: Right, *, lock: bool = False) -> Circle:
    """`lock` makes others wait who want to change the same circle (SQLite has one writer anyway)."""
    query = (
        select(Circle)
        .join(Membership)
        .where(
            Circle.workspace_id == actor.workspace_id,
            Circle.id == circle_id,
            Membership.person_id == actor.person.id,
            Membership.left_at.is_(None),
        )
    )
    note(db, circle_id=circle_id)
    found = db.scalar(query.with_for_update(of=Circle) if lock else query)
    if found is None:
        raise NotFound
    _check(found, actor, right)
    return found


def locked(db: Session, found: Circle) -> Circle:
    """A circle that nobody clicked on, read anew and held: others wait who want to change it."""
    db.refresh(found, with_for_update=True)
    return found


def session(
    db: Session, actor: Actor, session_id: int, right: Right, *, lock: bool = False
) -> CoachingSession:
    """`lock` makes others wait who want to change the same session (SQLite has one writer anyway)."""
    query = (
        select(CoachingSession)
        .where(CoachingSession.workspace_id == actor.workspace_id, CoachingSession.id == session_id)
        # Not every click asks for these, and of one session they cost no more when it does.
        .options(lazyload(CoachingSession.attendance), lazyload(CoachingSession.open_searches))
    )
    if lock:
        query = query.with_for_update(of=CoachingSession)
    note(db, session_id=session_id)
    found = db.scalar(query)
    if found is not None:
        note(db, circle_id=found.circle_id)
    if found is None or found.circle.member(actor.person.id) is None:
        raise NotFound
    _check(found.circle, actor, right)
    return found


def case(db: Session, actor: Actor, case_id: int) -> Case:
    """One that is shared with the actor's circle. A draft is there for nobody; its author has the form."""
    found = db.scalar(select(Case).where(Case.workspace_id == actor.workspace_id, Case.id == case_id))
    if found is not None:
        note(db, session_id=found.session_id)
    if found is None or not found.readable:
        raise NotFound
    session(db, actor, found.session_id, Right.SEE)
    return found


def programme(db: Session, actor: Actor) -> None:
    """The programme page: for its owners, and just so for everybody in a circle, also in a closed one."""
    inside = select(Membership.id).where(
        Membership.workspace_id == actor.workspace_id,
        Membership.person_id == actor.person.id,
        Membership.left_at.is_(None),
    )
    if not owns_programme(db, actor) and db.scalar(inside.limit(1)) is None:
        raise NotYours(PROGRAMME_IS_FOR)


def owns_programme(db: Session, actor: Actor) -> bool:
    """Who has become a guest owns it no longer."""
    named = select(ProgrammeOwner).where(
        ProgrammeOwner.workspace_id == actor.workspace_id, ProgrammeOwner.person_id == actor.person.id
    )
    return actor.person.kind is PersonKind.FULL and db.scalar(named) is not None


def circles(db: Session, actor: Actor, *, closed: bool = False) -> list[Circle]:
    """The actor's circles by name."""
    query = (
        select(Circle)
        .join(Membership)
        .where(
            Circle.workspace_id == actor.workspace_id,
            Membership.person_id == actor.person.id,
            Membership.left_at.is_(None),
        )
        .order_by(Circle.name, Circle.id)
    )
    if not closed:
        query = query.where(Circle.state != CircleState.CLOSED)
    return list(db.scalars(query).unique())


def may(found: Circle, person_id: int, right: Right) -> bool:
    """Whether a member has a right, without raising: for showing a button or not."""
    member = found.member(person_id)
    if member is None:
        return False
    lead_only = RIGHTS[right].lead_only
    if right is Right.SCHEDULE:
        lead_only = found.who_may_schedule is WhoMaySchedule.LEADS
    return member.lead or not lead_only


def _check(found: Circle, actor: Actor, right: Right) -> None:
    if not may(found, actor.person.id, right):
        raise NotYours(RIGHTS[right].refusal)
    if found.state is CircleState.CLOSED and right not in IN_CLOSED_ONES:
        raise NotAllowed("This circle is closed. Its log stays readable; nothing in it can be changed.")

"""The only door to a circle, a session or a case: who may do what, checked at the moment of the click.

Ids that come back from Slack are claims. Every look-up here takes the workspace of the signed request,
and answers the same for *not yours* and *not there*.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from coaching import people
from coaching.errors import Nobody, NotAllowed, NotFound, NotYours
from coaching.rules.audit_facts import About
from coaching.rules.terms import CircleState, PersonKind, WhoMaySchedule
from storage.models import Case, Circle, CoachingSession, Membership, Person, ProgrammeOwner


class Standing(StrEnum):
    """What somebody is: to a circle, or to the workspace where no circle is concerned."""

    LEAD = "coaching lead"
    MEMBER = "member"
    GUEST_MEMBER = "guest in the circle"
    OWNER = "programme owner"
    COLLEAGUE = "full member of the workspace"
    GUEST = "guest of the workspace"
    NOBODY = "bot, deactivated, from elsewhere"


class Right(StrEnum):
    """What is asked for. The words stand in `docs/permissions.md`."""

    SEE = "see a circle, its sessions, roles, log, results, shared cases, notes; answer for oneself; leave"
    SCHEDULE = "schedule, move, skip, cancel; find a time"
    RECORD = "say what happened"
    EXPORT = "take the coaching log out as a file"
    AUDIT = "read what was done to the circle, and by whom"
    EDIT = "edit the circle, add or remove people, excuse, hand over, pause, close"
    MAKE = "make a circle"
    PROGRAMME = "see sums over all circles"
    OWNERS = "name programme owners"
    ONESELF = "have settings, days away, a calendar, one's own hours"


@dataclass(frozen=True)
class Who:
    """Which standings a right asks for, and the sentence for others who may know that there is something."""

    standings: frozenset[Standing]
    refusal: str = ""


NOT_ACTIVE = "Only people who are active in this workspace can do this."
INSIDE = frozenset({Standing.LEAD, Standing.MEMBER, Standing.GUEST_MEMBER})
LEADS = frozenset({Standing.LEAD})

RIGHTS = {
    Right.SEE: Who(INSIDE),
    # A circle can leave it to its leads: `Circle.who_may_schedule`.
    Right.SCHEDULE: Who(INSIDE, "In this circle the coaching leads schedule sessions."),
    Right.RECORD: Who(INSIDE),
    Right.EXPORT: Who(LEADS, "The coaching leads can take the log out as a file. Ask one of them for it."),
    Right.AUDIT: Who(LEADS, "The coaching leads can read what was done here. Ask one of them."),
    Right.EDIT: Who(LEADS, "The coaching leads look after this. Ask one of them to change it."),
    Right.MAKE: Who(
        frozenset({Standing.LEAD, Standing.MEMBER, Standing.OWNER, Standing.COLLEAGUE}),
        "Guests cannot make circles. Ask a colleague who is a full member; they can add you to one.",
    ),
    Right.PROGRAMME: Who(
        INSIDE | {Standing.OWNER}, "The programme page is for people in a circle, and for programme owners."
    ),
    Right.OWNERS: Who(frozenset({Standing.OWNER}), "Programme owners look after this. Nothing was changed."),
    Right.ONESELF: Who(INSIDE | {Standing.OWNER, Standing.COLLEAGUE, Standing.GUEST}, NOT_ACTIVE),
}
"""Who may do what. A right to a circle is asked of the standing in that very circle, all others of whatever
somebody is in this workspace."""

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
    """Raises `UnknownPeople` when the bot has not met them, `NotAllowed` for bots and people who left.

    `Nobody` where Slack names nobody, as it may in an event.
    """
    if not slack_id:
        raise Nobody
    person = people.somebody(db, workspace_id, slack_id)
    if not person.active or person.kind is PersonKind.BOT:
        raise NotYours(NOT_ACTIVE)
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


def make(actor: Actor) -> None:
    """A new circle. Raises `NotYours`."""
    _check_any({_outside(actor.person)}, Right.MAKE)


def programme(db: Session, actor: Actor) -> None:
    """The programme page: for its owners, and just so for everybody in a circle, also in a closed one."""
    inside = select(Membership).where(
        Membership.workspace_id == actor.workspace_id,
        Membership.person_id == actor.person.id,
        Membership.left_at.is_(None),
    )
    found = {_inside(one) for one in db.scalars(inside.limit(1))}
    _check_any({*found, *([Standing.OWNER] if owns_programme(db, actor) else [])}, Right.PROGRAMME)


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
    leads_only = right is Right.SCHEDULE and found.who_may_schedule is WhoMaySchedule.LEADS
    return _inside(member) in (LEADS if leads_only else RIGHTS[right].standings)


def _inside(member: Membership) -> Standing:
    if member.lead:
        return Standing.LEAD
    return Standing.GUEST_MEMBER if member.person.kind is PersonKind.GUEST else Standing.MEMBER


def _outside(person: Person) -> Standing:
    return Standing.COLLEAGUE if person.kind is PersonKind.FULL else Standing.GUEST


def _check_any(standings: set[Standing], right: Right) -> None:
    if not standings & RIGHTS[right].standings:
        raise NotYours(RIGHTS[right].refusal)


def _check(found: Circle, actor: Actor, right: Right) -> None:
    if not may(found, actor.person.id, right):
        raise NotYours(RIGHTS[right].refusal)
    if found.state is CircleState.CLOSED and right not in IN_CLOSED_ONES:
        raise NotAllowed("This circle is closed. Its log stays readable; nothing in it can be changed.")

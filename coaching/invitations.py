"""Coming back: who left a circle, or was taken out, is in it again only by pressing "Join"."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coaching import access, members, outbox, sessions
from coaching.access import Actor
from coaching.errors import NotAllowed, NotFound
from coaching.rules.terms import CircleState
from storage.models import Circle, Invitation, Outgoing, Person
from storage.upsert import insert_if_absent

MOST_MEMBERS, MOST_WITHOUT_CHANNEL = 30, 8


def invite(db: Session, circle: Circle, by: Person, invited: Sequence[Person], now: datetime) -> None:
    """Asks each of them, who is not asked already."""
    for person in invited:
        new = insert_if_absent(
            db,
            Invitation,
            workspace_id=circle.workspace_id,
            circle_id=circle.id,
            person_id=person.id,
            invited_by_id=by.id,
            invited_at=now,
        )
        if new:
            _ask(db, circle, person, now)


def join(db: Session, actor: Actor, invitation_id: int, now: datetime) -> Circle:
    """In the circle again: welcomed, asked to the coming sessions, at the end of the lines.

    Raises `NotFound` for an invitation of somebody else's, and `NotAllowed` for one that is over. A second
    press changes nothing.
    """
    invitation = db.scalar(
        select(Invitation).where(
            Invitation.workspace_id == actor.workspace_id,
            Invitation.id == invitation_id,
            Invitation.person_id == actor.person.id,
        )
    )
    if invitation is None:
        raise NotFound
    circle = access.locked(db, db.get_one(Circle, invitation.circle_id))
    access.note(db, circle_id=circle.id)
    db.refresh(invitation)
    if circle.member(actor.person.id) is not None:
        return circle
    _check(circle, invitation)
    before, were = circle.conversation, len(circle.members)
    invitation.answered_at = now
    newcomers = members.add(circle, [actor.person], [], now)
    members.touch(circle)
    members.tell_leads(db, circle, members.settle(circle), were, now)
    db.flush()
    members.welcome(db, circle, newcomers, now)
    sessions.members_changed(db, circle, newcomers, now)
    if circle.conversation != before:
        sessions.put_cards_anew(db, circle, now)
    outbox.home(db, [one.person for one in circle.members], now)
    return circle


def is_open(circle: Circle, invitation: Invitation) -> bool:
    """Whether pressing "Join" would still do something."""
    inviter_is_there = circle.member(invitation.invited_by_id) is not None
    return invitation.answered_at is None and circle.state is not CircleState.CLOSED and inviter_is_there


def withdraw(db: Session, circle: Circle, now: datetime) -> None:
    """Nobody joins a circle that is closed; what stands about it says so."""
    for_circle = (Invitation.workspace_id == circle.workspace_id, Invitation.circle_id == circle.id)
    waiting = list(db.scalars(select(Invitation).where(*for_circle, Invitation.answered_at.is_(None))))
    db.execute(
        update(Invitation).where(*for_circle, Invitation.answered_at.is_(None)).values(answered_at=now)
    )
    for one in waiting:
        outbox.refresh(db, outbox.about(db, circle.workspace_id, Outgoing.INVITATION, one.id), now)


def _ask(db: Session, circle: Circle, person: Person, now: datetime) -> None:
    invitation = db.scalars(
        select(Invitation.id).where(
            Invitation.workspace_id == circle.workspace_id,
            Invitation.circle_id == circle.id,
            Invitation.person_id == person.id,
            Invitation.answered_at.is_(None),
        )
    ).one()
    outbox.put(
        db,
        Outgoing.INVITATION,
        f"invitation:{invitation}",
        workspace_id=circle.workspace_id,
        circle_id=circle.id,
        person=person,
        subject=invitation,
        due_at=now,
        now=now,
    )


def _check(circle: Circle, invitation: Invitation) -> None:
    if circle.state is CircleState.CLOSED:
        raise NotAllowed("This circle was closed meanwhile, so nobody can join it any more.")
    if not is_open(circle, invitation):
        raise NotAllowed(
            "This invitation is over: whoever asked you is not in the circle any more, or you have left it "
            "since. Ask a coaching lead for a new one."
        )
    most = MOST_MEMBERS if circle.channel else MOST_WITHOUT_CHANNEL
    if len(circle.members) >= most:
        raise NotAllowed("The circle is full just now. Ask a coaching lead to make room for you.")

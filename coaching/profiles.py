"""What Slack says about people who are known here: taken over, with all that follows from it."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coaching import away, members, people
from coaching.access import Actor
from coaching.people import Profile
from coaching.rules.terms import CircleState
from storage.models import Circle, Membership, Person, Workspace

FRESH_FOR = timedelta(hours=20)
"""Looked up once a night, however many workers there are."""


def changed(db: Session, workspace_id: str, profile: Profile, now: datetime) -> None:
    """A new name or zone, or somebody has left: circles, reminders and turns follow."""
    person = people.update_known(db, workspace_id, profile)
    if person is not None and not person.active:
        members.left_slack(db, person, now)
    elif person is not None:
        away.follow_zone(db, Actor(workspace_id, person), now)


def to_look_up(db: Session, now: datetime, count: int) -> list[tuple[str, str]]:
    """Workspace and Slack id of members of circles about whom Slack was not asked lately.

    They count as asked from now on, so that two workers share the work.
    """
    in_a_circle = (
        select(Membership.id)
        .join(Circle, Circle.id == Membership.circle_id)
        .where(
            Membership.person_id == Person.id,
            Membership.left_at.is_(None),
            Circle.state != CircleState.CLOSED,
        )
        .exists()
    )
    found = db.scalars(
        select(Person)
        .join(Workspace, Workspace.id == Person.workspace_id)
        .where(
            Person.active,
            Workspace.paused_reason.is_(None),
            or_(Person.looked_up_at.is_(None), Person.looked_up_at < now - FRESH_FOR),
            in_a_circle,
        )
        .order_by(Person.id)
        .limit(count)
        .with_for_update(of=Person, skip_locked=True)
    ).all()
    for person in found:
        person.looked_up_at = now
    return [(person.workspace_id, person.slack_id) for person in found]

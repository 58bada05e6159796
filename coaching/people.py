"""The people of a workspace, as the bot knows them. Slack is asked once; its events keep them true."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, lazyload

from coaching.errors import UnknownPeople, WorkspaceErased
from coaching.rules import absence
from coaching.rules.facts import PersonFacts
from coaching.rules.hours import PersonHours
from coaching.rules.terms import PersonKind
from storage.models import Circle, Person, Workspace
from storage.upsert import insert_if_absent


@dataclass(frozen=True)
class Profile:
    """What Slack says about somebody."""

    slack_id: str
    name: str
    zone: str
    locale: str
    """Such as en-US; empty where Slack leaves it out."""
    kind: PersonKind
    active: bool
    workspace_admin: bool
    from_elsewhere: bool = False
    """Belongs to another workspace and is only met through a shared channel."""


def known(db: Session, workspace_id: str, slack_ids: Sequence[str]) -> list[Person]:
    """The people with these Slack ids, in the same order. Raises `UnknownPeople` for the rest."""
    rows = db.scalars(
        select(Person).where(Person.workspace_id == workspace_id, Person.slack_id.in_(slack_ids))
    ).all()
    by_id = {person.slack_id: person for person in rows}
    missing = [one for one in slack_ids if one not in by_id]
    if missing:
        raise UnknownPeople(missing)
    return [by_id[one] for one in slack_ids]


def somebody(db: Session, workspace_id: str, slack_id: str) -> Person:
    """One of them. Raises `UnknownPeople`. Their days away are read when they are asked for."""
    found = db.scalar(_one_person(), {"workspace": workspace_id, "slack_id": slack_id})
    if found is None:
        raise UnknownPeople([slack_id])
    return found


@cache
def _one_person() -> Select[Person]:
    return (
        select(Person)
        .where(Person.workspace_id == bindparam("workspace"), Person.slack_id == bindparam("slack_id"))
        .options(lazyload(Person.away))
    )


def names(db: Session, workspace_id: str, slack_ids: Sequence[str]) -> dict[str, str]:
    """Names by Slack id, of those whom the bot has met."""
    rows = db.scalars(
        select(Person).where(Person.workspace_id == workspace_id, Person.slack_id.in_(slack_ids))
    )
    return {person.slack_id: person.name for person in rows}


def learn(db: Session, workspace_id: str, profiles: Iterable[Profile]) -> None:
    """Keeps what Slack says. What people have set here themselves (working days, say) stays.

    Two requests may meet the same people at the same moment: the second waits for the first, and finds them.
    Raises `WorkspaceErased`: everybody is unknown there, so whoever does anything comes by here first.
    """
    if db.get(Workspace, workspace_id) is None:
        raise WorkspaceErased
    by_slack_id = {one.slack_id: one for one in profiles}
    these = select(Person).where(Person.workspace_id == workspace_id, Person.slack_id.in_(by_slack_id))
    known_ones = {person.slack_id for person in db.scalars(these)}
    for slack_id in sorted(
        by_slack_id.keys() - known_ones
    ):  # in one order, so that no two wait for each other
        one = by_slack_id[slack_id]
        facts = {"name": one.name, "zone": one.zone, "kind": one.kind}
        insert_if_absent(db, Person, workspace_id=workspace_id, slack_id=slack_id, **facts)
    for person in db.scalars(these):
        _write(person, by_slack_id[person.slack_id])
    db.flush()


def update_known(db: Session, workspace_id: str, profile: Profile) -> Person | None:
    """Slack says that somebody has changed. Whom the bot has never met it does not keep.

    Gives them when they live in another zone now, or came or went: what is laid out for them must follow.
    """
    person = db.scalar(
        select(Person).where(Person.workspace_id == workspace_id, Person.slack_id == profile.slack_id)
    )
    if person is None:
        return None
    before = (person.zone, person.active)
    _write(person, profile)
    return person if (person.zone, person.active) != before else None


def _write(person: Person, profile: Profile) -> None:
    person.name = profile.name
    person.zone = profile.zone
    person.locale = profile.locale or person.locale or ""
    person.kind = profile.kind
    person.active = profile.active and not profile.from_elsewhere
    person.workspace_admin = profile.workspace_admin


def with_ids(db: Session, workspace_id: str, ids: Iterable[int | None]) -> dict[int, Person]:
    """People by our own ids; ids of another workspace are not found."""
    wanted = {one for one in ids if one is not None}
    rows = db.scalars(select(Person).where(Person.workspace_id == workspace_id, Person.id.in_(wanted)))
    return {person.id: person for person in rows}


def hours(person: Person) -> PersonHours:
    """When they may be written to. Days away are no working days."""
    away = tuple((one.first_day, one.last_day) for one in person.away)
    return PersonHours(person.zone, frozenset(person.working_days), away)


def away_at(circle: Circle, moment: datetime) -> frozenset[int]:
    """Ids of the circle's members who are away at that moment, each by their own calendar."""
    return frozenset(
        one.person_id
        for one in circle.members
        if absence.is_away([stretch.stretch for stretch in one.person.away], moment, one.person.zone)
    )


def facts(person: Person) -> PersonFacts:
    return PersonFacts(person.id, person.slack_id, person.name, person.zone)

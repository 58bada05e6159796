"""The programme page: sums over all circles of a workspace, and the owners who are there to look at them."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coaching import access, people, results
from coaching.access import Actor
from coaching.errors import NotAllowed, NotYours, Refused
from coaching.packs import Pack
from coaching.rules import programme
from coaching.rules.fields import Field
from coaching.rules.programme import Met, Published, Quarter, Sums
from coaching.rules.programme_facts import ProgrammeDuty, ProgrammeFacts
from coaching.rules.terms import PersonKind
from storage.models import (
    CoachingSession,
    EvaluationResult,
    EvaluationWindow,
    KeptQuarter,
    Membership,
    Person,
    ProgrammeOwner,
    Workspace,
)
from storage.upsert import insert_if_absent

ONLY_OWNERS = access.RIGHTS[access.Right.OWNERS].refusal


def page(db: Session, actor: Actor, key: int | None, pack: Pack, now: datetime) -> ProgrammeFacts:
    """The quarter with that key, else the newest closed one. Raises `NotAllowed` for people in no circle."""
    access.programme(db, actor)
    quarters = _quarters(db, actor.workspace_id, now)
    if not quarters:
        return ProgrammeFacts((), None, 0, None, ())
    quarter = next((one for one in quarters if one.key == key), quarters[0])
    count, found = _counted(db, actor.workspace_id, quarter)
    words = results.words_of(pack)
    averages = found.averages if found else {}
    return ProgrammeFacts(
        quarters=quarters,
        quarter=quarter,
        circles=count,
        sums=found,
        averages=tuple((words.get(one, one), averages[one]) for one in results.in_order(words, averages)),
    )


def keep(db: Session, workspace_id: str, days: Sequence[date], now: datetime) -> None:
    """Something that the quarters of these days count is about to be deleted: their sums stay as they are.

    Only of those that can be shown still; what was kept of older ones goes.
    """
    shown = _quarters(db, workspace_id, now)
    for quarter in shown:
        if quarter in {Quarter.of(day) for day in days}:
            count, found = _counted(db, workspace_id, quarter)
            sums = asdict(found) if found else None
            insert_if_absent(
                db, KeptQuarter, workspace_id=workspace_id, key=quarter.key, circles=count, sums=sums
            )
    oldest = shown[-1].key if shown else 0
    db.execute(delete(KeptQuarter).where(KeptQuarter.workspace_id == workspace_id, KeptQuarter.key < oldest))


def _counted(db: Session, workspace_id: str, quarter: Quarter) -> tuple[int, Sums | None]:
    """How many circles, and their sums: as they were kept, else as they are."""
    kept = db.get(KeptQuarter, (workspace_id, quarter.key))
    if kept is not None:
        return kept.circles, Sums(**kept.sums) if kept.sums else None
    met = _met(db, workspace_id, quarter)
    settled = not _still_open(db, workspace_id, quarter)
    return programme.circles(met), programme.sums(met, _published(db, workspace_id, quarter), settled=settled)


def _quarters(db: Session, workspace_id: str, now: datetime) -> tuple[Quarter, ...]:
    """From the first session on; before it there is nothing to see."""
    since = db.scalar(
        select(func.min(CoachingSession.local_date)).where(
            CoachingSession.workspace_id == workspace_id, CoachingSession.state.in_(programme.PLANNED)
        )
    )
    kept = db.scalar(select(func.min(KeptQuarter.key)).where(KeptQuarter.workspace_id == workspace_id))
    begins = [one for one in (since, Quarter.at(kept).first if kept else None) if one]
    return programme.closed(now.astimezone(UTC).date(), min(begins)) if begins else ()


def _met(db: Session, workspace_id: str, quarter: Quarter) -> list[Met]:
    rows = db.execute(
        select(
            CoachingSession.circle_id,
            CoachingSession.state,
            CoachingSession.mode,
            CoachingSession.plan_version,
            CoachingSession.starts_at,
        ).where(
            CoachingSession.workspace_id == workspace_id,
            CoachingSession.state.in_(programme.PLANNED),
            CoachingSession.local_date >= quarter.first,
            CoachingSession.local_date < quarter.after,
        )
    ).all()
    inside = _inside(db, workspace_id)
    return [
        Met(circle, state, mode, moved=version > 1, people=inside(circle, starts_at))
        for circle, state, mode, version, starts_at in rows
    ]


def _inside(db: Session, workspace_id: str) -> Callable[[int, datetime], frozenset[int]]:
    """Who was in a circle at a moment; its first members also before it came here."""
    stays = defaultdict(list)
    for circle, person, founding, joined, left in db.execute(
        select(
            Membership.circle_id,
            Membership.person_id,
            Membership.founding,
            Membership.joined_at,
            Membership.left_at,
        ).where(Membership.workspace_id == workspace_id)
    ):
        stays[circle].append((person, None if founding else joined, left))

    def at(circle: int, moment: datetime) -> frozenset[int]:
        return frozenset(
            person
            for person, joined, left in stays[circle]
            if (joined is None or joined <= moment) and (left is None or moment < left)
        )

    return at


def _published(db: Session, workspace_id: str, quarter: Quarter) -> list[Published]:
    """Whole results of the quarter's sessions, and nothing else that is drawn from answers."""
    rows = db.execute(
        select(EvaluationResult.circle_id, EvaluationResult.figures)
        .join(CoachingSession, CoachingSession.id == EvaluationResult.session_id)
        .where(
            EvaluationResult.workspace_id == workspace_id,
            CoachingSession.local_date >= quarter.first,
            CoachingSession.local_date < quarter.after,
        )
    )
    return [
        Published(circle, {one: (figure["total"], figure["count"]) for one, figure in figures.items()})
        for circle, figures in rows
    ]


def _still_open(db: Session, workspace_id: str, quarter: Quarter) -> bool:
    query = (
        select(EvaluationWindow.id)
        .join(CoachingSession, CoachingSession.id == EvaluationWindow.session_id)
        .where(
            EvaluationWindow.workspace_id == workspace_id,
            EvaluationWindow.closed_at.is_(None),
            CoachingSession.local_date >= quarter.first,
            CoachingSession.local_date < quarter.after,
        )
    )
    return db.scalar(query.limit(1)) is not None


def duty(db: Session, actor: Actor) -> ProgrammeDuty:
    """What the actor may do about owners: add further ones, or name the first while there is none."""
    owners = _owners(db, actor.workspace_id)
    return ProgrammeDuty(
        owner=any(one.id == actor.person.id for one in owners),
        names_first=not owners and _looks_after_workspace(actor.person),
    )


def check_may_name(db: Session, actor: Actor) -> ProgrammeDuty:
    """For the form. Raises `NotAllowed`; an admin who comes second hears who the first owner is."""
    may = duty(db, actor)
    if may.owner or may.names_first:
        return may
    owners = _owners(db, actor.workspace_id)
    if owners and _looks_after_workspace(actor.person):
        raise NotYours(f"There is a programme owner already: {owners[0].name}. Owners add further ones.")
    raise NotYours(ONLY_OWNERS)


def name_owners(db: Session, actor: Actor, picked: Sequence[str], now: datetime) -> list[Person]:
    """Who owns the page from now on besides, by Slack ids. Raises `Refused` with what cannot be taken."""
    check_may_name(db, actor)  # first, because whom the bot has not met is looked up in Slack and kept
    chosen = people.known(db, actor.workspace_id, list(dict.fromkeys(picked)))
    _one_at_a_time(db, actor.workspace_id)
    may = check_may_name(db, actor)
    problem = _problem(chosen, 1 if may.names_first else programme.MOST_AT_ONCE)
    if problem:
        raise Refused({Field.OWNERS: problem})
    named = set(
        db.scalars(select(ProgrammeOwner.person_id).where(ProgrammeOwner.workspace_id == actor.workspace_id))
    )
    new = [one for one in chosen if one.id not in named]
    for person in new:
        db.add(
            ProgrammeOwner(
                workspace_id=actor.workspace_id,
                person_id=person.id,
                named_by_id=actor.person.id,
                named_at=now,
            )
        )
    db.flush()
    return chosen


def first_owner(db: Session, person: Person, now: datetime, *, first: bool) -> None:
    """Whoever installs the bot owns the page, where nobody does who can act as its owner.

    Where it was before (not `first`) only those who could name the first owner too: the workspace's admins.
    """
    _one_at_a_time(db, person.workspace_id)
    if _owners(db, person.workspace_id) or not person.active or person.kind is not PersonKind.FULL:
        return
    if not (first or person.workspace_admin):
        return
    by_themself = {"person_id": person.id, "named_by_id": person.id, "named_at": now}
    insert_if_absent(db, ProgrammeOwner, workspace_id=person.workspace_id, **by_themself)


def step_down(db: Session, actor: Actor) -> None:
    """Owners take out only themselves, and never the last one."""
    _one_at_a_time(db, actor.workspace_id)
    owners = _owners(db, actor.workspace_id)
    if all(one.id != actor.person.id for one in owners):
        raise NotYours(ONLY_OWNERS)
    if len(owners) == 1:
        raise NotAllowed("You are the only programme owner. Add somebody first, then you can stop.")
    db.delete(db.get_one(ProgrammeOwner, (actor.workspace_id, actor.person.id)))
    db.flush()


def _owners(db: Session, workspace_id: str) -> Sequence[Person]:
    """Those who can act as such. Who has left Slack, or is a guest now, counts as none."""
    query = (
        select(Person)
        .join(ProgrammeOwner, ProgrammeOwner.person_id == Person.id)
        .where(
            ProgrammeOwner.workspace_id == workspace_id,
            Person.active.is_(True),
            Person.kind == PersonKind.FULL,
        )
        .order_by(ProgrammeOwner.named_at, Person.id)
    )
    return db.scalars(query).all()


def _looks_after_workspace(person: Person) -> bool:
    return person.workspace_admin and person.active and person.kind is PersonKind.FULL


def _one_at_a_time(db: Session, workspace_id: str) -> None:
    """Owners of a workspace change one after another, so that two admins do not both name the first."""
    db.execute(select(Workspace.id).where(Workspace.id == workspace_id).with_for_update())


def _problem(chosen: Sequence[Person], most: int) -> str | None:
    if not chosen:
        return "Choose somebody."
    for one in chosen:
        if one.kind is PersonKind.BOT:
            return f"{one.name} is an app, and apps own nothing."
        if not one.active:
            return f"{one.name} is not active in this workspace."
        if one.kind is not PersonKind.FULL:
            return f"{one.name} is a guest. Programme owners are full members."
    if len(chosen) > most:
        return (
            "Choose one person; they can add others."
            if most == 1
            else f"Choose up to {most} people at a time."
        )
    return None

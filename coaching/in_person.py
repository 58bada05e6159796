"""Where a circle stands with meeting in person."""

from datetime import datetime

from sqlalchemy.orm import Session

from coaching import dates, history, outbox, roles
from coaching.rules import in_person
from coaching.rules.facts import InPersonFacts
from coaching.rules.places import place_in_turn
from coaching.rules.terms import Mode
from storage.models import Circle, CoachingSession, Outgoing

WORDS = {Mode.IN_PERSON: "in person", Mode.VIDEO: "video", Mode.PHONE: "phone"}


def state(
    db: Session, circle: Circle, *, before: datetime, itself: CoachingSession | None = None
) -> in_person.State:
    """The rule's answer for a session at `before`; the session in hand itself is left out."""
    earlier = [
        one
        for one in history.counting(db, circle, without=itself.id if itself else None)
        if one.starts_at < before
    ]
    modes = [one.mode for one in earlier]
    return in_person.state(modes, circle.in_person_every, before_in_person=circle.before_in_person)


def proposed_place(db: Session, circle: Circle) -> str | None:
    """Where to meet in person: the members' workplaces in turn, else the circle's usual place."""
    workplaces = [one.person.workplace for one in circle.members if one.person.workplace]
    visited = [
        one.place
        for one in history.counting(db, circle)
        if one.mode is Mode.IN_PERSON and one.place is not None
    ]
    return place_in_turn(workplaces, visited) or circle.usual_place


def facts(found: in_person.State) -> InPersonFacts:
    return InPersonFacts(found.every, found.due, found.in_person, found.of_last, found.last)


def sentences(db: Session, circle: Circle, now: datetime) -> list[str]:
    """How the circle stands, in words that a screen reader reads well; the first says the most."""
    coming = [one for one in history.counting(db, circle) if one.starts_at > now]
    after = coming[-1].ends_at if coming else now
    found = state(db, circle, before=after)
    lines = [_standing(found)]
    if found.last:
        lines.append("Held or scheduled: " + ", ".join(WORDS[mode] for mode in found.last) + ".")
    due = _due_date(db, circle, found, now)
    if due:
        lines.append(f"The next one that should be in person: {due}.")
    return lines


def tell_if_later_due(db: Session, changed: CoachingSession, now: datetime) -> None:
    """A change can make a later session due in person; its convener is told once."""
    circle = changed.circle
    sessions = history.counting(db, circle)
    earlier = [one for one in sessions if one.starts_at <= changed.starts_at]
    later = [one for one in sessions if one.starts_at > changed.starts_at and one.starts_at > now]
    due = in_person.due_among(
        [one.mode for one in earlier],
        [one.mode for one in later],
        circle.in_person_every,
        before_in_person=circle.before_in_person,
    )
    for place in due:
        session = later[place]
        convener = roles.convener(db, circle, session, at=now)
        if convener is not None and session.remote_reason is None:
            outbox.put(
                db,
                Outgoing.IN_PERSON_DUE,
                f"in-person-due:{session.id}",
                workspace_id=circle.workspace_id,
                session=session,
                person=convener,
                due_at=now,
                expires_at=session.starts_at,
                now=now,
            )


def _standing(found: in_person.State) -> str:
    if not found.every:
        return "The in-person rule is off."
    rule = f"At least 1 in {found.every} in person"
    if found.due:
        return f"{rule}: the next one to be scheduled should be in person."
    if not found.of_last:
        return f"{rule}: nothing has counted yet."
    return f"{rule}: {found.in_person} of the last {found.of_last}."


def _due_date(db: Session, circle: Circle, found: in_person.State, now: datetime) -> str | None:
    """The date of the rhythm at which one becomes due, if all until then are remote."""
    if not found.every:
        return None
    free = dates.free_ones(db, circle, now, found.due_after + 1)
    if len(free) <= found.due_after:
        return None
    day = free[found.due_after]
    return f"{day:%A}, {day.day} {day:%B %Y}"

"""What members are told about their circle as a whole: paused, going on, closed, handed over."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from coaching import outbox
from coaching.rules.terms import CircleNews
from storage.models import Circle, Outgoing, Person


def tell(
    db: Session,
    circle: Circle,
    what: CircleNews,
    people: Iterable[Person],
    now: datetime,
    **facts: str | int | bool,
) -> None:
    """One direct message to each. The circle's change must have been written, so that it is told once."""
    for person in people:
        outbox.put(
            db,
            Outgoing.CIRCLE_NEWS,
            f"circle-news:{circle.id}:{what}:{circle.revision}:{now.timestamp():.0f}:{person.id}",
            workspace_id=circle.workspace_id,
            circle_id=circle.id,
            person=person,
            facts={"what": what.value, **facts},
            due_at=now,
            now=now,
        )


def tell_all(db: Session, circle: Circle, what: CircleNews, now: datetime, **facts: str | int | bool) -> None:
    tell(db, circle, what, [one.person for one in circle.members], now, **facts)

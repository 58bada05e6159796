"""Fills a database by the use cases, as if people had done it: workspaces, circles, sessions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice

from sqlalchemy import update
from sqlalchemy.orm import Session

from benchmarks.fake_slack import BOT
from coaching import access, circles, people, sessions
from coaching.circles import CirclePlan
from coaching.people import Profile
from coaching.rules.facts import Draft
from coaching.rules.terms import Mode, PersonKind, Rhythm
from storage.models import Person, Workspace

CAST = (
    "Ana Torres",
    "Bo Jensen",
    "Chidi Okafor",
    "Dee Novak",
    "Eli Stern",
    "Fay Morgan",
    "Gus Park",
    "Hana Sato",
)


@dataclass(frozen=True)
class Circle:
    """A circle that was made."""

    id: int
    team: str
    members: tuple[str, ...]
    """Slack ids; the first one leads."""


def workspace(db: Session, team: str, people_in_it: int, now: datetime) -> list[str]:
    """A workspace whose people have all spoken with the bot; their Slack ids."""
    db.add(Workspace(id=team, name="Riverbend", bot_user_id=BOT, created_at=now))
    db.flush()
    names = islice(cycle(CAST), people_in_it)
    known = {f"U{number:05}": name for number, name in enumerate(names)}
    people.learn(db, team, [_profile(*one) for one in known.items()])
    db.execute(update(Person).where(Person.workspace_id == team).values(dm_channel="D" + Person.slack_id))
    return list(known)


def circle(
    db: Session, team: str, members: Sequence[str], first: datetime, now: datetime, rhythm: Rhythm
) -> Circle:
    """A circle that is to meet first at `first`."""
    plan = CirclePlan(
        name=f"Circle of {members[0]}",
        members=tuple(members),
        channel=None,
        rhythm=rhythm,
        starts_on=first.date(),
        usual_time=first.time(),
        in_person_every=0,
    )
    made = circles.create(db, access.actor(db, team, members[0]), plan, None, now)
    return Circle(made.id, team, tuple(members))


def session(db: Session, of: Circle, starts: datetime, now: datetime) -> int:
    """A session that the circle has kept free, with all that follows."""
    first, second = (one.id for one in people.known(db, of.team, of.members[:2]))
    draft = Draft(starts.date(), starts.time(), 60, Mode.VIDEO, presenter=first, note_taker=second)
    return sessions.schedule(db, access.actor(db, of.team, of.members[0]), of.id, draft, now).id


def groups(members: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for begin in range(0, len(members), size):
        yield members[begin : begin + size]


def _profile(slack_id: str, name: str) -> Profile:
    return Profile(slack_id, name, "Etc/UTC", "en-US", PersonKind.FULL, active=True, workspace_admin=False)

"""Every way on which delivery speaks to Slack, laid out for many workspaces at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from coaching.rules.terms import CircleKind, PersonKind, Rhythm
from scheduler.messages import Content, Guarded, Message, Renderers
from storage.models import Circle, Membership, OutboxRow, OutboxState, Outgoing, Person, Workspace
from tests.scheduler.sick_slack import UPLOAD, SickSlack
from tests.scheduler.world import PLAIN, World

FIGURES, SAYS_LESS = "4.3 of 5 on average", "a result is there"


class Role(StrEnum):
    """What a call is for, by which its failure weighs."""

    SENDS = "says something, and would say it twice when it is made again"
    REPEATS = "may be made again without harm"
    GUARDS = "finds out who reads it, and whether figures may be said"
    LOOKS_UP = "finds out whether an earlier try has arrived"


@dataclass(frozen=True)
class Place:
    """One workspace, with one circle of two people in a channel."""

    workspace: str
    person: Person
    circle: Circle

    @property
    def dm(self) -> str:
        return f"D-{self.person.slack_id}"

    @property
    def group_dm(self) -> str:
        return "G-" + "-".join(self.audience)

    @property
    def audience(self) -> list[str]:
        return sorted(one.person.slack_id for one in self.circle.memberships)

    def row(self, world: World, kind: Outgoing, **values: Any) -> OutboxRow:
        return OutboxRow(
            workspace_id=self.workspace,
            kind=kind,
            unique_key=f"{self.workspace}:{kind}",
            **{"due_at": world.now, "created_at": world.now, "facts": {}} | values,
        )

    def to_person(self, world: World, kind: Outgoing, **values: Any) -> OutboxRow:
        return self.row(world, kind, person_id=self.person.id, **values)

    def to_circle(self, world: World, kind: Outgoing, **values: Any) -> OutboxRow:
        return self.row(world, kind, circle_id=self.circle.id, **values)


Lay = Callable[[Session, World, Place], OutboxRow]


@dataclass(frozen=True)
class Path:
    """`method` is the call on it that is looked at."""

    name: str
    method: str
    role: Role
    lay: Lay
    first: bool = True
    """No other call comes before it."""
    readable: bool = False
    """The message could be read back."""


def direct_message(_db: Session, world: World, place: Place) -> OutboxRow:
    place.person.dm_channel = place.dm
    return place.to_person(world, Outgoing.SESSION_NEWS)


def unopened_message(_db: Session, world: World, place: Place) -> OutboxRow:
    return place.to_person(world, Outgoing.SESSION_NEWS)


def card(db: Session, world: World, place: Place) -> OutboxRow:
    """One that stands already."""
    place.circle.channel = f"C-{place.workspace}"
    standing = {"slack_channel": place.circle.channel, "slack_ts": "1.0", "finished_at": world.now}
    found = place.to_circle(world, Outgoing.SESSION_CARD, state=OutboxState.SENT, **standing)
    db.add(found)
    db.flush()
    world.slack.messages[place.circle.channel] = {"1.0": {"text": "the card", "metadata": NOBODYS}}
    return found


def line_in_thread(db: Session, world: World, place: Place) -> OutboxRow:
    return place.to_circle(world, Outgoing.THREAD_LINE, thread_of_id=card(db, world, place).id)


def refresh(db: Session, world: World, place: Place) -> OutboxRow:
    return place.to_circle(world, Outgoing.REFRESH, target_id=card(db, world, place).id)


def group_dm(_db: Session, world: World, place: Place) -> OutboxRow:
    place.circle.group_dm = place.group_dm
    return place.to_circle(world, Outgoing.SESSION_CARD)


def unopened_group_dm(_db: Session, world: World, place: Place) -> OutboxRow:
    return place.to_circle(world, Outgoing.SESSION_CARD)


def home(_db: Session, world: World, place: Place) -> OutboxRow:
    return place.to_person(world, Outgoing.HOME)


def file(_db: Session, world: World, place: Place) -> OutboxRow:
    place.person.dm_channel = place.dm
    return place.to_person(world, Outgoing.CALENDAR_FILE)


def result(_db: Session, world: World, place: Place) -> OutboxRow:
    """Into a private channel in which an app listens too."""
    place.circle.channel = channel = f"C-{place.workspace}"
    world.slack.channels[channel] = {"is_private": True, "members": [*place.audience, "BAPP"]}
    return place.to_circle(world, Outgoing.RESULT, facts={"audience": place.audience})


def result_in_group_dm(_db: Session, world: World, place: Place) -> OutboxRow:
    place.circle.group_dm = place.group_dm
    return place.to_circle(world, Outgoing.RESULT, facts={"audience": place.audience, "group_dm": True})


def in_doubt(_db: Session, world: World, place: Place) -> OutboxRow:
    place.person.dm_channel = place.dm
    return place.to_person(world, Outgoing.SESSION_NEWS, state=OutboxState.UNKNOWN, attempts=1)


POST, OPEN = "chat.postMessage", "conversations.open"
NOBODYS = {"event_payload": {"id": ""}}

PATHS = (
    Path("direct message", POST, Role.SENDS, direct_message, readable=True),
    Path("line in a thread", POST, Role.SENDS, line_in_thread),
    Path("group DM", POST, Role.SENDS, group_dm),
    Path("refresh", "chat.update", Role.REPEATS, refresh),
    Path("Home", "views.publish", Role.REPEATS, home),
    Path("file, where to", "files.getUploadURLExternal", Role.REPEATS, file),
    Path("file, its bytes", UPLOAD, Role.REPEATS, file, first=False),
    Path("file, shared", "files.completeUploadExternal", Role.SENDS, file, first=False),
    Path("opening a DM", OPEN, Role.REPEATS, unopened_message),
    Path("opening a group DM", OPEN, Role.REPEATS, unopened_group_dm),
    Path("guard, what it is", "conversations.info", Role.GUARDS, result),
    Path("guard, who is in it", "conversations.members", Role.GUARDS, result, first=False),
    Path("guard, who is an app", "users.info", Role.GUARDS, result, first=False),
    Path("guard, whose group DM", OPEN, Role.GUARDS, result_in_group_dm),
    Path("look-up", "conversations.history", Role.LOOKS_UP, in_doubt, readable=True),
)


def lay_out(world: World, paths: Sequence[Path]) -> list[tuple[str, int]]:
    """A workspace for each, and the row in it that is due."""
    with world.database.transaction() as db:
        rows = [
            path.lay(db, world, place)
            for path, place in zip(paths, _places(db, world, len(paths)), strict=True)
        ]
        db.add_all(rows)
        db.flush()
        return [(row.workspace_id, row.id) for row in rows]


def _places(db: Session, world: World, many: int) -> list[Place]:
    """All of a kind are written at once, which takes a fifth of the time."""
    workspaces = [f"W{n}" for n in range(many)]
    db.add_all(Workspace(id=one, name=one, bot_user_id="UBOT", created_at=world.now) for one in workspaces)
    db.flush()
    people = {one: [_person(one, name) for name in ("DEE", "ELI")] for one in workspaces}
    db.add_all(person for pair in people.values() for person in pair)
    db.flush()
    circles = {one: _circle(world, one, people[one]) for one in workspaces}
    db.add_all(circles.values())
    db.flush()
    return [Place(one, people[one][0], circles[one]) for one in workspaces]


def _person(workspace: str, name: str) -> Person:
    slack_id = f"U{name}-{workspace}"
    zone, kind = "Europe/Berlin", PersonKind.FULL
    return Person(workspace_id=workspace, slack_id=slack_id, name=name, zone=zone, kind=kind)


def _circle(world: World, workspace: str, people: Sequence[Person]) -> Circle:
    circle = Circle(
        workspace_id=workspace,
        name="Autumn",
        kind=CircleKind.PAIR,
        created_by_id=people[0].id,
        created_at=world.now,
        rhythm=Rhythm.NONE,
        starts_on=date(2026, 3, 1),
        usual_time=time(10),
        zone="Europe/Berlin",
    )
    circle.memberships = [
        Membership(workspace_id=workspace, person=one, position=i, joined_at=world.now)
        for i, one in enumerate(people)
    ]
    return circle


def rendered(db: Session, row: OutboxRow, now: datetime) -> Content:
    if audience := row.facts.get("audience"):
        among = bool(row.facts.get("group_dm"))
        return Guarded(Message(FIGURES), frozenset(audience), Message(SAYS_LESS), group_dm=among)
    return PLAIN[row.kind](db, row, now)


RENDERERS: Renderers = dict.fromkeys(PLAIN, rendered)


def sick(world: World) -> SickSlack:
    """Gives the world a Slack that can be ill."""
    world.slack = slack = SickSlack(now=world.clock)
    return slack

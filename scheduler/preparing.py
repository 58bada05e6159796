"""From a claimed row to what is sent: looked at again in the state of now, addressed, rendered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from coaching.rules.terms import PersonKind
from scheduler.claims import TOO_LATE, Claim
from scheduler.messages import Content, File, Guarded, HomeView, Later, Message, Renderers, Skip
from scheduler.outcomes import Mark, put_back
from scheduler.trouble import name_of
from storage.models import Circle, CoachingSession, OutboxRow, OutboxState, Outgoing, Person, Workspace

MOST_IN_GROUP_DM = 8
NEEDED = timedelta(seconds=25)
"""Two calls and their timeouts: with less of the lease left, nothing is begun."""
FILES = (
    Outgoing.CALENDAR_FILE,
    Outgoing.LOG_FILE,
    Outgoing.HOURS_FILE,
    Outgoing.DATA_FILE,
    Outgoing.RESULT_PICTURE,
    Outgoing.TRENDS_PICTURE,
)
"""Slack keeps no word of ours with a file by which it could be found again."""
MARGIN = timedelta(minutes=5)
"""Slack's clock and ours may differ by as much."""


class Poison(Exception):
    """A row that cannot be rendered. Says where it failed, and nothing of what was in it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"poison: {name_of(error)}")


@dataclass(frozen=True)
class Address:
    """A conversation, or who is to be in it when it is still to be opened."""

    channel: str | None
    people: tuple[str, ...]
    """Slack ids."""
    person_id: int | None = None
    circle_id: int | None = None


@dataclass(frozen=True)
class Parcel:
    """One message, ready to go."""

    content: Message | Guarded | File | HomeView
    to: Address
    id: str
    """Opaque, and the same at every try."""
    thread_ts: str | None = None
    replaces: str | None = None
    """The ts of the message that it takes the place of."""
    findable: bool = False
    """It could be looked up whether it has arrived."""


def opaque_id(row: OutboxRow) -> str:
    """Goes with the message to Slack, where every app of the workspace can read it, so it says nothing."""
    return str(uuid5(NAMESPACE_URL, f"coach:{row.workspace_id}:{row.id}:{row.created_at.timestamp()}"))


def prepare(db: Session, claim: Claim, renderers: Renderers, now: datetime) -> Parcel | Mark:
    """What to send for a claimed row, or what becomes of it instead.

    Raises `Poison` when it cannot be rendered.
    """
    row = db.get_one(OutboxRow, claim.id)
    return _refusal(db, row, claim, now) or _parcel(db, row, renderers, now)


def _refusal(db: Session, row: OutboxRow, claim: Claim, now: datetime) -> Mark | None:
    if row.expires_at is not None and row.expires_at <= now:
        return Mark(OutboxState.EXPIRED, TOO_LATE)
    if claim.lease_until - now < NEEDED:
        return put_back("lease too short")
    if db.get_one(Workspace, row.workspace_id).paused_reason is not None:
        return put_back("paused")
    reason = _no_longer_wanted(db, row)
    return Mark(OutboxState.SKIPPED, reason) if reason else None


def _no_longer_wanted(db: Session, row: OutboxRow) -> str | None:
    if row.person_id is not None and not db.get_one(Person, row.person_id).active:
        return "recipient inactive"
    if row.session_id is not None and row.plan_version is not None:
        session = db.get_one(CoachingSession, row.session_id)
        if session.plan_version != row.plan_version:
            return "older plan"
    for other in filter(None, (row.thread_of_id, row.target_id)):
        if db.get_one(OutboxRow, other).slack_ts is None:
            return "its message was not sent"
    return None


def _parcel(db: Session, row: OutboxRow, renderers: Renderers, now: datetime) -> Parcel | Mark:
    standing = db.get_one(OutboxRow, row.target_id) if row.target_id is not None else None
    content = _render(db, standing or row, renderers, now)
    if isinstance(content, Skip):
        return Mark(OutboxState.SKIPPED, content.reason)
    if isinstance(content, Later):
        return put_back(content.reason, now + content.wait)
    if standing is not None:
        return _replacement(standing, content)
    to = address(db, row)
    if to.channel is None and len(to.people) > MOST_IN_GROUP_DM:
        return Mark(OutboxState.DEAD, "too many for a group DM")
    parent = db.get_one(OutboxRow, row.thread_of_id) if row.thread_of_id is not None else None
    # Where the circle has moved to another conversation, there is no thread to put it under.
    thread = parent.slack_ts if parent and parent.slack_channel == to.channel else None
    return Parcel(content, to, opaque_id(row), thread_ts=thread, findable=findable(row))


def _render(db: Session, row: OutboxRow, renderers: Renderers, now: datetime) -> Content:
    try:
        return renderers[row.kind](db, row, now)
    except Exception as error:
        raise Poison(error) from error


def _replacement(standing: OutboxRow, content: Message | Guarded | File | HomeView) -> Parcel | Mark:
    if not isinstance(content, Message | Guarded):
        return Mark(OutboxState.SKIPPED, "only messages can be edited")
    to = Address(standing.slack_channel, ())
    return Parcel(content, to, opaque_id(standing), replaces=standing.slack_ts)


def address(db: Session, row: OutboxRow) -> Address:
    """Where it belongs, or who has to be in the conversation that is still to be opened."""
    if row.person_id is not None:
        person = db.get_one(Person, row.person_id)
        return Address(person.dm_channel, (person.slack_id,), person_id=person.id)
    circle = db.get_one(Circle, row.circle_id)
    members = [one.person for one in circle.members]
    reached = (one.slack_id for one in members if one.active and one.kind is not PersonKind.BOT)
    return Address(circle.conversation, tuple(sorted(reached)), circle_id=circle.id)


def findable(row: OutboxRow) -> bool:
    """Only direct messages can be read back, and Slack keeps no word of ours with a file."""
    return row.person_id is not None and row.thread_of_id is None and row.kind not in FILES


@dataclass(frozen=True)
class Trace:
    """Where a message of which nobody knows would stand, had it arrived."""

    channel: str
    id: str
    since: datetime


def trace(db: Session, claim: Claim) -> Trace | None:
    """How to look the message up; None when that is impossible: only a DM can be read back, and no file."""
    row = db.get_one(OutboxRow, claim.id)
    if row.person_id is None or not findable(row):
        return None
    channel = db.get_one(Person, row.person_id).dm_channel
    return Trace(channel, opaque_id(row), row.due_at - MARGIN) if channel else None

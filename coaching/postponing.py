"""Reminding somebody later of what the message of their day says: that message alone is moved."""

from datetime import datetime

from sqlalchemy.orm import Session

from coaching import outbox, people, reminders
from coaching.access import Actor
from coaching.errors import NotAllowed
from coaching.rules import hours, postponing
from coaching.rules.postponing import PutOff
from coaching.rules.terms import ReminderKind
from storage.models import OutboxRow, Outgoing, Reminder

STAYS = frozenset({ReminderKind.EVALUATION_NUDGE})
"""Moved, it would say until the window closes that this person had not answered by now. It has "Not now"."""
GONE = "This message cannot be put off any more. `/coach` shows what waits for you."
TOO_LATE = "By then it would be too late for this. `/coach` shows what waits for you."


def put_off(
    db: Session, actor: Actor, channel: str | None, ts: str | None, choice: PutOff, now: datetime
) -> datetime:
    """What stands in the message comes again then; what would be of no use any more stays where it is.

    The moment at which it comes. Raises `NotAllowed` when there is nothing that could.
    """
    row = _own(db, actor, channel, ts)
    of = people.hours(actor.person)
    at = postponing.until(choice, now, of)
    moved = [one for one in _movable(db, row, now) if one.expires_at > at]
    if not moved:
        raise NotAllowed(TOO_LATE if _movable(db, row, now) else GONE)
    day = hours.local(at, of).date()
    key = (
        f"later:{row.id}:{at.isoformat()}"
        if choice is PutOff.HOUR
        else reminders.day_key(actor.person.id, day)
    )
    for one in moved:
        reminders.carry_later(db, one, key, day, at, now)
    row.facts = {**row.facts, "put_off": at.isoformat()}
    db.flush()
    return at


def _own(db: Session, actor: Actor, channel: str | None, ts: str | None) -> OutboxRow:
    """The clicked message, if it is the actor's and one of a day."""
    row = outbox.at(db, actor.workspace_id, channel, ts) if channel and ts else None
    if row is None or row.kind is not Outgoing.BOOKKEEPING or row.person_id != actor.person.id:
        raise NotAllowed(GONE)
    db.refresh(row, with_for_update=True)
    return row


def _movable(db: Session, row: OutboxRow, now: datetime) -> list[Reminder]:
    return [
        one
        for one in reminders.of_message(db, row)
        if one.kind not in STAYS and reminders.holds(db, one, now, sent=True)
    ]

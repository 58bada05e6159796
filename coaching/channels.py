"""A circle's channel that can be written to no more: archived, or the bot was taken out of it."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coaching import access, members, outbox, roles, sessions
from coaching.rules.terms import CircleState
from storage.models import Circle, OutboxRow, OutboxState, Outgoing

GROUP_DM_MEMBERS = 8
"""Up to so many the bot goes on by itself in a group DM."""
LOST = frozenset({"channel_not_found", "is_archived", "not_in_channel", "cannot_post_to_channel"})
"""Slack's words, in answer to a message, for a channel that is lost to the bot."""
RESTRICTED = "restricted_action"
"""So begin several more: only some may write there."""


def lost(db: Session, workspace_id: str, channel: str, now: datetime, *, archived: bool) -> None:
    """Slack says so. Each circle that has its cards there goes on elsewhere; its convener is told once."""
    for circle in db.scalars(_with_channel(workspace_id, channel)).all():
        _lose(db, circle, now, archived=archived)


def undelivered(db: Session, row: OutboxRow, now: datetime) -> None:
    """A message was given up. Where its circle's channel is the reason, that is as if Slack had said so.

    What was to be said for the first time is said in the conversation that the circle has from now on.
    """
    if not _says_lost(row.outcome or "") or row.person_id is not None or row.circle_id is None:
        return
    circle = db.get_one(Circle, row.circle_id)
    target = db.get_one(OutboxRow, row.target_id) if row.target_id else None
    failed = target.slack_channel if target else circle.channel
    if circle.channel is None or failed != circle.channel:
        return
    again = target is None and len(circle.members) <= GROUP_DM_MEMBERS
    _lose(db, circle, now, archived=row.outcome == "is_archived")
    if again and circle.channel is None and row.kind is not Outgoing.SESSION_CARD:
        row.state, row.due_at = OutboxState.DUE, now
        row.attempts, row.outcome, row.finished_at = 0, None, None


def _says_lost(word: str) -> bool:
    return word in LOST or word.startswith(RESTRICTED)


def _with_channel(workspace_id: str, channel: str) -> Select[Circle]:
    return (
        select(Circle)
        .where(
            Circle.workspace_id == workspace_id,
            Circle.channel == channel,
            Circle.state != CircleState.CLOSED,
            Circle.channel_lost_at.is_(None),
        )
        .order_by(Circle.id)
    )


def _lose(db: Session, circle: Circle, now: datetime, *, archived: bool) -> None:
    """Once per channel: until another one is chosen, nothing more is said about it."""
    access.locked(db, circle)
    if circle.channel is None or circle.channel_lost_at is not None:
        return
    circle.channel_lost_at = now
    small = len(circle.members) <= GROUP_DM_MEMBERS
    if small:
        circle.channel, circle.channel_private, circle.group_dm = None, True, None
    members.touch(circle)
    db.flush()
    if small:
        sessions.put_cards_anew(db, circle, now)
    convener = roles.circle_convener(db, circle, now)
    if convener is None:
        return  # nobody is in it
    outbox.put(
        db,
        Outgoing.CHANNEL_LOST,
        f"channel-lost:{circle.id}:{circle.revision}",
        workspace_id=circle.workspace_id,
        circle_id=circle.id,
        person=convener,
        facts={"archived": archived, "small": small},
        due_at=now,
        now=now,
    )

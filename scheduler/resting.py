"""What is left alone for a while: a method that Slack limits, or a whole workspace. Kept in the database, so
that it holds for all workers and outlives them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, Table, and_, delete, select, update
from sqlalchemy.orm import Session

from coaching import installations
from storage.models import SlackLimit, Workspace
from storage.upsert import insert_if_absent

POST = "chat.postMessage"
PROBE_EVERY = timedelta(minutes=15)

limits = cast(Table, SlackLimit.__table__)
workspaces = cast(Table, Workspace.__table__)


@dataclass(frozen=True)
class Limit:
    """Slack has named a time before which it does not want to be asked."""

    workspace_id: str
    method: str
    not_before: datetime


def limit(db: Session, one: Limit) -> None:
    """Remembers it, unless a later time is known already."""
    new = insert_if_absent(
        db, SlackLimit, workspace_id=one.workspace_id, method=one.method, not_before=one.not_before
    )
    if new is None:
        known = and_(limits.c.workspace_id == one.workspace_id, limits.c.method == one.method)
        db.execute(
            update(limits)
            .where(known, limits.c.not_before < one.not_before)
            .values(not_before=one.not_before)
        )


def limited(db: Session, now: datetime) -> list[Limit]:
    """All that hold now."""
    return [
        Limit(*found)
        for found in db.execute(
            select(limits.c.workspace_id, limits.c.method, limits.c.not_before).where(
                limits.c.not_before > now
            )
        )
    ]


def muted(now: Any) -> Select[Any]:
    """Workspaces in which Slack takes no new message for a while."""
    return select(limits.c.workspace_id).where(limits.c.method == POST, limits.c.not_before > now)


def forget_limits(db: Session, now: datetime) -> None:
    """At night: those that are over."""
    db.execute(delete(limits).where(limits.c.not_before <= now))


def pause(db: Session, workspace_id: str, reason: str, now: datetime) -> bool:
    """Stops all sending in a workspace. Whether it was still going on.

    Where its token is over and nobody heard of a removal, it counts as removed until the token works again.
    """
    going = and_(workspaces.c.id == workspace_id, workspaces.c.paused_reason.is_(None))
    values = {"paused_reason": reason, "paused_until": now + PROBE_EVERY}
    done = cast("CursorResult[Any]", db.execute(update(workspaces).where(going).values(**values)))
    if done.rowcount and reason in installations.TOKEN_IS_OVER:
        installations.seems_removed(db, workspace_id, now)
    return done.rowcount == 1


def take_probes(db: Session, now: datetime) -> list[str]:
    """Workspaces whose pause has run out: one of all workers asks Slack whether it is over."""
    return list(
        db.scalars(
            update(workspaces)
            .where(workspaces.c.paused_reason.is_not(None), workspaces.c.paused_until <= now)
            .values(paused_until=now + PROBE_EVERY)
            .returning(workspaces.c.id)
        )
    )

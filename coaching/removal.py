"""A whole workspace is erased: when it has removed the bot, or when whoever runs the bot says so.

Slack's developer policy asks for it within 14 business days of the removal. Rows go a hundred at a time,
so that nobody else's work waits.
"""

from datetime import datetime, timedelta

from sqlalchemy import Table, delete, select, tuple_
from sqlalchemy.orm import Session

from coaching import apart, installations
from coaching.errors import CoachingError
from storage.base import Base
from storage.engine import leave_no_trace
from storage.models import Workspace

AFTER = timedelta(days=14)
"""From the removal: sooner than fourteen business days, and late enough for somebody who slipped."""
AT_ONCE = 100
"""For each person the database looks whether anything refers to them still."""


class InstalledAgain(CoachingError):
    sentence = (
        "Somebody has installed the bot in this workspace again meanwhile, so I stopped. What was erased "
        "until then is gone, and the rest is there. Remove the bot in Slack first, or do it again to go on."
    )


def erase_removed(db: Session, now: datetime) -> bool:
    """The next rows of a workspace that removed the bot some time ago. Whether there is more to do.

    One that has installed the bot again meanwhile is never touched.
    """
    removed = select(Workspace.id).where(Workspace.uninstalled_at <= now - AFTER)
    oldest_first = db.scalars(removed.order_by(Workspace.uninstalled_at, Workspace.id)).all()
    # One that cannot be erased keeps no place from others.
    return apart.first_of(db, "removed workspace", oldest_first, lambda id: _erase_removed(db, id, now))


def _erase_removed(db: Session, workspace_id: str, now: datetime) -> bool:
    gone = db.scalar(
        select(Workspace.id)
        .where(Workspace.id == workspace_id, Workspace.uninstalled_at <= now - AFTER)
        # Whoever installs it again waits for this step, and another worker takes another one.
        .with_for_update(skip_locked=True)
    )
    if gone is None:
        return False
    erase_some(db, gone)
    return True


def close(db: Session, workspace_id: str, now: datetime) -> bool:
    """It counts as removed from now on, and all work in it stops. False where there is none."""
    return installations.close(db, workspace_id, now)


def erase_some(db: Session, workspace_id: str) -> bool:
    """The next rows, in the order in which nothing refers to them any more. Whether there is more to do.

    Raises `InstalledAgain`, in every step.
    """
    if installations.is_back(db, workspace_id):
        raise InstalledAgain
    leave_no_trace(db)
    for table in tables():
        if _delete_some(db, table, workspace_id):
            return True
    db.execute(delete(Workspace).where(Workspace.id == workspace_id))
    return False


def tables() -> list[Table]:
    """All that hold rows of workspaces, those first to which no other refers."""
    return [one for one in reversed(Base.metadata.sorted_tables) if "workspace_id" in one.c]


def _delete_some(db: Session, table: Table, workspace_id: str) -> bool:
    key = tuple_(*table.primary_key)
    some = (
        select(*table.primary_key)
        .where(table.c.workspace_id == workspace_id)
        .order_by(*table.primary_key)
        .limit(AT_ONCE)
    )
    return bool(db.execute(delete(table).where(key.in_(some))).rowcount)  # type: ignore[attr-defined]

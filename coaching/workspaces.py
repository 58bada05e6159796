"""The workspaces that have installed the bot."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import installations
from storage.models import Workspace


def remember(db: Session, workspace_id: str, name: str, bot_user_id: str, now: datetime) -> None:
    """Keeps what Slack says about the workspace of a token that works, also where it was removed before."""
    found = db.get(Workspace, workspace_id)
    if found is None:
        db.add(Workspace(id=workspace_id, name=name, bot_user_id=bot_user_id, created_at=now))
    else:
        found.name, found.bot_user_id = name, bot_user_id
        if found.uninstalled_at or found.paused_reason == installations.REINSTALL:
            installations.works_again(db, workspace_id, now)


def resting(db: Session) -> list[Workspace]:
    """Those that have the bot, as far as anybody heard, and in which nothing is sent."""
    query = select(Workspace).where(Workspace.paused_reason.is_not(None), Workspace.uninstalled_at.is_(None))
    return list(db.scalars(query.order_by(Workspace.name, Workspace.id)))


def any_waits_for_token(db: Session) -> bool:
    """Whether sending rests somewhere until the bot has another token."""
    for_good = Workspace.paused_reason.is_not(None) & Workspace.paused_until.is_(None)
    query = select(Workspace.id).where(Workspace.uninstalled_at.is_not(None) | for_good)
    return db.scalar(query.limit(1)) is not None

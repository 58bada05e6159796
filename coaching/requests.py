"""Requests that have had their effect. Slack delivers some twice, and people click twice."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from storage.models import HandledRequest
from storage.upsert import insert_if_absent


def claim(db: Session, workspace_id: str, key: str, now: datetime) -> bool:
    """False when it had its effect before. A second one at the same moment waits for the first to end."""
    new = insert_if_absent(db, HandledRequest, workspace_id=workspace_id, key=key, at=now)
    return new is not None


def release(db: Session, workspace_id: str, key: str) -> None:
    """It had no effect after all (the form came back with a question): the next try counts."""
    db.execute(
        delete(HandledRequest).where(HandledRequest.workspace_id == workspace_id, HandledRequest.key == key)
    )

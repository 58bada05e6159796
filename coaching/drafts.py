"""What somebody has typed into a form of more than one view, kept between them for a day."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coaching.access import Actor
from coaching.errors import NotFound
from storage.models import FormDraft

KEPT = timedelta(hours=24)
GONE = "This form was opened over a day ago, and what was in it is gone. Please open it again."

T = TypeVar("T")


def keep(db: Session, actor: Actor, form: str, values: object, now: datetime) -> int:
    """Keeps a form as filled in so far; the id is what its views carry."""
    draft = FormDraft(
        workspace_id=actor.workspace_id, person_id=actor.person.id, form=form, values=_dump(values), at=now
    )
    db.add(draft)
    db.flush()
    return draft.id


def change(db: Session, actor: Actor, draft_id: int, values: object) -> None:
    _own(db, actor, draft_id).values = _dump(values)
    db.flush()


def read(db: Session, actor: Actor, draft_id: int, kind: type[T]) -> T:
    """One's own draft. Raises `NotFound` for everybody else's, and when it is gone."""
    return TypeAdapter(kind).validate_python(_own(db, actor, draft_id).values)


def drop(db: Session, actor: Actor, draft_id: int) -> None:
    """The form was sent off."""
    db.delete(_own(db, actor, draft_id))


def forget_old(db: Session, now: datetime) -> None:
    db.execute(delete(FormDraft).where(FormDraft.at < now - KEPT))


def _own(db: Session, actor: Actor, draft_id: int) -> FormDraft:
    found = db.scalar(
        select(FormDraft).where(
            FormDraft.workspace_id == actor.workspace_id,
            FormDraft.person_id == actor.person.id,
            FormDraft.id == draft_id,
        )
    )
    if found is None:
        raise NotFound(GONE)
    return found


def _dump(values: object) -> dict[str, Any]:
    dumped = TypeAdapter(type(values)).dump_python(values, mode="json")
    assert isinstance(dumped, dict)  # noqa: S101 - forms are dataclasses
    return dumped

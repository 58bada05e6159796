"""Reads what many messages are about, all at once: one by one it would be a dozen statements for each."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defaultload, selectinload

from scheduler.claims import Claim
from storage.models import Circle, CoachingSession, OutboxRow, Person, Workspace


def read_ahead(db: Session, claims: Sequence[Claim]) -> None:
    """What preparing these asks for is there afterwards, as long as somebody holds it."""
    rows = _rows(db, {claim.id for claim in claims})
    rows += _rows(db, _known(one for row in rows for one in (row.thread_of_id, row.target_id)))
    _sessions(db, _known(row.session_id for row in rows))
    _circles(db, _known(row.circle_id for row in rows if row.session_id is None))
    _people(db, _known(row.person_id for row in rows))
    _workspaces(db, {row.workspace_id for row in rows})


def _known(ids: Iterable[int | None]) -> set[int]:
    return {one for one in ids if one is not None}


def _rows(db: Session, ids: Collection[int]) -> list[OutboxRow]:
    return list(db.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids)))) if ids else []


def _sessions(db: Session, ids: Collection[int]) -> None:
    if ids:
        with_circle = defaultload(CoachingSession.circle).selectinload(Circle.memberships)
        db.scalars(select(CoachingSession).where(CoachingSession.id.in_(ids)).options(with_circle)).all()


def _circles(db: Session, ids: Collection[int]) -> None:
    if ids:
        with_members = selectinload(Circle.memberships)
        db.scalars(select(Circle).where(Circle.id.in_(ids)).options(with_members)).all()


def _people(db: Session, ids: Collection[int]) -> None:
    missing = [one for one in ids if db.identity_map.get(db.identity_key(Person, one)) is None]
    if missing:
        db.scalars(select(Person).where(Person.id.in_(missing))).all()


def _workspaces(db: Session, ids: Collection[str]) -> None:
    db.scalars(select(Workspace).where(Workspace.id.in_(ids))).all()

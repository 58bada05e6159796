"""An insert that gives way to a row that is already there, on both engines."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.base import Base


def insert_if_absent(db: Session, model: type[Base], **values: Any) -> tuple[Any, ...] | None:
    """The primary key of the new row. With a conflict on any unique key nothing happens, and it is None."""
    table = model.__table__
    done = db.execute(
        _insert(db, table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    )
    new = done.first()
    return None if new is None else tuple(new)


def insert_those_absent(
    db: Session, model: type[Base], rows: Sequence[dict[str, Any]], name: str
) -> dict[Any, Any]:
    """Many rows in few statements. The ids of the new ones, by their value in the column `name`."""
    if not rows:
        return {}
    table = model.__table__
    adding = _insert(db, table).on_conflict_do_nothing().returning(table.c[name], table.c.id)
    return {row[0]: row[1] for row in db.execute(adding, rows)}


def _insert(db: Session, table: Any) -> Any:
    engine = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    return engine.insert(table)

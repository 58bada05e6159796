"""An insert that gives way to a row that is already there, on both engines."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.base import Base


def insert_if_absent(db: Session, model: type[Base], **values: Any) -> tuple[Any, ...] | None:
    """The primary key of the new row. With a conflict on any unique key nothing happens, and it is None."""
    engine = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    table = model.__table__
    done = db.execute(
        engine.insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    )
    new = done.first()
    return None if new is None else tuple(new)

"""Run by Alembic for every command; the connection comes from `storage.migrate`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum
from sqlalchemy.types import TypeDecorator

import storage.models  # noqa: F401 - fills the metadata
from storage.base import Base


def plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations speak of columns as the database knows them, so that old ones outlive our own types."""
    if kind != "type":
        return False
    if isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite can alter next to nothing in place
    render_item=plain_types,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Copies all that is in a database many times over: filling it by the use cases alone would take minutes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, Table, cast, func, insert, literal, select, text, true
from sqlalchemy.orm import Session

from storage.base import Base

Values = dict[str, Any]
NAMED = ("slack_id", "unique_key")
"""Of which there is one in a workspace."""


def stride(db: Session) -> int:
    """By how much the ids of one copy differ from those of the one before."""
    highest = (db.scalar(select(func.max(table.c.id))) or 0 for table in _numbered())
    return -(-(max(highest) + 1) // 1000) * 1000


def multiply(db: Session, copies: int, step: int, *, apart: bool) -> None:
    """`apart`: each copy in workspaces of its own; else all in the same. `step` is what `stride` said."""
    for table in Base.metadata.sorted_tables:
        if table.name == "workspaces" and not apart:
            continue
        rows = [dict(row) for row in db.execute(select(table)).mappings()]
        new = [_copied(table, row, number, step, apart) for number in range(1, copies + 1) for row in rows]
        if new:
            db.execute(insert(table), new)
    if db.get_bind().dialect.name == "postgresql":
        _go_on_behind(db)


def multiply_messages(db: Session, copies: int) -> None:
    """Copies only the messages that are due, within the database: a million are too many to hand over."""
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < copies))
    outbox = Base.metadata.tables["outbox"]
    names = [one.name for one in outbox.c if one.name not in ("id", "unique_key")]
    key = outbox.c.unique_key + literal(":") + cast(numbers.c.n, String)
    copied = select(*(outbox.c[name] for name in names), key).join(numbers, true())
    due = copied.where(outbox.c.state == "due")
    db.execute(insert(outbox).from_select([*names, "unique_key"], due, include_defaults=False))


def name_of(original: str, number: int) -> str:
    """What a person of the copy is called who is `original` in the first."""
    return f"{original}X{number}" if number else original


def _numbered() -> Iterator[Table]:
    yield from (table for table in Base.metadata.sorted_tables if _has_number(table))


def _has_number(table: Table) -> bool:
    return "id" in table.c and table.c.id.type.python_type is int


def _copied(table: Table, row: Values, number: int, step: int, apart: bool) -> Values:
    new = dict(row)
    for column in table.c:
        value = row[column.key]
        if isinstance(value, int) and (column.foreign_keys or column.key == "id"):
            new[column.key] = value + number * step
        elif value is not None and (column.key in NAMED or (apart and _is_workspace(table, column.key))):
            new[column.key] = name_of(str(value), number)
    return new


def _is_workspace(table: Table, column: str) -> bool:
    return column == ("id" if table.name == "workspaces" else "workspace_id")


def _go_on_behind(db: Session) -> None:
    """PostgreSQL would give the ids of the copies a second time."""
    for table in _numbered():
        number = f"pg_get_serial_sequence('{table.name}', 'id')"
        db.execute(text(f"SELECT setval({number}, (SELECT max(id) + 1 FROM {table.name}))"))  # noqa: S608 - our own table

"""What is encrypted, as it lies in the tables: whether it can be read, and written anew with another key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, String, delete, func, select, type_coerce, update
from sqlalchemy.orm import Session

from storage.base import Base
from storage.encryption import MARK, Cipher, EncryptedJson, EncryptedText
from storage.models import FormDraft, Installation

AT_ONCE = 500
LOST = "This can no longer be read: the key for it was lost."
WORTHLESS = (FormDraft.__table__.c["values"], Installation.__table__.c.bot_token)
"""What a row is worth nothing without, so that it goes as a whole."""
TOKENS = (Installation.__table__.c.bot_token, Installation.__table__.c.refresh_token)


@dataclass(frozen=True)
class Batch:
    """What became of some rows of one column."""

    changed: int
    last: object
    """The key of the last row that was looked at; None after the end."""


def columns() -> list[Column[str]]:
    """Every column of the schema that is encrypted."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, EncryptedText | EncryptedJson)
    ]


def open_texts(db: Session) -> int:
    """How many texts lie in the tables as they were written, from before there was a key."""
    return sum(
        db.scalar(
            select(func.count())
            .select_from(column.table)
            .where(column.is_not(None), ~_raw(column).startswith(MARK))
        )
        or 0
        for column in columns()
    )


def unreadable(db: Session, cipher: Cipher) -> bool:
    """Whether something was encrypted with a key that is missing. Looks at one text of each column."""
    return any(not cipher.reads(kept) for kept in _samples(db))


def _samples(db: Session) -> Iterator[str]:
    for column in columns():
        kept = db.scalar(select(_raw(column)).where(_raw(column).startswith(MARK)).limit(1))
        if kept is not None:
            yield kept


def unread(
    db: Session, column: Column[str], cipher: Cipher, after: object
) -> tuple[list[tuple[object, str]], object]:
    """Of the next rows those that no key reads, as they lie there; and the last key, None at the end."""
    rows = _next(db, column, after)
    return [(key, kept) for key, kept in rows if not cipher.reads(kept)], _last(rows)


def give_up(db: Session, column: Column[str], cipher: Cipher, lost: Sequence[tuple[object, str]]) -> None:
    """Puts a sentence in the place of texts that no key reads, and deletes what is no text."""
    [primary] = column.table.primary_key.columns
    for key, kept in lost:
        unchanged = primary == key, _raw(column) == kept
        if column in WORTHLESS:
            db.execute(delete(column.table).where(*unchanged))
        else:
            value = type_coerce(_instead(column, cipher), String)
            db.execute(update(column.table).where(*unchanged).values({column.name: value}))


def _instead(column: Column[str], cipher: Cipher) -> str | None:
    if column in TOKENS:
        return None
    return cipher.hide("{}" if isinstance(column.type, EncryptedJson) else LOST)


def renew(db: Session, column: Column[str], cipher: Cipher, after: object) -> Batch:
    """Encrypts the next rows of a column with the first key, those too that were not encrypted yet.

    Raises `Unreadable` for a text whose key is missing. One that somebody changes meanwhile is left to them:
    they write with the first key as well.
    """
    [key] = column.table.primary_key.columns
    rows = _next(db, column, after)
    changed = 0
    for row_key, kept in rows:
        renewed = cipher.renew(kept)
        if renewed != kept:
            db.execute(
                update(column.table)
                .where(key == row_key, _raw(column) == kept)
                .values({column.name: type_coerce(renewed, String)})
            )
            changed += 1
    return Batch(changed, _last(rows))


def _next(db: Session, column: Column[str], after: object) -> list[tuple[object, str]]:
    [key] = column.table.primary_key.columns
    query = select(key, _raw(column)).where(column.is_not(None)).order_by(key).limit(AT_ONCE)
    rows = db.execute(query if after is None else query.where(key > after))
    return [(row[0], row[1]) for row in rows]


def _last(rows: Sequence[tuple[object, str]]) -> object:
    return rows[-1][0] if len(rows) == AT_ONCE else None


def _raw(column: Column[str]) -> Column[str]:
    return type_coerce(column, String)  # type: ignore[return-value]

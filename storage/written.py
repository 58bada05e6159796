"""What a transaction has changed, by table: for whoever must know whether something was done."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction


def watch(db: Session) -> set[str]:
    """The names of the tables that this session writes to from now on. Grows with each flush."""
    written: set[str] = set()

    def flushed(db: Session, _: UOWTransaction) -> None:
        changed = [one for one in db.dirty if db.is_modified(one)]
        written.update(_table(one) for one in (*db.new, *changed, *db.deleted))

    def executed(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            statement: Any = state.statement
            written.add(statement.table.name)

    event.listen(db, "after_flush", flushed)
    event.listen(db, "do_orm_execute", executed)
    return written


def _table(one: object) -> str:
    return str(type(one).__tablename__)  # type: ignore[attr-defined]

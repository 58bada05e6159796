"""What PostgreSQL refuses in a look that takes no lock, SQLite refuses too while tests run.

Most tests of pages run on SQLite alone; so none of them passes by a write, or a lock on rows, that would
fail on a server.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event

from storage.engine import READ_ONLY


class NotALook(Exception):
    """Something was written, or rows were to be locked, where only looking is allowed."""


def pytest_configure() -> None:
    event.listen(Engine, "before_execute", _check)


def _check(connection: Connection, statement: Any, *_: object) -> None:
    if not connection.get_execution_options().get(READ_ONLY):
        return
    writes = getattr(statement, "is_dml", False)
    if writes or getattr(statement, "_for_update_arg", None) is not None:
        raise NotALook(str(statement)[:200])

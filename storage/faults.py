"""What is wrong with a database that does not work, in a sentence for whoever runs the bot."""

import sqlite3

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

NO_TABLES = "The database has no tables yet: run coach migrate."
NO_FILE = "The file that DATABASE_URL names cannot be used. May this user write in its folder?"
AWAY = "The database does not answer, or refuses us. Is it running, and is DATABASE_URL right?"
BROKEN = "The file that DATABASE_URL names is no database, or a broken one."


def sentence(error: Exception) -> str | None:
    """None where it is no fault of the database, but of ours."""
    if isinstance(error, DBAPIError) and _lacks_a_table(error.orig):
        return NO_TABLES
    if isinstance(error, OperationalError) and isinstance(error.orig, sqlite3.Error):
        return NO_FILE
    if isinstance(error, InterfaceError | OperationalError):
        return AWAY
    return BROKEN if type(error) is DatabaseError else None  # its other kinds are faults of ours


def _lacks_a_table(error: BaseException | None) -> bool:
    return getattr(error, "sqlstate", "") == "42P01" or "no such table" in str(error)

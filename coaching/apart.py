"""What the clock does for many, each by itself: whatever is wrong with one holds up nobody else."""

import logging
from collections.abc import Callable, Collection
from random import SystemRandom

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

AT_ONCE = 10
"""As many are dealt with in one transaction: SQLite's other writers wait for its end."""

log = logging.getLogger(__name__)


def some(db: Session, what: str, due: Collection[int], work: Callable[[int], object]) -> bool:
    """Does the work for some of these ids, all of which something is due for. Whether there are more.

    They are drawn, so that broken ones keep no place from others; those drawn are taken in their order, so
    that two workers do not wait for each other.
    """
    drawn = SystemRandom().sample(list(due), min(AT_ONCE, len(due)))
    all_of(db, what, sorted(drawn), work)
    return len(due) > AT_ONCE


def all_of(db: Session, what: str, ids: Collection[int], work: Callable[[int], object]) -> None:
    """Does the work for each of these ids. `what` they are of, for the log.

    Raises `DBAPIError` when the connection to the database is gone.
    """
    for one in ids:
        try:
            with db.begin_nested():
                work(one)
        except Exception as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            log.error("%s %s could not be dealt with: %s", what, one, type(error).__name__)

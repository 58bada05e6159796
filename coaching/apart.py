"""What the clock does for many, each by itself: whatever is wrong with one holds up nobody else."""

from collections.abc import Callable, Collection
from random import SystemRandom
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

AT_ONCE = 10
"""As many are dealt with in one transaction: SQLite's other writers wait for its end."""
TOGETHER = "coach_all_or_nothing"
T = TypeVar("T")

log = structlog.get_logger(__name__)


def all_or_nothing(db: Session) -> None:
    """From here on what fails for one fails for all, in this transaction."""
    db.info[TOGETHER] = True


def some(
    db: Session, what: str, due: Collection[int], work: Callable[[int], object], *, further: bool = False
) -> bool:
    """Does the work for some of these ids, all of which something is due for. Whether there are more to try.

    They are drawn, so that broken ones keep no place from others; those drawn are taken in their order, so
    that two workers do not wait for each other. `further`: others wait for these to be done.
    """
    drawn = SystemRandom().sample(list(due), min(AT_ONCE, len(due)))
    return all_of(db, what, sorted(drawn), work) > 0 and (further or len(due) > AT_ONCE)


def all_of(db: Session, what: str, ids: Collection[int], work: Callable[[int], object]) -> int:
    """Does the work for each of these ids; for how many it was done. `what` they are of, for the log.

    Where the database itself does not go along (somebody holds a row for too long, say) the rest waits for
    the next look. Raises `DBAPIError` when the connection or the whole transaction is gone.
    """
    done = 0
    for one in ids:
        error = _failure(db, one, work)
        if error is None:
            done += 1
            continue
        log.error("planning failed", what=what, id=one, exc_info=error)
        if isinstance(error, OperationalError):
            break
    return done


def first_of(db: Session, what: str, ids: Collection[T], work: Callable[[T], bool]) -> bool:
    """Deletes a little of the first of these for which it can be done: `work` says whether it was.

    Whether there was one. Raises as `all_of`.
    """
    worked: list[bool] = [False]
    for one in ids:
        error = _failure(db, one, lambda id: worked.append(work(id)))
        if error is not None:
            log.error("deleting what is old failed", what=what, id=one, exc_info=error)
        elif worked[-1]:
            return True
    return False


def _failure(db: Session, one: T, work: Callable[[T], object]) -> Exception | None:
    failure: Exception | None = None
    with db.begin_nested() as point:
        try:
            work(one)
            db.flush()
        except Exception as error:
            if db.info.get(TOGETHER) or (isinstance(error, DBAPIError) and error.connection_invalidated):
                raise
            failure = error
            point.rollback()  # fails where the error has ended the whole transaction: then nothing is kept
    return failure

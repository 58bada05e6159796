"""In one look at the database nothing changes, so what was asked once is not asked again."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from sqlalchemy.orm import Session

LOOK = "coach_look"
T = TypeVar("T")


def begin(db: Session) -> None:
    """From here on this session only reads."""
    db.info[LOOK] = {}


def once(db: Session, key: Hashable, ask: Callable[[], T]) -> T:
    """The answer of before, in a look; while something may be changed it is asked anew each time."""
    known: dict[Hashable, object] | None = db.info.get(LOOK)
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    return cast(T, known[key])

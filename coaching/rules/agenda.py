"""The parts of a session and their minutes, scaled to its length."""

from datetime import datetime, timedelta
from itertools import accumulate

from coaching.rules.terms import CircleKind

OF_AN_HOUR = {
    CircleKind.GROUP: (35, 10, 5, 10),
    CircleKind.PAIR: (25, 25, 5, 5),
}
"""Group: the case, open time, choosing the next roles, the closing evaluation.
Pair: the first, the other, what each will do until next time, looking back."""

CHOOSING, CLOSING = 2, 3


def minutes(kind: CircleKind, length: int) -> tuple[int, ...]:
    """Whole minutes of the four parts; together they are the session's length."""
    ends = [round(total * length / 60) for total in accumulate(OF_AN_HOUR[kind])]
    return tuple(end - start for start, end in zip([0, *ends], ends, strict=False))


def part_starts(kind: CircleKind, starts_at: datetime, length: int) -> tuple[datetime, ...]:
    """When each part begins."""
    offsets = [0, *accumulate(minutes(kind, length))][:-1]
    return tuple(starts_at + timedelta(minutes=offset) for offset in offsets)


def choosing_begins(kind: CircleKind, starts_at: datetime, length: int) -> datetime:
    """When the circle chooses its next roles and date."""
    return part_starts(kind, starts_at, length)[CHOOSING]


def closing_begins(kind: CircleKind, starts_at: datetime, length: int) -> datetime:
    """When the closing evaluation goes out."""
    return part_starts(kind, starts_at, length)[CLOSING]

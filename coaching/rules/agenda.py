"""The parts of a session, with minutes that scale with its length. Their names come from the content pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coaching.rules.terms import CircleKind


class Part(StrEnum):
    CASE = "case"
    """A case is presented and coached on."""
    OPEN_TIME = "open_time"
    CHOOSING = "choosing"
    """Who presents and who takes notes next time."""
    EVALUATION = "evaluation"

    FIRST = "first"
    """A pair: the one who is coached first."""
    OTHER = "other"
    UNTIL_NEXT = "until_next"
    """What each will do until next time."""
    LOOKING_BACK = "looking_back"


MINUTES: Mapping[CircleKind, Mapping[Part, int]] = {
    CircleKind.GROUP: {Part.CASE: 35, Part.OPEN_TIME: 10, Part.CHOOSING: 5, Part.EVALUATION: 10},
    CircleKind.PAIR: {Part.FIRST: 25, Part.OTHER: 25, Part.UNTIL_NEXT: 5, Part.LOOKING_BACK: 5},
}
"""The parts of an hour, in order."""

_HOUR = 60


@dataclass(frozen=True)
class AgendaPart:
    part: Part
    begins: int
    """Minutes after the session's start."""
    minutes: int


def parts(kind: CircleKind, length: int, *, open_time_only: bool = False) -> tuple[AgendaPart, ...]:
    """The parts of a session of `length` minutes, in order; whole minutes that add up to the length.

    Without a case its time is open time as well.
    """
    agenda = []
    begins = through = 0
    for part, minutes in MINUTES[kind].items():
        through += minutes
        if open_time_only and part is Part.CASE:
            continue
        # The ends are rounded, not the parts, so that these always add up.
        ends = (through * length + _HOUR // 2) // _HOUR
        agenda.append(AgendaPart(part, begins, ends - begins))
        begins = ends
    return tuple(agenda)


def starts(kind: CircleKind, starts_at: datetime, length: int) -> tuple[tuple[Part, datetime], ...]:
    """When each part of a session begins, as an instant."""
    return tuple((one.part, starts_at + timedelta(minutes=one.begins)) for one in parts(kind, length))


def choosing_begins(starts_at: datetime, length: int, kind: CircleKind) -> datetime:
    """When the third part begins: the next session's roles and date are put up."""
    return starts(kind, starts_at, length)[2][1]


def closing_begins(starts_at: datetime, length: int, kind: CircleKind) -> datetime:
    """When the last part begins: the closing evaluation is asked for."""
    return starts(kind, starts_at, length)[-1][1]

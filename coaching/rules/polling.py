"""When a poll closes, who is asked once more, which slot is chosen at first, whose hours a slot misses."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from coaching.rules import hours
from coaching.rules.hours import PersonHours

WORKING_DAYS = 3
"""So long people have for their answers."""
CHOOSER_HAS = 2
"""Working days after which whoever chooses is reminded."""
ASKED_AGAIN_AT = time(9)
FEWEST, MOST = 2, 5
"""Slots of a poll."""


class Misses(StrEnum):
    """Why a slot lies outside of somebody's working hours."""

    DAY_OFF = "day_off"
    EARLY = "early"
    LATE = "late"


@dataclass(frozen=True)
class Choice:
    """A slot that can be chosen, and how many can make it."""

    id: int
    starts_at: datetime
    can: int


def closes_at(opened_at: datetime, first_slot: datetime, zone: str) -> datetime:
    """17:00 in the circle's zone on the third working day after the opening (UTC).

    Halfway to the first slot when that is sooner: all slots can still be chosen then.
    """
    usual = PersonHours(zone)
    ends = opened_at
    for _ in range(WORKING_DAYS):
        ends = hours.next_working_day_at(ends, hours.LAST_HOUR, usual)
    return min(ends, opened_at + (first_slot - opened_at) / 2)


def halfway(opened_at: datetime, closes_at: datetime) -> datetime:
    """From then on those who have not answered are asked once more."""
    return opened_at + (closes_at - opened_at) / 2


def asks_at(moment: datetime, closes_at: datetime, person: PersonHours) -> datetime | None:
    """When somebody is asked once more: in their own working hours, from the moment on (UTC).

    None when those begin only after the poll has closed.
    """
    asked = hours.after(moment, person)
    return asked if asked < closes_at else None


def chooser_asked_at(
    closed_at: datetime, slots: Collection[datetime], person: PersonHours
) -> datetime | None:
    """When somebody is reminded that a time is to be chosen: at 9:00 of their second working day after.

    Where the first slot comes soon, halfway to it, in their working hours. None when nothing is to be chosen
    any more by then.
    """
    asked = closed_at
    for _ in range(CHOOSER_HAS):
        asked = hours.next_working_day_at(asked, ASKED_AGAIN_AT, person)
    if min(slots) > closed_at:
        asked = min(asked, hours.after(closed_at + (min(slots) - closed_at) / 2, person))
    return asked if asked < max(slots) else None


def is_over(now: datetime, closes_at: datetime, expected: Collection[int], answered: Collection[int]) -> bool:
    """The time is up, or all who are expected to answer have done so. With nobody expected, time decides."""
    return now >= closes_at or (bool(expected) and set(expected) <= set(answered))


def best(choices: Iterable[Choice]) -> Choice | None:
    """The one that most can make, the earlier of two equals."""
    return min(choices, key=lambda one: (-one.can, one.starts_at, one.id), default=None)


def misses(starts_at: datetime, ends_at: datetime, person: PersonHours) -> Misses | None:
    """Why a slot is not wholly between 8:00 and 18:00 of a working day of this person; None when it is."""
    begins, ends = hours.local(starts_at, person), hours.local(ends_at, person)
    if not person.works_on(begins.date()):
        return Misses.DAY_OFF
    if begins.time() < hours.OPENING:
        return Misses.EARLY
    return Misses.LATE if ends.date() > begins.date() or ends.time() > hours.CLOSING else None

"""The steps of a search for somebody who takes a role: the circle, then down the line, then the convener.

The circle is asked at once. A day later the next in line is asked alone, and so on down the line; each has a
day, in the last three days before the session four hours. Two days before it, or once nobody is left to ask,
the convener chooses. Nobody is asked alone in their quiet hours: that waits for their next opening, and their
time runs from then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coaching.rules import hours
from coaching.rules.hours import PersonHours

CIRCLE_HAS = timedelta(hours=24)
ONE_HAS = timedelta(hours=24)
ONE_HAS_SOON = timedelta(hours=4)
SOON = timedelta(days=3)
CONVENER_BEFORE = timedelta(days=2)
LEAST = timedelta(hours=4)
"""A question that comes later than this before the start is no help any more."""


@dataclass(frozen=True)
class Offer:
    """One person is asked alone, from then until then."""

    person_id: int
    goes_out: datetime
    ends: datetime


def circle_has_until(opened_at: datetime, starts_at: datetime) -> datetime:
    """When the circle's time is up, and somebody is asked alone or, close to the session, the convener."""
    return min(opened_at + CIRCLE_HAS, max(opened_at, convener_from(starts_at)))


def convener_from(starts_at: datetime) -> datetime:
    return starts_at - CONVENER_BEFORE


def next_offer(line: Sequence[tuple[int, PersonHours]], now: datetime, starts_at: datetime) -> Offer | None:
    """The first in line who can be asked before it is the convener's turn; None when nobody is left."""
    for person_id, their_hours in line:
        goes_out = hours.after(now, their_hours)
        if goes_out < convener_from(starts_at):
            return Offer(person_id, goes_out, min(_ends(goes_out, starts_at), convener_from(starts_at)))
    return None


def named_offer(person_id: int, their_hours: PersonHours, now: datetime, starts_at: datetime) -> Offer:
    """Whom the convener names. Close to the session they are asked at once, whatever the hour."""
    goes_out = convener_question(their_hours, now, starts_at)
    return Offer(person_id, goes_out, min(_ends(goes_out, starts_at), starts_at))


def convener_question(their_hours: PersonHours, now: datetime, starts_at: datetime) -> datetime:
    """When the question goes out: in somebody's working hours, if that is not too late to be of help."""
    opening = hours.after(now, their_hours)
    return opening if opening <= starts_at - LEAST else now


def _ends(goes_out: datetime, starts_at: datetime) -> datetime:
    return goes_out + (ONE_HAS_SOON if goes_out >= starts_at - SOON else ONE_HAS)

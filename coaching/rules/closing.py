"""What is recorded about a session when nobody says, and how long it can be corrected."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from coaching.rules.terms import SessionState

RECORDED_WITHIN = timedelta(days=3)
"""After the planned end: by then somebody has said what happened, or it is assumed."""
CORRECTED_WITHIN = timedelta(days=90)
"""After the planned end: as long as that, held can become missed and the other way round."""

_ENOUGH_TO_MEET = 2


@dataclass(frozen=True)
class Assumed:
    state: SessionState
    """Held or missed."""
    attended: frozenset[int]


def is_time_to_assume(ends_at: datetime, now: datetime) -> bool:
    """Whether three days have gone by since the planned end. Asked of sessions that nobody has recorded."""
    return now >= ends_at + RECORDED_WITHIN


def assume(said_yes: Collection[int], anybody_answered: bool, notes_written: bool) -> Assumed:
    """What to record when nobody has said what happened.

    Held, with those who said yes, if at least two had, or if there is a trace of it: an answer to the
    evaluation (whose, nobody knows) or notes. Missed otherwise.
    """
    if len(set(said_yes)) >= _ENOUGH_TO_MEET or anybody_answered or notes_written:
        return Assumed(SessionState.HELD, frozenset(said_yes))
    return Assumed(SessionState.MISSED, frozenset())


def may_correct(ends_at: datetime, now: datetime) -> bool:
    """Whether what was recorded, by somebody or by assumption, can still be changed."""
    return now < ends_at + CORRECTED_WITHIN

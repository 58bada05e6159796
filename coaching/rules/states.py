"""The states of a session, and which may follow which. This table is the whole state machine."""

from collections.abc import Mapping

from coaching.rules.terms import SessionState as S

MOVES: Mapping[S, frozenset[S]] = {
    S.PROPOSED: frozenset({S.SCHEDULED, S.SKIPPED}),
    S.SCHEDULED: frozenset({S.SCHEDULED, S.CANCELLED, S.SKIPPED, S.HELD, S.MISSED}),
    # What was recorded can be corrected for 90 days; `closing.may_correct` says until when.
    S.HELD: frozenset({S.MISSED}),
    S.MISSED: frozenset({S.HELD}),
    # These two are over for good: meeting after all is a new session.
    S.SKIPPED: frozenset(),
    S.CANCELLED: frozenset(),
}
"""From each state, those that may follow. A move of a scheduled session leaves it scheduled."""

CALLED_OFF = frozenset({S.CANCELLED, S.SKIPPED})
"""It will not take place: calendars strike it out."""


class ImpossibleMove(ValueError):
    """Something wanted to put a session into a state that cannot follow its present one."""

    def __init__(self, current: S, wanted: S) -> None:
        super().__init__(f"a session that is {current} cannot become {wanted}")
        self.current = current
        self.wanted = wanted


def may_become(current: S, wanted: S) -> bool:
    return wanted in MOVES[current]


def check_move(current: S, wanted: S) -> S:
    """The wanted state, to be assigned. Raises `ImpossibleMove` when it cannot follow the current one."""
    if not may_become(current, wanted):
        raise ImpossibleMove(current, wanted)
    return wanted

"""The life of a session: which state may follow which. The drawing in docs/architecture.md shows the same."""

from datetime import datetime, timedelta

from coaching.rules.terms import SessionState

CORRECTION = timedelta(days=90)
"""For this long after its end a session that was held can become one that was missed, and back."""

MOVES: dict[SessionState, frozenset[SessionState]] = {
    SessionState.PROPOSED: frozenset({SessionState.SCHEDULED, SessionState.SKIPPED}),
    SessionState.SCHEDULED: frozenset(
        {
            SessionState.SCHEDULED,
            SessionState.CANCELLED,
            SessionState.SKIPPED,
            SessionState.HELD,
            SessionState.MISSED,
        }
    ),
    SessionState.HELD: frozenset({SessionState.MISSED}),
    SessionState.MISSED: frozenset({SessionState.HELD}),
    SessionState.CANCELLED: frozenset(),
    SessionState.SKIPPED: frozenset(),
}


class ForbiddenMove(ValueError):
    """A session cannot go from the one state to the other."""


def may_become(now_in: SessionState, wanted: SessionState) -> bool:
    return wanted in MOVES[now_in]


def check_move(now_in: SessionState, wanted: SessionState) -> SessionState:
    """The wanted state. Raises `ForbiddenMove` when it cannot follow."""
    if not may_become(now_in, wanted):
        raise ForbiddenMove(f"{now_in} cannot become {wanted}")
    return wanted


def may_correct(ended_at: datetime, now: datetime) -> bool:
    return now <= ended_at + CORRECTION


def counts(state: SessionState) -> bool:
    """Whether it uses up a turn and counts for meeting in person.

    Held ones do; scheduled ones as planned, also when they have ended and nobody has said what happened.
    """
    return state in (SessionState.HELD, SessionState.SCHEDULED)

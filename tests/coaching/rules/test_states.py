from collections.abc import Iterable

import pytest

from coaching.rules import states
from coaching.rules.terms import SessionState as S


def reachable(start: S) -> set[S]:
    found: set[S] = set()
    waiting = [start]
    while waiting:
        for following in states.MOVES[waiting.pop()] - found:
            found.add(following)
            waiting.append(following)
    return found


def test_every_state_is_in_the_table() -> None:
    assert set(states.MOVES) == set(S)


def test_every_state_can_be_reached_from_a_proposal() -> None:
    assert reachable(S.PROPOSED) | {S.PROPOSED} == set(S)


@pytest.mark.parametrize("over", [S.SKIPPED, S.CANCELLED])
def test_skipped_and_cancelled_are_over_for_good(over: S) -> None:
    assert not any(states.may_become(over, wanted) for wanted in S)


def test_what_was_recorded_can_only_be_corrected() -> None:
    assert reachable(S.HELD) == reachable(S.MISSED) == {S.HELD, S.MISSED}


def test_a_scheduled_session_can_be_moved() -> None:
    assert states.check_move(S.SCHEDULED, S.SCHEDULED) is S.SCHEDULED


def pairs(allowed: bool) -> Iterable[tuple[S, S]]:
    return [(one, other) for one in S for other in S if states.may_become(one, other) is allowed]


@pytest.mark.parametrize(("current", "wanted"), pairs(allowed=False))
def test_a_refusal_names_both_states(current: S, wanted: S) -> None:
    with pytest.raises(states.ImpossibleMove, match=rf"\b{current}\b.*\b{wanted}\b"):
        states.check_move(current, wanted)


@pytest.mark.parametrize(("current", "wanted"), pairs(allowed=True))
def test_a_move_gives_the_new_state(current: S, wanted: S) -> None:
    assert states.check_move(current, wanted) is wanted

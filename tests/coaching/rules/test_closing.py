from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import closing, states
from coaching.rules.closing import Assumed
from coaching.rules.terms import SessionState

END = datetime(2027, 3, 27, 17, 0, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("said_yes", "answered", "notes", "state"),
    [
        ([], False, False, SessionState.MISSED),
        ([1], False, False, SessionState.MISSED),
        ([1, 1], False, False, SessionState.MISSED),
        ([1, 2], False, False, SessionState.HELD),
        ([], True, False, SessionState.HELD),
        ([1], False, True, SessionState.HELD),
    ],
)
def test_what_is_assumed_when_nobody_says(
    said_yes: list[int], answered: bool, notes: bool, state: SessionState
) -> None:
    assert closing.assume(said_yes, answered, notes).state is state


@given(st.sets(st.integers(1, 9)), st.booleans(), st.booleans())
def test_those_who_said_yes_attended_what_was_held(said_yes: set[int], answered: bool, notes: bool) -> None:
    assumed = closing.assume(said_yes, answered, notes)
    held = assumed.state is SessionState.HELD
    assert assumed == Assumed(assumed.state, frozenset(said_yes if held else ()))
    assert states.may_become(SessionState.SCHEDULED, assumed.state)


def test_nothing_is_assumed_for_three_days() -> None:
    assumed_at = END + timedelta(days=3)
    assert not closing.is_time_to_assume(END, assumed_at - A_MOMENT)
    assert closing.is_time_to_assume(END, assumed_at)


def test_a_record_can_be_corrected_for_90_days() -> None:
    last = END + timedelta(days=90)
    assert closing.may_correct(END, END)
    assert closing.may_correct(END, last - A_MOMENT)
    assert not closing.may_correct(END, last)

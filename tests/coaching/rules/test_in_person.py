"""The in-person rule: at least one in every N."""

from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import in_person
from coaching.rules.terms import Mode

MODES = st.lists(st.sampled_from(list(Mode)), max_size=12)
REMOTE = st.sampled_from([Mode.VIDEO, Mode.PHONE])


@given(MODES, st.integers(2, 4), REMOTE)
def test_who_follows_the_proposal_meets_in_person_often_enough(
    lived: list[Mode], every: int, usual: Mode
) -> None:
    modes = list(lived)
    for _ in range(3 * every):
        modes.append(in_person.state(modes, every).proposed(usual))
    followed = modes[len(lived) :]
    for begin in range(len(followed) - every + 1):
        assert Mode.IN_PERSON in followed[begin : begin + every]


@given(MODES, st.integers(2, 4))
def test_due_exactly_when_the_last_ones_were_all_remote(modes: list[Mode], every: int) -> None:
    last = modes[len(modes) - (every - 1) :] if len(modes) >= every - 1 else []
    due = len(last) == every - 1 and all(mode.remote for mode in last)
    assert in_person.state(modes, every).due is due


@given(MODES)
def test_switched_off_it_is_never_due(modes: list[Mode]) -> None:
    assert not in_person.state(modes, 0).due


@given(st.lists(REMOTE, max_size=8), st.integers(2, 4))
def test_a_new_circle_is_not_due_before_its_nth_session(modes: list[Mode], every: int) -> None:
    assert in_person.state(modes, every).due is (len(modes) >= every - 1)


@given(st.lists(REMOTE, max_size=8), st.integers(2, 4))
def test_the_wait_counts_down_to_the_session_that_is_due(modes: list[Mode], every: int) -> None:
    wait = in_person.state(modes, every).due_after
    assert in_person.state([*modes, *[Mode.VIDEO] * wait], every).due
    if wait:
        assert not in_person.state([*modes, *[Mode.VIDEO] * (wait - 1)], every).due


def test_meeting_remotely_all_the_same_makes_the_next_one_due_again() -> None:
    assert in_person.state([Mode.VIDEO, Mode.VIDEO, Mode.VIDEO], 3).due


def test_a_circle_that_has_met_before_brings_its_count() -> None:
    # It met in person two sessions ago, so one remote session lies between.
    assert not in_person.state([], 3, before_in_person=2).due
    assert in_person.state([Mode.VIDEO], 3, before_in_person=2).due
    assert not in_person.state([Mode.IN_PERSON], 3, before_in_person=9).due


def test_what_the_form_says_about_the_last_ones() -> None:
    state = in_person.state([Mode.VIDEO, Mode.IN_PERSON, Mode.VIDEO], 3)
    assert (state.in_person, state.of_last, state.due_after) == (1, 2, 1)
    assert state.last == (Mode.VIDEO, Mode.IN_PERSON, Mode.VIDEO)


def test_what_the_form_says_to_a_circle_that_has_met_before() -> None:
    just_met = in_person.state([], 3, before_in_person=1)
    assert (just_met.in_person, just_met.of_last, just_met.last) == (1, 1, ())
    one_call_later = in_person.state([Mode.PHONE], 3, before_in_person=1)
    assert (one_call_later.in_person, one_call_later.of_last, one_call_later.next_is_due) == (1, 2, True)
    assert in_person.state([], 3, before_in_person=5).due


def test_the_session_before_the_one_that_is_due() -> None:
    assert in_person.state([Mode.VIDEO], 3).next_is_due
    assert not in_person.state([], 3).next_is_due
    assert not in_person.state([Mode.VIDEO, Mode.VIDEO], 3).next_is_due
    assert not in_person.state([Mode.VIDEO], 0).next_is_due


def test_later_sessions_that_a_change_makes_due() -> None:
    later = [Mode.VIDEO, Mode.PHONE, Mode.IN_PERSON, Mode.VIDEO]
    assert in_person.due_among([Mode.VIDEO], later, 3) == [1]
    assert in_person.due_among([Mode.IN_PERSON], [Mode.VIDEO], 3) == []

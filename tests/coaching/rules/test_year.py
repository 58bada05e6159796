"""The preview of a circle's year is nothing but the rules of turns and of meeting in person, step by step."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import in_person, rotation, year
from coaching.rules.rotation import Met
from coaching.rules.terms import Mode

MODES = st.sampled_from(list(Mode))
DAYS = [date(2026, 12, 8) + timedelta(weeks=4 * number) for number in range(year.SHOWN)]


@given(
    st.integers(2, 12), MODES, st.integers(0, 4), st.lists(MODES, max_size=6), st.none() | st.integers(1, 5)
)
def test_each_session_is_what_would_be_proposed_for_it(
    members: int, usual: Mode, every: int, before: list[Mode], ago: int | None
) -> None:
    lines, modes = rotation.start(range(members)), list(before)
    shown = year.ahead(DAYS, lines, before, usual=usual, every=every, before_in_person=ago, pair=members == 2)
    for day, one in zip(DAYS, shown, strict=True):
        state = in_person.state(modes, every, before_in_person=ago)
        assert one.day == day
        assert one.mode is (Mode.IN_PERSON if state.due else usual)
        assert one.presenter == lines.presenters[0]
        assert (one.note_taker is None) == (members == 2)
        modes.append(one.mode)
        lines = rotation.replay(lines, [Met(one.presenter, one.note_taker)])


@given(st.integers(2, 4), MODES)
def test_at_least_one_in_n_is_in_person(every: int, usual: Mode) -> None:
    shown = year.ahead(DAYS, rotation.start(range(5)), usual=usual, every=every)
    modes = [one.mode for one in shown]
    for start in range(len(modes) - every + 1):
        assert Mode.IN_PERSON in modes[start : start + every]


@given(st.integers(3, 12))
def test_leads_who_do_not_present_are_left_out_of_presenting_alone(members: int) -> None:
    shown = year.ahead(
        DAYS, rotation.start(range(members)), usual=Mode.VIDEO, every=3, not_presenting=frozenset({0})
    )
    assert 0 not in {one.presenter for one in shown}
    assert members < 4 or 0 in {one.note_taker for one in shown}

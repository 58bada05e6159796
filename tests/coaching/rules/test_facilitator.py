"""Who leads a session, and who is asked about it."""

from hypothesis import given
from hypothesis import strategies as st

from coaching.rules.facilitator import convener, next_facilitator

PEOPLE = st.integers(1, 6)


@given(
    st.lists(PEOPLE, min_size=1, max_size=2, unique=True),
    st.lists(st.none() | PEOPLE, max_size=10),
    st.none() | PEOPLE,
    st.none() | PEOPLE,
    st.sets(PEOPLE),
)
def test_nobody_facilitates_their_own_case(
    leads: list[int], history: list[int | None], presenter: int | None, last: int | None, away: set[int]
) -> None:
    chosen = next_facilitator(leads, history, presenter, last_presenter=last, cannot_come=away)
    assert chosen is None or (chosen != presenter and chosen not in away)


def test_the_leads_take_turns() -> None:
    assert next_facilitator([1, 2], [], 5, last_presenter=None) == 1
    assert next_facilitator([1, 2], [1], 5, last_presenter=None) == 2
    assert next_facilitator([1, 2], [1, 2], 5, last_presenter=None) == 1


def test_a_lead_who_presents_is_replaced_by_the_other() -> None:
    assert next_facilitator([1, 2], [2], 1, last_presenter=4) == 2


def test_with_one_lead_who_presents_whoever_presented_last_leads() -> None:
    assert next_facilitator([1], [1, 1], 1, last_presenter=4) == 4


def test_the_convener_is_the_facilitator_if_that_is_a_lead() -> None:
    assert convener([1, 2], [], 2, 3, [1, 2, 3, 4]) == 2


def test_else_the_lead_whose_turn_it_is() -> None:
    assert convener([1, 2], [1], 4, 3, [1, 2, 3, 4]) == 2


def test_who_is_away_or_gone_is_not_asked() -> None:
    assert convener([1, 2], [], 1, 3, [1, 2, 3, 4], away={1}) == 2
    assert convener([1, 2], [], 1, 3, [1, 2, 3, 4], away={1, 2}) == 3
    assert convener([1, 2], [], 1, 3, [4, 3], away={3}) == 4


@given(
    st.lists(PEOPLE, max_size=2, unique=True),
    st.lists(st.none() | PEOPLE, max_size=10),
    st.none() | PEOPLE,
    st.none() | PEOPLE,
    st.lists(PEOPLE, unique=True),
    st.sets(PEOPLE),
)
def test_one_member_is_asked_and_nobody_who_is_away_while_others_are_not(
    leads: list[int],
    history: list[int | None],
    facilitator: int | None,
    presenter: int | None,
    members: list[int],
    away: set[int],
) -> None:
    asked = convener(leads, history, facilitator, presenter, members, away=away)
    assert asked in members or (asked is None and not members)
    assert asked not in away or set(members) <= away


def test_when_everybody_is_away_the_question_is_still_put_to_somebody() -> None:
    assert convener([1, 2], [1], 1, 3, [1, 2, 3], away={1, 2, 3}) == 1


def test_before_anybody_has_presented_another_leads_for_the_lead_who_presents() -> None:
    assert next_facilitator([1], [], 1, last_presenter=None) is None
    assert next_facilitator([1], [], 1, last_presenter=None, others=[4, 3, 2, 1]) == 4
    assert next_facilitator([1], [], 1, last_presenter=4, others=[4, 3, 2, 1], cannot_come={4}) == 3


@given(st.lists(PEOPLE, min_size=2, max_size=2, unique=True), st.lists(st.just(0), max_size=20))
def test_two_leads_who_never_present_facilitate_equally_often(leads: list[int], sessions: list[int]) -> None:
    history: list[int | None] = []
    for presenter in sessions:
        history.append(next_facilitator(leads, history, presenter, last_presenter=None))
    assert abs(history.count(leads[0]) - history.count(leads[1])) <= 1

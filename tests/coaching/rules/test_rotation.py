"""Roles in turn: what must hold over any history, and over the histories people really live."""

from collections import Counter
from collections.abc import Sequence, Set

from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import rotation
from coaching.rules.rotation import Event, Joined, Left, Lines, Met, Roles, Swapped
from coaching.rules.terms import Role

SIZES = st.integers(3, 9)
NOBODY: frozenset[int] = frozenset()


def held(roles: Roles) -> Met:
    return Met(roles.presenter, roles.note_taker)


def live(lines: Lines, absences: Sequence[Set[int]]) -> list[Roles]:
    """As many sessions as there are absences, each held as the rule says."""
    return list(rotation.upcoming(lines, absences))


def each_once(sessions: Sequence[Roles], members: Set[int]) -> bool:
    presented = [one.presenter for one in sessions]
    noted = [one.note_taker for one in sessions]
    return sorted(map(str, presented)) == sorted(map(str, noted)) == sorted(map(str, members))


def twice_running(sessions: Sequence[Roles]) -> list[int]:
    """Places at which somebody has a role again who had one the time before."""
    had = [{one.presenter, one.note_taker} - {None} for one in sessions]
    return [place for place in range(1, len(had)) if had[place] & had[place - 1]]


@given(SIZES, st.data())
def test_any_n_sessions_give_each_member_each_role_once(n: int, data: st.DataObject) -> None:
    sessions = live(rotation.start(range(n)), [NOBODY] * 4 * n)
    begin = data.draw(st.integers(0, 3 * n))
    assert each_once(sessions[begin : begin + n], set(range(n)))


@given(st.integers(4, 12))
def test_from_four_members_on_nobody_has_a_role_twice_running(n: int) -> None:
    assert twice_running(live(rotation.start(range(n)), [NOBODY] * 4 * n)) == []


@given(SIZES, st.data())
def test_after_an_absence_all_is_in_order_again_after_two_sessions(n: int, data: st.DataObject) -> None:
    missed, absent = data.draw(st.integers(0, 2 * n)), data.draw(st.integers(0, n - 1))
    absences = [frozenset({absent}) if place == missed else NOBODY for place in range(missed + 5 * n)]
    after = live(rotation.start(range(n)), absences)[missed + 3 :]
    assert all(each_once(after[begin : begin + n], set(range(n))) for begin in range(2 * n))
    assert n < 4 or twice_running(after) == []


@given(SIZES, st.data())
def test_after_a_newcomer_all_is_in_order_again_after_two_sessions(n: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, 2 * n))
    lines = rotation.start(range(n))
    for roles in live(lines, [NOBODY] * before):
        lines = rotation.replay(lines, [held(roles)])
    lines = rotation.replay(lines, [Joined(n)])
    # The first session is the one they observe; they are in the lines from the second on.
    after = live(lines, [NOBODY] * (6 * n + 6))
    assert n not in (after[0].presenter, after[0].note_taker)
    settled = after[3:]
    assert all(each_once(settled[begin : begin + n + 1], set(range(n + 1))) for begin in range(2 * n))
    assert n < 3 or twice_running(settled) == []


@given(st.integers(4, 9), st.data())
def test_a_newcomer_moves_nobodys_next_turn(n: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, 2 * n))
    lines = rotation.start(range(n))
    for roles in live(lines, [NOBODY] * before):
        lines = rotation.replay(lines, [held(roles)])
    without = live(lines, [NOBODY] * 3 * n)
    joined = live(rotation.replay(lines, [Joined(n)]), [NOBODY] * 3 * n)
    for role in Role:
        for person in range(n):
            turns = [[one.holder(role) for one in sessions].index(person) for sessions in (without, joined)]
            assert turns[0] == turns[1]


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[Event], set[int]]:
    """Anything that can happen to a circle, with who is in it at the end."""
    n = draw(st.integers(2, 7))
    lines, here, events = rotation.start(range(n)), set(range(n)), []
    for _ in range(draw(st.integers(0, 25))):
        what = draw(st.sampled_from(["met", "met", "met", "joined", "left", "swapped", "other"]))
        event: Event
        if what == "met":
            away = draw(st.sets(st.sampled_from(sorted(here)))) if here else set()
            event = held(rotation.next_roles(lines, cannot_come=away))
        elif what == "joined":
            newcomer = draw(st.integers(0, 12).filter(lambda one: one not in here))
            here.add(newcomer)
            event = Joined(newcomer, draw(st.booleans()))
        elif what == "left" and len(here) > 1:
            leaver = draw(st.sampled_from(sorted(here)))
            here.discard(leaver)
            event = Left(leaver)
        elif what == "swapped" and len(here) > 1:
            pair = draw(st.lists(st.sampled_from(sorted(here)), min_size=2, max_size=2, unique=True))
            event = Swapped(draw(st.sampled_from(list(Role))), pair[0], pair[1])
        else:  # volunteers and corrections: anybody did it
            anybody = st.none() | st.sampled_from(sorted(here)) if here else st.none()
            event = Met(draw(anybody), draw(anybody))
        events.append(event)
        lines = rotation.replay(lines, [event])
    return n, events, here


@given(histories(), st.data())
def test_over_any_history_only_those_who_can_are_chosen_and_never_for_both(
    lived: tuple[int, list[Event], set[int]], data: st.DataObject
) -> None:
    n, events, here = lived
    lines = rotation.replay(rotation.start(range(n)), events)
    away = data.draw(st.sets(st.integers(0, 12)))
    excused = {role: data.draw(st.sets(st.integers(0, 12))) for role in Role}
    leads = data.draw(st.sets(st.integers(0, 12)))
    roles = rotation.next_roles(lines, cannot_come=away, excused=excused, not_presenting=leads)
    if roles.presenter is not None:
        assert roles.presenter in here - away - excused[Role.PRESENTER] - leads - set(lines.observing)
        assert roles.presenter != roles.note_taker
    if roles.note_taker is not None:
        assert roles.note_taker in here - away - excused[Role.NOTE_TAKER] - set(lines.observing)


@given(histories())
def test_over_any_history_everybody_stands_in_each_line_once(
    lived: tuple[int, list[Event], set[int]],
) -> None:
    n, events, here = lived
    lines = rotation.replay(rotation.start(range(n)), events)
    for role in Role:
        assert sorted([*lines.of(role), *lines.observing]) == sorted(here)


@given(histories(), st.permutations(range(13)))
def test_who_people_are_makes_no_difference(
    lived: tuple[int, list[Event], set[int]], names: list[int]
) -> None:
    """But for newcomers who enter at the same moment, who are ordered by their id."""
    n, events, _ = lived
    several = any(isinstance(event, Joined) and event.observes for event in events)
    if several:
        return

    def named(event: Event) -> Event:
        match event:
            case Joined(person, observes):
                return Joined(names[person], observes)
            case Left(person):
                return Left(names[person])
            case Swapped(role, one, other):
                return Swapped(role, names[one], names[other])
            case Met(presenter, note_taker):
                call = [None if one is None else names[one] for one in (presenter, note_taker)]
                return Met(*call)

    roles = rotation.next_roles(rotation.replay(rotation.start(range(n)), events))
    other = rotation.next_roles(
        rotation.replay(rotation.start([names[one] for one in range(n)]), [named(event) for event in events])
    )
    expected = [None if one is None else names[one] for one in (roles.presenter, roles.note_taker)]
    assert [other.presenter, other.note_taker] == expected


@given(st.integers(4, 9), st.data())
def test_who_is_passed_over_presents_next_and_owes_one_turn_only(n: int, data: st.DataObject) -> None:
    times = data.draw(st.integers(1, n - 1))
    absences = [frozenset({0})] * times + [NOBODY] * 2 * n
    sessions = live(rotation.start(range(n)), absences)
    assert sessions[times].presenter == 0
    turns = Counter(one.presenter for one in sessions[times : times + n])
    assert turns[0] == 1


@given(st.integers(4, 9), st.data())
def test_a_swap_moves_nobody_elses_turn(n: int, data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True))
    lines = rotation.start(range(n))
    before = [roles.presenter for roles in live(lines, [NOBODY] * n)]
    after = [
        roles.presenter
        for roles in live(rotation.replay(lines, [Swapped(Role.PRESENTER, one, other)]), [NOBODY] * n)
    ]
    places = {one: other, other: one}
    assert after == [places.get(person or 0, person) for person in before]


def test_a_new_circle_of_five_presents_in_the_order_picked() -> None:
    sessions = live(rotation.start([10, 20, 30, 40, 50]), [NOBODY] * 5)
    assert [one.presenter for one in sessions] == [10, 20, 30, 40, 50]
    assert [one.note_taker for one in sessions] == [30, 40, 50, 10, 20]


def test_who_did_it_last_before_the_bot_came_stands_at_the_end() -> None:
    lines = rotation.start([1, 2, 3, 4], Met(2, 3))
    assert lines.presenters[-1] == 2
    assert lines.note_takers[-1] == 3
    assert rotation.next_roles(lines).presenter == 1


def test_a_session_that_did_not_take_place_uses_up_no_turn() -> None:
    lines = rotation.start([1, 2, 3, 4])
    first = rotation.next_roles(lines)
    # Cancelled, so not in the history: the same two are next.
    assert rotation.next_roles(lines) == first


def test_replacement_is_the_next_in_line_without_a_role_in_the_session() -> None:
    lines = rotation.start([1, 2, 3, 4])
    planned = Roles(1, 2)
    assert rotation.replacement(lines, Role.PRESENTER, planned) == 3
    assert rotation.replacement(lines, Role.PRESENTER, planned, cannot_come={3}) == 4
    assert rotation.replacement(lines, Role.PRESENTER, planned, cannot_come={3, 4}) is None


def test_a_pair_takes_turns_in_being_coached_first() -> None:
    sessions = rotation.upcoming(rotation.start([1, 2]), [NOBODY] * 4, pair=True)
    assert [(one.presenter, one.note_taker) for one in sessions] == [(1, None), (2, None), (1, None), (2, None)]


def test_who_has_the_other_role_can_only_trade_the_two() -> None:
    roles, moves = rotation.swap(Roles(1, 2), Role.PRESENTER, 2)
    assert roles == Roles(2, 1)
    assert {move.role for move in moves} == set(Role)


def test_taking_a_role_over_changes_places_in_that_line_only() -> None:
    roles, moves = rotation.swap(Roles(1, 2), Role.PRESENTER, 3)
    assert roles == Roles(3, 2)
    assert moves == (Swapped(Role.PRESENTER, 1, 3),)

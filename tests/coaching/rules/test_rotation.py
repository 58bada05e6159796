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
    for _ in range(draw(st.integers(0, 15))):
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
    n, events, _ = lived

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


@given(histories(), st.data())
def test_over_any_history_two_who_can_always_come_present_equally_often(
    lived: tuple[int, list[Event], set[int]], data: st.DataObject
) -> None:
    """Notes have no such bound: who presents more, because others are away, rests more."""
    n, events, here = lived
    newcomers = [Joined(20, observes=False), Joined(21, observes=False)]
    lines = rotation.replay(rotation.start(range(n)), [*events, *newcomers])
    absences = data.draw(
        st.lists(st.sets(st.sampled_from(sorted(here))) if here else st.just(set()), max_size=30)
    )
    turns = Counter[int | None]()
    for roles in live(lines, absences):
        turns[roles.presenter] += 1
        assert abs(turns[20] - turns[21]) <= 1


@given(histories(), st.data())
def test_who_stands_before_the_chosen_could_not_or_had_to_rest(
    lived: tuple[int, list[Event], set[int]], data: st.DataObject
) -> None:
    n, events, _ = lived
    away = data.draw(st.sets(st.integers(0, 12)))
    lines = rotation.replay(rotation.start(range(n)), events)
    roles = rotation.next_roles(lines, cannot_come=away)
    following = rotation.next_roles(rotation.replay(lines, [held(roles)]))
    resting = {roles.presenter, following.presenter} | lines.last if len(lines.presenters) > 3 else set()
    assert set(before(lines.presenters, roles.presenter)) <= away
    assert set(before(lines.note_takers, roles.note_taker)) <= away | {roles.presenter} | resting


def before(line: Sequence[int], person: int | None) -> Sequence[int]:
    """Those who stand before this person; everybody, when nobody was chosen."""
    return line[: line.index(person)] if person is not None else line


def test_note_takers_rest_before_they_present_and_after_a_role() -> None:
    # Presenting: 1 now, 2 next. So 2 rests, and so does 3, who had a role last time.
    lines = Lines((1, 2, 3, 4, 5), (1, 2, 3, 4, 5), last=frozenset({3}))
    assert rotation.next_roles(lines) == Roles(1, 4)
    # 2 cannot come next time: then 3 presents there, and 2 may take notes.
    assert rotation.next_roles(lines, cannot_come_next={2}) == Roles(1, 2)
    # Nobody fits: who presents next goes before who had a role last time.
    assert rotation.next_roles(lines, cannot_come={4, 5}) == Roles(1, 2)
    assert rotation.next_roles(lines, cannot_come={2, 4, 5}) == Roles(1, 3)


def test_where_three_present_in_turn_note_takers_do_not_rest() -> None:
    lines = Lines((1, 2, 3, 4, 5), (2, 1, 3, 4, 5), last=frozenset({2}))
    assert rotation.next_roles(lines, not_presenting={4, 5}) == Roles(1, 2)
    assert rotation.next_roles(lines, excused={Role.PRESENTER: {4, 5}}) == Roles(1, 2)
    assert rotation.next_roles(lines, not_presenting={4}, excused={Role.PRESENTER: {5}}) == Roles(1, 2)


@given(st.integers(4, 9), st.data())
def test_after_several_absences_all_is_in_order_again_after_three_sessions(
    n: int, data: st.DataObject
) -> None:
    """Two are enough after one absence; a circle of five can need a third after a second absence."""
    missed = data.draw(st.lists(st.none() | st.integers(0, n - 1), max_size=3 * n))
    absences = [NOBODY if one is None else frozenset({one}) for one in missed]
    after = live(rotation.start(range(n)), absences + [NOBODY] * 5 * n)[len(missed) + 3 :]
    assert all(each_once(after[begin : begin + n], set(range(n))) for begin in range(2 * n))
    assert twice_running(after) == []


@given(st.integers(4, 9), st.sampled_from(list(Role)), st.data())
def test_a_swap_in_a_session_leaves_everybody_elses_place(n: int, role: Role, data: st.DataObject) -> None:
    lines = rotation.start(range(n))
    for roles in live(lines, [NOBODY] * data.draw(st.integers(0, 2 * n))):
        lines = rotation.replay(lines, [held(roles)])
    planned = rotation.next_roles(lines)
    taker = data.draw(st.integers(0, n - 1))
    swapped, moves = rotation.swap(planned, role, taker)
    as_planned = rotation.replay(lines, [held(planned)])
    after = rotation.replay(lines, [*moves, held(swapped)])
    assert swapped.holder(role) == taker
    places = {planned.holder(role): taker, taker: planned.holder(role)}
    for one in Role:
        changed = any(move.role is one for move in moves)
        expected = [places.get(person, person) if changed else person for person in as_planned.of(one)]
        assert list(after.of(one)) == expected


def test_newcomers_enter_in_the_order_in_which_they_joined() -> None:
    lines = rotation.replay(rotation.start([1, 2, 3]), [Joined(9), Joined(8), Met(1, 2)])
    assert lines.presenters == (2, 3, 1, 9, 8)
    assert lines.note_takers == (3, 1, 2, 9, 8)


def test_an_open_role_is_taken_without_a_change_of_places() -> None:
    assert rotation.swap(Roles(None, 2), Role.PRESENTER, 3) == (Roles(3, 2), ())
    assert rotation.swap(Roles(1, 2), Role.PRESENTER, 1) == (Roles(1, 2), ())


def test_who_has_a_turn_in_a_later_session_is_not_asked_to_stand_in_while_others_wait() -> None:
    lines = rotation.start([1, 2, 3, 4])
    scheduled_later = rotation.replay(lines, [Met(2, 4)])
    assert rotation.takers(scheduled_later, Role.PRESENTER, Roles(1, 3))[0] == 4
    assert rotation.takers(scheduled_later, Role.PRESENTER, Roles(1, 3), cannot_come={4})[0] == 2


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
    assert rotation.takers(lines, Role.PRESENTER, planned) == (3, 4)
    assert rotation.takers(lines, Role.PRESENTER, planned, cannot_come={3}) == (4,)
    assert rotation.takers(lines, Role.PRESENTER, planned, cannot_come={3, 4}) == ()


def test_a_pair_takes_turns_in_being_coached_first() -> None:
    sessions = rotation.upcoming(rotation.start([1, 2]), [NOBODY] * 4, pair=True)
    assert [(one.presenter, one.note_taker) for one in sessions] == [
        (1, None),
        (2, None),
        (1, None),
        (2, None),
    ]


def test_who_has_the_other_role_can_only_trade_the_two() -> None:
    roles, moves = rotation.swap(Roles(1, 2), Role.PRESENTER, 2)
    assert roles == Roles(2, 1)
    assert {move.role for move in moves} == set(Role)


def test_taking_a_role_over_changes_places_in_that_line_only() -> None:
    roles, moves = rotation.swap(Roles(1, 2), Role.PRESENTER, 3)
    assert roles == Roles(3, 2)
    assert moves == (Swapped(Role.PRESENTER, 1, 3),)


def test_only_swaps_that_led_to_who_has_the_role_in_the_end_count() -> None:
    presents, notes = Role.PRESENTER, Role.NOTE_TAKER
    over, on, back = Swapped(presents, 1, 3), Swapped(presents, 3, 4), Swapped(presents, 3, 1)
    for swaps, presenter, expected in (
        ((over,), 3, (over,)),
        ((over,), 5, ()),  # a lead gave it to somebody else
        ((over,), None, ()),  # open time only
        ((over,), 1, ()),  # given back by the form
        ((over, back), 1, (over, back)),  # and by a swap: they stand where they stood
        ((over, on), 4, (over, on)),
        ((over, on), 3, (over,)),
        ((over, over), 3, (over,)),  # given back by the form between
        ((over, Swapped(presents, 5, 4)), 4, (Swapped(presents, 5, 4),)),
    ):
        assert rotation.kept(swaps, Roles(presenter, 2)) == expected
    trade = rotation.swap(Roles(1, 2), presents, 2)[1]
    assert rotation.kept(trade, Roles(2, 1)) == trade
    assert [one.role for one in rotation.kept(trade, Roles(5, 1))] == [notes]

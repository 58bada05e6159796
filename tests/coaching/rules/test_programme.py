"""The programme page's sums: what they add up to, and what they never tell."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules.programme import Met, Published, Quarter, circles, closed, sums
from coaching.rules.terms import Mode, SessionState

STATES = st.sampled_from(SessionState)
SESSIONS = st.lists(
    st.builds(
        Met,
        circle=st.integers(1, 5),
        state=STATES,
        mode=st.sampled_from(Mode),
        moved=st.booleans(),
        people=st.frozensets(st.integers(1, 9)),
    )
)
FIGURE = st.integers(3, 30).flatmap(lambda count: st.tuples(st.integers(count, 5 * count), st.just(count)))
RESULTS = st.lists(
    st.builds(
        Published,
        circle=st.integers(1, 5),
        figures=st.dictionaries(st.sampled_from(["helped", "confident", "time"]), FIGURE),
    )
)
NOT_PLANNED = (SessionState.PROPOSED, SessionState.SKIPPED)


@given(SESSIONS, RESULTS, st.booleans())
def test_sums_are_sums_and_tell_nothing_of_under_three_circles(
    sessions: list[Met], results: list[Published], settled: bool
) -> None:
    planned = [one for one in sessions if one.state not in NOT_PLANNED]
    found = sums(sessions, results, settled=settled)
    if len({one.circle for one in planned}) < 3:
        assert found is None
        return
    assert found is not None
    assert circles(sessions) == len({one.circle for one in planned})
    held = [one for one in planned if one.state is SessionState.HELD]
    assert (found.planned, found.held, found.results) == (len(planned), len(held), len(results))
    assert found.missed == sum(one.state is SessionState.MISSED for one in planned)
    assert found.moved == sum(one.moved for one in planned)
    assert found.in_person == sum(one.mode is Mode.IN_PERSON for one in held)
    assert found.people == len(set().union(*(one.people for one in planned)))
    asked = {one for result in results for one in result.figures}
    for statement in asked:
        of_it = [one for one in results if statement in one.figures]
        if settled and len({one.circle for one in of_it}) >= 3:
            total, count = (sum(one.figures[statement][part] for one in of_it) for part in (0, 1))
            assert found.averages[statement] == pytest.approx(total / count)
        else:
            assert statement not in found.averages
            assert found.withheld
    assert set(found.averages) <= asked


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.integers(0, 1200))
def test_quarters_to_choose_are_over_for_a_week_and_follow_each_other(today: date, days: int) -> None:
    since = today - timedelta(days=days)
    shown = closed(today, since)
    assert len(shown) <= 8
    assert all(one.after + timedelta(days=7) <= today and since < one.after for one in shown)
    assert all(newer.before == older for newer, older in pairwise(shown))
    assert len({one.key for one in shown}) == len(shown)
    newest = shown[0] if shown else Quarter.of(since).before
    assert today < newest.next.after + timedelta(days=7)


def test_a_quarter_is_three_months_of_the_calendar() -> None:
    assert [Quarter.of(date(2026, month, 1)).number for month in (1, 3, 4, 9, 10, 12)] == [1, 1, 2, 3, 4, 4]
    assert (Quarter(2026, 4).first, Quarter(2026, 4).after) == (date(2026, 10, 1), date(2027, 1, 1))
    assert Quarter(2027, 1).before == Quarter(2026, 4)

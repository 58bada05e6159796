"""Workplaces are visited in turn."""

from hypothesis import given
from hypothesis import strategies as st

from coaching.rules.places import place_in_turn


def test_the_one_visited_longest_ago_is_next() -> None:
    offices = ["North", "South", "North", "East"]
    assert place_in_turn(offices, []) == "North"
    assert place_in_turn(offices, ["North", "East"]) == "South"
    assert place_in_turn(offices, ["South", "North", "East", "North"]) == "South"
    assert place_in_turn([], ["South"]) is None


@given(
    st.lists(st.sampled_from("abcdef"), min_size=1, unique=True),
    st.lists(st.sampled_from("abcdef"), max_size=9),
)
def test_each_is_visited_once_before_any_is_again(workplaces: list[str], visited: list[str]) -> None:
    seen = list(visited)
    for _ in workplaces:
        chosen = place_in_turn(workplaces, seen)
        assert chosen is not None
        seen.append(chosen)
    assert sorted(seen[len(visited) :]) == sorted(workplaces)

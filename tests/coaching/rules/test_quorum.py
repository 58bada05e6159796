"""When so few can come that somebody has to decide."""

from hypothesis import given
from hypothesis import strategies as st

from coaching.rules.quorum import too_few


@given(st.integers(2, 30), st.integers(0, 30))
def test_half_is_enough_and_one_alone_never_is(members: int, cannot_come: int) -> None:
    left = max(0, members - cannot_come)
    assert too_few(members, members - left) == (left < members / 2 or left < 2)


def test_by_hand() -> None:
    assert not too_few(5, 2)
    assert too_few(5, 3)
    assert not too_few(4, 2)
    assert too_few(2, 1)
    assert not too_few(2, 0)
    assert too_few(3, 2)

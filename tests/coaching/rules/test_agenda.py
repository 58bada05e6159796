from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import agenda
from coaching.rules.agenda import MINUTES, Part
from coaching.rules.terms import CircleKind
from tests.coaching.rules.instants import moments

lengths = st.integers(15, 240)
kinds = st.sampled_from(CircleKind)


@given(kinds, lengths)
def test_the_parts_follow_each_other_and_fill_the_session(kind: CircleKind, length: int) -> None:
    parts = agenda.parts(kind, length)
    through = 0
    for one in parts:
        assert one.begins == through
        assert one.minutes >= 1
        through += one.minutes
    assert through == length
    assert [one.part for one in parts] == list(MINUTES[kind])


@given(kinds, lengths)
def test_each_part_is_within_a_minute_of_its_share(kind: CircleKind, length: int) -> None:
    for one in agenda.parts(kind, length):
        assert abs(one.minutes * 60 - MINUTES[kind][one.part] * length) <= 60


@given(kinds, lengths, moments)
def test_choosing_comes_before_the_closing_part(kind: CircleKind, length: int, at: datetime) -> None:
    choosing, closing = agenda.choosing_begins(at, length, kind), agenda.closing_begins(at, length, kind)
    assert at < choosing < closing < at + timedelta(minutes=length)
    assert [begins for _, begins in agenda.starts(kind, at, length)][2:] == [choosing, closing]


@pytest.mark.parametrize(
    ("kind", "length", "minutes"),
    [
        (CircleKind.GROUP, 60, [35, 10, 5, 10]),
        (CircleKind.GROUP, 120, [70, 20, 10, 20]),
        (CircleKind.PAIR, 60, [25, 25, 5, 5]),
        (CircleKind.PAIR, 240, [100, 100, 20, 20]),
    ],
)
def test_minutes_of_whole_shares(kind: CircleKind, length: int, minutes: list[int]) -> None:
    assert [one.minutes for one in agenda.parts(kind, length)] == minutes


def test_a_part_is_of_one_kind_of_circle() -> None:
    named = [part for parts in MINUTES.values() for part in parts]
    assert sorted(named) == sorted(Part)

"""When a date of the rhythm is asked about, scheduled by itself, or lapses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import hours, rhythm_plan
from coaching.rules.hours import PersonHours
from coaching.rules.rhythm_plan import Proposal, Step
from coaching.rules.terms import ReminderKind
from tests.coaching.rules.instants import moments, person_hours

DAY = timedelta(days=1)
STARTS = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)  # ten in the morning in New York, a Tuesday
NEW_YORK = PersonHours("America/New_York")

durations = st.integers(0, 40 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    starts_at = draw(moments)
    asked_at = draw(st.none() | durations.map(lambda before: starts_at - before))
    later = draw(st.none() | durations)
    circle_asked_at = asked_at + later if asked_at is not None and later is not None else None
    return Proposal(starts_at, draw(st.booleans()), asked_at, circle_asked_at)


def lived(proposal: Proposal, looks: list[datetime]) -> list[tuple[datetime, Step]]:
    """What happens when the clock looks at these moments; nobody ever presses anything."""
    found: list[tuple[datetime, Step]] = []
    for now in looks:
        step = rhythm_plan.step(proposal, now)
        if step is Step.WAIT:
            continue
        found.append((now, step))
        if step is not Step.ASK_CIRCLE:
            break
        proposal = replace(proposal, circle_asked_at=now)
    return found


looks_of_a_date = st.lists(durations, min_size=1, max_size=12)


@given(proposals(), looks_of_a_date)
def test_however_seldom_the_clock_looks_each_thing_happens_once(
    proposal: Proposal, gaps: list[timedelta]
) -> None:
    looks = sorted(proposal.starts_at - gap for gap in gaps)
    steps = [step for _, step in lived(proposal, [*looks, proposal.starts_at])]
    assert len(steps) == len(set(steps))
    assert steps[-1] in (Step.SCHEDULE, Step.LAPSE)


@given(proposals(), durations)
def test_silence_is_a_yes_only_after_a_day_to_answer_and_with_a_day_to_go(
    proposal: Proposal, before: timedelta
) -> None:
    now = proposal.starts_at - before
    if rhythm_plan.step(proposal, now) is Step.SCHEDULE:
        assert not proposal.ask_first
        assert proposal.asked_at is not None
        assert now >= proposal.asked_at + DAY
        assert DAY <= before <= 16 * DAY


@given(proposals(), durations)
def test_a_circle_that_wants_to_be_asked_has_a_day_to_answer(proposal: Proposal, before: timedelta) -> None:
    now = proposal.starts_at - before
    step = rhythm_plan.step(proposal, now)
    if step is Step.ASK_CIRCLE:
        assert proposal.ask_first
        assert proposal.circle_asked_at is None
        assert before <= 14 * DAY
    if step is Step.LAPSE and now < proposal.starts_at:
        assert proposal.circle_asked_at is not None
        assert now >= proposal.circle_asked_at + DAY
        assert before <= 7 * DAY


@given(proposals())
def test_at_its_start_every_proposal_is_over(proposal: Proposal) -> None:
    assert rhythm_plan.step(proposal, proposal.starts_at) is Step.LAPSE


@given(moments, durations, person_hours)
def test_the_convener_is_asked_in_working_hours_and_not_back_in_time(
    starts_at: datetime, before: timedelta, person: PersonHours
) -> None:
    put_up_at = starts_at - before
    asked_at = rhythm_plan.convener_asked_at(starts_at, put_up_at, person)
    assert asked_at >= put_up_at
    assert not hours.is_quiet(asked_at, person)


@pytest.mark.parametrize(
    ("ask_first", "days_before", "expected"),
    [
        (False, 16.01, Step.WAIT),
        (False, 16, Step.SCHEDULE),
        (False, 2, Step.SCHEDULE),
        (False, 0.9, Step.WAIT),
        (True, 14.01, Step.WAIT),
        (True, 14, Step.ASK_CIRCLE),
    ],
)
def test_the_days_that_people_know(ask_first: bool, days_before: float, expected: Step) -> None:
    proposal = Proposal(STARTS, ask_first, asked_at=STARTS - 21 * DAY)
    assert rhythm_plan.step(proposal, STARTS - days_before * DAY) is expected


def test_it_lapses_a_week_before_when_the_circle_was_asked() -> None:
    proposal = Proposal(STARTS, True, STARTS - 21 * DAY, STARTS - 14 * DAY)
    looks = [STARTS - days * DAY for days in (13, 8, 7.01, 7)]
    assert lived(proposal, looks) == [(STARTS - 7 * DAY, Step.LAPSE)]


def test_nobody_was_asked_so_silence_means_nothing() -> None:
    looks = [STARTS - days * DAY for days in (16, 10, 2)]
    assert lived(Proposal(STARTS, False), looks) == []
    assert lived(Proposal(STARTS, True), looks) == []


def test_the_convener_is_asked_three_weeks_before_at_the_same_hour() -> None:
    asked_at = rhythm_plan.convener_asked_at(STARTS, STARTS - 28 * DAY, NEW_YORK)
    assert asked_at == datetime(2026, 12, 22, 15, 0, tzinfo=UTC)
    # Put up on a Saturday, ten days before: asked on Monday at eight.
    late = rhythm_plan.convener_asked_at(STARTS, datetime(2027, 1, 2, 15, 0, tzinfo=UTC), NEW_YORK)
    assert late == datetime(2027, 1, 4, 13, 0, tzinfo=UTC)


@given(moments, durations, person_hours)
def test_a_circle_without_rhythm_is_asked_twice_and_never_back_in_time(
    ended_at: datetime, later: timedelta, person: PersonHours
) -> None:
    now = ended_at + later
    asked = list(rhythm_plan.without_rhythm(ended_at, now, person))
    assert {one.kind for one in asked} <= set(rhythm_plan.WITHOUT_RHYTHM)
    for one in asked:
        assert now <= one.due_at < one.expires_at
        assert not hours.is_quiet(one.due_at, person)
        assert one.due_at >= ended_at + 28 * DAY
    for first, second in pairwise(asked):
        assert (first.kind, second.kind) == (
            ReminderKind.NOTHING_PLANNED,
            ReminderKind.STILL_NOTHING_PLANNED,
        )
        assert first.due_at < second.due_at

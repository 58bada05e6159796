from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import hours, reminder_plan
from coaching.rules.hours import PersonHours
from coaching.rules.reminder_plan import BEFORE_IT, Plan, Recipient, Reminder
from coaching.rules.terms import CircleKind, MessageKind, Mode
from coaching.rules.terms import ReminderKind as Kind
from tests.coaching.rules.instants import moments, person_hours

ANA, BO, CHIDI, DEE = 1, 2, 3, 4
DAY = timedelta(days=1)
LAST_HOUR = timedelta(hours=1)
"""Between 17:00 and 18:00 a moment keeps its minute; what comes later falls back to 17:00."""
COUNTED_IN_DAYS = (Kind.PREPARE_CASE, Kind.PREPARE_CASE_AGAIN, Kind.LISTEN_FOR, Kind.TOMORROW)

kind_sets = st.sampled_from([frozenset[Kind](), *(frozenset({one}) for one in Kind)])
recipients = st.builds(Recipient, st.just(0), person_hours, st.booleans(), kind_sets)


@dataclass(frozen=True)
class Case:
    """A session with its circle, for the rule to lay out."""

    plan: Plan
    members: Sequence[Recipient]
    dropped: frozenset[Kind]

    @property
    def reminders(self) -> list[Reminder]:
        return reminder_plan.reminders(self.plan, self.members, self.dropped)

    def hours(self, person: int) -> PersonHours:
        return next(one.hours for one in self.members if one.person_id == person)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    members = [
        replace(one, person_id=number)
        for number, one in enumerate(draw(st.lists(recipients, min_size=2, max_size=6)), start=1)
    ]
    somebody = st.one_of(st.none(), st.integers(1, len(members)))
    people = st.frozensets(st.integers(1, len(members)))
    starts_at = draw(moments)
    plan = Plan(
        session_id=1,
        circle_kind=draw(st.sampled_from(CircleKind)) if len(members) == 2 else CircleKind.GROUP,
        starts_at=starts_at,
        length=draw(st.integers(15, 240)),
        mode=draw(st.sampled_from(Mode)),
        planned_at=starts_at - timedelta(minutes=draw(st.integers(1, 40 * 24 * 60))),
        presenter=draw(somebody),
        note_taker=draw(somebody),
        convener=draw(somebody),
        asked_to_prepare=draw(people),
        shared_a_case=draw(people),
        notes_written=draw(st.booleans()),
    )
    return Case(plan, members, draw(kind_sets))


@given(cases())
def test_everybody_gets_each_kind_at_most_once(case: Case) -> None:
    told = [(one.person_id, one.kind) for one in case.reminders]
    assert len(told) == len(set(told))


@given(cases())
def test_who_is_out_or_wants_none_gets_none(case: Case) -> None:
    members = {one.person_id: one for one in case.members}
    for one in case.reminders:
        assert not members[one.person_id].out
        assert one.kind not in members[one.person_id].turned_off
        assert one.kind not in case.dropped


@given(cases())
def test_bookkeeping_comes_in_working_hours(case: Case) -> None:
    for one in case.reminders:
        if one.message_kind is MessageKind.BOOKKEEPING:
            assert not hours.is_quiet(one.due_at, case.hours(one.person_id))


@given(cases())
def test_the_news_stands_for_what_would_come_within_a_day(case: Case) -> None:
    for one in case.reminders:
        assert one.kind not in BEFORE_IT or one.due_at > case.plan.planned_at + DAY


@given(cases())
def test_what_was_told_to_one_person_alone_counts_as_their_news(case: Case) -> None:
    told_at = case.plan.starts_at - timedelta(days=3)
    late = [replace(one, told_at=told_at) for one in case.members]
    for one in reminder_plan.reminders(case.plan, late, case.dropped):
        assert one.kind not in BEFORE_IT or one.due_at > max(told_at, case.plan.planned_at) + DAY


@given(cases())
def test_what_only_helps_before_the_session_ends_with_its_start(case: Case) -> None:
    for one in case.reminders:
        assert one.due_at < one.expires_at
        if one.kind in BEFORE_IT:
            assert one.expires_at == case.plan.starts_at
        else:
            assert one.due_at > case.plan.starts_at
            assert one.expires_at <= one.due_at + 3 * DAY


@given(cases())
def test_the_day_is_the_persons_own(case: Case) -> None:
    for one in case.reminders:
        zone = ZoneInfo(case.hours(one.person_id).zone)
        assert one.local_date == one.due_at.astimezone(zone).date()


@given(cases(), person_hours)
def test_hours_of_others_change_nothing(case: Case, other: PersonHours) -> None:
    first, *rest = case.members
    elsewhere = replace(case, members=[first, *(replace(one, hours=other) for one in rest)])
    assert _of(first.person_id, case.reminders) == _of(first.person_id, elsewhere.reminders)


@given(cases())
def test_reminders_come_in_order_of_time(case: Case) -> None:
    moments = [one.due_at for one in case.reminders]
    assert moments == sorted(moments)
    for member in case.members:
        due = {one.kind: one.due_at for one in _of(member.person_id, case.reminders)}
        order = (
            Kind.PREPARE_CASE,
            Kind.PREPARE_CASE_AGAIN,
            Kind.TOMORROW,
            Kind.STARTING_SOON,
            Kind.EVALUATION,
        )
        known = [due[kind] for kind in order if kind in due]
        assert all(earlier < later + LAST_HOUR for earlier, later in pairwise(known))


@given(cases(), st.integers(1, 60 * 24 * 60))
def test_a_later_session_reminds_no_earlier(case: Case, minutes: int) -> None:
    later = replace(case, plan=replace(case.plan, starts_at=case.plan.starts_at + timedelta(minutes=minutes)))
    before = {(one.person_id, one.kind): one.due_at for one in case.reminders}
    for one in later.reminders:
        # The convener of a Friday night is asked on Monday, that of a Saturday on the spot.
        if one.kind is not Kind.DID_YOU_MEET:
            assert one.due_at + LAST_HOUR > before.get((one.person_id, one.kind), one.due_at)


@given(cases())
def test_what_is_counted_in_days_keeps_the_time_of_the_session_or_comes_before_it(case: Case) -> None:
    for one in case.reminders:
        if one.kind in COUNTED_IN_DAYS:
            zone = ZoneInfo(case.hours(one.person_id).zone)
            there, session = one.due_at.astimezone(zone), case.plan.starts_at.astimezone(zone)
            assert there.date() <= session.date() - _days(one.kind)
            assert there.time() in (session.time(), time(17))


def _days(kind: Kind) -> timedelta:
    return timedelta(days={Kind.PREPARE_CASE: 14, Kind.PREPARE_CASE_AGAIN: 5}.get(kind, 1))


def _of(person: int, reminders: Collection[Reminder]) -> list[Reminder]:
    return [one for one in reminders if one.person_id == person]


def berlin(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


BERLIN = PersonHours("Europe/Berlin")
GROUP = [Recipient(person, BERLIN) for person in (ANA, BO, CHIDI, DEE)]
TUESDAY = Plan(
    session_id=7,
    circle_kind=CircleKind.GROUP,
    starts_at=berlin("2026-09-08 10:00"),
    length=60,
    mode=Mode.VIDEO,
    planned_at=berlin("2026-08-03 12:00"),
    presenter=ANA,
    note_taker=BO,
    convener=CHIDI,
)


def said(plan: Plan, person: int, members: Sequence[Recipient] = GROUP) -> dict[Kind, str]:
    """What a person is reminded of, with the time on Berlin's clocks."""
    there = ZoneInfo("Europe/Berlin")
    found = reminder_plan.reminders(plan, members)
    return {one.kind: f"{one.due_at.astimezone(there):%a %d %b %H:%M}" for one in _of(person, found)}


EVERYBODY = {
    Kind.TOMORROW: "Mon 07 Sep 10:00",
    Kind.STARTING_SOON: "Tue 08 Sep 09:45",
    Kind.EVALUATION: "Tue 08 Sep 10:50",
    Kind.EVALUATION_NUDGE: "Wed 09 Sep 09:00",
}


def test_a_member_without_a_role() -> None:
    assert said(TUESDAY, DEE) == EVERYBODY


def test_the_presenter() -> None:
    prepare = {Kind.PREPARE_CASE: "Tue 25 Aug 10:00", Kind.PREPARE_CASE_AGAIN: "Thu 03 Sep 10:00"}
    assert said(TUESDAY, ANA) == {**EVERYBODY, **prepare}


def test_the_note_taker() -> None:
    notes = {Kind.LISTEN_FOR: "Mon 07 Sep 10:00", Kind.NOTES_NUDGE: "Wed 09 Sep 09:00"}
    assert said(TUESDAY, BO) == {**EVERYBODY, **notes}


def test_the_convener() -> None:
    assert said(TUESDAY, CHIDI) == {**EVERYBODY, Kind.DID_YOU_MEET: "Tue 08 Sep 11:00"}


def test_a_shared_case_and_written_notes_are_not_asked_for() -> None:
    done = replace(TUESDAY, shared_a_case=frozenset({ANA}), notes_written=True)
    assert said(done, ANA) == EVERYBODY
    assert Kind.NOTES_NUDGE not in said(done, BO)


def test_prepare_the_case_is_not_said_twice_when_a_session_moves() -> None:
    moved = replace(TUESDAY, asked_to_prepare=frozenset({ANA}))
    assert Kind.PREPARE_CASE not in said(moved, ANA)
    assert Kind.PREPARE_CASE_AGAIN in said(moved, ANA)


def test_in_person_there_is_an_hour_to_get_there() -> None:
    assert said(replace(TUESDAY, mode=Mode.IN_PERSON), DEE)[Kind.STARTING_SOON] == "Tue 08 Sep 09:00"


def test_for_a_monday_it_is_friday_and_after_a_friday_monday() -> None:
    monday = replace(TUESDAY, starts_at=berlin("2026-09-07 10:00"))
    friday = replace(TUESDAY, starts_at=berlin("2026-09-04 10:00"))
    assert said(monday, DEE)[Kind.TOMORROW] == "Fri 04 Sep 17:00"
    assert said(friday, DEE)[Kind.EVALUATION_NUDGE] == "Mon 07 Sep 09:00"


@pytest.mark.parametrize(
    ("starts", "asked"),
    [
        ("2026-09-08 20:00", "Tue 08 Sep 21:00"),
        ("2026-09-08 20:01", "Wed 09 Sep 08:00"),
        ("2026-09-05 14:00", "Sat 05 Sep 15:00"),  # they were at the session, working day or not
        ("2026-09-04 21:00", "Mon 07 Sep 08:00"),
        ("2026-09-08 02:00", "Tue 08 Sep 08:00"),
    ],
)
def test_the_convener_is_asked_at_the_end_but_not_at_night(starts: str, asked: str) -> None:
    assert said(replace(TUESDAY, starts_at=berlin(starts)), CHIDI)[Kind.DID_YOU_MEET] == asked


def test_everything_is_in_the_persons_own_zone() -> None:
    auckland = [*GROUP[:3], Recipient(DEE, PersonHours("Pacific/Auckland"))]
    # 10:00 in Berlin is 20:00 in Auckland: what is due on Monday at 20:00 comes on Monday at 17:00.
    assert said(TUESDAY, DEE, auckland)[Kind.TOMORROW] == "Mon 07 Sep 07:00"
    assert said(TUESDAY, DEE, auckland)[Kind.STARTING_SOON] == EVERYBODY[Kind.STARTING_SOON]


def test_in_a_pair_both_prepare_and_look_back() -> None:
    pair = replace(TUESDAY, circle_kind=CircleKind.PAIR, note_taker=None)
    for person in (ANA, BO):
        found = said(pair, person, GROUP[:2])
        assert {Kind.PREPARE_CASE, Kind.PREPARE_CASE_AGAIN, Kind.EVALUATION} <= set(found)
        assert found[Kind.EVALUATION] == "Tue 08 Sep 10:55"


def test_evaluations_of_a_group_of_two_rest() -> None:
    assert not {Kind.EVALUATION, Kind.EVALUATION_NUDGE} & set(said(TUESDAY, ANA, GROUP[:2]))


def test_who_is_not_asked_is_not_nudged() -> None:
    quiet = [replace(one, turned_off=frozenset({Kind.EVALUATION})) for one in GROUP]
    assert Kind.EVALUATION_NUDGE not in said(TUESDAY, DEE, quiet)


def test_a_session_of_today_is_still_evaluated_and_recorded() -> None:
    today = replace(TUESDAY, planned_at=berlin("2026-09-08 08:00"))
    assert set(said(today, CHIDI)) == {Kind.EVALUATION, Kind.EVALUATION_NUDGE, Kind.DID_YOU_MEET}


def test_nobody_is_nudged_after_the_window_has_closed() -> None:
    mondays = [Recipient(person, PersonHours("Europe/Berlin", frozenset({0}))) for person in (ANA, BO, CHIDI)]
    # Behind a Tuesday the next Monday is six days off; notes still help then, a closed evaluation does not.
    assert said(TUESDAY, BO, mondays)[Kind.NOTES_NUDGE] == "Mon 14 Sep 09:00"
    assert Kind.EVALUATION_NUDGE not in said(TUESDAY, BO, mondays)


def at(moment: str, person: int = BO) -> set[Kind]:
    """What would go to somebody if the bot, down until now, came back at this moment."""
    waiting = _of(person, reminder_plan.reminders(TUESDAY, GROUP))
    return {one.kind for one in reminder_plan.newest_only(waiting, berlin(moment))}


@pytest.mark.parametrize(
    ("moment", "person", "sent"),
    [
        ("2026-08-25 09:59", ANA, set()),
        ("2026-08-28 12:00", ANA, {Kind.PREPARE_CASE}),
        ("2026-09-05 12:00", ANA, {Kind.PREPARE_CASE_AGAIN}),
        ("2026-09-07 12:00", ANA, {Kind.TOMORROW}),
        ("2026-09-07 12:00", BO, {Kind.TOMORROW, Kind.LISTEN_FOR}),  # of the same moment
        ("2026-09-08 09:50", BO, {Kind.STARTING_SOON}),
        ("2026-09-08 10:00", BO, set()),
        ("2026-09-08 11:30", CHIDI, {Kind.EVALUATION, Kind.DID_YOU_MEET}),
        ("2026-09-09 12:00", BO, {Kind.EVALUATION_NUDGE, Kind.NOTES_NUDGE}),
        ("2026-09-09 12:00", CHIDI, {Kind.EVALUATION_NUDGE, Kind.DID_YOU_MEET}),
        ("2026-09-12 08:59", BO, {Kind.EVALUATION_NUDGE, Kind.NOTES_NUDGE}),
        ("2026-09-12 09:00", BO, set()),
    ],
)
def test_what_is_late_is_sent_while_it_helps_and_only_the_newest(
    moment: str, person: int, sent: set[Kind]
) -> None:
    assert at(moment, person) == sent


@given(cases(), st.integers(-40 * 24 * 60, 15 * 24 * 60))
def test_what_is_sent_late_is_due_useful_and_of_one_moment_each(case: Case, minutes: int) -> None:
    now = case.plan.starts_at + timedelta(minutes=minutes)
    sent = reminder_plan.newest_only(case.reminders, now)
    assert all(one.due_at <= now < one.expires_at for one in sent)
    for person in {one.person_id for one in sent}:
        assert len({one.due_at for one in _of(person, sent) if one.kind in BEFORE_IT}) <= 1
    due = {one.person_id for one in case.reminders if one.due_at <= now < one.expires_at}
    assert due == {one.person_id for one in sent}


@given(st.sampled_from(list(MessageKind)), moments, st.integers(0, 5 * 24 * 60), person_hours)
def test_what_is_late_waits_only_for_an_opening_and_never_longer(
    kind: MessageKind, due_at: datetime, minutes: int, person: PersonHours
) -> None:
    now = due_at + timedelta(minutes=minutes)
    until = reminder_plan.waits_until(kind, due_at, now, person)
    if until is None:
        meant = hours.is_quiet(due_at, person) or kind is not MessageKind.BOOKKEEPING
        assert minutes <= 15 or not hours.is_quiet(now, person) or meant
    else:
        assert minutes > 15
        assert hours.is_quiet(now, person)
        assert until == hours.after(now, person) > now
        assert reminder_plan.waits_until(kind, due_at, until, person) is None


@pytest.mark.parametrize(
    ("kind", "due", "now", "until"),
    [
        (MessageKind.BOOKKEEPING, "2026-09-07 17:00", "2026-09-07 18:10", "2026-09-08 08:00"),
        (MessageKind.BOOKKEEPING, "2026-09-07 17:55", "2026-09-07 18:10", None),
        (MessageKind.BOOKKEEPING, "2026-09-05 09:00", "2026-09-05 10:00", None),  # a Saturday: asked for
        (MessageKind.AT_THE_SESSION, "2026-09-04 15:00", "2026-09-05 02:00", "2026-09-07 08:00"),
        (MessageKind.AT_THE_SESSION, "2026-09-05 15:00", "2026-09-05 16:00", None),  # they met on a Saturday
        (MessageKind.AT_THE_SESSION, "2026-09-04 19:00", "2026-09-04 21:00", None),
        (MessageKind.AT_THE_SESSION, "2026-09-04 19:00", "2026-09-04 21:01", "2026-09-07 08:00"),
    ],
)
def test_what_is_late_does_not_come_at_night(
    kind: MessageKind, due: str, now: str, until: str | None
) -> None:
    found = reminder_plan.waits_until(kind, berlin(due), berlin(now), PersonHours("Europe/Berlin"))
    assert found == (berlin(until) if until else None)

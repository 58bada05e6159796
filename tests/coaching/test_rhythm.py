"""The rhythm of a circle goes on by itself, whatever the clock and the people do."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from coaching import circles, dates, reminders, rhythm, roles, sessions
from coaching.circles import CirclePlan
from coaching.errors import NotAllowed, NotFound
from coaching.rules.facts import Draft
from coaching.rules.terms import CircleState, Mode, PollState, ReminderKind, Rhythm, SessionState
from storage.models import Circle, CoachingSession, OutboxRow, OutboxState, Outgoing, Poll, Reminder
from tests.coaching.closing_world import ANA, BO, ENDS, GUS, MADE, World
from tests.support.databases import ON_SQLITE

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
JANUARY = date(2027, 1, 12)
FEBRUARY = date(2027, 2, 9)
STARTS = datetime(2027, 1, 12, 10, 0, tzinfo=UTC)
"""Of the next date of the rhythm; Ana, Bo and the others live in UTC, where it is a Tuesday at ten."""


def look(world: World, now: datetime) -> None:
    """What the clock does about dates at a moment; Slack takes every message at once."""
    with world.database.transaction() as db:
        for planner in (rhythm.plan_due, rhythm.ask_for_next, reminders.gather_late):
            planner(db, now)
        db.flush()
        waiting = select(OutboxRow).where(OutboxRow.state == OutboxState.DUE, OutboxRow.due_at <= now)
        for row in db.scalars(waiting):
            row.state, row.finished_at = OutboxState.SENT, now


def live(world: World, begin: datetime, end: datetime, step: timedelta = DAY) -> None:
    while begin <= end:
        look(world, begin)
        begin += step


def change(world: World, **values: object) -> None:
    with world.database.transaction() as db:
        circle = db.get_one(Circle, world.circle)
        for name, value in values.items():
            setattr(circle, name, value)


def on(world: World, day: date) -> CoachingSession | None:
    with world.reading() as db:
        return db.scalar(
            select(CoachingSession).where(
                CoachingSession.circle_id == world.circle, CoachingSession.rhythm_date == day
            )
        )


def state_on(world: World, day: date) -> SessionState | None:
    found = on(world, day)
    return found.state if found else None


def all_of_them(world: World) -> list[CoachingSession]:
    with world.reading() as db:
        return list(db.scalars(select(CoachingSession).order_by(CoachingSession.starts_at)))


def asked(world: World, kind: ReminderKind = ReminderKind.CONFIRM_DATE) -> list[tuple[int, datetime]]:
    with world.reading() as db:
        found = db.execute(
            select(Reminder.person_id, OutboxRow.finished_at)
            .join(OutboxRow, OutboxRow.id == Reminder.outbox_id)
            .where(Reminder.kind == kind, OutboxRow.state == OutboxState.SENT)
            .order_by(Reminder.id)
        )
        return [(person, at) for person, at in found if at is not None]


def confirm(world: World, day: date, now: datetime, who: str = ANA) -> None:
    with world.database.transaction() as db:
        rhythm.confirm(db, world.actor(db, who), world.circle, day, now)


def skip(world: World, day: date, now: datetime, who: str = ANA) -> None:
    with world.database.transaction() as db:
        rhythm.skip(db, world.actor(db, who), world.circle, day, now)


def test_silence_means_yes(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 17 * DAY)
    look(world, STARTS - 16 * DAY - HOUR)
    assert state_on(world, JANUARY) is SessionState.PROPOSED
    [(convener, at)] = asked(world)
    assert (convener, at) == (world.id(ANA), STARTS - 21 * DAY)
    look(world, STARTS - 16 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    assert (session.state, session.starts_at, session.created_by_id) == (SessionState.SCHEDULED, STARTS, None)
    assert session.presenter_id == world.id(BO)
    news = [row for row in world.rows(Outgoing.SESSION_NEWS) if row.session_id == session.id]
    assert len(news) == len(world.members)
    assert [row.session_id for row in world.rows(Outgoing.SESSION_CARD)] == [world.session, session.id]


@pytest.mark.long
@ON_SQLITE
def test_a_year_in_which_nobody_presses_has_one_session_in_each_month(world: World) -> None:
    live(world, MADE, MADE + 365 * DAY, step=2 * DAY)
    held = Counter(
        (one.local_date.year, one.local_date.month)
        for one in all_of_them(world)
        if one.state is not SessionState.PROPOSED
    )
    months = [(2026, 12), *((2027, month) for month in range(1, 13))]
    assert held == Counter(dict.fromkeys(months, 1))
    assert all(one.local_date == one.rhythm_date for one in all_of_them(world))
    asked_on = [at for _, at in asked(world)]
    assert len(asked_on) == len(set(asked_on)) == 12


@pytest.mark.parametrize("down_for", [5, 12, 20, 26, 40])
def test_days_of_downtime_forget_nothing_and_ask_before_they_take_silence_for_a_yes(
    world: World, down_for: int
) -> None:
    down = STARTS - 27 * DAY
    live(world, STARTS - 40 * DAY, down)
    live(world, down + down_for * DAY, STARTS + 40 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    assert len([one for one in all_of_them(world) if one.rhythm_date == JANUARY]) == 1
    assert state_on(world, FEBRUARY) in (SessionState.SCHEDULED, SessionState.HELD, SessionState.MISSED)
    if session.state is SessionState.SKIPPED:
        assert down_for > 24
    else:
        before = [at for _, at in asked(world) if at < session.planned_at]
        assert session.planned_at >= max(before) + DAY
        assert session.planned_at <= session.starts_at - DAY


@ON_SQLITE
def test_down_over_the_start_it_lapses_and_the_next_date_is_proposed(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 25 * DAY)
    look(world, STARTS + DAY)
    assert state_on(world, JANUARY) is SessionState.SKIPPED
    assert state_on(world, FEBRUARY) is SessionState.PROPOSED
    assert world.rows(Outgoing.SESSION_SKIPPED) == []


def test_two_workers_at_once_plan_each_thing_once(world: World) -> None:
    def plan(now: datetime) -> None:
        with world.database.transaction() as db:
            rhythm.plan_due(db, now)

    for now in (STARTS - 28 * DAY, STARTS - 21 * DAY, STARTS - 16 * DAY):
        with ThreadPoolExecutor(4) as several:
            list(several.map(plan, [now] * 4))
        look(world, now)
    sessions_of_january = [one for one in all_of_them(world) if one.rhythm_date == JANUARY]
    assert [one.state for one in sessions_of_january] == [SessionState.SCHEDULED]
    cards = [row.session_id for row in world.rows(Outgoing.SESSION_CARD)]
    assert len(cards) == len(set(cards)) == 2


def test_people_and_the_clock_at_once_schedule_one_session(world: World) -> None:
    live(world, STARTS - 30 * DAY, STARTS - 16 * DAY - HOUR)

    def plan() -> None:
        with world.database.transaction() as db:
            rhythm.plan_due(db, STARTS - 16 * DAY)

    def press() -> None:
        confirm(world, JANUARY, STARTS - 16 * DAY, BO)

    with ThreadPoolExecutor(4) as several:
        for one in [several.submit(act) for act in (plan, press, plan, press)]:
            one.result()
    assert [one.state for one in all_of_them(world)] == [SessionState.SCHEDULED] * 2
    assert len(world.rows(Outgoing.SESSION_CARD)) == 2


def test_one_broken_circle_does_not_stop_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.database.transaction() as db:
        other = db.get_one(Circle, world.circle)
        copied = {one.name: getattr(other, one.name) for one in Circle.__table__.columns if one.name != "id"}
        broken = Circle(**{**copied, "name": "Broken", "usual_length": -1, "zone": "Nowhere/At all"})
        db.add(broken)
        db.flush()
        broken.id, before = broken.id, broken.id
    assert before
    look(world, STARTS - 28 * DAY)
    assert state_on(world, JANUARY) is SessionState.PROPOSED


@ON_SQLITE
def test_confirming_is_for_once_and_the_question_is_withdrawn(world: World) -> None:
    live(world, STARTS - 30 * DAY, STARTS - 25 * DAY)
    confirm(world, JANUARY, STARTS - 24 * DAY)
    confirm(world, JANUARY, STARTS - 24 * DAY, BO)
    live(world, STARTS - 24 * DAY, STARTS - 15 * DAY)
    assert state_on(world, JANUARY) is SessionState.SCHEDULED
    assert asked(world) == []
    assert len(world.rows(Outgoing.SESSION_CARD)) == 2


@pytest.mark.parametrize("days_before", [60, 26, 20])
def test_a_skipped_date_is_not_proposed_again_and_everybody_is_told_once(
    world: World, days_before: int
) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 27 * DAY) if days_before < 40 else None
    for _ in range(2):
        skip(world, JANUARY, max(MADE, STARTS - days_before * DAY))
    live(world, STARTS - days_before * DAY, STARTS + DAY)
    assert state_on(world, JANUARY) is SessionState.SKIPPED
    assert len(world.rows(Outgoing.SESSION_SKIPPED)) == len(world.members)
    assert state_on(world, FEBRUARY) is SessionState.PROPOSED
    with pytest.raises(NotAllowed):
        confirm(world, JANUARY, STARTS - 2 * DAY)


@ON_SQLITE
def test_who_had_a_turn_in_a_skipped_session_is_first_next_time(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 15 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    with world.database.transaction() as db:
        sessions.skip(db, world.actor(db, BO), session.id, STARTS - 10 * DAY)
    with world.reading() as db:
        line = roles.propose(db, db.get_one(Circle, world.circle), FEBRUARY)
    assert line.presenter == session.presenter_id
    assert state_on(world, JANUARY) is SessionState.SKIPPED
    assert len(world.rows(Outgoing.SESSION_SKIPPED)) == len(world.members)


@ON_SQLITE
def test_only_a_date_of_the_rhythm_can_be_skipped(world: World) -> None:
    extra = world.schedule(date(2026, 12, 10))
    with world.database.transaction() as db, pytest.raises(NotAllowed, match="Cancel session"):
        sessions.skip(db, world.actor(db), extra, MADE)
    for day in (date(2027, 1, 13), date(2029, 1, 9), date(2026, 11, 10)):
        with pytest.raises(NotAllowed):
            skip(world, day, MADE)
        with pytest.raises(NotAllowed):
            confirm(world, day, MADE)


@ON_SQLITE
def test_nobody_from_outside_answers_for_a_circle(world: World) -> None:
    with pytest.raises(NotFound):
        confirm(world, JANUARY, MADE, GUS)
    with pytest.raises(NotFound):
        skip(world, JANUARY, MADE, GUS)


@ON_SQLITE
def test_a_cancelled_date_is_not_proposed_again(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 15 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    with world.database.transaction() as db:
        sessions.cancel(db, world.actor(db), session.id, None, STARTS - 14 * DAY)
    live(world, STARTS - 14 * DAY, STARTS)
    assert [one.rhythm_date for one in all_of_them(world)][1:] == [JANUARY, FEBRUARY]
    assert state_on(world, JANUARY) is SessionState.CANCELLED


def test_ask_first_asks_the_circle_and_lapses_without_a_yes(world: World) -> None:
    change(world, ask_first=True)
    live(world, STARTS - 30 * DAY, STARTS - 15 * DAY)
    look(world, STARTS - 14 * DAY - HOUR)
    assert world.rows(Outgoing.DATE_ASK) == []
    live(world, STARTS - 14 * DAY, STARTS - 8 * DAY)
    look(world, STARTS - 7 * DAY - HOUR)
    [question] = world.rows(Outgoing.DATE_ASK)
    assert (question.state, question.person_id) == (OutboxState.SENT, None)
    assert state_on(world, JANUARY) is SessionState.PROPOSED
    look(world, STARTS - 7 * DAY)
    assert state_on(world, JANUARY) is SessionState.SKIPPED
    assert question.id in {row.target_id for row in world.rows(Outgoing.REFRESH)}


@ON_SQLITE
def test_circles_that_only_wait_keep_no_place_from_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first circle waits for a yes from 16 days before its date; the second is due meanwhile."""
    monkeypatch.setattr("coaching.apart.AT_ONCE", 1)
    change(world, ask_first=True)
    with world.database.transaction() as db:
        plan = CirclePlan("Further", (ANA, BO), None, Rhythm.SAME_WEEKDAY, date(2026, 12, 15), time(10))
        further = circles.create(db, world.actor(db), plan, None, MADE).id
    live(world, STARTS - 40 * DAY, STARTS - 8 * DAY, HOUR * 6)
    assert state_on(world, JANUARY) is SessionState.PROPOSED
    third_tuesday = [one for one in all_of_them(world) if one.circle_id == further][-1]
    assert (third_tuesday.rhythm_date, third_tuesday.state) == (date(2027, 1, 19), SessionState.SCHEDULED)


@ON_SQLITE
def test_ask_first_and_somebody_says_yes(world: World) -> None:
    change(world, ask_first=True)
    live(world, STARTS - 30 * DAY, STARTS - 10 * DAY)
    confirm(world, JANUARY, STARTS - 10 * DAY, BO)
    live(world, STARTS - 10 * DAY, STARTS - DAY)
    assert state_on(world, JANUARY) is SessionState.SCHEDULED


def test_a_session_made_by_hand_fills_the_date_it_is_nearest_to(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 20 * DAY)
    proposal = on(world, JANUARY)
    assert proposal is not None
    made = world.schedule(date(2027, 1, 19), STARTS - 20 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    assert session.id == made == proposal.id
    assert (session.state, session.local_date) == (SessionState.SCHEDULED, date(2027, 1, 19))
    world.schedule(date(2027, 1, 14), STARTS - 20 * DAY)  # one more in the same month fills nothing
    live(world, STARTS - 20 * DAY, STARTS)
    assert [one.rhythm_date for one in all_of_them(world)[1:]] == [None, JANUARY, FEBRUARY]


@ON_SQLITE
def test_a_moved_session_does_not_move_the_rhythm(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 15 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    with world.database.transaction() as db:
        draft = Draft(date(2027, 2, 1), time(15), 60, Mode.VIDEO, presenter=session.presenter_id)
        sessions.move(db, world.actor(db), session.id, session.revision, draft, STARTS - 14 * DAY)
    live(world, STARTS - 14 * DAY, STARTS + 15 * DAY)
    february = on(world, FEBRUARY)
    assert february is not None
    assert february.local_date == FEBRUARY


def test_a_date_at_which_the_circle_has_another_session_counts_as_filled(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 20 * DAY)
    world.schedule(date(2027, 1, 20), STARTS - 20 * DAY)  # fills January
    extra = world.schedule(FEBRUARY, STARTS - 20 * DAY)  # and this one February, until its date is freed
    with world.database.transaction() as db:
        db.get_one(CoachingSession, extra).rhythm_date = None
    live(world, STARTS - 20 * DAY, STARTS + 15 * DAY)
    assert state_on(world, FEBRUARY) is SessionState.SKIPPED
    with world.reading() as db:
        assert db.get_one(CoachingSession, extra).state is SessionState.SCHEDULED


@ON_SQLITE
def test_a_date_that_is_none_any_more_disappears_with_its_question(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 25 * DAY)
    change(world, rhythm=Rhythm.SAME_DATE, starts_on=date(2027, 1, 20))
    live(world, STARTS - 25 * DAY, STARTS - 20 * DAY)
    assert on(world, JANUARY) is None
    assert asked(world) == []
    assert state_on(world, date(2027, 1, 20)) is SessionState.PROPOSED
    change(world, rhythm=Rhythm.NONE)
    live(world, STARTS - 20 * DAY, STARTS - 10 * DAY)
    assert asked(world) == []
    assert not [one for one in all_of_them(world) if one.state is SessionState.PROPOSED]


@ON_SQLITE
def test_a_proposal_follows_the_usual_time_of_its_circle(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 25 * DAY)
    change(world, usual_time=time(16))
    live(world, STARTS - 25 * DAY, STARTS - 15 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    assert (session.state, session.starts_at) == (SessionState.SCHEDULED, STARTS + 6 * HOUR)
    assert len(asked(world)) == 1


@pytest.mark.parametrize("state", [PollState.OPEN, PollState.CLOSED])
def test_while_a_poll_for_it_is_not_decided_a_date_counts_as_filled(world: World, state: PollState) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 25 * DAY)
    with world.database.transaction() as db:
        circle = db.get_one(Circle, world.circle)
        poll = Poll(
            workspace_id=circle.workspace_id,
            circle_id=circle.id,
            rhythm_date=JANUARY,
            opened_by_id=world.actor(db).person.id,
            opened_at=STARTS - 25 * DAY,
            closes_at=STARTS - 20 * DAY,
            length=60,
            state=state,
        )
        db.add(poll)
    live(world, STARTS - 25 * DAY, STARTS - 20 * DAY)
    assert on(world, JANUARY) is None
    with world.database.transaction() as db:
        db.scalars(select(Poll)).one().state = PollState.DROPPED
    live(world, STARTS - 20 * DAY, STARTS - 17 * DAY)
    assert state_on(world, JANUARY) is SessionState.PROPOSED


@ON_SQLITE
@pytest.mark.parametrize("state", [CircleState.PAUSED, CircleState.CLOSED])
def test_nothing_is_planned_in_a_circle_that_rests(world: World, state: CircleState) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 25 * DAY)
    change(world, state=state)
    live(world, STARTS - 25 * DAY, STARTS - 10 * DAY)
    assert on(world, JANUARY) is None
    assert asked(world) == []
    with pytest.raises(NotAllowed):
        skip(world, JANUARY, STARTS - 10 * DAY)


@ON_SQLITE
def test_a_circle_without_these_questions_is_planned_all_the_same(world: World) -> None:
    change(world, reminders_off=[ReminderKind.CONFIRM_DATE.value])
    live(world, STARTS - 40 * DAY, STARTS - 15 * DAY)
    assert asked(world) == []
    assert state_on(world, JANUARY) is SessionState.SCHEDULED


@ON_SQLITE
def test_in_person_without_a_usual_place_the_convener_is_asked_for_it(world: World) -> None:
    change(world, usual_mode=Mode.IN_PERSON)
    live(world, STARTS - 40 * DAY, STARTS - 6 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    assert (session.mode, session.place) == (Mode.IN_PERSON, "to be agreed")
    [(convener, at)] = asked(world, ReminderKind.AGREE_PLACE)
    assert convener == world.id(ANA)
    assert STARTS - 7 * DAY <= at <= STARTS - 6 * DAY


@ON_SQLITE
def test_the_convener_hears_of_a_session_in_person_one_before_it_is_due(world: World) -> None:
    change(world, in_person_every=3)
    world.met(ANA, BO)
    live(world, STARTS - 40 * DAY, STARTS - 20 * DAY)
    with world.reading() as db:
        proposal = on(world, JANUARY)
        assert proposal is not None
        shown = rhythm.facts(db, db.get_one(CoachingSession, proposal.id), STARTS - 20 * DAY)
    assert (shown.mode, shown.then_in_person) == (Mode.VIDEO, FEBRUARY)


@ON_SQLITE
def test_reminders_hang_on_the_same_row_before_and_after(world: World) -> None:
    live(world, STARTS - 40 * DAY, STARTS - 15 * DAY)
    session = on(world, JANUARY)
    assert session is not None
    with world.reading() as db:
        row = db.get_one(CoachingSession, session.id)
        kinds = set(db.scalars(select(Reminder.kind).where(Reminder.session_id == row.id)))
        assert reminders.said_at(db, row, ReminderKind.CONFIRM_DATE) is not None
        assert dates.next_free(db, row.circle, STARTS - 15 * DAY) == FEBRUARY
    assert {ReminderKind.CONFIRM_DATE, ReminderKind.PREPARE_CASE, ReminderKind.TOMORROW} <= kinds


@ON_SQLITE
def test_the_first_session_stays_as_it_was(world: World) -> None:
    live(world, MADE, ENDS)
    assert world.of().state is SessionState.SCHEDULED


def last_met(world: World) -> datetime:
    """The circle gives up its rhythm after its first session."""
    change(world, rhythm=Rhythm.NONE)
    world.met(ANA, BO)
    return ENDS


def test_a_circle_without_rhythm_is_asked_once_and_once_more(world: World) -> None:
    ended = last_met(world)
    live(world, ended, ended + 120 * DAY)
    [(_, first)] = asked(world, ReminderKind.NOTHING_PLANNED)
    [(_, second)] = asked(world, ReminderKind.STILL_NOTHING_PLANNED)
    assert ended + 28 * DAY <= first <= ended + 32 * DAY
    assert ended + 42 * DAY <= second <= ended + 46 * DAY


@ON_SQLITE
def test_with_a_session_planned_nobody_is_asked_for_the_next(world: World) -> None:
    ended = last_met(world)
    live(world, ended, ended + 26 * DAY)
    world.schedule(date(2027, 3, 2), ended + 27 * DAY)
    with world.reading() as db:
        waiting = db.scalars(select(Reminder).where(Reminder.kind == ReminderKind.NOTHING_PLANNED)).all()
        assert [reminders.holds(db, one, ended + 28 * DAY) for one in waiting] == [False]


@ON_SQLITE
def test_down_for_a_season_a_circle_without_rhythm_is_left_in_peace(world: World) -> None:
    ended = last_met(world)
    live(world, ended + 100 * DAY, ended + 110 * DAY)
    assert asked(world, ReminderKind.NOTHING_PLANNED) == []
    assert asked(world, ReminderKind.STILL_NOTHING_PLANNED) == []

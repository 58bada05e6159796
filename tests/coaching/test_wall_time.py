"""What is agreed on is the time on the wall, also when what is known of a zone changes."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from coaching import rhythm, wall_time
from coaching.rules.terms import ReminderKind, SessionState
from storage.models import Circle, CoachingSession, OutboxState, Outgoing, Person, Reminder
from tests.coaching.closing_world import BO, STARTS, World
from tests.support.databases import ON_SQLITE

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NIGHT = STARTS - 3 * DAY


def other_law(world: World) -> None:
    """The session was scheduled when its zone was thought to be an hour ahead."""
    with world.database.transaction() as db:
        session = db.get_one(CoachingSession, world.session)
        session.starts_at, session.ends_at = session.starts_at - HOUR, session.ends_at - HOUR


def night(world: World) -> None:
    with world.database.transaction() as db:
        wall_time.keep(db, NIGHT)


def test_instants_and_reminders_follow_the_wall(world: World) -> None:
    other_law(world)
    world.deliver(Outgoing.SESSION_NEWS)
    for _ in range(2):
        night(world)
    session = world.of()
    assert (session.starts_at, session.ends_at) == (STARTS, STARTS + HOUR)
    with world.reading() as db:
        soon = db.scalars(
            select(Reminder.due_at).where(
                Reminder.session_id == world.session, Reminder.kind == ReminderKind.STARTING_SOON
            )
        ).all()
    assert set(soon) == {STARTS - timedelta(minutes=15)}
    assert len(world.rows(Outgoing.STARTING_SOON, OutboxState.DUE)) == len(world.members)
    assert session.sequence == 1
    assert world.rows(Outgoing.SESSION_MOVED) == []  # all live by the same clock and see what they agreed on


def test_a_zone_that_is_none_any_more_keeps_no_other_session_from_following(world: World) -> None:
    broken, world.session = world.session, world.schedule(STARTS.date() + timedelta(days=7))
    with world.database.transaction() as db:
        db.get_one(CoachingSession, broken).zone = "Nowhere/At all"
    other_law(world)
    night(world)
    assert world.of().starts_at == STARTS + timedelta(days=7)


@ON_SQLITE
def test_who_lives_elsewhere_is_told_that_it_is_another_time_for_them(world: World) -> None:
    with world.database.transaction() as db:
        db.get_one(Person, world.id(BO)).zone = "America/Santiago"
    other_law(world)
    for _ in range(2):
        night(world)
    assert [row.person_id for row in world.rows(Outgoing.SESSION_MOVED)] == [world.id(BO)]


@ON_SQLITE
def test_what_is_right_is_left_alone(world: World) -> None:
    before = world.everything()
    night(world)
    assert world.everything() == before


@pytest.mark.parametrize(
    ("zone", "starts_on", "at", "clock_shows", "offset"),
    [
        # The clocks change between the proposal and the date, on both sides of the equator.
        ("Europe/Berlin", date(2027, 4, 13), time(10), time(10), 2),
        ("America/New_York", date(2027, 3, 23), time(10), time(10), -4),
        ("America/Santiago", date(2027, 4, 13), time(10), time(10), -4),
        ("Australia/Sydney", date(2027, 4, 13), time(10), time(10), 10),
        # 2:30 does not exist on this Sunday in Berlin: the offset from before the change holds.
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), time(3, 30), 2),
    ],
)
@ON_SQLITE
def test_a_date_of_the_rhythm_keeps_its_time_on_the_wall(
    world: World, zone: str, starts_on: date, at: time, clock_shows: time, offset: int
) -> None:
    with world.database.transaction() as db:
        circle = db.get_one(Circle, world.circle)
        circle.zone, circle.usual_time, circle.starts_on = zone, at, starts_on
        circle.weekday_position = (starts_on.day - 1) // 7 + 1 if starts_on.day < 28 else -1
        circle.reminders_off = [ReminderKind.CONFIRM_DATE.value]  # silence counts from when it is put up
    begins = datetime.combine(starts_on, at, tzinfo=ZoneInfo("UTC"))
    for days in (28, 16, 15):
        with world.database.transaction() as db:
            rhythm.plan_due(db, begins - days * DAY)
            wall_time.keep(db, begins - days * DAY)
    with world.reading() as db:
        session = db.scalars(select(CoachingSession).where(CoachingSession.rhythm_date == starts_on)).one()
    assert session.state is SessionState.SCHEDULED
    here = session.starts_at.astimezone(ZoneInfo(zone))
    assert (here.date(), here.time(), here.utcoffset()) == (starts_on, clock_shows, offset * HOUR)

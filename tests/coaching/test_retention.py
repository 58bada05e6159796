"""What is deleted because it is old, and what is never deleted."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from coaching import access, circle_states, members, programme, retention
from coaching.rules.keeping import Keeping
from coaching.rules.programme_facts import ProgrammeFacts
from storage.engine import Database
from storage.models import (
    ActionItem,
    AuditEntry,
    Circle,
    CoachingSession,
    EvaluationComment,
    EvaluationResult,
    KeptQuarter,
    Membership,
    Notes,
)
from tests.coaching.closing_world import ANA, BO, CHIDI, MADE, TEAM, World
from tests.coaching.test_programme import another_circle, evaluated
from tests.support.databases import ON_SQLITE

SETTLED = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
A_YEAR_ON = datetime(2028, 2, 1, tzinfo=UTC)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    database = Database(database_url)
    yield World(database)
    database.dispose()


def night(world: World, now: datetime, keeping: Keeping | None = None) -> None:
    for step in retention.steps(keeping or Keeping()):
        more = True
        while more:
            with world.database.transaction() as db:
                more = step(db, now)


def page(world: World, now: datetime, quarter: int) -> ProgrammeFacts:
    with world.reading() as db:
        return programme.page(db, access.actor(db, TEAM, ANA), quarter, world.pack, now)


def close(world: World, circle: int, now: datetime) -> None:
    with world.database.transaction() as db:
        revision = db.get_one(Circle, circle).revision
        circle_states.close(db, world.actor(db), circle, revision, now)


def circles(world: World) -> list[int]:
    with world.reading() as db:
        return list(db.scalars(select(Circle.id).order_by(Circle.id)))


def test_a_closed_circle_goes_with_all_that_is_its_and_the_sums_of_its_quarter_stay(world: World) -> None:
    world.missed()
    others = [another_circle(world, ANA, BO, CHIDI) for _ in range(2)]
    for number, circle in enumerate((world.circle, *others)):
        evaluated(world, circle, total=9 + number)
    before = page(world, SETTLED, 8107)
    assert before.sums
    assert before.sums.results == 3
    close(world, others[1], SETTLED)
    night(world, datetime(2028, 1, 19, tzinfo=UTC))
    assert circles(world) == [world.circle, *others]
    night(world, A_YEAR_ON)
    assert circles(world) == [world.circle, others[0]]
    with world.reading() as db:
        for model in (CoachingSession, EvaluationResult, Membership):
            assert db.scalar(select(func.count()).where(model.circle_id == others[1])) == 0
    after = page(world, A_YEAR_ON, 8107)
    assert (after.quarter, after.circles, after.sums, after.averages) == (
        before.quarter,
        before.circles,
        before.sums,
        before.averages,
    )
    night(world, datetime(2029, 6, 1, tzinfo=UTC), Keeping(0, 1))
    close(world, others[0], datetime(2029, 6, 1, tzinfo=UTC))
    night(world, datetime(2029, 9, 1, tzinfo=UTC), Keeping(0, 1))
    with world.reading() as db:
        assert db.scalars(select(KeptQuarter.key)).all() == [], "that quarter is not shown any more"


@ON_SQLITE
def test_a_circle_does_not_go_while_the_sums_of_its_quarter_can_change(world: World) -> None:
    evaluated(world, world.circle, total=9)
    close(world, world.circle, SETTLED)
    night(world, SETTLED + timedelta(days=60), Keeping(24, 1))
    assert circles(world) == [world.circle]
    night(world, SETTLED + timedelta(days=90), Keeping(24, 1))
    assert circles(world) == []


def test_a_circle_that_everybody_has_left_goes_too(world: World) -> None:
    other = another_circle(world, ANA, BO)
    with world.database.transaction() as db:
        for who in (ANA, BO):
            members.leave(db, world.actor(db, who), other, SETTLED)
    night(world, SETTLED + timedelta(days=360))
    assert circles(world) == [world.circle, other]
    night(world, A_YEAR_ON)
    assert circles(world) == [world.circle]


@ON_SQLITE
def test_zero_keeps_it(world: World) -> None:
    write(world)
    close(world, world.circle, SETTLED)
    night(world, datetime(2060, 1, 1, tzinfo=UTC), Keeping(0, 0))
    assert circles(world) == [world.circle]
    assert words(world) == {"notes", "action", "comment", "waiting", "message"}


def write(world: World, due_on: date = date(2026, 12, 20)) -> None:
    """Some of each at the first session, and a comment that waits."""
    with world.database.transaction() as db:
        session = db.get_one(CoachingSession, world.session)
        place = {"workspace_id": TEAM, "session_id": session.id}
        session.message, session.message_by_id = "message", world.actor(db).person.id
        ana = world.actor(db).person.id
        db.add(Notes(**place, discussed="notes", written_by_id=ana, written_at=MADE))
        db.add(
            ActionItem(
                **place, circle_id=world.circle, position=1, what="action", owner_id=ana, due_on=due_on
            )
        )
    evaluated(world, world.circle, total=9, day=date(2026, 12, 9))
    with world.database.transaction() as db:
        result = db.scalars(select(EvaluationResult.id)).one()
        for words_in_it, of in (("comment", result), ("waiting", None)):
            db.add(
                EvaluationComment(
                    workspace_id=TEAM, circle_id=world.circle, result_id=of, question="q", words=words_in_it
                )
            )


def words(world: World) -> set[str]:
    with world.reading() as db:
        return {
            *db.scalars(select(Notes.discussed)),
            *db.scalars(select(ActionItem.what)),
            *db.scalars(select(EvaluationComment.words)),
            *db.scalars(select(CoachingSession.message).where(CoachingSession.message.is_not(None))),
        }


def test_words_go_and_figures_stay(world: World) -> None:
    write(world)
    night(world, datetime(2028, 12, 8, tzinfo=UTC))
    assert words(world) == {"notes", "action", "comment", "waiting", "message"}
    with world.reading() as db:
        figures = db.scalars(select(EvaluationResult.figures)).one()
    night(world, datetime(2029, 1, 8, tzinfo=UTC))
    assert words(world) == set()
    with world.reading() as db:
        assert db.scalars(select(EvaluationResult.figures)).one() == figures
        assert db.scalar(select(func.count()).select_from(CoachingSession)) == 2


@ON_SQLITE
def test_what_falls_due_later_and_what_a_later_result_can_show_stay(world: World) -> None:
    write(world, due_on=date(2029, 6, 1))
    evaluated(world, world.circle, total=9, day=date(2028, 6, 1))
    night(world, datetime(2029, 1, 8, tzinfo=UTC))
    assert words(world) == {"action", "waiting"}


@ON_SQLITE
def test_entries_of_who_did_what_are_kept_for_a_year(world: World) -> None:
    with world.database.transaction() as db:
        for at in (MADE, MADE + timedelta(days=30)):
            db.add(AuditEntry(workspace_id=TEAM, at=at, action="scheduled", actor_id=None))
    night(world, datetime(2027, 12, 2, tzinfo=UTC))
    with world.reading() as db:
        assert [one.date() for one in db.scalars(select(AuditEntry.at))] == [date(2026, 12, 31)]


@ON_SQLITE
def test_a_night_that_finds_nothing_changes_nothing(world: World) -> None:
    with world.database.transaction() as db:
        db.execute(update(Circle).values(usual_place="Room 4"))
    night(world, SETTLED)
    assert circles(world) == [world.circle]
    with world.database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA user_version").scalar() == 0

"""What the clock does for many: one that is broken holds up nobody else, and nobody waits for all."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from coaching import apart, circle_states, circles, restoring
from coaching.circles import CirclePlan
from coaching.rules.terms import CircleState, Rhythm
from storage.models import Circle, EvaluationWindow
from tests.coaching.closing_world import ANA, BO, CHIDI, CLOSING, MADE, STARTS, World
from tests.support.databases import ON_SQLITE


@pytest.fixture
def further(world: World) -> int:
    """Another circle, with a session at the same time."""
    first = world.circle
    with world.database.transaction() as db:
        plan = CirclePlan("Further", (ANA, BO, CHIDI), None, Rhythm.NONE, date(2026, 12, 1), time(10))
        world.circle = further = circles.create(db, world.actor(db), plan, None, MADE).id
    world.schedule(STARTS.date())
    world.circle = first
    return further


def every(world: World, column: Any) -> list[Any]:
    with world.reading() as db:
        return list(db.scalars(select(column).order_by(column)))


def change(world: World, circle: int | None = None, **values: object) -> None:
    query = update(Circle).values(values)
    with world.database.transaction() as db:
        db.execute(query if circle is None else query.where(Circle.id == circle))


def test_what_fails_leaves_nothing_behind_and_the_others_are_done(world: World, further: int) -> None:
    with world.database.transaction() as db:

        def rename(id: int) -> None:
            db.get_one(Circle, id).name = f"Circle {id}"
            db.flush()
            if id == world.circle:
                raise ValueError("broken")

        apart.all_of(db, "circle", [99_999, world.circle, further], rename)
    assert every(world, Circle.name) == [f"Circle {further}", "Practice circle"]


@ON_SQLITE
def test_some_are_done_at_once_and_more_is_said(world: World) -> None:
    done: list[int] = []
    with world.database.transaction() as db:
        assert apart.some(db, "circle", range(apart.AT_ONCE + 1), done.append)
        assert len(done) == apart.AT_ONCE
        assert done == sorted(set(done))
        assert not apart.some(db, "circle", range(apart.AT_ONCE), done.append)
    assert done[apart.AT_ONCE :] == list(range(apart.AT_ONCE))


@ON_SQLITE
def test_where_nothing_can_be_done_the_next_look_is_waited_for(world: World) -> None:
    with world.database.transaction() as db:
        assert not apart.some(db, "circle", range(100), fails)


@ON_SQLITE
def test_where_all_belongs_together_one_failure_is_all(world: World) -> None:
    with world.database.transaction() as db:
        apart.all_or_nothing(db)
        with pytest.raises(ValueError, match="broken"):
            apart.all_of(db, "circle", [1, 2], fails)


@ON_SQLITE
def test_the_first_that_can_be_done_is(world: World) -> None:
    tried: list[int] = []

    def work(id: int) -> bool:
        tried.append(id)
        if id == 1:
            raise ValueError("broken")
        return id == 3  # somebody else is at the second

    with world.database.transaction() as db:
        assert apart.first_of(db, "circle", [1, 2, 3, 4], work)
        assert not apart.first_of(db, "circle", [1, 2], work)
    assert tried == [1, 2, 3, 1, 2]


def test_an_error_that_ends_the_transaction_is_not_taken_for_one_circles(world: World) -> None:
    """A full disk rolls all back on SQLite; what follows would be kept one by one."""

    def work(id: int) -> None:
        db.get_one(Circle, world.circle).name = f"Circle {id}"
        db.flush()
        if id == 2:
            db.connection().connection.dbapi_connection.rollback()  # type: ignore[union-attr]
            raise ValueError("the disk is full")

    with pytest.raises(DBAPIError), world.database.transaction() as db:
        apart.all_of(db, "circle", [1, 2, 3], work)
    assert every(world, Circle.name) == ["Practice circle"]


def fails(_: int) -> None:
    raise ValueError("broken")


@ON_SQLITE
def test_a_database_that_is_gone_is_no_broken_circle(world: World) -> None:
    lost = OperationalError("SELECT", {}, Exception("gone"), connection_invalidated=True)

    def work(_: int) -> None:
        raise lost

    with pytest.raises(OperationalError), world.database.transaction() as db:
        apart.all_of(db, "circle", [1], work)


def test_an_evaluation_that_cannot_be_opened_holds_up_no_other(world: World, further: int) -> None:
    change(world, world.circle, reminders_off=5)  # a list is meant
    world.tick(CLOSING)
    assert every(world, EvaluationWindow.circle_id) == [further]


def test_a_circle_whose_zone_is_none_any_more_rests_alone(world: World, further: int) -> None:
    change(world, state=CircleState.PAUSED, paused_until=date(2027, 2, 1))
    change(world, world.circle, zone="Nowhere/At all")
    with world.database.transaction() as db:
        circle_states.resume_due(db, datetime(2027, 2, 2, tzinfo=UTC))
    with world.reading() as db:
        states = {one.id: one.state for one in db.scalars(select(Circle))}
    assert states == {world.circle: CircleState.PAUSED, further: CircleState.ACTIVE}


@ON_SQLITE
def test_a_copy_that_is_put_back_is_settled_whole_or_not_at_all(world: World) -> None:
    """An evaluation that was left out would open later, and ask everybody again."""
    change(world, world.circle, reminders_off=5)
    with pytest.raises(TypeError), world.database.transaction() as db:
        restoring.settle(db, CLOSING)

"""The clock of a process: starts work, keeps failures apart, and stops without leaving anything half done."""

import asyncio
import threading
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from scheduler.worker import Planner, Worker
from storage.models import HandledRequest, OutboxRow, OutboxState, Outgoing
from tests.scheduler.fake_slack import Call
from tests.scheduler.world import Workers, World


def put_welcome(world: World) -> Planner:
    """A planner that welcomes Ana once."""

    def plan(db: Session, now: datetime) -> None:
        values = {"workspace_id": "T1", "person_id": world.ana, "due_at": now, "created_at": now, "facts": {}}
        if db.query(OutboxRow).filter_by(unique_key="welcome").first() is None:
            db.add(OutboxRow(kind=Outgoing.WELCOME, unique_key="welcome", **values))

    return plan


def fail(_db: Session, _now: datetime) -> None:
    raise ValueError("Ana's private words")


def worker(world: World, workers: Workers, *plan: Planner) -> Worker:
    return Worker(world.database, workers.delivery(), world.clock, plan=plan)


async def until_posted(world: World) -> None:
    while not world.slack.posts():  # the worker runs in this loop, so giving way is enough
        await asyncio.sleep(0)


def test_a_tick_plans_and_delivers(world: World) -> None:
    async def scene(workers: Workers) -> None:
        one = worker(world, workers, put_welcome(world))
        assert one.last_tick is None
        await one.run_ticks(world.now)
        assert one.last_tick == world.now

    world.run(scene)
    assert world.slack.texts("D-UANA") == ["welcome"]


def test_planning_that_fails_takes_nothing_else_with_it(world: World) -> None:
    async def scene(workers: Workers) -> None:
        await worker(world, workers, fail, put_welcome(world)).run_ticks(world.now)

    with capture_logs() as logs:
        world.run(scene)
    assert world.slack.texts("D-UANA") == ["welcome"]
    [failure] = [line for line in logs if line["log_level"] == "error"]
    assert (failure["event"], failure["planner"]) == ("planning failed", "fail")
    assert "private" not in str(logs)


def test_a_planner_with_more_to_do_goes_on_in_transactions_of_their_own(world: World) -> None:
    left = [1, 2, 3]

    def plan(db: Session, now: datetime) -> bool:
        number = left.pop(0)
        if number == 3:
            raise RuntimeError("private")
        db.add(HandledRequest(workspace_id="T1", key=str(number), at=now))
        return True

    async def scene(workers: Workers) -> None:
        await worker(world, workers, plan).run_ticks(world.now)

    world.run(scene)
    with world.database.reading() as db:
        assert list(db.scalars(select(HandledRequest.key).order_by(HandledRequest.key))) == ["1", "2"]


def test_ticks_over_midnight_tidy_up(world: World) -> None:
    with world.database.transaction() as db:
        db.add(HandledRequest(workspace_id="T1", key="click", at=world.now))

    async def scene(workers: Workers) -> None:
        one = worker(world, workers)
        await one.run_ticks(world.now)
        world.later(days=3)
        await one.run_ticks(world.now)

    world.run(scene)
    with world.database.reading() as db:
        assert db.get(HandledRequest, ("T1", "click")) is None


def test_it_plans_and_delivers_as_soon_as_it_starts(world: World) -> None:
    async def scene(workers: Workers) -> None:
        one = worker(world, workers, put_welcome(world))
        await one.start()
        await until_posted(world)
        await one.stop()

    world.run(scene)
    assert world.slack.texts("D-UANA") == ["welcome"]


def test_it_is_woken_from_another_thread(world: World) -> None:
    async def scene(workers: Workers) -> None:
        one = worker(world, workers)
        await one.start()
        while one.last_tick is None:
            await asyncio.sleep(0)
        world.put(Outgoing.WELCOME, world.ana)
        threading.Thread(target=one.wake).start()
        await until_posted(world)
        await one.stop()

    world.run(scene)
    assert world.slack.texts("D-UANA") == ["welcome"]


def test_stopping_finishes_what_is_on_its_way_and_hands_back_the_rest(world: World) -> None:
    rows = [world.put(Outgoing.SESSION_NEWS, world.ana) for _ in range(12)]

    async def scene(workers: Workers) -> None:
        arrived, leave = asyncio.Event(), asyncio.Event()

        async def slowly(_: Call) -> None:
            arrived.set()
            await leave.wait()

        for _ in rows:
            world.slack.fail("conversations.open", slowly)
        one = worker(world, workers)
        await one.start()
        await arrived.wait()
        stopping = asyncio.create_task(one.stop())
        await asyncio.sleep(0)
        leave.set()
        await stopping

    world.run(scene)
    states = [world.row(row).state for row in rows]
    assert set(states) == {OutboxState.SENT, OutboxState.DUE}
    assert states.count(OutboxState.SENT) == 8  # as many as one workspace may have on their way
    assert [world.row(row).attempts for row in rows if world.row(row).state is OutboxState.DUE] == [0] * 4


def test_stopping_does_not_wait_for_ever(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)

    async def scene(workers: Workers) -> None:
        arrived, leave = asyncio.Event(), asyncio.Event()

        async def slowly(_: Call) -> None:
            arrived.set()
            await leave.wait()

        world.slack.fail("conversations.open", slowly)
        one = worker(world, workers)
        await one.start()
        await arrived.wait()
        await one.stop(grace=0)
        leave.set()

    world.run(scene)
    assert world.row(row).state is OutboxState.CLAIMED  # the lease brings it back


def test_a_clock_that_is_put_back_does_not_stop_the_ticks(world: World) -> None:
    async def scene(workers: Workers) -> None:
        one = worker(world, workers)
        await one.start()
        assert one._scheduler is not None
        for job in one._scheduler.get_jobs():
            job.modify(next_run_time=job.next_run_time + timedelta(days=1))  # as after a jump of a day
        far = min(job.next_run_time for job in one._scheduler.get_jobs())
        one._watch_clock(world.now + timedelta(days=1))
        assert min(job.next_run_time for job in one._scheduler.get_jobs()) < far - timedelta(hours=23)
        await one.stop()

    world.run(scene)


def test_a_night_empties_the_log_of_sqlite_which_holds_what_was_deleted(world: World) -> None:
    async def scene(workers: Workers) -> None:
        one = worker(world, workers, put_welcome(world))
        await one.run_ticks(world.now)
        world.later(days=1)
        await one.run_ticks(world.now)

    world.run(scene)
    if world.database.engine.dialect.name == "sqlite":
        assert Path(f"{world.database.engine.url.database}-wal").stat().st_size == 0


def test_the_log_does_not_say_whose_bookkeeping_had_nothing_left_to_say(world: World) -> None:
    world.put(Outgoing.BOOKKEEPING, world.ana)
    welcome = world.put(Outgoing.WELCOME, world.bo)

    async def scene(workers: Workers) -> None:
        await worker(world, workers).run_ticks(world.now)

    with capture_logs() as logs:
        world.run(scene)
    moved = {line["kind"]: line["id"] for line in logs if line["event"] == "moved"}
    assert moved == {Outgoing.BOOKKEEPING: None, Outgoing.WELCOME: welcome}

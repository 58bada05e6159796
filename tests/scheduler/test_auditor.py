"""What should have gone out and has not is noticed; what may wait is not held against anyone."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from scheduler import resting
from scheduler.auditor import Audit, Auditor, audit
from scheduler.heartbeat import Heartbeat
from scheduler.resting import Limit
from scheduler.worker import Worker
from storage.models import OutboxState, Outgoing, Workspace
from tests.scheduler.world import Workers, World

STUCK, NOT_STUCK = True, False


def found(world: World, working_for: timedelta = timedelta(hours=1)) -> Audit:
    with world.database.reading() as db:
        return audit(db, world.now, world.now - working_for)


@pytest.mark.parametrize(
    ("prepare", "stuck"),
    [
        (lambda _: {"due_at": timedelta(minutes=-11)}, STUCK),
        (lambda _: {"due_at": timedelta(minutes=-9)}, NOT_STUCK),
        (lambda _: {"due_at": timedelta(hours=-1), "not_before": timedelta(minutes=1)}, NOT_STUCK),
        (lambda _: {"due_at": timedelta(hours=-1), "not_before": timedelta(minutes=-9)}, NOT_STUCK),
        (lambda _: {"due_at": timedelta(hours=-1), "not_before": timedelta(minutes=-11)}, STUCK),
        (lambda _: {"due_at": timedelta(hours=-1), "state": OutboxState.UNKNOWN}, STUCK),
        (lambda _: {"due_at": timedelta(hours=-1), "state": OutboxState.SENT}, NOT_STUCK),
        (lambda _: claimed(minutes=1), NOT_STUCK),
        (lambda _: claimed(minutes=-11), STUCK),
    ],
)
def test_what_is_stuck(world: World, prepare: Callable[[World], dict[str, Any]], stuck: bool) -> None:
    values: dict[str, Any] = {
        name: world.now + value if isinstance(value, timedelta) else value
        for name, value in prepare(world).items()
    }
    world.put(Outgoing.SESSION_NEWS, world.ana, **values)
    assert (found(world).stuck == 1) == stuck


def claimed(minutes: int) -> dict[str, Any]:
    return {
        "due_at": timedelta(hours=-1),
        "state": OutboxState.CLAIMED,
        "lease_until": timedelta(minutes=minutes),
    }


def long_due(world: World, minutes: float = 11, **values: Any) -> int:
    due_at = world.now - timedelta(minutes=minutes)
    return world.put(Outgoing.SESSION_NEWS, world.ana, due_at=due_at, **values)


def test_a_workspace_that_rests_has_nothing_stuck(world: World) -> None:
    long_due(world)
    world.change(Workspace, "T1", paused_reason="token_revoked", paused_until=world.now)
    assert found(world).stuck == 0


def test_what_slack_does_not_want_yet_is_not_stuck(world: World) -> None:
    long_due(world)
    with world.database.transaction() as db:
        resting.limit(db, Limit("T1", "chat.postMessage", world.now + timedelta(minutes=1)))
    assert found(world).stuck == 0
    world.later(minutes=1)
    assert found(world).stuck == 1


def test_what_waits_for_its_message_is_not_stuck_but_that_one_is(world: World) -> None:
    card = long_due(world)
    long_due(world, thread_of_id=card)
    assert found(world).stuck == 1


def test_a_wave_may_take_as_long_as_slack_makes_it(world: World) -> None:
    rows = [long_due(world, minutes=10.9) for _ in range(300)]
    assert found(world).stuck == 0  # ten minutes, and one for each three hundred
    world.later(seconds=6)
    assert found(world).stuck == len(rows)


def test_it_matters_whether_others_move(world: World) -> None:
    long_due(world)
    assert found(world).nothing_moves
    world.put(Outgoing.SESSION_NEWS, world.bo, state=OutboxState.SENT, finished_at=world.now)
    assert found(world) == Audit(stuck=1, moving=True)


def test_what_fell_due_while_it_was_down_is_not_held_against_it(world: World) -> None:
    long_due(world, minutes=600)
    auditor = Auditor()
    looks = []
    for minutes in (0, 5, 4, 1, 60, 9, 1):  # an hour is a machine that slept
        world.later(minutes=minutes)
        with world.database.reading() as db:
            looks.append(auditor.look(db, world.now).stuck)
    assert looks == [0, 0, 0, 1, 0, 0, 1]


def deaf(world: World, workers: Workers, heartbeat: Heartbeat | None = None) -> Worker:
    """A worker whose delivery takes nothing any more, and nobody has noticed."""
    delivery = workers.delivery()
    delivery._closed = True
    return Worker(world.database, delivery, world.clock, heartbeat=heartbeat)


async def until_it_looked(world: World, worker: Worker) -> None:
    worker.wake()
    while worker.last_tick != world.now:
        await asyncio.sleep(0)


def test_readiness_fails_only_when_nothing_moves(world: World) -> None:
    async def scene(workers: Workers) -> None:
        worker = deaf(world, workers)
        assert worker.problem() is None
        await worker.start()
        world.put(Outgoing.SESSION_NEWS, world.ana)
        said = []
        for _ in range(4):
            await until_it_looked(world, worker)
            await worker.look_after()
            said.append(worker.problem())
            world.later(minutes=5)
        said.append(worker.problem())
        await worker.stop()
        assert said == [
            None,
            None,
            "Messages are due, and none has moved for ten minutes: see the log.",
            "Messages are due, and none has moved for ten minutes: see the log.",
            "Due messages have not been looked for lately: see the log.",
        ]

    with capture_logs() as logs:
        world.run(scene)
    lines = [line for line in logs if line["log_level"] == "error"]
    assert {line["event"] for line in lines} == {"messages are stuck"}
    assert [(line["messages"], line["others_move"]) for line in lines] == [(1, False)] * 2


def test_the_heartbeat_is_heard_only_while_nothing_is_stuck(world: World) -> None:
    async def scene(workers: Workers) -> None:
        beats = 0

        async def hear(_: web.Request) -> web.Response:
            nonlocal beats
            beats += 1
            return web.Response(status=500)  # what the monitor says changes nothing

        app = web.Application()
        app.router.add_get("/beat", hear)
        monitor = TestServer(app)
        await monitor.start_server()
        worker = deaf(world, workers, Heartbeat(str(monitor.make_url("/beat"))))
        world.put(Outgoing.SESSION_NEWS, world.ana)
        heard = []
        for _ in range(4):
            await worker.look_after()
            heard.append(beats)
            world.later(minutes=5)
        assert heard == [1, 2, 2, 2]
        await monitor.close()
        world.change(Workspace, "T1", paused_reason="token_revoked", paused_until=world.now)
        await worker.look_after()  # nothing is stuck, and nobody listens

    world.run(scene)

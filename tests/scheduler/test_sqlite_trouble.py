"""A disk that is full, and a database that somebody else holds: SQLite is one file beside other things.

How a full disk is made: by the limit of this process on the size of files. A small file system would need
root. SQLite's own `max_page_count` stops only what needs a new page, and claims and marks fit into old ones;
with the limit the log cannot be written any more, wherever that falls.
"""

import resource
import sqlite3
from collections.abc import Iterator

import pytest
from aiohttp import web
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from scheduler.delivery import Delivery
from storage.engine import Database
from storage.models import OutboxState, Outgoing, Person
from tests.scheduler.fake_slack import Call, Json, limited
from tests.scheduler.world import Workers, World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SENT = OutboxState.SENT
POST = "chat.postMessage"
ALMOST_NOTHING = 4096
"""Bytes: not even one page goes into the log."""
AT_ONCE = 8
"""So many messages of one workspace are on their way at a time."""
WRITES_OF_ONE, ONE_LOOK = 4, 1
"""Once before it is sent, where it cannot be looked up, and three times after it: then the lease ends it."""


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[None]:
    """Waits of the clock on the wall are cut short; how often something is tried stays."""
    monkeypatch.setattr("scheduler.delivery.PAUSES_S", (0, 0))
    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_MS", 100)
    usual, world.database = world.database, Database(world.database.url)
    for person in (world.ana, world.bo, world.chidi):
        world.change(Person, person, dm_channel=f"D{person}")
    yield
    world.database.dispose()
    world.database = usual


class Disk:
    """Can be filled up, and freed."""

    def __init__(self) -> None:
        self._soft, self._hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ALMOST_NOTHING, self._hard))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._soft, self._hard))


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    yield disk
    disk.free()


class Somebody:
    """Writes into the same file, and takes long."""

    def __init__(self, world: World) -> None:
        path = str(world.database.engine.url.database)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def hold(self) -> None:
        self._connection.execute("BEGIN EXCLUSIVE")

    def let_go(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    def close(self) -> None:
        self.let_go()
        self._connection.close()


@pytest.fixture
def somebody(world: World) -> Iterator[Somebody]:
    somebody = Somebody(world)
    yield somebody
    somebody.close()


def put(world: World) -> list[int]:
    people = (world.ana, world.bo, world.chidi)
    return [world.put(Outgoing.SESSION_NEWS, people[n % 3]) for n in range(20)]


def looks(world: World) -> list[str]:
    """Grows with every try to begin a transaction that writes."""
    begun: list[str] = []

    @event.listens_for(world.database.engine, "before_cursor_execute")
    def remember(_c: object, _k: object, sql: str, _v: object, _x: object, _m: object) -> None:
        if sql == "BEGIN IMMEDIATE":
            begun.append(sql)

    return begun


async def tick(delivery: Delivery) -> str | None:
    """As the worker does it: what cannot be done now is done at the next tick. What went wrong."""
    try:
        await delivery.deliver_all()
    except OperationalError as error:
        return str(error.orig)
    return None


async def recover(world: World, delivery: Delivery) -> None:
    await delivery.deliver_all()
    world.later(minutes=2)
    await delivery.deliver_all()


def everything_was_sent_once(world: World, rows: list[int]) -> None:
    assert {world.row(row).state for row in rows} == {SENT}
    assert sorted(world.slack.posts().values()) == [1] * len(rows)
    with world.database.reading() as db:
        assert db.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]


def test_on_a_full_disk_nothing_is_sent_and_it_goes_on_by_itself(world: World, disk: Disk) -> None:
    rows = put(world)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        disk.fill()
        for _ in range(20):
            assert await tick(delivery) is not None
            world.later(seconds=5)
        assert world.slack.calls == []
        disk.free()
        await delivery.deliver_all()

    world.run(scene)
    everything_was_sent_once(world, rows)


def test_a_disk_that_fills_up_before_the_mark_costs_a_look_and_no_second_message(
    world: World, disk: Disk
) -> None:
    rows = put(world)

    async def fill(call: Call) -> Json:
        disk.fill()
        return world.slack.carry_out(call)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        world.slack.fail(POST, fill)
        for _ in range(20):
            await tick(delivery)
            world.later(seconds=30)
        assert 1 <= len(world.slack.made(POST)) <= AT_ONCE
        disk.free()
        await recover(world, delivery)

    with capture_logs() as logs:
        world.run(scene)
    assert "mark not written" in {line["event"] for line in logs}
    everything_was_sent_once(world, rows)


def test_a_database_that_somebody_holds_is_asked_once_a_tick_and_nothing_is_sent(
    world: World, somebody: Somebody
) -> None:
    rows, begun = put(world), looks(world)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        somebody.hold()
        for ticks in range(1, 4):
            assert await tick(delivery) == "database is locked"
            assert len(begun) == ticks
        somebody.let_go()
        assert world.slack.calls == []
        await recover(world, delivery)

    world.run(scene)
    everything_was_sent_once(world, rows)


def test_a_database_that_somebody_holds_before_the_mark_costs_a_look_and_no_second_message(
    world: World, somebody: Somebody
) -> None:
    rows, begun = put(world), looks(world)

    async def hold(call: Call) -> Json:
        somebody.hold()
        begun.clear()
        return world.slack.carry_out(call)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        world.slack.fail(POST, hold)
        await tick(delivery)
        assert 1 <= len(world.slack.made(POST)) <= AT_ONCE
        assert len(begun) <= AT_ONCE * WRITES_OF_ONE + ONE_LOOK
        somebody.let_go()
        await recover(world, delivery)

    world.run(scene)
    everything_was_sent_once(world, rows)


def test_a_refusal_stays_one_when_it_cannot_be_written_down_at_once(world: World, somebody: Somebody) -> None:
    """A result of which nobody knows whether it stands is given up; of this one it is known."""
    row = world.put(Outgoing.RESULT)

    def soon(_: object) -> None:
        somebody.let_go()

    async def hold(call: Call) -> Json | web.Response | None:
        somebody.hold()
        return await limited("30")(call)

    async def scene(workers: Workers) -> None:
        world.slack.fail(POST, hold)
        await recover(world, workers.delivery())

    # The tests' engines share what they know of SQLite, and that includes who listens.
    listening = world.database.engine, "handle_error", soon
    event.listen(*listening)
    try:
        world.run(scene)
    finally:
        event.remove(*listening)
    everything_was_sent_once(world, [row])

"""The outbox of PostgreSQL is under lock: for a worker it is away, like a SQLite file that is busy."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from scheduler import delivery
from scheduler.delivery import Delivery
from storage.engine import Database
from storage.models import OutboxState, Outgoing
from tests.scheduler.fake_slack import Call, Json
from tests.scheduler.world import Workers, World

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
POST = "chat.postMessage"
MANY = 5
"""With two seconds each, and what is waited in between, half a minute of a real clock."""


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[None]:
    """Waits of the clock on the wall are cut short; how often something is tried stays."""
    monkeypatch.setattr("scheduler.delivery.PAUSES_S", [0] * len(delivery.PAUSES_S))
    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_MS", 50)
    usual = world.database
    world.database = Database(usual.engine.url.render_as_string(False))
    yield
    world.database.dispose()
    world.database = usual


class Somebody:
    """Does something with the table for which nobody else may even read it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self) -> None:
        self._connection.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))

    def let_go(self) -> None:
        self._connection.rollback()


@pytest.fixture
def somebody(database: Database) -> Iterator[Somebody]:
    with database.engine.connect() as connection:
        yield Somebody(connection)


async def is_told_to_wait(worker: Delivery) -> bool:
    try:
        await worker.deliver_all()
    except OperationalError:
        return True
    return False


async def recover(world: World, worker: Delivery) -> None:
    await worker.deliver_all()
    world.later(minutes=2)
    await worker.deliver_all()


def was_sent_once(world: World, row: int) -> bool:
    return world.row(row).state is OutboxState.SENT and list(world.slack.posts().values()) == [1]


def test_nothing_is_sent_and_it_goes_on_by_itself(world: World, somebody: Somebody) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)

    async def scene(workers: Workers) -> None:
        worker = workers.delivery()
        somebody.hold()
        assert await is_told_to_wait(worker)
        somebody.let_go()
        assert world.slack.calls == []
        await recover(world, worker)

    world.run(scene)
    assert was_sent_once(world, row)


def test_what_cannot_be_noted_is_looked_up_and_costs_no_second_message(
    world: World, somebody: Somebody
) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)

    async def hold(call: Call) -> Json:
        somebody.hold()
        return world.slack.carry_out(call)

    async def scene(workers: Workers) -> None:
        worker = workers.delivery()
        world.slack.fail(POST, hold)
        await worker.deliver_all()
        somebody.let_go()
        await recover(world, worker)

    with capture_logs() as logs:
        world.run(scene)
    assert "mark not written" in {line["event"] for line in logs}
    assert was_sent_once(world, row)


def test_what_stands_in_a_channel_is_noted_with_much_patience(world: World, somebody: Somebody) -> None:
    """Nobody could look it up: a migration, say, that takes half a minute must not have it said twice."""
    row = world.put(Outgoing.SESSION_CARD)
    refused: list[object] = []

    @event.listens_for(world.database.engine, "handle_error")
    def note(refusal: object) -> None:
        refused.append(refusal)
        if len(refused) == MANY:
            somebody.let_go()

    async def hold(call: Call) -> Json:
        somebody.hold()
        return world.slack.carry_out(call)

    async def scene(workers: Workers) -> None:
        world.slack.fail(POST, hold)
        await recover(world, workers.delivery())

    world.run(scene)
    assert len(refused) == MANY
    assert was_sent_once(world, row)

"""PostgreSQL is torn away and comes back, again and again, while messages are on their way."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import SQLAlchemyError

from scheduler.delivery import Delivery
from storage.engine import Database
from storage.models import OutboxState, Outgoing
from tests import postgres
from tests.scheduler.fake_slack import Call, Json
from tests.scheduler.world import Workers, World

pytestmark = pytest.mark.long

POST = "chat.postMessage"
RESTARTS = 10
PEOPLE, EACH_TIME = 8, 12


@pytest.fixture
def restartable() -> Iterator[postgres.Restartable]:
    """A server of the test's own: the others of this process must not notice."""
    if reason := postgres.not_installed():
        pytest.skip(reason)
    with postgres.restartable() as server:
        yield server


async def tick(delivery: Delivery) -> None:
    """As the worker does it: what cannot be done now is done at the next tick."""
    try:
        await delivery.deliver_all()
    except SQLAlchemyError:
        return


def test_ten_restarts_under_load_lose_nothing_and_send_nothing_twice(
    restartable: postgres.Restartable, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So short that marks are lost too, and their messages have to be looked up.
    monkeypatch.setattr("scheduler.delivery.PAUSES_S", (0.02, 0.05))
    with restartable.fresh_database() as url:
        database = Database(url)
        world = World(database)
        rows = play(world, restartable)
        states = [world.row(row).state for row in rows]
        database.dispose()
    assert states == [OutboxState.SENT] * RESTARTS * EACH_TIME
    assert sorted(world.slack.posts().values()) == [1] * len(rows)


def play(world: World, server: postgres.Restartable) -> list[int]:
    rows: list[int] = []
    with world.database.transaction() as db:
        people = [world.add_person(db, "T1", f"Member{n}").id for n in range(PEOPLE)]

    async def scene(workers: Workers) -> None:
        deliveries = [workers.delivery(), workers.delivery()]
        for turn in range(RESTARTS):
            rows.extend(world.put(Outgoing.SESSION_NEWS, people[n % PEOPLE]) for n in range(EACH_TIME))
            torn = tear(world, server, after=turn)
            await asyncio.gather(*(tick(one) for one in deliveries))
            await torn.wait()
            await asyncio.gather(*(tick(one) for one in deliveries))
            world.later(minutes=2)
        for _ in range(3):
            await asyncio.gather(*(tick(one) for one in deliveries))
            world.later(minutes=2)

    world.run(scene)
    return rows


def tear(world: World, server: postgres.Restartable, after: int) -> asyncio.Event:
    """The server dies when Slack has done what one more message asked, and before it can say so."""
    over = asyncio.Event()

    async def now(call: Call) -> Json:
        answer = world.slack.carry_out(call)
        await asyncio.to_thread(server.restart)
        over.set()
        return answer

    async def usual(_: Call) -> None:
        return None

    for _ in range(after):
        world.slack.fail(POST, usual)
    world.slack.fail(POST, now)
    return over

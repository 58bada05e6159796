"""After a while in which nothing ran: what still helps goes out, and nothing that is stale."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import web

from scheduler import claims
from storage.models import OutboxState, Outgoing
from tests.scheduler.fake_slack import LOST, Call
from tests.scheduler.world import START, Workers, World

SENT, EXPIRED, DUE = OutboxState.SENT, OutboxState.EXPIRED, OutboxState.DUE


@dataclass(frozen=True)
class Planned:
    """A message by the minutes after the bot went down at which it was due, and from when on it is stale."""

    due: int
    stale: int | None
    kind: Outgoing = Outgoing.BOOKKEEPING


HOUR, DAY = 60, 24 * 60
PLANNED = (
    Planned(0, 10, Outgoing.STARTING_SOON),
    Planned(1, 5, Outgoing.STARTING_SOON),
    Planned(4, 14, Outgoing.STARTING_SOON),
    Planned(5, 15, Outgoing.STARTING_SOON),
    Planned(6, 16, Outgoing.STARTING_SOON),
    Planned(2, 18 * HOUR),
    Planned(3 * HOUR, 6 * HOUR),
    Planned(5 * HOUR, 6 * HOUR + 1),
    Planned(DAY, 4 * DAY),
    Planned(4, 3 * DAY, Outgoing.EVALUATION),
    Planned(5, 3 * DAY + 1, Outgoing.EVALUATION),
    Planned(2 * DAY, 5 * DAY, Outgoing.EVALUATION),
    Planned(3, None, Outgoing.SESSION_CANCELLED),
    Planned(2 * DAY, None, Outgoing.SESSION_CANCELLED),
    Planned(3 * DAY + 1, None, Outgoing.SESSION_CANCELLED),
)


def put(world: World, planned: Planned, person: int) -> int:
    stale = None if planned.stale is None else START + timedelta(minutes=planned.stale)
    return world.put(planned.kind, person, due_at=START + timedelta(minutes=planned.due), expires_at=stale)


@pytest.mark.parametrize(
    ("down", "sent", "stale"),
    [
        # Places in the list above. At its very minute a message is stale, or due.
        (5, {0, 2, 3, 5, 9, 10, 12}, {1}),
        (6 * HOUR, {5, 7, 9, 10, 12}, {0, 1, 2, 3, 4, 6}),
        (3 * DAY, {8, 10, 11, 12, 13}, {0, 1, 2, 3, 4, 5, 6, 7, 9}),
    ],
    ids=["5 minutes", "6 hours", "3 days"],
)
def test_after_a_downtime_what_still_helps_is_sent_and_nothing_stale(
    world: World, down: int, sent: set[int], stale: set[int]
) -> None:
    rows = [put(world, one, world.ana) for one in PLANNED]
    world.later(minutes=down)

    async def scene(workers: Workers) -> None:
        await workers.delivery().deliver_all()

    world.run(scene)
    later = set(range(len(rows))) - sent - stale
    expected = {**dict.fromkeys(sent, SENT), **dict.fromkeys(stale, EXPIRED), **dict.fromkeys(later, DUE)}
    assert {n: world.row(row).state for n, row in enumerate(rows)} == expected
    assert sorted(world.slack.posts().values()) == [1] * len(sent)


@pytest.mark.parametrize("down", [5, 6 * HOUR, 3 * DAY], ids=["5 minutes", "6 hours", "3 days"])
@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "not arrived"])
def test_what_was_in_doubt_when_it_went_down_is_looked_up_before_it_is_stale(
    world: World, down: int, arrived: bool
) -> None:
    """A message that had arrived is known by its place, so that it can be edited, however late it is."""
    row = world.put(Outgoing.BOOKKEEPING, world.ana, expires_at=START + timedelta(hours=1))

    async def lost(call: Call) -> web.Response:
        if arrived:
            world.slack.carry_out(call)
        return LOST

    async def scene(workers: Workers) -> None:
        world.slack.fail("chat.postMessage", lost)
        await workers.delivery().deliver_all()
        world.later(minutes=down)
        await workers.delivery().deliver_all()

    world.run(scene)
    fresh = down < HOUR
    assert world.row(row).state is (SENT if arrived or fresh else EXPIRED)
    assert list(world.slack.posts().values()) == ([1] if arrived or fresh else [])


def test_a_clock_that_is_put_back_leaves_nobody_waiting_for_a_lease(world: World) -> None:
    """It was claimed by a worker that died, and by the clock of now that was in an hour."""
    row = world.put(Outgoing.WELCOME, world.ana, due_at=START - timedelta(hours=2))
    with world.database.transaction() as db:
        claims.claim(db, DUE, world.now, 10, each=8)
    world.later(hours=-1)

    async def scene(workers: Workers) -> None:
        for _ in range(3):
            await workers.delivery().deliver_all()
            world.later(minutes=1)

    world.run(scene)
    assert world.row(row).state is SENT

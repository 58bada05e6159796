"""What becomes of messages when a copy is put back: nothing twice, nothing old, and the rest as it is."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from scheduler import restoring
from scheduler.outcomes import RESTORED
from scheduler.restoring import Fate, fate
from storage.models import OutboxRow, OutboxState, Outgoing
from tests.scheduler.world import START, Workers, World

HOUR = timedelta(hours=1)
DUE, UNKNOWN, CLAIMED = OutboxState.DUE, OutboxState.UNKNOWN, OutboxState.CLAIMED


@pytest.mark.parametrize(
    ("kind", "due", "stale", "found", "expected"),
    [
        # Hours after the moment at which the copy was put back; at that very moment it was due, or stale.
        (Outgoing.SESSION_NEWS, -1, None, True, Fate.LOOKED_UP),
        (Outgoing.SESSION_NEWS, 0, None, True, Fate.LOOKED_UP),
        (Outgoing.SESSION_NEWS, 1, None, True, Fate.STAYS),
        (Outgoing.SESSION_CARD, -1, None, False, Fate.SKIPPED),
        (Outgoing.SESSION_CARD, 1, None, False, Fate.STAYS),
        (Outgoing.BOOKKEEPING, -2, 1, True, Fate.LOOKED_UP),
        (Outgoing.BOOKKEEPING, -2, 0, True, Fate.TOO_LATE),
        (Outgoing.STARTING_SOON, -2, -1, True, Fate.TOO_LATE),
        (Outgoing.CALENDAR_FILE, -1, None, False, Fate.SKIPPED),
        (Outgoing.REFRESH, -1, None, False, Fate.STAYS),
        (Outgoing.HOME, -1, None, True, Fate.STAYS),
    ],
)
def test_the_fate_of_a_message_of_a_copy(
    kind: Outgoing, due: int, stale: int | None, found: bool, expected: Fate
) -> None:
    expires_at = None if stale is None else START + stale * HOUR
    assert fate(kind, START + due * HOUR, expires_at, can_be_found=found, now=START) is expected


@pytest.mark.parametrize("state", [DUE, UNKNOWN, CLAIMED])
@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "not arrived"])
def test_a_direct_message_that_still_helps_goes_out_unless_it_stands_there(
    world: World, state: OutboxState, arrived: bool
) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.bo)
    if arrived:
        deliver(world)
    make_as_it_was(world, row, state)
    put_back(world)
    deliver(world)
    assert world.row(row).state is OutboxState.SENT
    assert world.row(row).slack_ts is not None
    assert list(world.slack.posts().values()) == [1]


@pytest.mark.parametrize("state", [DUE, UNKNOWN, CLAIMED])
def test_what_nobody_can_look_up_is_not_sent(world: World, state: OutboxState) -> None:
    """Without the permission to read; what stands in a channel; a file, which carries no word of ours."""
    world.slack.scopes.clear()
    rows = [
        world.put(Outgoing.SESSION_NEWS, world.bo),
        world.put(Outgoing.SESSION_CARD),
        world.put(Outgoing.CALENDAR_FILE, world.bo),
    ]
    deliver(world)
    sent = world.slack.posts(), len(world.slack.files)
    for row in rows:
        make_as_it_was(world, row, state)
    put_back(world)
    deliver(world)
    assert [world.state(row) for row in rows] == [(OutboxState.SKIPPED, RESTORED)] * 3
    assert (world.slack.posts(), len(world.slack.files)) == sent


def test_a_look_up_that_fails_does_not_forget_why_it_was_made(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.bo)
    deliver(world)
    make_as_it_was(world, row, DUE)
    put_back(world)
    world.slack.refuse("conversations.history", "service_unavailable")
    deliver(world)
    assert world.state(row) == (UNKNOWN, RESTORED)
    world.slack.scopes.clear()
    world.later(minutes=2)
    deliver(world)
    assert world.state(row) == (OutboxState.SKIPPED, RESTORED)
    assert list(world.slack.posts().values()) == [1]


def test_what_is_due_later_goes_out_at_its_time_and_edits_go_out_again(world: World) -> None:
    sent = world.put(Outgoing.SESSION_NEWS, world.bo)
    deliver(world)
    later = world.put(Outgoing.BOOKKEEPING, world.ana, due_at=START + HOUR)
    edit = world.put(Outgoing.REFRESH, target_id=sent, state=CLAIMED, claim_token="gone", lease_until=START)
    assert put_back(world) == {Fate.STAYS: 2}
    deliver(world)
    assert world.state(later) == (DUE, None)
    assert world.row(edit).state is OutboxState.SENT
    world.later(hours=1)
    deliver(world)
    assert world.row(later).state is OutboxState.SENT


def test_marking_twice_changes_no_more(world: World) -> None:
    rows = [
        world.put(Outgoing.SESSION_NEWS, world.bo),
        world.put(Outgoing.SESSION_CARD),
        world.put(Outgoing.STARTING_SOON, world.bo, expires_at=START),
    ]
    put_back(world)
    first = [world.state(row) for row in rows]
    put_back(world)
    assert [world.state(row) for row in rows] == first
    assert [state for state, _ in first] == [UNKNOWN, OutboxState.SKIPPED, OutboxState.EXPIRED]


def make_as_it_was(world: World, row: int, state: OutboxState) -> None:
    """As the copy holds it, which was made before it was sent."""
    claim = {"claim_token": "gone", "lease_until": world.now + HOUR} if state is CLAIMED else {}
    nowhere = {"slack_channel": None, "slack_ts": None, "finished_at": None, "outcome": None}
    world.change(OutboxRow, row, state=state, **claim, **nowhere)


def put_back(world: World) -> Mapping[Fate, int]:
    with world.database.transaction() as db:
        return restoring.mark(db, world.now)


def deliver(world: World) -> None:
    async def scene(workers: Workers) -> None:
        await workers.delivery().deliver_all()

    world.run(scene)

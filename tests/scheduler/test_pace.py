"""A wave of messages is sent as fast as Slack takes them, and whose minute matters goes first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.pace import Pace
from storage.models import OutboxState, Outgoing
from tests.scheduler.fake_slack import limited
from tests.scheduler.world import Workers, World

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUE, SENT = OutboxState.DUE, OutboxState.SENT
POST = "chat.postMessage"


@given(st.lists(st.integers(-60, 600), max_size=40), st.integers(1, 50), st.integers(1, 600))
def test_no_more_than_the_burst_and_what_the_time_gives(
    pauses: list[int], burst: int, per_minute: int
) -> None:
    """Somebody sends whatever may be sent, at whatever times; the clock may also be put back."""
    pace, now, sent, forward = Pace(burst, per_minute), NOW, 0, 0
    for pause in [0, *pauses]:
        now += timedelta(seconds=pause)
        forward += max(0, pause)
        while "T1" not in pace.slowed(now):
            pace.spend("T1", now)
            sent += 1
    assert burst <= sent <= burst + forward * per_minute / 60


def test_a_workspace_that_was_quiet_is_forgotten() -> None:
    pace = Pace(2, 60)
    for _ in range(2):
        pace.spend("T1", NOW)
    assert pace.slowed(NOW) == ["T1"]
    assert pace.slowed(NOW + timedelta(seconds=2)) == []
    assert pace._purses == {}


def test_a_wave_is_spread_and_what_cannot_wait_goes_before_it(world: World) -> None:
    wave = [world.put(Outgoing.BOOKKEEPING, world.ana) for _ in range(20)]

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery(pace=Pace(10, 60))
        await delivery.deliver_all()
        assert states(world, wave).count(SENT) == 16  # they are claimed by eight, so ten become sixteen
        late = world.put(Outgoing.STARTING_SOON, world.bo)
        world.later(seconds=4)
        await delivery.deliver_all()
        assert world.row(late).state is SENT
        assert states(world, wave).count(SENT) == 16
        world.later(seconds=4)
        await delivery.deliver_all()
        assert set(states(world, wave)) == {SENT}

    world.run(scene)


def states(world: World, rows: list[int]) -> list[OutboxState]:
    return [world.row(row).state for row in rows]


def test_one_workspace_does_not_fill_the_hands_of_the_worker(world: World) -> None:
    with world.database.transaction() as db:
        world.add_workspace(db, "T2")
        fay = world.add_person(db, "T2", "Fay").id
    for _ in range(20):
        world.put(Outgoing.BOOKKEEPING, world.ana)
    row = world.put(Outgoing.BOOKKEEPING, fay, workspace_id="T2")

    async def scene(workers: Workers) -> None:
        assert await workers.delivery(batch=10).deliver_due() == 9
        assert world.row(row).state is SENT

    world.run(scene)


def test_what_slack_limits_is_left_alone_by_every_worker_and_after_a_restart(world: World) -> None:
    first = world.put(Outgoing.SESSION_NEWS, world.ana)

    async def limit(workers: Workers) -> None:
        world.slack.fail(POST, limited("60"))
        await workers.delivery().deliver_all()
        assert world.state(first) == (DUE, "ratelimited")

    async def another(workers: Workers) -> None:
        world.put(Outgoing.SESSION_NEWS, world.bo)
        world.later(seconds=59)
        await workers.delivery().deliver_all()
        assert len(world.slack.made(POST)) == 1
        assert world.row(first).attempts == 0  # it is not even claimed
        world.later(seconds=1)
        await workers.delivery().deliver_all()
        assert len(world.slack.made(POST)) == 3

    world.run(limit)
    world.run(another)

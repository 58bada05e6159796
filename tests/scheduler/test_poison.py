"""One row in fifty that cannot be read or rendered: the others are sent in the same round."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from scheduler import claims
from scheduler.delivery import Marked
from scheduler.messages import Content, Renderers
from scheduler.outcomes import Mark
from storage.models import OutboxRow, OutboxState, Outgoing
from tests.scheduler.world import PLAIN, START, Workers, World

SENT = OutboxState.SENT
Poison = Callable[[World, int], None]


def unwritable(_db: Session, _row: OutboxRow, _now: datetime) -> Content:
    raise ZeroDivisionError


RENDERERS = {**PLAIN, Outgoing.AGENDA: unwritable}
del RENDERERS[Outgoing.RESULT]


def by_hand(world: World, row: int, column: str, value: str) -> None:
    with world.database.transaction() as db:
        db.execute(text(f"UPDATE outbox SET {column} = :value WHERE id = :row"), {"value": value, "row": row})  # noqa: S608


def a_renderer_that_fails(world: World, row: int) -> None:
    by_hand(world, row, "kind", "agenda")


def a_kind_that_nobody_renders(world: World, row: int) -> None:
    by_hand(world, row, "kind", "result")


def facts_that_are_no_object(world: World, row: int) -> None:
    by_hand(world, row, "facts", "[1]")


def tried(world: World, row: int) -> tuple[str, int]:
    """How it stands and after how many tries, read past the models, which do not know every kind."""
    with world.database.reading() as db:
        found = db.execute(text("SELECT state, attempts FROM outbox WHERE id = :row"), {"row": row}).one()
    return found.state, found.attempts


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "poison",
    [a_renderer_that_fails, a_kind_that_nobody_renders, facts_that_are_no_object],
    ids=lambda poison: poison.__name__,
)
def test_one_poisoned_row_in_fifty_dies_after_three_tries_and_holds_up_none(
    world: World, poison: Poison
) -> None:
    people = (world.ana, world.bo, world.chidi)
    rows = [world.put(Outgoing.SESSION_NEWS, people[n % 3]) for n in range(50)]
    poisoned = rows.pop(20)
    poison(world, poisoned)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery(RENDERERS)
        await delivery.deliver_all()
        assert {(world.state(row), world.row(row).finished_at) for row in rows} == {((SENT, None), START)}
        assert tried(world, poisoned) == ("due", 1)
        for _ in range(5):
            world.later(minutes=20)
            await delivery.deliver_all()

    world.run(scene)
    assert tried(world, poisoned) == ("dead", 3)
    assert sorted(world.slack.posts().values()) == [1] * 49


def test_a_row_of_a_newer_version_is_left_to_it(world: World) -> None:
    """While a new version starts, the old one still runs."""
    row, other = (world.put(Outgoing.SESSION_NEWS, one) for one in (world.ana, world.bo))
    by_hand(world, row, "kind", "from_the_future")

    async def scene(workers: Workers) -> None:
        await workers.delivery().deliver_all()
        assert (tried(world, row), tried(world, other)) == (("due", 0), ("sent", 1))
        by_hand(world, row, "kind", "session_news")  # now this version knows it too
        await workers.delivery().deliver_all()

    world.run(scene)
    assert tried(world, row) == ("sent", 1)


def test_a_row_under_a_message_of_a_newer_version_holds_up_none(world: World) -> None:
    card = world.put(Outgoing.SESSION_CARD, state=SENT, slack_channel="C1", slack_ts="1.1")
    rows = [world.put(Outgoing.SESSION_NEWS, world.ana) for _ in range(5)]
    line = world.put(Outgoing.THREAD_LINE, thread_of_id=card)
    by_hand(world, card, "kind", "from_the_future")
    run(world, RENDERERS)
    assert {world.row(row).state for row in rows} == {SENT}
    assert tried(world, line) == ("due", 1)


def test_a_mark_that_cannot_be_written_keeps_no_other_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = (world.put(Outgoing.SESSION_NEWS, person) for person in (world.ana, world.bo))
    write = claims.mark_sent

    def fail_for_one(db: Session, sent: Sequence[Marked], held: set[int], now: datetime) -> set[int]:
        if any(claim.id == bad for claim, _ in sent):
            raise ZeroDivisionError
        return write(db, sent, held, now)

    monkeypatch.setattr(claims, "mark_sent", fail_for_one)

    async def scene(workers: Workers) -> None:
        with world.database.transaction() as db:
            taken = claims.claim(db, OutboxState.DUE, world.now, 10, each=10)
        arrived = [(claim, Mark(SENT, channel="D1", ts=f"1.{claim.id}")) for claim in taken]
        found = workers.delivery()._write_all(arrived)
        assert [type(one) for one in found] == [ZeroDivisionError, bool]

    world.run(scene)
    assert world.row(bad).state is OutboxState.CLAIMED  # its lease brings it back
    assert world.row(good).state is SENT


def run(world: World, renderers: Renderers) -> None:
    async def scene(workers: Workers) -> None:
        await workers.delivery(renderers).deliver_due()

    world.run(scene)

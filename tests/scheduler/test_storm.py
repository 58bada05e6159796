"""A storm of refusals: what Slack limits is left alone until the time it named, and arrives once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from aiohttp import web
from sqlalchemy.orm import Session

from storage.models import OutboxRow, OutboxState, Outgoing, Person
from tests.scheduler.fake_slack import Call, Json, limited
from tests.scheduler.sick_slack import workspace_of
from tests.scheduler.world import START, Workers, World

POST = "chat.postMessage"
IN_THE_STORM, CALM = ("T1", "T2", "T3", "T4", "T5", "T6"), ("T7", "T8")
EACH, WORKSPACES = 20, 8
ON_THEIR_WAY = 8
"""So many messages of one workspace may be on their way when the first refusal comes."""


@dataclass
class Storm:
    """Answers three calls in ten with a limit, and writes down which calls should not have been made."""

    world: World
    rng: Random = field(default_factory=lambda: Random(7))
    closed: dict[str, datetime] = field(default_factory=dict)
    said: dict[str, datetime] = field(default_factory=dict)
    refused: int = 0
    early: Counter[str] = field(default_factory=Counter)
    behind: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    """Calls at the very moment of a refusal, which may have been on their way."""

    async def meet(self, call: Call) -> Json | web.Response | None:
        workspace, now = workspace_of(call), self.world.now
        if now < self.closed.get(workspace, now):
            self.early[workspace] += now > self.said[workspace]
            self.behind[workspace, now] += 1
        if workspace in CALM or self.rng.random() >= 0.3:
            return None
        return await limited(str(self._close(workspace, now)))(call)

    def _close(self, workspace: str, now: datetime) -> int:
        wait = self.rng.choice((1, 5, 30))
        until = now + timedelta(seconds=wait)
        self.closed[workspace] = max(self.closed.get(workspace, until), until)
        self.said[workspace] = now
        self.refused += 1
        return wait

    def moments(self) -> Iterator[datetime]:
        """Right before the next limit ends, and when it does."""
        while ahead := [until for until in self.closed.values() if until > self.world.now]:
            yield min(ahead) - timedelta(milliseconds=100)
            yield min(ahead)


def fill(world: World) -> list[int]:
    """Everybody in each workspace gets one message."""
    with world.database.transaction() as db:
        for workspace in (*IN_THE_STORM[1:], *CALM):
            world.add_workspace(db, workspace)
        everywhere = [(workspace, n) for workspace in (*IN_THE_STORM, *CALM) for n in range(EACH)]
        people = [_person(world, db, workspace, n) for workspace, n in everywhere]
        rows = [_row(world, person) for person in people]
        db.add_all(rows)
        db.flush()
        return [row.id for row in rows]


def _person(world: World, db: Session, workspace: str, n: int) -> Person:
    person = world.add_person(db, workspace, f"{workspace}-{n}")
    person.dm_channel = f"D-{person.slack_id}"
    return person


def _row(world: World, person: Person) -> OutboxRow:
    return OutboxRow(
        workspace_id=person.workspace_id,
        kind=Outgoing.SESSION_NEWS,
        unique_key=f"news:{person.id}",
        person_id=person.id,
        facts={},
        due_at=world.now,
        created_at=world.now,
    )


def states(world: World, rows: Sequence[int]) -> dict[str, set[tuple[OutboxState, int]]]:
    with world.database.reading() as db:
        found = db.query(OutboxRow).where(OutboxRow.id.in_(rows)).all()
    kept: dict[str, set[tuple[OutboxState, int]]] = {}
    for row in found:
        kept.setdefault(row.workspace_id, set()).add((row.state, row.attempts))
    return kept


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_in_a_storm_nothing_is_asked_too_early_or_sent_twice_and_the_calm_are_not_held_up(
    world: World,
) -> None:
    rows, storm = fill(world), Storm(world)
    world.slack._spoil = lambda call: storm.meet(call)  # type: ignore[method-assign]

    async def scene(workers: Workers) -> None:
        turns = [workers.delivery(), workers.delivery()]
        await turns[0].deliver_all()
        first = states(world, rows)
        assert {first[one].pop() for one in CALM} == {(OutboxState.SENT, 1)}
        assert all((OutboxState.DUE, 0) in first[one] for one in IN_THE_STORM)
        for turn, world.now in enumerate(storm.moments()):
            await turns[turn // 2 % 2].deliver_all()  # what one has heard, the other heeds

    world.run(scene)
    assert storm.early.total() == 0
    assert max(storm.behind.values()) <= ON_THEIR_WAY - 1
    assert storm.refused > EACH / 2
    assert sorted(world.slack.posts().values()) == [1] * len(rows)
    assert states(world, rows) == {one: {(OutboxState.SENT, 1)} for one in (*IN_THE_STORM, *CALM)}
    assert START < world.now < START + timedelta(minutes=15)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_revoked_token_costs_what_is_on_its_way_and_then_one_call_a_quarter_of_an_hour(
    world: World,
) -> None:
    rows = fill(world)

    async def revoked(_: Call) -> Json:
        return {"ok": False, "error": "token_revoked"}

    world.slack._spoil = lambda call: revoked(call)  # type: ignore[method-assign]

    async def scene(workers: Workers) -> None:
        turns = [workers.delivery(), workers.delivery()]
        await turns[0].deliver_all()
        assert len(world.slack.calls) <= ON_THEIR_WAY * WORKSPACES
        for minute in range(1, 60):
            world.now = START + timedelta(minutes=minute)
            await turns[minute % 2].deliver_all()

    world.run(scene)
    assert len(world.slack.made("auth.test")) == WORKSPACES * 3
    assert len(world.slack.calls) <= (ON_THEIR_WAY + 3) * WORKSPACES
    assert states(world, rows) == {one: {(OutboxState.DUE, 0)} for one in (*IN_THE_STORM, *CALM)}

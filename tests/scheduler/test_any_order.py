"""Whatever happens, in whatever order: messages end, come once, and only to whom they may come."""

import asyncio
import logging
import os
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import structlog
from aiohttp import web
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from scheduler.delivery import Delivery
from scheduler.outcomes import UNSEEN
from scheduler.preparing import opaque_id
from scheduler.slack import Slack
from storage.engine import Database
from storage.models import CoachingSession, OutboxRow, OutboxState, Outgoing, Person, Workspace
from tests.scheduler.conftest import emptied
from tests.scheduler.fake_slack import LOST, Call, Fault, Json, answering, limited, page
from tests.scheduler.world import PLAIN, World

FEW = 5
"""COACH_EXAMPLES=200 looks for longer."""
POST = "chat.postMessage"
LIVE = (OutboxState.DUE, OutboxState.CLAIMED, OutboxState.UNKNOWN)
SOON = (0, 0, 0, 90, 3600)
"""Seconds; most is due when somebody may die over it."""
IN_DOUBT = {"answer lost", "broken off", "internal error"}
"""After these nobody knows whether the message arrived."""


class Outbox(RuleBasedStateMachine):
    """A workspace with a circle and its session, another with one person, and workers that come and go."""

    database: Database
    world: World
    line: Slack | None = None

    @initialize(looks_up=st.booleans())
    def begin(self, looks_up: bool) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        emptied(self.database)
        self.world = World(self.database)
        with self.database.transaction() as db:
            self.world.add_workspace(db, "T2")
            self.fay = self.world.add_person(db, "T2", "Fay").id
        if not looks_up:
            self.world.slack.scopes.clear()
        self.looks_up, self.seen, self.doubts = looks_up, 0, 0
        self.loop = asyncio.Runner()
        self.server = self.loop.run(self.world.slack.start())
        self.restart()

    @rule()
    def restart(self) -> None:
        """A new worker, which knows nothing of what the last one knew."""
        world = self.world
        line = Slack(f"{world.slack.url}/api/", lambda workspace: f"xoxb-{workspace}", world.clock)
        self._hang_up()
        self.line, self.worker = line, Delivery(self.database, line, PLAIN, world.clock, Random(1))

    @rule(
        kind=st.sampled_from([Outgoing.SESSION_NEWS, Outgoing.BOOKKEEPING, Outgoing.STARTING_SOON]),
        number=st.integers(0, 3),
        due=st.sampled_from(SOON),
        lasts=st.sampled_from([None, 90, 7200]),
    )
    def plan(self, kind: Outgoing, number: int, due: int, lasts: int | None) -> None:
        """A direct message; one of them in the other workspace."""
        person = [self.world.ana, self.world.bo, self.world.chidi, self.fay][number]
        values: dict[str, Any] = {"due_at": self.world.now + timedelta(seconds=due)}
        if lasts is not None:
            values["expires_at"] = values["due_at"] + timedelta(seconds=lasts)
        if kind is Outgoing.STARTING_SOON and person != self.fay:
            values |= {"session_id": self.world.session, "plan_version": self._version()}
        self.world.put(kind, person, "T2" if person == self.fay else "T1", **values)

    @rule(due=st.sampled_from(SOON))
    def announce(self, due: int) -> None:
        """A card in the circle's conversation, with a line under it."""
        due_at = self.world.now + timedelta(seconds=due)
        card = self.world.put(Outgoing.SESSION_CARD, due_at=due_at)
        self.world.put(Outgoing.THREAD_LINE, due_at=due_at, thread_of_id=card)

    @rule()
    def move(self) -> None:
        self.world.change(CoachingSession, self.world.session, plan_version=self._version() + 1)

    @rule(number=st.integers(0, 2), active=st.booleans())
    def leave_or_return(self, number: int, active: bool) -> None:
        person = [self.world.ana, self.world.bo, self.world.chidi][number]
        self.world.change(Person, person, active=active)

    @rule(seconds=st.sampled_from([1, 61, 300]))
    def wait(self, seconds: int) -> None:
        """Nobody works."""
        self.world.later(seconds=seconds)

    @rule(seconds=st.sampled_from([0, 1, 30, 61, 300, 3600]))
    def tick(self, seconds: int) -> None:
        self.world.later(seconds=seconds)
        self.loop.run(self.worker.deliver_all())

    @rule(what=st.sampled_from(["answer lost", "broken off", "internal error", "busy", "limited", "revoked"]))
    def go_wrong(self, what: str) -> None:
        """The next message meets this."""
        faults: dict[str, Fault] = {
            "answer lost": self._done(LOST),
            "broken off": answering(LOST),
            "internal error": self._done({"ok": False, "error": "internal_error"}),
            "busy": page(503),
            "limited": limited("45"),
            "revoked": answering({"ok": False, "error": "token_revoked"}),
        }
        self.doubts += what in IN_DOUBT
        self.world.slack.fail(POST, faults[what])

    @rule(arrives=st.booleans())
    def kill(self, arrives: bool) -> None:
        """The worker dies with a message on its way."""
        self.doubts += 1
        self.world.put(Outgoing.SESSION_NEWS, self.world.bo)
        self.loop.run(self._die(arrives))
        self.restart()

    async def _die(self, arrives: bool) -> None:
        reached, never = asyncio.Event(), asyncio.Event()

        async def hang(call: Call) -> web.Response:
            if arrives:
                self.world.slack.carry_out(call)
            reached.set()
            await never.wait()
            return LOST

        faults, self.world.slack.faults = self.world.slack.faults, [(POST, hang)]
        going = asyncio.create_task(self.worker.deliver_all())
        await asyncio.wait({going, asyncio.create_task(reached.wait())}, return_when=asyncio.FIRST_COMPLETED)
        going.cancel()
        never.set()
        await asyncio.gather(going, return_exceptions=True)
        self.world.slack.faults = faults

    def _done(self, answer: Json | web.Response) -> Fault:
        async def done(call: Call) -> Json | web.Response:
            self.world.slack.carry_out(call)
            return answer

        return done

    @invariant()
    def only_what_may_be_sent_was(self) -> None:
        """Since the last step nothing has changed but by delivery, so the state of now is that of then."""
        with self.database.reading() as db:
            rows = {opaque_id(row): row for row in db.query(OutboxRow)}
            for call in self.world.slack.made(POST)[self.seen :]:
                row = rows[call.body["metadata"]["event_payload"]["id"]]
                self._may_be_sent(row, call, db.get(Person, row.person_id) if row.person_id else None)
        self.seen = len(self.world.slack.made(POST))

    def _may_be_sent(self, row: OutboxRow, call: Call, person: Person | None) -> None:
        assert call.token == f"Bearer xoxb-{row.workspace_id}"
        assert row.due_at <= self.world.now
        assert row.expires_at is None or self.world.now < row.expires_at
        assert person is None or person.active
        assert row.plan_version is None or row.plan_version == self._version()

    @invariant()
    def each_came_once_or_once_more_where_nobody_could_look(self) -> None:
        with self.database.reading() as db:
            rows = {opaque_id(row): row for row in db.query(OutboxRow)}
        posts = self.world.slack.posts()
        for id, times in posts.items():
            findable = self.looks_up and rows[id].person_id is not None
            assert times <= (1 if findable else 2)
        assert sum(posts.values()) - len(posts) <= self.doubts

    @invariant()
    def each_row_is_in_one_state(self) -> None:
        with self.database.reading() as db:
            for row in db.query(OutboxRow):
                assert (row.finished_at is None) == (row.state in LIVE)
                assert (row.claim_token is None) == (row.state is not OutboxState.CLAIMED)
                assert row.slack_ts is None or row.state is OutboxState.SENT

    def teardown(self) -> None:
        """When nothing goes wrong any more, everything ends."""
        self.world.slack.faults.clear()
        for minutes in (2, 16, 16, 60, 120, 120):
            self.tick(minutes * 60)
            self.only_what_may_be_sent_was()
        with self.database.reading() as db:
            rows = list(db.query(OutboxRow))
            assert [row.state for row in rows if row.state in LIVE] == []
            assert {row.outcome for row in rows if row.state is OutboxState.DEAD} <= {UNSEEN}
            posts = self.world.slack.posts()
            assert [
                row.id for row in rows if row.state is OutboxState.SENT and not posts[opaque_id(row)]
            ] == []
            assert db.query(Workspace).filter(Workspace.paused_reason.is_not(None)).count() == 0
        self._hang_up()
        self.loop.run(self.server.cleanup())
        self.loop.close()
        structlog.reset_defaults()

    def _hang_up(self) -> None:
        if self.line is not None:
            self.loop.run(self.line.close())

    def _version(self) -> int:
        with self.database.reading() as db:
            return db.get_one(CoachingSession, self.world.session).plan_version


@pytest.mark.long
def test_messages_end_come_once_and_only_where_they_may(database: Database) -> None:
    machine = type("Here", (Outbox,), {"database": database})
    few = settings(
        max_examples=int(os.environ.get("COACH_EXAMPLES", 0)) or FEW,
        stateful_step_count=25,
        phases=[Phase.generate, Phase.shrink] if "COACH_EXAMPLES" in os.environ else [Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=few)

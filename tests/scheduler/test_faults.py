"""What goes wrong between us and Slack: nothing is lost, and nothing sent twice that could have been seen."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from scheduler.delivery import Delivery
from scheduler.messages import Content
from scheduler.metrics import Metrics
from scheduler.outcomes import MOST_TRIES, UNSEEN
from storage.models import OutboxRow, OutboxState, Outgoing, Person, Workspace
from tests.scheduler.fake_slack import LOST, Call, FakeSlack, Json, limited, page
from tests.scheduler.world import PLAIN, Workers, World

DUE, SENT, DEAD, UNKNOWN = OutboxState.DUE, OutboxState.SENT, OutboxState.DEAD, OutboxState.UNKNOWN
POST = "chat.postMessage"


def deliver(world: World, metrics: Metrics | None = None) -> None:
    async def scene(workers: Workers) -> None:
        await workers.delivery(metrics=metrics).deliver_all()

    world.run(scene)


def deliver_after(world: World, **later: float) -> None:
    world.later(**later)
    deliver(world)


def lose_answer(slack: FakeSlack, method: str = POST) -> None:
    """Slack does it, and the line breaks before it can say so."""

    async def lost(call: Call) -> web.Response:
        slack.carry_out(call)
        return LOST

    slack.fail(method, lost)


def crash(world: World, before_sending: bool) -> None:
    """A worker claims what is due, and is never heard of again."""

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        arrived, never = asyncio.Event(), asyncio.Event()

        async def hang(call: Call) -> web.Response:
            if not before_sending:
                world.slack.carry_out(call)
            arrived.set()
            await never.wait()
            return LOST

        world.slack.fail("conversations.open" if before_sending else POST, hang)
        going = asyncio.create_task(delivery.deliver_due())
        await arrived.wait()
        going.cancel()
        never.set()
        await asyncio.gather(going, return_exceptions=True)

    world.run(scene)


def test_a_crash_before_sending_costs_a_minute_and_nothing_else(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    crash(world, before_sending=True)
    deliver_after(world, seconds=59)
    assert world.row(row).state is OutboxState.CLAIMED
    deliver_after(world, seconds=1)
    assert world.state(row) == (SENT, None)
    assert list(world.slack.posts().values()) == [1]


def test_a_crash_after_sending_is_looked_up_and_not_sent_again(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    crash(world, before_sending=False)
    deliver_after(world, minutes=1)
    assert world.state(row) == (SENT, "looked up")
    assert list(world.slack.posts().values()) == [1]
    assert world.row(row).slack_ts in world.slack.messages["D-UANA"]


@pytest.mark.parametrize(
    "lose",
    [lose_answer, lambda slack: slack.refuse(POST, "internal_error")],
    ids=["connection lost", "internal error"],
)
def test_an_answer_in_doubt_is_looked_up_a_minute_later(
    world: World, lose: Callable[[FakeSlack], None]
) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    lose(world.slack)
    deliver(world)
    assert world.row(row).state is UNKNOWN
    deliver_after(world, seconds=59)
    assert world.row(row).state is UNKNOWN
    deliver_after(world, seconds=1)
    assert world.row(row).state is SENT
    assert list(world.slack.posts().values()) == [1]


def test_a_look_up_that_fails_is_tried_again_and_nothing_is_sent_meanwhile(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    lose_answer(world.slack)
    deliver(world)
    world.slack.fail("conversations.history", page(502))
    deliver_after(world, minutes=1)
    assert world.state(row) == (UNKNOWN, "http 502")
    deliver_after(world, minutes=1)
    assert world.state(row) == (SENT, "looked up")
    assert len(world.slack.made(POST)) == 1


def test_a_look_up_that_never_works_leaves_it_in_doubt(world: World) -> None:
    """Whoever wants to send it again is told that it may stand there."""
    world.change(Person, world.ana, dm_channel="D-UANA")
    row = world.put(Outgoing.WELCOME, world.ana, state=UNKNOWN, attempts=MOST_TRIES - 1)
    world.slack.refuse("conversations.history", "strange_word")
    deliver(world)
    assert (world.row(row).state, world.row(row).outcome) == (DEAD, UNSEEN)


def test_what_cannot_be_looked_up_is_sent_once_more(world: World) -> None:
    world.slack.scopes.clear()
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    lose_answer(world.slack)
    deliver(world)
    deliver_after(world, minutes=1)
    assert world.state(row) == (SENT, None)
    assert list(world.slack.posts().values()) == [2]


def test_but_not_a_third_time(world: World) -> None:
    row = world.put(Outgoing.SESSION_CARD)  # in a group DM nothing can be looked up
    for _ in range(2):
        lose_answer(world.slack)
        deliver_after(world, minutes=1)
    assert world.state(row) == (DEAD, "unseen")
    deliver_after(world, hours=1)
    assert len(world.slack.made(POST)) == 2


def test_a_definite_refusal_of_the_second_try_does_not_use_it_up(world: World) -> None:
    row = world.put(Outgoing.SESSION_CARD)
    lose_answer(world.slack)
    deliver(world)
    world.slack.fail(POST, page(503))
    deliver_after(world, minutes=1)
    deliver_after(world, minutes=1)
    assert world.state(row) == (SENT, None)


def test_what_had_not_begun_when_a_worker_died_is_not_counted_as_a_try(world: World) -> None:
    row = world.put(Outgoing.SESSION_CARD)
    crash(world, before_sending=True)
    world.later(minutes=1)
    crash(world, before_sending=False)
    deliver_after(world, minutes=1)
    assert world.state(row) == (SENT, None)
    assert list(world.slack.posts().values()) == [2]


def test_a_death_leaves_one_message_in_doubt_where_none_can_be_looked_up(world: World) -> None:
    """Of one workspace: there they are sent one after the other."""
    world.slack.scopes.clear()
    for person in (world.ana, world.bo, world.chidi):
        world.put(Outgoing.SESSION_NEWS, person)
    crash(world, before_sending=False)
    deliver_after(world, minutes=1)
    assert sorted(world.slack.posts().values()) == [1, 1, 2]


def test_a_worker_that_wakes_after_its_lease_sends_nothing(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)

    async def scene(workers: Workers) -> None:
        async def sleep_meanwhile(_: Call) -> None:
            world.later(seconds=61)
            await workers.delivery().deliver_all()

        world.slack.fail("conversations.open", sleep_meanwhile)
        await workers.delivery().deliver_all()

    world.run(scene)
    assert world.state(row) == (SENT, None)
    assert list(world.slack.posts().values()) == [1]


def test_a_worker_that_dies_in_its_second_try_makes_no_third(world: World) -> None:
    row = world.put(Outgoing.SESSION_CARD)
    crash(world, before_sending=False)
    world.later(minutes=1)
    crash(world, before_sending=False)
    deliver_after(world, minutes=1)
    assert world.state(row) == (DEAD, "unseen")
    assert len(world.slack.made(POST)) == 2


@pytest.mark.parametrize("kind", [Outgoing.RESULT, Outgoing.RESULT_PICTURE])
def test_a_result_is_never_sent_again_unseen(world: World, kind: Outgoing) -> None:
    row = world.put(kind)
    told: list[tuple[int, str | None]] = []
    lose_answer(world.slack)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery(on_dead=lambda _db, row, _now: told.append((row.id, row.outcome)))
        await delivery.deliver_all()
        world.later(minutes=1)
        await delivery.deliver_all()

    world.run(scene)
    assert world.state(row) == (DEAD, "unseen")
    assert told == [(row, "unseen")]
    assert list(world.slack.posts().values()) == [1]


def test_a_home_in_doubt_is_simply_published_again(world: World) -> None:
    row = world.put(Outgoing.HOME, world.ana)
    lose_answer(world.slack, "views.publish")
    deliver(world)
    assert world.row(row).state is DUE
    deliver_after(world, seconds=6)
    assert world.state(row) == (SENT, None)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("7", 7), ("7200", 3600), ("0", 1), (None, 30), ("abc", 30), ("Mon, 02 Mar 2026 09:00:00 GMT", 30)],
)
def test_a_limit_is_waited_out_as_slack_says(world: World, retry_after: str | None, seconds: int) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    world.slack.fail(POST, limited(retry_after))
    deliver(world)
    waiting = world.row(row)
    assert (waiting.state, waiting.attempts) == (DUE, 0)
    assert waiting.not_before == world.now + timedelta(seconds=seconds)
    deliver_after(world, seconds=seconds)
    assert world.state(row) == (SENT, None)


def test_a_limit_holds_up_one_method_of_one_workspace(world: World) -> None:
    with world.database.transaction() as db:
        world.add_workspace(db, "T2")
        elsewhere = world.add_person(db, "T2", "Dee").id

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        world.slack.fail(POST, limited("60"))
        first = world.put(Outgoing.SESSION_NEWS, world.ana)
        await delivery.deliver_all()
        second = world.put(Outgoing.SESSION_NEWS, world.bo)
        home = world.put(Outgoing.HOME, world.bo)
        other = world.put(Outgoing.SESSION_NEWS, elsewhere, workspace_id="T2")
        await delivery.deliver_all()
        assert [world.row(row).state for row in (first, second, home, other)] == [DUE, DUE, SENT, SENT]
        assert len(world.slack.made(POST)) == 2  # the second was not even asked for
        world.later(minutes=1)
        await delivery.deliver_all()
        assert [world.row(row).state for row in (first, second)] == [SENT, SENT]

    world.run(scene)


@pytest.mark.parametrize("status", [200, 500, 502, 503])
def test_a_page_instead_of_an_answer_is_tried_again(world: World, status: int) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    world.slack.fail(POST, page(status))
    deliver(world)
    assert world.state(row) == (DUE, f"http {status}")
    deliver_after(world, seconds=6)
    assert world.state(row) == (SENT, None)


def test_eight_tries_are_enough_for_a_word_that_nobody_knows(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    for _ in range(9):
        world.slack.refuse(POST, "some_new_word")
        deliver_after(world, minutes=20)
    assert world.state(row) == (DEAD, "some_new_word")
    assert len(world.slack.made(POST)) == 8


def test_a_message_that_failed_still_expires(world: World) -> None:
    row = world.put(Outgoing.STARTING_SOON, world.ana, expires_at=world.now + timedelta(seconds=10))
    world.slack.refuse(POST, "service_unavailable")
    deliver(world)
    deliver_after(world, seconds=10)
    assert world.row(row).state is OutboxState.EXPIRED


@pytest.mark.parametrize(
    ("error", "state"),
    [
        ("user_not_found", OutboxState.SKIPPED),
        ("invalid_blocks", DEAD),
        ("is_archived", DEAD),
        ("restricted_action_read_only_channel", DEAD),
        ("a_word_nobody_has_heard", DUE),
    ],
)
def test_a_refusal_ends_as_its_class_says(world: World, error: str, state: OutboxState) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    world.slack.refuse(POST, error)
    deliver(world)
    assert world.state(row) == (state, error)


def test_whoever_is_told_of_a_dead_row_can_write_in_the_same_transaction(world: World) -> None:
    row = world.put(Outgoing.SESSION_CARD)
    world.slack.refuse(POST, "not_in_channel")

    def on_dead(db: Session, dead: OutboxRow, now: datetime) -> None:
        db.add(
            OutboxRow(
                workspace_id=dead.workspace_id,
                kind=Outgoing.SESSION_NEWS,
                unique_key=f"dead:{dead.id}",
                person_id=world.ana,
                facts={"text": dead.outcome},
                due_at=now,
                created_at=now,
            )
        )

    async def scene(workers: Workers) -> None:
        await workers.delivery(on_dead=on_dead).deliver_all()

    world.run(scene)
    assert world.state(row) == (DEAD, "not_in_channel")
    assert world.slack.texts("D-UANA") == ["session_news not_in_channel"]


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive", "token_expired"])
def test_a_sick_workspace_pauses_and_resumes_by_itself(world: World, error: str) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    world.slack.refuse("conversations.open", error)
    with capture_logs() as logs:
        deliver(world)
    assert [line["reason"] for line in logs if line["event"] == "workspace paused"] == [error]
    assert (world.row(row).state, world.row(row).attempts) == (DUE, 0)

    calls = len(world.slack.calls)
    late = world.put(Outgoing.SESSION_NEWS, world.bo)
    deliver_after(world, minutes=14)
    assert len(world.slack.calls) == calls

    world.slack.refuse("auth.test", error)
    deliver_after(world, minutes=1)
    deliver(world)
    assert len(world.slack.calls) == calls + 1

    deliver_after(world, minutes=15)
    assert world.row(row).state is world.row(late).state is SENT
    with world.database.reading() as db:
        workspace = db.get_one(Workspace, "T1")
        assert (workspace.paused_reason, workspace.paused_until) == (None, None)


def test_a_sick_workspace_holds_up_no_other(world: World) -> None:
    with world.database.transaction() as db:
        world.add_workspace(db, "T2")
        elsewhere = world.add_person(db, "T2", "Dee").id
    world.change(Workspace, "T1", paused_reason="token_revoked")
    here = world.put(Outgoing.SESSION_NEWS, world.ana)
    there = world.put(Outgoing.SESSION_NEWS, elsewhere, workspace_id="T2")
    deliver(world)
    assert (world.row(here).state, world.row(there).state) == (DUE, SENT)


def test_a_poisoned_row_dies_alone_and_says_nothing_of_its_content(world: World) -> None:
    poisoned = world.put(Outgoing.BOOKKEEPING, world.ana)
    others = [world.put(Outgoing.SESSION_NEWS, world.bo) for _ in range(5)]

    def poison(_db: Session, row: OutboxRow, _now: datetime) -> Content:
        raise ValueError("Ana's private words")

    async def scene(workers: Workers) -> None:
        delivery: Delivery = workers.delivery({**PLAIN, Outgoing.BOOKKEEPING: poison})
        for _ in range(4):
            await delivery.deliver_all()
            world.later(minutes=20)

    with capture_logs() as logs:
        world.run(scene)
    state, outcome = world.state(poisoned)
    assert state is DEAD
    assert outcome is not None
    assert outcome.startswith("poison: ValueError in poison:")
    assert world.row(poisoned).attempts == 3
    assert {world.state(row) for row in others} == {(SENT, None)}
    assert len([line for line in logs if line["log_level"] == "error"]) == 1
    assert "private" not in str(logs)


def test_what_breaks_a_transaction_breaks_no_neighbours(world: World) -> None:
    """On PostgreSQL nothing more can be read in a transaction after an error of the database."""
    poisoned = world.put(Outgoing.BOOKKEEPING, world.ana)
    good = [world.put(Outgoing.SESSION_NEWS, one) for one in (world.bo, world.chidi)]

    def broken(db: Session, _row: OutboxRow, _now: datetime) -> Content:
        db.execute(text("SELECT nothing FROM nowhere"))
        raise AssertionError

    async def scene(workers: Workers) -> None:
        await workers.delivery({**PLAIN, Outgoing.BOOKKEEPING: broken}).deliver_due()

    world.run(scene)
    assert [world.state(row)[0] for row in (poisoned, *good)] == [OutboxState.DUE, SENT, SENT]
    assert [world.row(row).attempts for row in good] == [1, 1]


def test_a_kind_without_a_renderer_is_poison_too(world: World) -> None:
    row = world.put(Outgoing.WELCOME, world.ana)

    async def scene(workers: Workers) -> None:
        await workers.delivery({Outgoing.HOME: PLAIN[Outgoing.HOME]}).deliver_all()

    world.run(scene)
    assert world.row(row).state is DUE
    assert str(world.row(row).outcome).startswith("poison: KeyError")


def test_an_answer_that_is_not_an_object_is_tried_again(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)

    async def odd(_: Call) -> Json:
        return ["odd"]  # type: ignore[return-value]

    world.slack.fail(POST, odd)
    deliver(world)
    assert world.state(row) == (DUE, "odd answer")

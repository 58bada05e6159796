"""Rows of the outbox reach Slack once, at the right place, in the state of the moment."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from scheduler import claims
from scheduler.messages import Skip
from storage import migrate
from storage.models import Circle, CoachingSession, Membership, OutboxRow, OutboxState, Outgoing, Person
from tests.scheduler.fake_slack import Call, Json
from tests.scheduler.world import START, Workers, World
from tests.storage.engines import empty_database

DUE, SENT, SKIPPED = OutboxState.DUE, OutboxState.SENT, OutboxState.SKIPPED


def deliver(world: World) -> None:
    async def scene(workers: Workers) -> None:
        await workers.delivery().deliver_all()

    world.run(scene)


def test_a_direct_message_is_sent_once_and_its_conversation_is_kept(world: World) -> None:
    row = world.put(Outgoing.WELCOME, world.ana)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        assert await delivery.deliver_due() == 1
        assert await delivery.deliver_due() == 0

    world.run(scene)
    [post] = world.slack.made("chat.postMessage")
    sent = world.row(row)
    assert sent.state is SENT
    assert sent.slack_channel == post.body["channel"] == "D-UANA"
    assert sent.slack_ts in world.slack.messages["D-UANA"]
    assert (sent.finished_at, sent.claim_token, sent.lease_until) == (world.now, None, None)
    with world.database.reading() as db:
        assert db.get_one(Person, world.ana).dm_channel == "D-UANA"


def test_a_message_is_not_unfurled_and_carries_one_opaque_id(world: World) -> None:
    world.put(Outgoing.WELCOME, world.ana)
    deliver(world)
    [post] = world.slack.made("chat.postMessage")
    assert (post.body["unfurl_links"], post.body["unfurl_media"]) == (False, False)
    assert "link_names" not in post.body
    assert post.body["metadata"]["event_type"] == "coach_message"
    assert list(post.body["metadata"]["event_payload"]) == ["id"]
    assert post.token == "Bearer xoxb-T1"


def test_a_known_conversation_is_not_opened_again(world: World) -> None:
    world.change(Person, world.bo, dm_channel="D9")
    world.put(Outgoing.WELCOME, world.bo)
    deliver(world)
    assert world.slack.texts("D9") == ["welcome"]
    assert world.slack.made("conversations.open") == []


@pytest.mark.parametrize("kind", [Outgoing.WELCOME, Outgoing.CALENDAR_FILE])
def test_a_conversation_that_slack_does_not_know_any_more_is_opened_anew(
    world: World, kind: Outgoing
) -> None:
    world.change(Person, world.ana, dm_channel="D-OLD")
    row = world.put(kind, world.ana)
    world.slack.refuse(
        "chat.postMessage" if kind is Outgoing.WELCOME else "files.completeUploadExternal",
        "channel_not_found",
    )
    deliver(world)
    assert (world.row(row).state, world.row(row).slack_channel) == (SENT, "D-UANA")
    with world.database.reading() as db:
        assert db.get_one(Person, world.ana).dm_channel == "D-UANA"


def test_one_that_stays_unknown_ends_the_message(world: World) -> None:
    """Slack opens another one and does not know that either, or opens the same."""
    for kept, asked in (("D-OLD", ["D-OLD", "D-UANA"]), ("D-UANA", ["D-UANA"])):
        world.change(Person, world.ana, dm_channel=kept)
        world.slack.calls.clear()
        row = world.put(Outgoing.WELCOME, world.ana)
        for _ in asked:
            world.slack.refuse("chat.postMessage", "channel_not_found")
        deliver(world)
        assert world.state(row) == (OutboxState.DEAD, "channel_not_found")
        assert [call.body["channel"] for call in world.slack.made("chat.postMessage")] == asked


def test_what_is_not_due_yet_stays(world: World) -> None:
    row = world.put(Outgoing.WELCOME, world.ana, due_at=world.now + timedelta(minutes=1))
    deliver(world)
    assert world.state(row) == (DUE, None)
    world.later(minutes=1)
    deliver(world)
    assert world.state(row) == (SENT, None)


def test_a_circle_without_a_channel_gets_a_group_dm_of_its_active_members(world: World) -> None:
    world.change(Person, world.chidi, active=False)
    world.put(Outgoing.SESSION_CARD)
    deliver(world)
    assert world.slack.texts("G-UANA-UBO") == ["session_card"]
    with world.database.reading() as db:
        circle = db.get_one(Circle, world.circle)
        assert (circle.group_dm, circle.revision) == ("G-UANA-UBO", 1)


def test_a_circle_with_a_channel_is_told_there(world: World) -> None:
    world.change(Circle, world.circle, channel="C1")
    world.put(Outgoing.SESSION_CARD)
    deliver(world)
    assert world.slack.texts("C1") == ["session_card"]


def test_a_line_stands_under_its_card_and_waits_for_it(world: World) -> None:
    card = world.put(Outgoing.SESSION_CARD, not_before=world.now + timedelta(minutes=2))
    line = world.put(Outgoing.THREAD_LINE, thread_of_id=card)
    deliver(world)
    assert world.state(line) == (DUE, None)
    assert world.row(line).attempts == 0
    world.later(minutes=2)
    deliver(world)
    posts = world.slack.made("chat.postMessage")
    assert [post.body["text"] for post in posts] == ["session_card", "thread_line"]
    assert posts[1].body["thread_ts"] == world.row(card).slack_ts


def test_a_line_under_a_card_that_was_not_sent_is_skipped(world: World) -> None:
    card = world.put(Outgoing.SESSION_CARD, state=SKIPPED)
    line = world.put(Outgoing.THREAD_LINE, thread_of_id=card)
    deliver(world)
    assert world.state(line) == (SKIPPED, "its message was not sent")


def test_files_and_homes_go_their_own_ways(world: World) -> None:
    file = world.put(Outgoing.CALENDAR_FILE, world.ana)
    home = world.put(Outgoing.HOME, world.bo)
    deliver(world)
    assert world.state(file) == world.state(home) == (SENT, None)
    [shared] = world.slack.files
    assert (shared["channel_id"], shared["initial_comment"]) == ("D-UANA", "Here it is")
    assert list(world.slack.homes) == ["UBO"]


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda world: world.change(Person, world.ana, active=False), "recipient inactive"),
        (lambda world: world.change(CoachingSession, world.session, plan_version=2), "older plan"),
    ],
    ids=["left", "moved"],
)
def test_what_is_not_wanted_any_more_is_skipped(
    world: World, prepare: Callable[[World], None], reason: str
) -> None:
    row = world.put(Outgoing.STARTING_SOON, world.ana, session_id=world.session, plan_version=1)
    prepare(world)
    deliver(world)
    assert world.state(row) == (SKIPPED, reason)
    assert world.slack.calls == []


def test_a_renderer_may_refuse(world: World) -> None:
    row = world.put(Outgoing.BOOKKEEPING, world.ana)

    async def scene(workers: Workers) -> None:
        await workers.delivery({Outgoing.BOOKKEEPING: lambda *_: Skip("nothing left")}).deliver_all()

    world.run(scene)
    assert world.state(row) == (SKIPPED, "nothing left")


def test_too_late_is_not_sent(world: World) -> None:
    row = world.put(Outgoing.STARTING_SOON, world.ana, expires_at=world.now + timedelta(minutes=5))
    world.later(minutes=5)
    deliver(world)
    assert world.state(row) == (OutboxState.EXPIRED, "too late")
    assert world.row(row).finished_at == world.now
    assert world.slack.calls == []


def test_it_is_rendered_from_the_state_of_the_moment(world: World) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana, facts={"text": "at ten"})
    world.change(OutboxRow, row, facts={"text": "at eleven"})
    deliver(world)
    assert world.slack.texts("D-UANA") == ["session_news at eleven"]


def test_two_workers_send_each_row_once(world: World) -> None:
    people = [world.ana, world.bo, world.chidi]
    rows = [world.put(Outgoing.SESSION_NEWS, people[i % 3], facts={"text": i}) for i in range(60)]

    async def scene(workers: Workers) -> None:
        def work() -> None:
            async def alone() -> None:
                own = Workers(world)
                await own.delivery(batch=5).deliver_all()
                await own.close()

            asyncio.run(alone())

        await asyncio.gather(*(asyncio.to_thread(work) for _ in range(2)))

    world.run(scene)
    assert {world.state(row) for row in rows} == {(SENT, None)}
    assert sorted(world.slack.posts().values()) == [1] * 60


def test_a_worker_comes_back_for_what_others_had_under_lock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would rest until the next tick, just when there is much to send."""
    row = world.put(Outgoing.WELCOME, world.ana)
    others_take = claims.others_take

    async def scene(workers: Workers) -> None:
        holder = world.database.engine.connect()
        holder.execute(select(OutboxRow.id).where(OutboxRow.id == row).with_for_update())

        def seen(*about: Any) -> bool:
            found = others_take(*about)
            holder.close()
            return found

        monkeypatch.setattr(claims, "others_take", seen)
        assert await workers.delivery().deliver_due() == 1

    if world.database.engine.dialect.name == "postgresql":  # SQLite has no locks on rows
        world.run(scene)
        assert world.state(row) == (SENT, None)


def refresh(world: World, target: int) -> int:
    return world.put(Outgoing.REFRESH, target_id=target)


def test_a_refresh_replaces_the_message_by_what_its_kind_renders_now(world: World) -> None:
    card = world.put(Outgoing.SESSION_CARD, facts={"text": "at ten"})
    deliver(world)
    world.change(OutboxRow, card, facts={"text": "at eleven"})
    row = refresh(world, card)
    deliver(world)
    assert world.state(row) == (SENT, None)
    [standing] = world.slack.messages["G-UANA-UBO-UCHIDI"].values()
    assert standing["text"] == "session_card at eleven"


def test_a_refresh_of_a_message_that_is_gone_is_skipped(world: World) -> None:
    card = world.put(Outgoing.SESSION_CARD)
    deliver(world)
    world.slack.messages.clear()
    row = refresh(world, card)
    deliver(world)
    assert world.state(row) == (SKIPPED, "message_not_found")


def test_a_newer_refresh_waits_for_the_one_on_its_way(world: World) -> None:
    """So an older picture never overwrites a newer one."""
    card = world.put(Outgoing.SESSION_CARD, facts={"text": "1"})
    deliver(world)
    older = refresh(world, card)
    newer: list[int] = []

    async def scene(workers: Workers) -> None:
        arrived, leave = asyncio.Event(), asyncio.Event()

        async def slowly(_: Call) -> None:
            arrived.set()
            await leave.wait()

        world.slack.fail("chat.update", slowly)
        going = asyncio.create_task(workers.delivery().deliver_due())
        await arrived.wait()
        world.change(OutboxRow, card, facts={"text": "2"})
        newer.append(refresh(world, card))
        second = workers.delivery()
        assert await second.deliver_due() == 0
        leave.set()
        await going
        await second.deliver_all()

    world.run(scene)
    assert world.state(older) == world.state(newer[0]) == (SENT, None)
    texts = [call.body["text"] for call in world.slack.made("chat.update")]
    assert texts == ["session_card 1", "session_card 2"]


def test_a_refresh_that_failed_gives_way_to_a_newer_one(world: World) -> None:
    card = world.put(Outgoing.SESSION_CARD)
    deliver(world)
    older, newer = refresh(world, card), 0

    async def meanwhile(_: Call) -> Json:
        nonlocal newer
        newer = refresh(world, card)
        return {"ok": False, "error": "service_unavailable"}

    world.slack.fail("chat.update", meanwhile)
    deliver(world)
    assert world.state(older) == (SKIPPED, "a newer one waits")
    assert world.state(newer) == (SENT, None)


def test_a_circle_of_nine_without_a_channel_cannot_be_reached(world: World) -> None:
    """Slack opens a group DM for eight people and the bot, not for more."""
    with world.database.transaction() as db:
        circle = db.get_one(Circle, world.circle)
        for i in range(6):
            person = world.add_person(db, "T1", f"Member{i}")
            circle.memberships.append(
                Membership(workspace_id="T1", person=person, position=9, joined_at=world.now)
            )
    row = world.put(Outgoing.SESSION_CARD)
    deliver(world)
    assert world.state(row) == (OutboxState.DEAD, "too many for a group DM")


def test_a_mark_of_a_worker_that_stalled_changes_nothing(world: World) -> None:
    row = world.put(Outgoing.WELCOME, world.ana)

    async def stolen(_: Call) -> None:
        with world.database.transaction() as db:
            db.execute(update(OutboxRow).where(OutboxRow.id == row).values(claim_token="somebody else's"))

    world.slack.fail("chat.postMessage", stolen)

    async def scene(workers: Workers) -> None:
        assert await workers.delivery().deliver_due() == 0

    world.run(scene)
    assert world.row(row).state is OutboxState.CLAIMED
    assert world.row(row).claim_token == "somebody else's"


def test_after_closing_nothing_new_is_claimed(world: World) -> None:
    row = world.put(Outgoing.WELCOME, world.ana)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        await delivery.close()
        assert await delivery.deliver_due() == 0

    world.run(scene)
    assert world.state(row) == (DUE, None)


def test_a_home_waits_for_the_older_picture_on_its_way(world: World) -> None:
    world.put(Outgoing.HOME, world.ana)

    async def scene(workers: Workers) -> None:
        arrived, leave = asyncio.Event(), asyncio.Event()

        async def slowly(_: Call) -> None:
            arrived.set()
            await leave.wait()

        world.slack.fail("views.publish", slowly)
        going = asyncio.create_task(workers.delivery().deliver_due())
        await arrived.wait()
        newer, other = world.put(Outgoing.HOME, world.ana), world.put(Outgoing.HOME, world.bo)
        second = workers.delivery()
        await second.deliver_all()
        assert (world.row(newer).state, world.row(other).state) == (DUE, SENT)
        leave.set()
        await going
        await second.deliver_all()
        assert world.row(newer).state is SENT

    world.run(scene)


def test_looking_for_due_rows_never_reads_the_whole_table(tmp_path: Path) -> None:
    """It happens every few seconds, and the table keeps a month of messages."""
    with empty_database("sqlite", tmp_path) as database:
        migrate.upgrade(database)
        seen: list[tuple[str, Any]] = []

        @event.listens_for(database.engine, "before_cursor_execute")
        def remember(_c: object, _k: object, sql: str, values: object, _x: object, _m: object) -> None:
            seen.append((sql, values))

        with database.transaction() as db:
            assert not claims.is_anything(db, START)
            claims.release_lost(db, START, [])
            claims.expire(db, START)
            claims.claim(db, OutboxState.UNKNOWN, START, 10, each=8)
            for patient in (False, True):
                claims.claim(db, DUE, START, 10, each=8, patient=patient)
        with database.engine.connect() as connection:
            statements = [one for one in seen if not one[0].startswith("BEGIN")]
            plans = [
                connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", v).all() for sql, v in statements
            ]
    steps = [row.detail for plan in plans for row in plan]
    assert len(plans) == 6
    assert [step for step in steps if step in ("SCAN outbox", "SCAN parent", "SCAN other", "SCAN home")] == []


def test_a_long_queue_of_one_workspace_hides_nobody_behind_it(world: World) -> None:
    """Ninety older messages are more than one look goes through: ten times eight of a workspace."""
    with world.database.transaction() as db:
        world.add_workspace(db, "T2")
        zed = world.add_person(db, "T2", "Zed").id
    for _ in range(90):
        world.put(Outgoing.WELCOME, world.ana, due_at=world.now - timedelta(minutes=10))
    behind = world.put(Outgoing.WELCOME, zed, workspace_id="T2")

    async def scene(workers: Workers) -> None:
        await workers.delivery(batch=10).deliver_due()
        assert world.row(behind).state is OutboxState.SENT

    world.run(scene)

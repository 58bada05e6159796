"""Delivery against the local workspace, which refuses what Slack refuses."""

import asyncio
from collections.abc import Iterator
from random import Random
from urllib.error import URLError

import pytest

from demo import cast
from demo.clock import SteppingClock
from demo.faults import Fault
from demo.records import Message
from demo.server import LocalWorkspace
from scheduler.delivery import Delivery
from scheduler.slack import Slack
from storage.models import Circle, OutboxRow, OutboxState, Outgoing, Person
from tests.scheduler.world import PLAIN, START, World

SENT = OutboxState.SENT


@pytest.fixture(scope="module")
def server() -> Iterator[LocalWorkspace]:
    workspace = cast.riverbend(START)
    with LocalWorkspace(workspace, bot_url="http://127.0.0.1:9", signing_secret="secret") as server:
        yield server


@pytest.fixture
def local(server: LocalWorkspace, world: World) -> LocalWorkspace:
    server.load(cast.riverbend(START), SteppingClock(START))
    for person, slack_id in ((world.ana, cast.ANA), (world.bo, cast.BO), (world.chidi, cast.CHIDI)):
        world.change(Person, person, slack_id=slack_id)
    return server


def deliver(world: World, local: LocalWorkspace) -> None:
    async def scene() -> None:
        slack = Slack(local.api_url, lambda _: local.workspace.bot.token, world.clock)
        await Delivery(world.database, slack, PLAIN, world.clock, Random(1)).deliver_all()
        await slack.close()

    asyncio.run(scene())


def standing(world: World, local: LocalWorkspace, row: int) -> Message:
    sent = world.row(row)
    assert sent.state is SENT, sent.outcome
    return local.workspace.messages[str(sent.slack_channel)][str(sent.slack_ts)]


def test_every_kind_of_message_arrives(world: World, local: LocalWorkspace) -> None:
    welcome = world.put(Outgoing.WELCOME, world.ana)
    card = world.put(Outgoing.SESSION_CARD)
    line = world.put(Outgoing.THREAD_LINE, thread_of_id=card)
    home = world.put(Outgoing.HOME, world.bo)
    file = world.put(Outgoing.CALENDAR_FILE, world.chidi)
    deliver(world, local)
    assert standing(world, local, welcome).text == "welcome"
    assert standing(world, local, line).thread_ts == world.row(card).slack_ts
    assert world.row(home).state is world.row(file).state is SENT
    assert cast.BO in local.workspace.homes
    assert [one.content for one in local.workspace.files.values()] == [b"BEGIN:VCALENDAR"]


def test_a_card_in_a_channel_is_edited_in_its_place(world: World, local: LocalWorkspace) -> None:
    world.change(Circle, world.circle, channel=cast.PRACTICE_CIRCLE)
    card = world.put(Outgoing.SESSION_CARD, facts={"text": "at ten"})
    deliver(world, local)
    world.change(OutboxRow, card, facts={"text": "at eleven"})
    world.put(Outgoing.REFRESH, target_id=card)
    deliver(world, local)
    assert standing(world, local, card).text == "session_card at eleven"


def test_a_message_of_which_nothing_was_heard_is_found_again(world: World, local: LocalWorkspace) -> None:
    local.workspace.faults.append(Fault("chat.postMessage", drop=True, done=True))
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    deliver(world, local)
    assert world.row(row).state is OutboxState.UNKNOWN
    world.later(minutes=1)
    deliver(world, local)
    assert world.state(row) == (SENT, "looked up")
    assert standing(world, local, row).text == "session_news"


def test_without_the_scope_it_is_sent_once_more(world: World, local: LocalWorkspace) -> None:
    local.workspace.bot.scopes.remove(cast.LOOK_UP_SCOPE)
    local.workspace.faults.append(Fault("chat.postMessage", drop=True))
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    deliver(world, local)
    world.later(minutes=1)
    deliver(world, local)
    assert standing(world, local, row).text == "session_news"


def test_a_token_that_slack_could_not_be_asked_about_costs_no_message(
    world: World, local: LocalWorkspace
) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    away = True

    def token_of(_: str) -> str:
        if away:
            raise URLError("away")
        return local.workspace.bot.token

    async def scene() -> None:
        nonlocal away
        slack = Slack(local.api_url, token_of, world.clock)
        delivery = Delivery(world.database, slack, PLAIN, world.clock, Random(1))
        for _ in range(4):
            await delivery.deliver_all()
            assert world.state(row) == (OutboxState.DUE, "connection lost")
            world.later(minutes=10)
        away = False
        await delivery.deliver_all()
        await slack.close()

    asyncio.run(scene())
    assert world.row(row).state is SENT


def test_a_wrong_token_pauses_the_workspace(world: World, local: LocalWorkspace) -> None:
    row = world.put(Outgoing.SESSION_NEWS, world.ana)
    right, local.workspace.bot.token = local.workspace.bot.token, "another"

    async def scene() -> None:
        slack = Slack(local.api_url, lambda _: right, world.clock)
        delivery = Delivery(world.database, slack, PLAIN, world.clock, Random(1))
        await delivery.deliver_all()
        assert world.row(row).state is OutboxState.DUE
        local.workspace.bot.token = right
        world.later(minutes=15)
        await delivery.deliver_all()
        await slack.close()

    asyncio.run(scene())
    assert world.row(row).state is SENT

"""The page's own calls: what each person sees, what is refused, time, and what is shown of the traffic."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient

from demo import cast
from demo.api import next_morning
from demo.clock import CannotMove, RealClock
from demo.person import NotThere, Person, Refused, Trouble
from demo.server import LocalWorkspace
from demo.workspace import Workspace
from tests.demo.botside import Json, ScriptedBot
from tests.demo.conftest import START
from tests.demo.forms import buttons, field, modal, opens


def names(person: Person) -> list[str]:
    return [channel["name"] for channel in person.state()["channels"]]


def test_everybody_sees_their_own_channels(local: LocalWorkspace, client: WebClient) -> None:
    client.conversations_open(users=[cast.ANA, cast.GUS])
    assert names(Person(local.url, cast.ANA)) == [
        "all-coaching",
        "general",
        "leads-lounge",
        "practice-circle",
        "Ana, Gus",
        "Coach",
    ]
    assert names(Person(local.url, cast.GUS)) == ["all-coaching", "general", "Ana, Gus", "Coach"]
    assert names(Person(local.url, cast.FAY)) == ["all-coaching", "Coach"]


def test_people_are_shown_as_they_are(ana: Person) -> None:
    state = ana.state()
    people = {person["id"]: person for person in state["people"]}
    assert (state["me"], state["team"]["name"]) == (cast.ANA, "Riverbend Family Services")
    assert (people[cast.ANA]["initials"], people[cast.ANA]["kind"]) == ("AT", "full")
    assert (people[cast.FAY]["kind"], people[cast.COACH]["kind"]) == ("guest", "bot")
    assert people[cast.HANA]["tz_label"] == "Japan Standard Time"
    assert state["bot"] == {
        "user_id": cast.COACH,
        "bot_id": "B0COACHBOT",
        "name": "Coach",
        "command": "/coach",
        "shortcuts": [{"callback_id": "add_to_notes", "name": "Add to coaching notes"}],
    }
    assert state["clock"] == {"now": START.timestamp(), "moving": False, "movable": True}


def test_unread_counts_fall_when_the_channel_is_opened(client: WebClient, ana: Person) -> None:
    def unread(name: str) -> int:
        return next(int(c["unread"]) for c in ana.state()["channels"] if c["name"] == name)

    card = client.chat_postMessage(channel=cast.GENERAL, text="One")["ts"]
    client.chat_postMessage(channel=cast.GENERAL, text="In the thread", thread_ts=card)
    client.chat_postEphemeral(channel=cast.GENERAL, user=cast.ANA, text="Two")
    client.chat_postEphemeral(channel=cast.GENERAL, user=cast.BO, text="Not hers")
    client.chat_postMessage(channel=cast.ALL_COACHING, text="Elsewhere")
    assert (unread("general"), unread("all-coaching")) == (2, 1)
    ana.open("#general")
    assert unread("general") == 0
    ana.say("Mine", "#general")
    assert unread("general") == 0


def test_outsiders_see_and_do_nothing(local: LocalWorkspace, client: WebClient, bot: ScriptedBot) -> None:
    ts = client.chat_postMessage(channel=cast.PRACTICE_CIRCLE, text="x", blocks=[buttons("Yes")])["ts"]
    gus = Person(local.url, cast.GUS)
    inside = {"channel": cast.PRACTICE_CIRCLE}
    press = {
        "block_id": "buttons",
        "action_id": "press.Yes",
        "container": {"type": "message", **inside, "ts": ts},
    }
    tries: dict[str, Json] = {
        "message": {**inside, "text": "x"},
        "command": {**inside, "text": "/coach"},
        "open": inside,
        "click": press,
    }
    for act, body in tries.items():
        with pytest.raises(Refused, match="no such channel"):
            gus._post(act, body)
    with pytest.raises(Refused, match="no such channel"):
        gus._get("/demo/messages", **inside)
    assert bot.received == []


def test_nobody_presses_in_the_forms_of_others(
    client: WebClient, bot: ScriptedBot, ana: Person, bo: Person
) -> None:
    bot.on("command", opens(client, modal(field("Topic", "topic"))))
    ana.command("/coach")
    for act in ("submit", "close"):
        with pytest.raises(Refused, match="no such window"):
            bo._post(act, {"view_id": ana.modal["id"]})


def test_a_member_writes_and_a_reader_does_not(local: LocalWorkspace) -> None:
    gus = Person(local.url, cast.GUS)
    with pytest.raises(Refused, match="not in this channel"):
        gus.say("Hello", "#all-coaching")
    with pytest.raises(Refused, match="nothing to send"):
        gus.say("  ", "#general")


def test_who_has_left_does_nothing(local: LocalWorkspace, workspace: Workspace) -> None:
    workspace.people[cast.GUS].deleted = True
    with pytest.raises(Refused, match="deactivated"):
        Person(local.url, cast.GUS).say("Hello", "#general")


def test_what_is_not_there_is_said_in_a_sentence(
    local: LocalWorkspace, client: WebClient, ana: Person
) -> None:
    with pytest.raises(Refused, match="no such person"):
        Person(local.url, "U0NOBODY").state()
    with pytest.raises(Refused, match="no such person"):
        Person(local.url, cast.COACH).state()
    ts = client.chat_postMessage(channel=cast.GENERAL, text="x", blocks=[buttons("Yes")])["ts"]
    container = {"type": "message", "channel": cast.GENERAL, "ts": ts}
    press = {"block_id": "buttons", "action_id": "other"}
    with pytest.raises(Refused, match="nothing to press"):
        ana._post("click", {"container": container, **press})
    with pytest.raises(Refused, match="no such message"):
        ana._post(
            "click", {"container": {**container, "ts": "1.0"}, "block_id": "buttons", "action_id": "other"}
        )
    with pytest.raises(Refused, match="makes no sense"):
        ana._post("click", {"container": container})


# Time


def test_the_clock_goes_forward(ana: Person, client: WebClient) -> None:
    assert ana.move_clock(by=timedelta(hours=2)) == START + timedelta(hours=2)
    assert ana.move_clock(to=START + timedelta(days=1)) == START + timedelta(days=1)
    stamp = client.chat_postMessage(channel=cast.ANA, text="x")["ts"]
    assert int(float(stamp)) == (START + timedelta(days=1)).timestamp()


def test_the_clock_does_not_go_back(ana: Person) -> None:
    with pytest.raises(Refused, match="backward"):
        ana.move_clock(by=timedelta(seconds=-1))
    with pytest.raises(Refused, match="backward"):
        ana.move_clock(to=START - timedelta(days=1))


def test_the_next_morning_is_in_the_persons_zone(ana: Person) -> None:
    assert ana.move_clock(next_morning="America/New_York") == datetime(2027, 1, 13, 14, 5, tzinfo=UTC)
    assert ana.move_clock(next_morning="America/New_York") == datetime(2027, 1, 14, 14, 5, tzinfo=UTC)


def test_the_next_morning_after_summer_time_began() -> None:
    evening = datetime(2027, 3, 13, 23, 0, tzinfo=UTC)
    assert next_morning(evening, "America/New_York") == datetime(2027, 3, 14, 13, 5, tzinfo=UTC)


def test_real_time_is_not_moved(local: LocalWorkspace, ana: Person) -> None:
    local.load(local.workspace, RealClock())
    assert not ana.state()["clock"]["movable"]
    with pytest.raises(Refused, match="not_movable"):
        ana.move_clock(by=timedelta(hours=1))


class RefusingClock:
    """Movable, but something stands against it."""

    movable = True

    def now(self) -> datetime:
        return START

    async def advance(self, to: datetime, progress: object) -> None:  # noqa: ARG002
        raise CannotMove("busy", "Something is still under way.")


def test_a_clock_may_refuse_for_its_own_reasons(local: LocalWorkspace, ana: Person) -> None:
    local.load(local.workspace, RefusingClock())
    with pytest.raises(Refused, match="busy"):
        ana.move_clock(by=timedelta(hours=1))
    assert not ana.state()["clock"]["moving"]


# Live updates and traffic


@contextmanager
def open_page(local: LocalWorkspace) -> Iterator[HTTPResponse]:
    """A page that listens for changes."""
    connection = HTTPConnection(urlsplit(local.url).netloc, timeout=5)
    connection.request("GET", f"/demo/events?as={cast.ANA}")
    with connection.getresponse() as stream:
        yield stream
    connection.close()


def test_changes_are_told_at_once(local: LocalWorkspace, client: WebClient) -> None:
    with open_page(local) as stream:
        first = json.loads(stream.readline().removeprefix(b"data: "))
        stream.readline()
        client.chat_postMessage(channel=cast.ANA, text="x")
        second = json.loads(stream.readline().removeprefix(b"data: "))
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert second["revision"] > first["revision"]
    assert (first["clock"], first["moving"]) == (START.timestamp(), False)


def test_an_open_page_holds_no_stop_up() -> None:
    alone = LocalWorkspace(cast.riverbend(START), bot_url="http://127.0.0.1:9", signing_secret="x")
    with alone as local, open_page(local) as stream:
        stream.readline()
        local.stop()
        stream.read()


def test_a_bot_that_is_not_there_is_said(client: WebClient) -> None:
    with LocalWorkspace(cast.riverbend(START), bot_url="http://127.0.0.1:9", signing_secret="x") as local:
        ana = Person(local.url, cast.ANA)
        with pytest.raises(Trouble, match="dispatch_failed"):
            ana.command("/coach")
        with pytest.raises(NotThere, match="did not answer"):
            ana.open_home()


def test_traffic_shows_both_ways_and_no_secrets(
    client: WebClient, bot: ScriptedBot, ana: Person, workspace: Workspace
) -> None:
    before = ana._get("/demo/traffic")["entries"][-1:]
    after = str(before[0]["n"]) if before else "0"
    bot.on("command", lambda _: client.chat_postMessage(channel=cast.ANA, text="Hello"))
    ana.command("/coach help")
    post, command = ana._get("/demo/traffic", after=after)["entries"]
    assert (post["direction"], post["kind"], post["status"]) == ("to_slack", "chat.postMessage", 200)
    assert (command["direction"], command["kind"], command["summary"]) == ("to_bot", "command", "/coach help")
    assert post["request"]["text"] == "Hello"
    assert post["response"]["ok"]
    shown = json.dumps([post, command])
    assert workspace.bot.token not in shown
    assert workspace.bot.verification not in shown


# Only this machine


def status(local: LocalWorkspace, headers: dict[str, str]) -> int:
    connection = HTTPConnection(urlsplit(local.url).netloc, timeout=5)
    connection.request("GET", f"/demo/state?as={cast.ANA}", headers=headers)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def test_only_this_machine_is_answered(local: LocalWorkspace) -> None:
    port = urlsplit(local.url).port
    assert status(local, {"Host": f"127.0.0.1:{port}"}) == 200
    assert status(local, {"Host": "localhost"}) == 200
    assert status(local, {"Host": "coach.example"}) == 403
    assert status(local, {"Host": "127.0.0.1.coach.example"}) == 403
    assert status(local, {"Host": "["}) == 403


def test_other_websites_are_not_answered(local: LocalWorkspace) -> None:
    assert status(local, {"Origin": local.url}) == 200
    assert status(local, {"Origin": "https://coach.example"}) == 403
    assert status(local, {"Origin": "null"}) == 403

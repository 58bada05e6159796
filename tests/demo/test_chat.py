"""chat.*: what the bot says, and how Slack refuses it."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from demo import cast
from demo.person import Person
from demo.workspace import Workspace
from tests.demo.forms import buttons, refused, section


def test_a_post_stands_in_the_channel(client: WebClient, ana: Person) -> None:
    answer = client.chat_postMessage(channel=cast.PRACTICE_CIRCLE, text="Hello", blocks=[section("Hello")])
    assert answer["channel"] == cast.PRACTICE_CIRCLE
    assert answer["message"]["bot_id"] == "B0COACHBOT"
    assert answer["message"]["blocks"][0]["block_id"]
    [message] = ana.messages("#practice-circle")
    assert (message["ts"], message["text"], message["is_bot"]) == (answer["ts"], "Hello", True)


def test_ts_are_unique_and_growing(client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel=cast.GENERAL, text="x")["ts"] for _ in range(5)]
    assert stamps == sorted(set(stamps), key=float)
    assert stamps[0].startswith("1799766000.")


def test_a_person_stands_for_their_dm(client: WebClient, ana: Person) -> None:
    answer = client.chat_postMessage(channel=cast.ANA, text="Hello")
    assert answer["channel"] == ana.channel_id()
    assert [m["text"] for m in ana.dm()] == ["Hello"]


def test_an_answer_stands_in_the_thread(client: WebClient, ana: Person) -> None:
    ts = client.chat_postMessage(channel=cast.GENERAL, text="Card")["ts"]
    first = client.chat_postMessage(channel=cast.GENERAL, text="Line", thread_ts=ts)
    client.chat_postMessage(channel=cast.GENERAL, text="Loud", thread_ts=first["ts"], reply_broadcast=True)
    assert [m["text"] for m in ana.messages("#general")] == ["Card", "Loud"]
    assert [m["text"] for m in ana.thread("#general", ts)] == ["Line", "Loud"]
    assert ana.messages("#general")[0]["reply_count"] == 2


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        ("channel_not_found", {"channel": "C0NOWHERE", "text": "x"}),
        ("channel_not_found", {"channel": cast.LEADS_LOUNGE, "text": "x"}),
        ("thread_not_found", {"channel": cast.GENERAL, "text": "x", "thread_ts": "1.000"}),
        ("cannot_dm_bot", {"channel": cast.SLACKBOT, "text": "x"}),
        ("cannot_dm_bot", {"channel": cast.COACH, "text": "x"}),
        ("invalid_blocks", {"channel": cast.GENERAL, "text": "x", "blocks": [{"type": "sektion"}]}),
        ("invalid_blocks", {"channel": cast.GENERAL, "text": "x", "blocks": [section("x")] * 51}),
        ("msg_blocks_too_long", {"channel": cast.GENERAL, "text": "x", "blocks": [section("x" * 2700)] * 5}),
        ("invalid_metadata_format", {"channel": cast.GENERAL, "text": "x", "metadata": {"event_type": "a"}}),
        (
            "metadata_too_large",
            {
                "channel": cast.GENERAL,
                "text": "x",
                "metadata": {"event_type": "a", "event_payload": {"id": "x" * 9000}},
            },
        ),
    ],
)
def test_a_post_is_refused(client: WebClient, error: str, arguments: dict[str, Any]) -> None:
    refused(error, client.chat_postMessage, **arguments)


def test_a_post_says_something(client: WebClient) -> None:
    post = "chat.postMessage"
    refused("no_text", client.api_call, api_method=post, json={"channel": cast.GENERAL})
    refused(
        "no_text", client.api_call, api_method=post, json={"channel": cast.GENERAL, "text": "", "blocks": []}
    )


def test_a_refusal_of_blocks_says_where(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=cast.GENERAL, text="x", blocks=[section("")])
    [message] = caught.value.response["response_metadata"]["messages"]
    assert message.endswith("[json-pointer:/blocks/0/text/text]")


def test_who_is_outside_or_gone_gets_nothing(client: WebClient, workspace: Workspace) -> None:
    workspace.channels[cast.GENERAL].members.remove(cast.COACH)
    refused("not_in_channel", client.chat_postMessage, channel=cast.GENERAL, text="x")
    workspace.channels[cast.ALL_COACHING].archived = True
    refused("is_archived", client.chat_postMessage, channel=cast.ALL_COACHING, text="x")
    workspace.people[cast.HANA].deleted = True
    refused("user_disabled", client.chat_postMessage, channel=cast.HANA, text="x")


def test_an_update_replaces_text_and_blocks(client: WebClient, ana: Person) -> None:
    ts = client.chat_postMessage(channel=cast.GENERAL, text="Old", blocks=[buttons("Yes")])["ts"]
    answer = client.chat_update(channel=cast.GENERAL, ts=ts, text="New")
    assert (answer["ts"], answer["text"]) == (ts, "New")
    [message] = ana.messages("#general")
    assert (message["text"], message["blocks"], message["edited"]) == ("New", None, True)


def test_an_update_is_refused(client: WebClient, ana: Person, workspace: Workspace) -> None:
    mine = client.chat_postMessage(channel=cast.GENERAL, text="x")["ts"]
    hers = ana.say("x", "#general")
    update = client.chat_update
    refused("message_not_found", update, channel=cast.GENERAL, ts="1.000", text="x")
    refused("cant_update_message", update, channel=cast.GENERAL, ts=hers, text="x")
    refused("msg_too_long", update, channel=cast.GENERAL, ts=mine, text="x" * 4001)
    assert update(channel=cast.GENERAL, ts=mine, text="x" * 4000)["ok"]
    workspace.channels[cast.GENERAL].archived = True
    refused("is_archived", update, channel=cast.GENERAL, ts=mine, text="x")


def test_ephemeral_messages_cannot_be_found_again(client: WebClient, ana: Person, bo: Person) -> None:
    answer = client.chat_postEphemeral(channel=cast.GENERAL, user=cast.ANA, text="Only you")
    assert [m["text"] for m in ana.ephemerals("#general")] == ["Only you"]
    assert bo.ephemerals("#general") == []
    ts = answer["message_ts"]
    refused("message_not_found", client.chat_update, channel=cast.GENERAL, ts=ts, text="x")
    refused("user_not_in_channel", client.chat_postEphemeral, channel=cast.GENERAL, user=cast.FAY, text="x")


def test_delete_takes_a_message_away_and_leaves_its_thread(client: WebClient, ana: Person) -> None:
    lone = client.chat_postMessage(channel=cast.GENERAL, text="Lone")["ts"]
    card = client.chat_postMessage(channel=cast.GENERAL, text="Card")["ts"]
    client.chat_postMessage(channel=cast.GENERAL, text="Line", thread_ts=card)
    client.chat_delete(channel=cast.GENERAL, ts=lone)
    client.chat_delete(channel=cast.GENERAL, ts=card)
    assert [m["text"] for m in ana.messages("#general")] == ["This message was deleted."]
    refused("message_not_found", client.chat_delete, channel=cast.GENERAL, ts=lone)
    refused("message_not_found", client.chat_delete, channel=cast.GENERAL, ts=card)
    refused("cant_delete_message", client.chat_delete, channel=cast.GENERAL, ts=ana.say("x", "#general"))


def test_a_permalink_names_channel_message_and_thread(client: WebClient) -> None:
    card = client.chat_postMessage(channel=cast.GENERAL, text="Card")["ts"]
    line = client.chat_postMessage(channel=cast.GENERAL, text="Line", thread_ts=card)["ts"]
    link = client.chat_getPermalink(channel=cast.GENERAL, message_ts=line)["permalink"]
    assert link.endswith(f"/#/{cast.GENERAL}/{line}?thread_ts={card}")
    refused("message_not_found", client.chat_getPermalink, channel=cast.GENERAL, message_ts="1.000")


def test_without_the_scope_nothing_is_said(client: WebClient, workspace: Workspace) -> None:
    workspace.bot.scopes.remove("chat:write")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=cast.GENERAL, text="x")
    assert (caught.value.response["error"], caught.value.response["needed"]) == (
        "missing_scope",
        "chat:write",
    )

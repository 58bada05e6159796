"""auth.test, team.info, users.*, conversations.*: who and what is here, as far as the bot may know."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from demo import cast
from demo.person import Person
from demo.server import LocalWorkspace
from demo.workspace import Workspace
from tests.demo.forms import refused


def test_auth_test_names_the_bot(client: WebClient) -> None:
    answer = client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        cast.COACH,
        "B0COACHBOT",
        "T0RIVERBEND",
    )


def test_a_call_needs_the_token(local: LocalWorkspace) -> None:
    refused("invalid_auth", WebClient(token="other", base_url=local.api_url).auth_test)
    refused("not_authed", WebClient(base_url=local.api_url).auth_test)


def test_the_token_may_stand_in_the_body(local: LocalWorkspace, workspace: Workspace) -> None:
    client = WebClient(base_url=local.api_url)
    assert client.api_call("auth.test", params={"token": workspace.bot.token})["ok"]


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    refused("unknown_method", client.api_call, api_method="chat.whisper")


def test_team_info_needs_its_scope(client: WebClient, workspace: Workspace) -> None:
    refused("missing_scope", client.team_info)
    workspace.bot.scopes.append("team:read")
    assert client.team_info()["team"]["name"] == "Riverbend Family Services"


def test_users_info_tells_what_the_bot_decides_by(client: WebClient, workspace: Workspace) -> None:
    ana = client.users_info(user=cast.ANA, include_locale=True)["user"]
    assert (ana["tz"], ana["tz_label"], ana["tz_offset"]) == (
        "America/New_York",
        "Eastern Standard Time",
        -18000,
    )
    assert (ana["is_owner"], ana["is_admin"], ana["is_restricted"], ana["is_bot"]) == (
        True,
        True,
        False,
        False,
    )
    assert (ana["locale"], ana["deleted"], ana["team_id"]) == ("en-US", False, "T0RIVERBEND")
    assert ana["profile"]["real_name"] == "Ana Torres"
    fay = client.users_info(user=cast.FAY)["user"]
    assert (fay["is_restricted"], fay["is_ultra_restricted"], fay["is_owner"]) == (True, False, False)
    assert "locale" not in fay
    assert client.users_info(user=cast.COACH)["user"]["is_bot"]
    workspace.people[cast.GUS].deleted = True
    assert client.users_info(user=cast.GUS)["user"]["deleted"]
    refused("user_not_found", client.users_info, user="U0NOBODY")


def test_users_list_comes_in_pages(client: WebClient) -> None:
    first = client.users_list(limit=6)
    second = client.users_list(limit=6, cursor=first["response_metadata"]["next_cursor"])
    ids = [user["id"] for user in [*first["members"], *second["members"]]]
    assert len(ids) == len(set(ids)) == 10
    assert {cast.ANA, cast.HANA, cast.SLACKBOT} <= set(ids)
    assert second["response_metadata"]["next_cursor"] == ""
    refused("invalid_cursor", client.users_list, cursor="elsewhere")


def test_conversations_info_tells_no_secrets(client: WebClient) -> None:
    practice = client.conversations_info(channel=cast.PRACTICE_CIRCLE)["channel"]
    assert (practice["name"], practice["is_private"], practice["is_member"]) == (
        "practice-circle",
        True,
        True,
    )
    assert not client.conversations_info(channel=cast.GENERAL)["channel"]["is_private"]
    refused("channel_not_found", client.conversations_info, channel=cast.LEADS_LOUNGE)
    refused("channel_not_found", client.conversations_info, channel="C0NOWHERE")


def test_what_a_dm_is_needs_another_scope(client: WebClient, workspace: Workspace, ana: Person) -> None:
    refused("missing_scope", client.conversations_info, channel=ana.channel_id())
    workspace.bot.scopes.append("im:read")
    assert client.conversations_info(channel=ana.channel_id())["channel"]["user"] == cast.ANA


def test_conversations_members_comes_in_pages(client: WebClient) -> None:
    first = client.conversations_members(channel=cast.PRACTICE_CIRCLE, limit=4)
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_members(channel=cast.PRACTICE_CIRCLE, limit=4, cursor=cursor)
    everybody = {cast.ANA, cast.BO, cast.CHIDI, cast.DEE, cast.ELI, cast.COACH}
    assert {*first["members"], *second["members"]} == everybody
    refused("channel_not_found", client.conversations_members, channel=cast.LEADS_LOUNGE)


def test_a_dm_is_opened_once(client: WebClient, ana: Person) -> None:
    assert client.conversations_open(users=cast.ANA)["channel"]["id"] == ana.channel_id()


def test_a_group_dm_is_the_same_for_the_same_people(client: WebClient, ana: Person) -> None:
    first = client.conversations_open(users=[cast.ANA, cast.BO])["channel"]["id"]
    assert client.conversations_open(users=[cast.BO, cast.ANA])["channel"]["id"] == first
    assert client.conversations_open(users=[cast.BO, cast.ANA, cast.DEE])["channel"]["id"] != first
    client.chat_postMessage(channel=first, text="Hello")
    assert [m["text"] for m in ana.messages("Ana, Bo")] == ["Hello"]


def test_a_group_dm_is_refused(client: WebClient, workspace: Workspace) -> None:
    eight = [cast.ANA, cast.BO, cast.CHIDI, cast.DEE, cast.ELI, cast.FAY, cast.GUS, cast.HANA]
    assert client.conversations_open(users=eight)["ok"]
    refused("too_many_users", client.conversations_open, users=[*eight, "U0NINTH"])
    refused("user_not_found", client.conversations_open, users=[cast.ANA, "U0NOBODY"])
    refused("cannot_dm_bot", client.conversations_open, users=[cast.ANA, cast.COACH])
    workspace.people[cast.GUS].deleted = True
    refused("user_disabled", client.conversations_open, users=[cast.ANA, cast.GUS])
    refused("not_enough_users", client.conversations_open, users=",")
    workspace.bot.scopes.remove("mpim:write")
    refused("missing_scope", client.conversations_open, users=[cast.ANA, cast.BO])


def test_history_is_newest_first_and_keeps_metadata(client: WebClient, ana: Person) -> None:
    dm = ana.channel_id()
    metadata = {"event_type": "sent", "event_payload": {"id": "one"}}
    card = client.chat_postMessage(channel=dm, text="First", metadata=metadata)["ts"]
    client.chat_postMessage(channel=dm, text="Answer", thread_ts=card)
    client.chat_postEphemeral(channel=dm, user=cast.ANA, text="Only now")
    client.chat_postMessage(channel=dm, text="Second")
    plain = client.conversations_history(channel=dm)["messages"]
    assert [m["text"] for m in plain] == ["Second", "First"]
    assert "metadata" not in plain[1]
    rich = client.conversations_history(channel=dm, include_all_metadata=True)["messages"]
    assert rich[1]["metadata"] == metadata


def test_history_has_edges_and_pages(client: WebClient, ana: Person) -> None:
    dm = ana.channel_id()
    stamps = [client.chat_postMessage(channel=dm, text=str(n))["ts"] for n in range(4)]

    def texts(**arguments: Any) -> list[str]:
        found = client.conversations_history(channel=dm, **arguments)["messages"]
        return [message["text"] for message in found]

    assert texts(oldest=stamps[1]) == ["3", "2"]
    assert texts(oldest=stamps[1], latest=stamps[2], inclusive=True) == ["2", "1"]
    first = client.conversations_history(channel=dm, limit=3)
    assert first["has_more"]
    assert texts(limit=3, cursor=first["response_metadata"]["next_cursor"]) == ["0"]


def test_history_needs_its_scope(client: WebClient, workspace: Workspace, ana: Person) -> None:
    refused("missing_scope", client.conversations_history, channel=cast.PRACTICE_CIRCLE)
    workspace.bot.scopes.remove("im:history")
    refused("missing_scope", client.conversations_history, channel=ana.channel_id())


def test_replies_give_the_whole_thread(client: WebClient, ana: Person) -> None:
    dm = ana.channel_id()
    card = client.chat_postMessage(channel=dm, text="Card")["ts"]
    client.chat_postMessage(channel=dm, text="Line", thread_ts=card)
    found = client.conversations_replies(channel=dm, ts=card)["messages"]
    assert [m["text"] for m in found] == ["Card", "Line"]
    assert (found[0]["reply_count"], found[1]["parent_user_id"]) == (1, cast.COACH)
    refused("thread_not_found", client.conversations_replies, channel=dm, ts="1.000")


def test_users_conversations_shows_common_ground_only(client: WebClient, workspace: Workspace) -> None:
    def names(**arguments: Any) -> set[str]:
        return {channel["name"] for channel in client.users_conversations(**arguments)["channels"]}

    both = "public_channel,private_channel"
    assert names(user=cast.ANA, types=both) == {"general", "all-coaching", "practice-circle"}
    assert names(user=cast.GUS, types=both) == {"general"}
    assert names() == {"general", "all-coaching"}
    workspace.channels[cast.GENERAL].archived = True
    assert names(user=cast.GUS, exclude_archived="true") == set()
    refused("missing_scope", client.users_conversations, types="im")
    refused("invalid_types", client.users_conversations, types="rooms")


def test_missing_arguments_are_named(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.api_call("users.info")
    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]

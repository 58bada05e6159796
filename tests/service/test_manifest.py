"""The manifest: as committed, within Slack's limits, and with no permission that nothing needs."""

import ast
import copy
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import slack_sdk.web.client
import yaml

from bot.app import all_routes
from service.manifest import EVENTS, EXAMPLE_URL, OPTIONAL_SCOPES, SCOPES, as_yaml, manifest
from tests.service.manifest_rules import problems

ROOT = Path(__file__).parents[2]
SENDING = {"chat:write"}
NO_SCOPE: set[str] = set()
NEEDS = {
    "auth.revoke": NO_SCOPE,
    "auth.test": NO_SCOPE,
    "chat.postMessage": SENDING,
    "chat.update": SENDING,
    "conversations.history": {"im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.open": {"im:write", "mpim:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "oauth.v2.access": NO_SCOPE,
    "users.info": {"users:read"},
    "views.open": NO_SCOPE,
    "views.publish": NO_SCOPE,
    "views.push": NO_SCOPE,
    "views.update": NO_SCOPE,
}
"""What Slack asks for each method that the code calls."""
EVENT_NEEDS = {
    "channel_archive": {"channels:read"},
    "channel_left": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_left": {"groups:read"},
    "user_change": {"users:read"},
}
APP_LEVEL = {"apps.connections.open": "connections:write"}
"""Called with a token of the app, which has scopes of its own."""


@cache
def methods() -> dict[str, str]:
    """All methods of Slack that its SDK knows, by the names of its functions."""
    return {
        function.name: str(ast.literal_eval(call.args[0]))
        for function in ast.walk(ast.parse(inspect.getsource(slack_sdk.web.client)))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr == "api_call" and call.args and isinstance(call.args[0], ast.Constant)
    }


def calls_in(path: Path) -> Iterator[str]:
    """Slack's methods as the clients spell them: `client.chat_update(…)`, or "chat.update" in a string."""
    known = methods()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in known:
            yield known[node.attr]
        elif isinstance(node, ast.Constant) and node.value in known.values():
            yield str(node.value)


def called() -> set[str]:
    files = [
        file
        for folder in ("bot", "coaching", "scheduler", "service", "storage")
        for file in (ROOT / folder).rglob("*.py")
    ]
    return {method for file in files for method in calls_in(file)}


def test_the_committed_file_is_what_the_command_prints() -> None:
    assert (ROOT / "manifest.yaml").read_text() == as_yaml(EXAMPLE_URL)
    assert yaml.safe_load(as_yaml(EXAMPLE_URL)) == manifest(EXAMPLE_URL)


def test_every_method_that_the_code_calls_is_known_and_permitted() -> None:
    found = called() - APP_LEVEL.keys()
    assert found <= NEEDS.keys()
    assert {scope for method in found for scope in NEEDS[method]} <= {*SCOPES, *OPTIONAL_SCOPES}


def test_calls_are_found_however_they_are_spelled(tmp_path: Path) -> None:
    file = tmp_path / "calls.py"
    file.write_text(
        'client.pins_add(channel="C1")\ncall("usergroups.list")\nMETHOD = "emoji.list"\nviews.open\n'
    )
    assert set(calls_in(file)) == {"pins.add", "usergroups.list", "emoji.list"}
    assert {"chat.postMessage", "users.info", "views.open", "apps.connections.open"} <= called()


def test_every_permission_is_needed_by_something() -> None:
    by_methods = {scope for method in called() - APP_LEVEL.keys() for scope in NEEDS[method]}
    by_events = {scope for event in EVENTS for scope in EVENT_NEEDS.get(event, NO_SCOPE)}
    assert {*SCOPES, *OPTIONAL_SCOPES} == by_methods | by_events | {"commands"}


def test_every_event_that_the_code_handles_is_subscribed() -> None:
    assert all_routes().events.keys() <= set(EVENTS)


def test_the_page_on_permissions_gives_a_reason_for_exactly_these() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z_:]+)` \| (.+) \|$", page, re.MULTILINE))
    assert set(rows) == {*SCOPES, *OPTIONAL_SCOPES, *EVENTS, *APP_LEVEL.values()}
    assert all(len(reason) > 20 for reason in rows.values())


def test_requests_of_every_kind_come_to_the_given_address() -> None:
    made = manifest("https://coach.example.com/")
    addresses = {
        made["features"]["slash_commands"][0]["url"],
        made["settings"]["event_subscriptions"]["request_url"],
        made["settings"]["interactivity"]["request_url"],
        made["settings"]["interactivity"]["message_menu_options_url"],
    }
    assert addresses == {"https://coach.example.com/slack/events"}


def test_over_a_socket_nothing_has_an_address() -> None:
    printed = as_yaml(None)
    assert "url" not in printed
    assert "https://" not in printed
    by_socket, by_address = yaml.safe_load(printed), manifest(EXAMPLE_URL)
    assert by_socket["settings"]["socket_mode_enabled"] is True
    assert by_address["settings"]["socket_mode_enabled"] is False
    assert by_socket["settings"]["interactivity"] == {"is_enabled": True}
    for same in ("display_information", "_metadata"):
        assert by_socket[same] == by_address[same]
    assert by_socket["oauth_config"]["scopes"] == by_address["oauth_config"]["scopes"]
    assert by_socket["settings"]["event_subscriptions"] == {"bot_events": list(EVENTS)}


def test_over_a_socket_people_come_back_to_the_address_that_is_there() -> None:
    made = manifest("https://coach.example.com/", socket=True)
    assert made["oauth_config"].pop("redirect_urls") == ["https://coach.example.com/slack/oauth_redirect"]
    assert made == manifest(None)
    assert problems(yaml.safe_load(as_yaml(EXAMPLE_URL, socket=True))) == []


@pytest.mark.parametrize("url", [EXAMPLE_URL, None])
def test_slack_takes_what_the_command_prints(url: str | None) -> None:
    assert problems(yaml.safe_load(as_yaml(url))) == []


def test_slack_takes_the_committed_file() -> None:
    assert problems(yaml.safe_load((ROOT / "manifest.yaml").read_text())) == []


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("display_information.name", "x" * 36, "display_information.name has 36 characters, not 1 to 35"),
        ("display_information.description", "x" * 141, "has 141 characters"),
        ("display_information.long_description", "x" * 174, "has 174 characters, not 175 to 4000"),
        ("display_information.background_color", "1f4e46", "background_color is written otherwise"),
        ("display_information.colour", "#123456", "display_information.colour is not known"),
        ("features.bot_user.display_name", "Coach!", "display_name is written otherwise"),
        ("features.shortcuts.0.name", "x" * 25, "features.shortcuts.0.name has 25 characters"),
        ("features.shortcuts.0.type", "both", "is none of"),
        ("features.slash_commands.0.command", "coach", "command is written otherwise"),
        ("features.slash_commands.0.url", "http://coach.example.org", "url is written otherwise"),
        ("features.slash_commands.0.url", None, "url is no text"),
        ("features.slash_commands", [], "has 0 entries, not 1 to 5"),
        ("oauth_config.scopes.bot_optional", ["admin"], "admin is optional, and not asked for"),
        ("settings.event_subscriptions.bot_events", ["user_change"] * 2, "names something twice"),
        ("settings.event_subscriptions", {"bot_events": []}, "request_url has no address"),
        ("settings.interactivity", {"is_enabled": True}, "interactivity.request_url has no address"),
        ("settings.socket_mode_enabled", 1, "socket_mode_enabled is none of"),
        ("settings", {}, "settings.interactivity is missing"),
    ],
)
def test_what_slack_would_refuse_is_noticed(place: str, value: object, said: str) -> None:
    made = copy.deepcopy(manifest(EXAMPLE_URL))
    *path, last = place.split(".")
    inside: Any = made
    for key in path:
        inside = inside[int(key) if key.isdigit() else key]
    inside[last] = value
    assert any(said in one for one in problems(made)), problems(made)

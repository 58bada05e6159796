"""The manifest: as committed, within Slack's limits, and with no permission that nothing needs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app import all_routes
from service.manifest import EVENTS, EXAMPLE_URL, OPTIONAL_SCOPES, SCOPES, as_yaml, manifest

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
METHOD = r"(?:auth|chat|conversations|files|oauth|users|views)\.[a-zA-Z0-9_]+"


def calls_in(path: Path) -> Iterator[str]:
    """Slack's methods as the clients spell them: `client.chat_update(…)`, or "chat.update" in a string."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            name = node.attr.replace("_", ".", 1)
        else:
            name = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if re.fullmatch(METHOD, name):
            yield name


def called() -> set[str]:
    files = [file for folder in ("bot", "scheduler", "service") for file in (ROOT / folder).rglob("*.py")]
    found = {method for file in files for method in calls_in(file)}
    # The client's names are all small letters; Slack's are not.
    spelled = {_letters(method): method for method in NEEDS}
    return {spelled.get(_letters(method), method) for method in found}


def _letters(method: str) -> str:
    return method.replace("_", "").replace(".", "").lower()


def test_the_committed_file_is_what_the_command_prints() -> None:
    assert (ROOT / "manifest.yaml").read_text() == as_yaml(EXAMPLE_URL)
    assert yaml.safe_load(as_yaml(EXAMPLE_URL)) == manifest(EXAMPLE_URL)


def test_every_method_that_the_code_calls_is_known_and_permitted() -> None:
    methods = called()
    assert methods <= NEEDS.keys()
    assert {scope for method in methods for scope in NEEDS[method]} <= {*SCOPES, *OPTIONAL_SCOPES}


def test_every_permission_is_needed_by_something() -> None:
    by_methods = {scope for method in called() for scope in NEEDS[method]}
    by_events = {scope for event in EVENTS for scope in EVENT_NEEDS.get(event, NO_SCOPE)}
    assert {*SCOPES, *OPTIONAL_SCOPES} == by_methods | by_events | {"commands"}


def test_every_event_that_the_code_handles_is_subscribed() -> None:
    assert all_routes().events.keys() <= set(EVENTS)


def test_the_page_on_permissions_gives_a_reason_for_exactly_these() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z_:]+)` \| (.+) \|$", page, re.MULTILINE))
    assert set(rows) == {*SCOPES, *OPTIONAL_SCOPES, *EVENTS}
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


@pytest.mark.parametrize(
    ("place", "least", "most"),
    [
        ("display_information.name", 1, 35),
        ("display_information.description", 1, 140),
        ("display_information.long_description", 175, 4000),
        ("features.bot_user.display_name", 1, 80),
        ("features.shortcuts", 1, 10),
        ("features.shortcuts.0.name", 1, 24),
        ("features.shortcuts.0.description", 1, 150),
        ("features.slash_commands", 1, 50),
        ("features.slash_commands.0.command", 2, 32),
        ("features.slash_commands.0.description", 1, 2000),
        ("features.slash_commands.0.usage_hint", 1, 1000),
        ("features.slash_commands.0.url", 1, 3000),
        ("oauth_config.scopes.bot", 1, 255),
        ("settings.event_subscriptions.bot_events", 1, 100),
    ],
)
def test_slacks_limits_hold(place: str, least: int, most: int) -> None:
    value: Any = manifest(EXAMPLE_URL)
    for key in place.split("."):
        value = value[int(key) if key.isdigit() else key]
    assert least <= len(value) <= most


def test_names_are_written_as_slack_wants_them() -> None:
    made = manifest(EXAMPLE_URL)
    assert re.fullmatch(r"[a-z0-9._-]+", made["features"]["bot_user"]["display_name"])
    assert re.fullmatch(r"#[0-9a-f]{6}", made["display_information"]["background_color"])
    scopes = made["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) <= set(scopes["bot"])

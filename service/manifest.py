"""The app manifest: what Slack has to know about the bot, for one address or for none. `coach manifest`
prints it.

Each permission and event has its reason in docs/permissions.md; a test holds the two together.
"""

from typing import Any

import yaml

from bot.ids import Shortcut

REDIRECT = "/slack/oauth_redirect"
"""Where Slack sends people back whom it has asked whether the bot may be installed."""
EXAMPLE_URL = "https://coach.example.org"
SCOPES = (
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:read",
    "im:write",
    "mpim:write",
    "users:read",
)
OPTIONAL_SCOPES = ("im:history",)
EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "channel_archive",
    "channel_left",
    "group_archive",
    "group_left",
    "tokens_revoked",
    "user_change",
)
DESCRIPTION = "Peer coaching circles: sessions, roles in turn, reminders and honest evaluations."
LONG_DESCRIPTION = (
    "Colleagues who coach each other get better at their work. Coach looks after the rest: it plans the "
    "sessions of a circle, keeps the turns of presenters and note-takers, says when it is time to meet in "
    "person, reminds everybody in their own working hours, and asks at the end how it was. "
    "Answers carry no names, and no message is read but one that somebody adds to their notes. "
    "Type /coach to begin."
)


def manifest(url: str | None, *, socket: bool = False) -> dict[str, Any]:
    """The manifest of a bot that Slack reaches at `url`, an https address; without one, by Socket Mode.

    With both, only people come to the address: those who install it into their workspaces.
    """
    requests = f"{url.rstrip('/')}/slack/events" if url and not socket else None
    redirect = [f"{url.rstrip('/')}{REDIRECT}"] if url else []
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Coach",
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION,
            "background_color": "#1f4e46",
        },
        "features": _features(requests),
        "oauth_config": {
            **({"redirect_urls": redirect} if redirect else {}),
            # An optional scope is one of the bot's scopes that an installer may leave out.
            "scopes": {"bot": sorted([*SCOPES, *OPTIONAL_SCOPES]), "bot_optional": list(OPTIONAL_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**_at(requests, "request_url"), "bot_events": list(EVENTS)},
            "interactivity": {
                "is_enabled": True,
                **_at(requests, "request_url", "message_menu_options_url"),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": requests is None,
            "token_rotation_enabled": False,
        },
    }


def _at(address: str | None, *names: str) -> dict[str, str]:
    """Over a socket nothing has an address."""
    return dict.fromkeys(names, address) if address else {}


def _features(requests: str | None) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,  # nobody reads what is typed there
        },
        "bot_user": {"display_name": "coach", "always_online": True},
        "shortcuts": [
            {
                "name": "Add to coaching notes",
                "type": "message",
                "callback_id": Shortcut.ADD_TO_NOTES.value,
                "description": "Puts the words of this message into the notes of a coaching session",
            }
        ],
        "slash_commands": [
            {
                "command": "/coach",
                **_at(requests, "url"),
                "description": "Your coaching circles: schedule, roles, settings",
                "usage_hint": "schedule | circle | circles | roles | settings | help",
                "should_escape": True,  # people and channels arrive as ids, not as names to guess
            }
        ],
    }


def as_yaml(url: str | None, *, socket: bool = False) -> str:
    """The manifest as a file to paste into Slack."""
    return yaml.safe_dump(manifest(url, socket=socket), sort_keys=False, allow_unicode=True, width=100)

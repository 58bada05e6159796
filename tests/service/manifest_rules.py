"""What Slack takes as a manifest, as far as ours goes: https://docs.slack.dev/reference/app-manifest

Where Slack's page and its published schema give two figures, the smaller one stands here. Whatever is not
named here is refused, so that a new part of the manifest is looked up first.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Rule = Callable[[str, object], Iterator[str]]
"""Takes a place and what stands there; gives what is wrong with it."""


def text(least: int, most: int, pattern: str = ".*") -> Rule:
    def check(place: str, value: object) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{place} is no text"
        elif not least <= len(value) <= most:
            yield f"{place} has {len(value)} characters, not {least} to {most}"
        elif not re.fullmatch(pattern, value, re.DOTALL):
            yield f"{place} is written otherwise"

    return check


def one_of(*allowed: object) -> Rule:
    def check(place: str, value: object) -> Iterator[str]:
        if not any(value is one or (value == one and type(value) is type(one)) for one in allowed):
            yield f"{place} is none of {allowed}"

    return check


def several(of: Rule, least: int, most: int) -> Rule:
    def check(place: str, value: object) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{place} is no list"
            return
        if not least <= len(value) <= most:
            yield f"{place} has {len(value)} entries, not {least} to {most}"
        if any(one in value[:n] for n, one in enumerate(value)):
            yield f"{place} names something twice"
        for n, one in enumerate(value):
            yield from of(f"{place}.{n}", one)

    return check


def parts(needed: dict[str, Rule], more: dict[str, Rule] | None = None) -> Rule:
    known = {**needed, **(more or {})}

    def check(place: str, value: object) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place or 'the manifest'} has no parts"
            return
        for name in needed.keys() - value.keys():
            yield f"{place}.{name} is missing".lstrip(".")
        for name, one in value.items():
            inside = f"{place}.{name}".lstrip(".")
            if name in known:
                yield from known[name](inside, one)
            else:
                yield f"{inside} is not known"

    return check


SWITCH = one_of(True, False)
ADDRESS = text(12, 3000, r"https://[^\s/]+\S*")
SCOPES = several(text(1, 50, r"[a-z_]+(:[a-z_.]+)?"), 0, 255)

MANIFEST = parts(
    {
        "_metadata": parts({"major_version": one_of(2), "minor_version": one_of(1)}),
        "display_information": parts(
            {"name": text(1, 35)},
            {
                "description": text(1, 140),
                "long_description": text(175, 4000),
                "background_color": text(4, 7, r"#([0-9a-fA-F]{3}){1,2}"),
            },
        ),
        "features": parts(
            {"bot_user": parts({"display_name": text(1, 80, r"[a-z0-9._-]+")}, {"always_online": SWITCH})},
            {
                "app_home": parts(
                    {},
                    {
                        "home_tab_enabled": SWITCH,
                        "messages_tab_enabled": SWITCH,
                        "messages_tab_read_only_enabled": SWITCH,
                    },
                ),
                "shortcuts": several(
                    parts(
                        {
                            "name": text(1, 24),
                            "type": one_of("message", "global"),
                            "callback_id": text(1, 255),
                            "description": text(1, 150),
                        }
                    ),
                    1,
                    5,
                ),
                "slash_commands": several(
                    parts(
                        {"command": text(2, 32, r"/\S+"), "description": text(1, 2000)},
                        {"url": ADDRESS, "usage_hint": text(1, 1000), "should_escape": SWITCH},
                    ),
                    1,
                    5,
                ),
            },
        ),
        "oauth_config": parts(
            {"scopes": parts({"bot": SCOPES}, {"bot_optional": SCOPES})},
            {"redirect_urls": several(ADDRESS, 0, 1000)},
        ),
        "settings": parts(
            {
                "event_subscriptions": parts(
                    {"bot_events": several(text(1, 50, r"[a-z_.]+"), 0, 100)}, {"request_url": ADDRESS}
                ),
                "interactivity": parts(
                    {"is_enabled": SWITCH}, {"request_url": ADDRESS, "message_menu_options_url": ADDRESS}
                ),
                "socket_mode_enabled": SWITCH,
            },
            {"org_deploy_enabled": SWITCH, "token_rotation_enabled": SWITCH},
        ),
    }
)


def problems(manifest: dict[str, Any]) -> list[str]:
    """What Slack would not take, each with its place."""
    wrong = list(MANIFEST("", manifest))
    return wrong or [*_ways(manifest), *_optional(manifest)]


def _ways(manifest: dict[str, Any]) -> Iterator[str]:
    """Slack has to be told where to send requests, unless they go over a socket."""
    settings = manifest["settings"]
    places = {
        "event_subscriptions.request_url": settings["event_subscriptions"].get("request_url"),
        "interactivity.request_url": settings["interactivity"].get("request_url"),
        **{one["command"]: one.get("url") for one in manifest["features"].get("slash_commands", [])},
    }
    for place, address in places.items():
        if not address and not settings["socket_mode_enabled"]:
            yield f"{place} has no address"


def _optional(manifest: dict[str, Any]) -> Iterator[str]:
    scopes = manifest["oauth_config"]["scopes"]
    for name in set(scopes.get("bot_optional", [])) - set(scopes["bot"]):
        yield f"{name} is optional, and not asked for"

"""Looking up people and channels in Slack, once, before a transaction begins."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.parse import readable
from coaching.circles import Channel
from coaching.errors import Nobody
from coaching.people import Profile
from coaching.rules.terms import PersonKind
from coaching.rules.zones import known_zone

AT_ONCE = 10
LONGEST_NAME = 80
NOT_SHOWN = {"user_not_found", "user_not_visible"}
HIDDEN = {"channel_not_found", "not_in_channel", "missing_scope"}


def profiles(client: WebClient, workspace_id: str, slack_ids: Sequence[str]) -> list[Profile]:
    """What Slack says about these people, ten at a time. Raises `Nobody` when it does not show one."""
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = pool.map(lambda one: client.users_info(user=one, include_locale=True), slack_ids)
            return [profile(answer["user"], workspace_id) for answer in answers]
    except SlackApiError as error:
        if error.response.get("error") in NOT_SHOWN:
            raise Nobody from error
        raise


def profile(user: dict[str, Any], workspace_id: str) -> Profile:
    """Slack's description of a person in our words."""
    shown = user.get("profile") or {}
    name = shown.get("display_name") or shown.get("real_name") or user.get("real_name") or user.get("name")
    return Profile(
        slack_id=str(user["id"]),
        name=" ".join(readable(str(name or "Somebody")).split())[:LONGEST_NAME],
        zone=known_zone(user.get("tz")),
        locale=str(user.get("locale") or ""),
        kind=_kind(user),
        active=not user.get("deleted", False),
        workspace_admin=bool(user.get("is_admin") or user.get("is_owner")),
        from_elsewhere=bool(user.get("is_stranger")) or not _belongs_to(user, workspace_id),
    )


def _belongs_to(user: dict[str, Any], workspace_id: str) -> bool:
    """In an organisation of several workspaces people can be in more than the one that is named first."""
    teams = (user.get("enterprise_user") or {}).get("teams") or []
    return user.get("team_id", workspace_id) == workspace_id or workspace_id in teams


def _kind(user: dict[str, Any]) -> PersonKind:
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return PersonKind.BOT
    guest = user.get("is_restricted") or user.get("is_ultra_restricted")
    return PersonKind.GUEST if guest else PersonKind.FULL


def channel(client: WebClient, slack_id: str, asker: str) -> Channel:
    """What Slack says about a channel. Where the bot cannot see it, it says so in the answer."""
    try:
        found = client.conversations_info(channel=slack_id)["channel"]
        members = client.conversations_members(channel=slack_id, limit=1000)["members"]
    except SlackApiError as error:
        if error.response.get("error") in HIDDEN:
            return Channel(slack_id, "that channel", private=True, bot_inside=False, asker_inside=False)
        raise
    return Channel(
        slack_id,
        str(found.get("name") or ""),
        private=bool(found.get("is_private") or found.get("is_mpim")),
        bot_inside=bool(found.get("is_member")),
        asker_inside=asker in members,
        archived=bool(found.get("is_archived")),
        shared=bool(found.get("is_ext_shared") or found.get("is_shared")),
    )

"""Records as Slack's JSON shows them to an app. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from demo import posting
from demo.blocks import plain
from demo.records import Channel, ChannelKind, File, Json, Message, Person, PersonKind, View
from demo.state import State
from demo.workspace import Workspace

ZONE_NAMES = {
    "EST": "Eastern Standard Time",
    "EDT": "Eastern Daylight Time",
    "CST": "Central Standard Time",
    "CDT": "Central Daylight Time",
    "MST": "Mountain Standard Time",
    "MDT": "Mountain Daylight Time",
    "PST": "Pacific Standard Time",
    "PDT": "Pacific Daylight Time",
    "GMT": "Greenwich Mean Time",
    "BST": "British Summer Time",
    "CET": "Central European Time",
    "CEST": "Central European Summer Time",
    "JST": "Japan Standard Time",
    "UTC": "Coordinated Universal Time",
}


def zone_label(tz: str, now: datetime) -> str:
    """The zone's name in words, for this time of the year."""
    short = now.astimezone(ZoneInfo(tz)).tzname() or tz
    return ZONE_NAMES.get(short, tz.rsplit("/", 1)[-1].replace("_", " "))


def user_json(workspace: Workspace, person: Person, now: datetime, *, locale: bool = False) -> Json:
    """As users.info and user_change give a person."""
    offset = now.astimezone(ZoneInfo(person.tz)).utcoffset()
    user: Json = {
        "id": person.id,
        "team_id": workspace.team.id,
        "name": person.name,
        "deleted": person.deleted,
        "color": person.color,
        "profile": _profile(workspace, person),
        "is_bot": person.kind is PersonKind.BOT and person.id != "USLACKBOT",
        "is_app_user": False,
        "updated": 0,
    }
    if person.deleted:
        return user
    user |= {
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": zone_label(person.tz, now),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": person.owner,
        "is_owner": person.owner,
        "is_primary_owner": person.owner,
        "is_restricted": person.kind is PersonKind.GUEST,
        "is_ultra_restricted": False,
        "is_stranger": False,
        "is_email_confirmed": True,
    }
    return user | {"locale": person.locale} if locale else user


def _profile(workspace: Workspace, person: Person) -> Json:
    first, _, last = person.real_name.partition(" ")
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.real_name.split()[0],
        "display_name_normalized": person.real_name.split()[0],
        "first_name": first,
        "last_name": last,
        "team": workspace.team.id,
    }
    if person.id == workspace.bot.user_id:
        profile |= {"bot_id": workspace.bot.bot_id, "api_app_id": workspace.bot.app_id}
    return profile


def channel_json(workspace: Workspace, channel: Channel) -> Json:
    """As conversations.info gives a channel to the bot."""
    base: Json = {
        "id": channel.id,
        "created": channel.created,
        "creator": channel.creator,
        "is_archived": channel.archived,
        "is_im": channel.kind is ChannelKind.DM,
        "is_mpim": channel.kind is ChannelKind.GROUP_DM,
        "context_team_id": workspace.team.id,
    }
    if channel.kind is ChannelKind.DM:
        return base | {"user": channel.name, "is_user_deleted": workspace.people[channel.name].deleted}
    return base | _named_channel_json(workspace, channel)


def _named_channel_json(workspace: Workspace, channel: Channel) -> Json:
    private = channel.kind is not ChannelKind.PUBLIC
    return {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind is not ChannelKind.GROUP_DM,
        "is_group": False,
        "is_private": private,
        "is_member": workspace.bot.user_id in channel.members,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "shared_team_ids": [workspace.team.id],
        "num_members": len(channel.members),
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def message_json(workspace: Workspace, message: Message, *, metadata: bool = False) -> Json:
    """As the bot gets a message, from a method or with the click on it."""
    shape: Json = {
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": workspace.team.id,
    }
    shape |= _from_the_bot(workspace, message) | _thread(workspace, message)
    optional = {
        "blocks": message.blocks,
        "edited": {"user": message.user, "ts": message.edited} if message.edited else None,
        "metadata": message.metadata if metadata else None,
        "files": [file_json(workspace, workspace.files[f]) for f in message.files] or None,
        "subtype": "tombstone" if message.tombstone else None,
    }
    return shape | {key: value for key, value in optional.items() if value is not None}


def _from_the_bot(workspace: Workspace, message: Message) -> Json:
    if not message.bot_id:
        return {}
    bot = workspace.bot
    profile = {
        "id": bot.bot_id,
        "app_id": bot.app_id,
        "user_id": bot.user_id,
        "name": workspace.people[bot.user_id].real_name,
        "team_id": workspace.team.id,
        "deleted": False,
    }
    return {"bot_id": bot.bot_id, "app_id": bot.app_id, "bot_profile": profile}


def _thread(workspace: Workspace, message: Message) -> Json:
    if message.thread_ts and message.thread_ts != message.ts:
        parent = posting.find_message(workspace, message.channel, message.thread_ts)
        return {"thread_ts": message.thread_ts, "parent_user_id": parent.user if parent else None}
    answers = posting.replies(workspace, message.channel, message.ts)
    if not answers:
        return {}
    authors = list(dict.fromkeys(answer.user for answer in answers))
    return {
        "thread_ts": message.ts,
        "reply_count": len(answers),
        "reply_users": authors,
        "reply_users_count": len(authors),
        "latest_reply": answers[-1].ts,
    }


def file_json(workspace: Workspace, file: File) -> Json:
    return {
        "id": file.id,
        "created": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "size": len(file.content or b""),
        "user": workspace.bot.user_id,
        "mode": "hosted",
        "channels": list(file.shares),
    } | ({"alt_txt": file.alt_txt} if file.alt_txt else {})


def view_json(workspace: Workspace, view: View, state: State | None = None) -> Json:
    """As views.* answer with a view, and payloads carry it."""
    shape: Json = {
        "id": view.id,
        "team_id": workspace.team.id,
        "app_id": workspace.bot.app_id,
        "app_installed_team_id": workspace.team.id,
        "bot_id": workspace.bot.bot_id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": state or {}},
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "title": {"type": "plain_text", "text": "View Title", "emoji": True},
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
    }
    return shape | view.body


def title_of(view: View) -> str:
    return plain(view.body.get("title"))

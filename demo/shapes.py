"""Records as the page sees them through one person's eyes. Pure."""

from collections.abc import Iterator
from datetime import datetime

from demo import posting
from demo.blocks import pictures_in, plain
from demo.objects import zone_label
from demo.records import Channel, ChannelKind, File, Json, Message, Person, View
from demo.workspace import Workspace

ORDER = {ChannelKind.PUBLIC: 0, ChannelKind.PRIVATE: 0, ChannelKind.GROUP_DM: 1, ChannelKind.DM: 2}


def whole_state(workspace: Workspace, me: Person, now: datetime, *, moving: bool, movable: bool) -> Json:
    """Everything on the page but the messages."""
    home = workspace.homes.get(me.id)
    return {
        "revision": workspace.revision,
        "clock": {"now": now.timestamp(), "moving": moving, "movable": movable},
        "team": {"id": workspace.team.id, "name": workspace.team.name},
        "me": me.id,
        "bot": _bot(workspace),
        "people": [_person(person, now) for person in workspace.people.values()],
        "channels": channels_of(workspace, me),
        "home": _view(home) if home else None,
        "home_error": workspace.home_errors.get(me.id),
        "modals": [_view(view) for view in workspace.stacks.get(me.id, [])],
        "notices": [{"id": n.id, "text": n.text} for n in workspace.notices.get(me.id, [])],
    }


def _bot(workspace: Workspace) -> Json:
    bot = workspace.bot
    name = workspace.people[bot.user_id].real_name
    return {
        "user_id": bot.user_id,
        "bot_id": bot.bot_id,
        "name": name,
        "command": bot.commands[0],
        "shortcuts": [{"callback_id": one, "name": words} for one, words in bot.shortcuts.items()],
    }


def _person(person: Person, now: datetime) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": zone_label(person.tz, now),
        "kind": person.kind.value,
        "color": person.color,
        "initials": person.initials,
        "deleted": person.deleted,
        "note": person.note,
    }


def channels_of(workspace: Workspace, me: Person) -> list[Json]:
    """Channels first, then group DMs, then the DM with the bot; each sort by name."""
    seen = [c for c in workspace.channels.values() if workspace.may_see(me.id, c)]
    shapes = [(ORDER[channel.kind], _channel(workspace, channel, me)) for channel in seen]
    return [shape for _, shape in sorted(shapes, key=lambda pair: (pair[0], pair[1]["name"]))]


def _channel(workspace: Workspace, channel: Channel, me: Person) -> Json:
    return {
        "id": channel.id,
        "name": channel_name(workspace, channel),
        "kind": channel.kind.value,
        "members": list(channel.members),
        "unread": posting.unread(workspace, channel.id, me.id),
        "archived": channel.archived,
    }


def channel_name(workspace: Workspace, channel: Channel) -> str:
    """Group DMs go by their people's first names, the DM by the bot's."""
    bot = workspace.bot.user_id
    if channel.kind is ChannelKind.DM:
        return workspace.people[bot].real_name
    if channel.kind is ChannelKind.GROUP_DM:
        return ", ".join(
            workspace.people[user].real_name.split()[0] for user in channel.members if user != bot
        )
    return channel.name


def _view(view: View) -> Json:
    body = view.body
    return {
        "id": view.id,
        "hash": view.hash,
        "type": body["type"],
        "callback_id": body.get("callback_id", ""),
        "title": plain(body.get("title")),
        "submit": plain(body.get("submit")) or None,
        "close": plain(body.get("close")) or None,
        "blocks": body["blocks"],
        "errors": view.errors,
        "busy": view.busy,
        "notify_on_close": bool(body.get("notify_on_close")),
        "clear_on_close": bool(body.get("clear_on_close")),
        "external_id": body.get("external_id", ""),
        "private_metadata": body.get("private_metadata", ""),
    }


def message_shape(workspace: Workspace, message: Message) -> Json:
    answers = posting.replies(workspace, message.channel, message.ts)
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "is_bot": message.bot_id is not None,
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "reply_count": len(answers),
        "reply_users": list(dict.fromkeys(answer.user for answer in answers)),
        "edited": message.edited is not None,
        "ephemeral": message.only_for is not None,
        "files": [_file(workspace.files[file_id]) for file_id in message.files],
        "time": float(message.ts),
    }


def _file(file: File) -> Json:
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "size": len(file.content or b""),
        "mimetype": file.mimetype,
        "url": f"/files/{file.id}/{file.name}",
        "alt": file.alt_txt,
    }


def may_download(workspace: Workspace, user: str, file: File) -> bool:
    """Whoever sees a channel it was shared in, or a message or view that shows it as a picture."""
    if any(workspace.may_see(user, workspace.channels[channel]) for channel in file.shares):
        return True
    return any(file.id in pictures_in(blocks) for blocks in _blocks_before(workspace, user))


def _blocks_before(workspace: Workspace, user: str) -> Iterator[list[Json]]:
    """All blocks that a person can look at: in views, then in messages."""
    home = workspace.homes.get(user)
    yield from (view.body["blocks"] for view in [*workspace.stacks.get(user, []), *([home] if home else [])])
    for channel in workspace.channels.values():
        if workspace.may_see(user, channel):
            messages = workspace.messages[channel.id].values()
            yield from (m.blocks or [] for m in messages if m.only_for in (None, user))

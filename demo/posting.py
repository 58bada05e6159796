"""Messages: written, edited, deleted, seen."""

from collections.abc import Iterator
from datetime import datetime

from demo.blocks import with_ids
from demo.records import Json, Message
from demo.workspace import Workspace


def post(
    workspace: Workspace,
    channel: str,
    now: datetime,
    *,
    user: str,
    text: str = "",
    blocks: list[Json] | None = None,
    thread_ts: str | None = None,
    broadcast: bool = False,
    only_for: str | None = None,
    metadata: Json | None = None,
    files: list[str] | None = None,
) -> Message:
    """A new message at the demo's now; the ids Slack would give its blocks are filled in."""
    message = Message(
        channel=channel,
        ts=workspace.next_ts(now),
        user=user,
        text=text,
        blocks=with_ids(blocks) if blocks else None,
        bot_id=workspace.bot.bot_id if user == workspace.bot.user_id else None,
        thread_ts=_root(workspace, channel, thread_ts),
        broadcast=broadcast,
        only_for=only_for,
        metadata=metadata,
        files=files or [],
    )
    workspace.messages[channel][message.ts] = message
    workspace.changed()
    return message


def _root(workspace: Workspace, channel: str, ts: str | None) -> str | None:
    """Answers to an answer belong to the same thread."""
    parent = workspace.messages[channel].get(ts) if ts else None
    return (parent.thread_ts or ts) if parent else ts


def edit(
    workspace: Workspace,
    message: Message,
    now: datetime,
    *,
    text: str,
    blocks: list[Json] | None,
    metadata: Json | None = None,
) -> None:
    message.text = text
    message.blocks = with_ids(blocks) if blocks else None
    message.metadata = metadata or message.metadata
    message.edited = f"{int(now.timestamp())}.000000"
    workspace.changed()


def delete(workspace: Workspace, message: Message) -> None:
    """Gone, or a tombstone when a thread hangs on it."""
    if replies(workspace, message.channel, message.ts):
        message.text, message.blocks, message.tombstone = "This message was deleted.", None, True
        message.files, message.metadata = [], None
    else:
        del workspace.messages[message.channel][message.ts]
    workspace.changed()


def replies(workspace: Workspace, channel: str, ts: str) -> list[Message]:
    """The thread under a message, without ephemeral ones, oldest first."""
    return [m for m in lasting(workspace, channel) if m.thread_ts == ts and m.ts != ts]


def lasting(workspace: Workspace, channel: str) -> Iterator[Message]:
    """What stands in a channel for everybody in it, oldest first."""
    return (m for m in workspace.messages[channel].values() if m.only_for is None)


def find_message(workspace: Workspace, channel: str, ts: str) -> Message | None:
    """A message that everybody sees; ephemeral ones cannot be found again."""
    message = workspace.messages.get(channel, {}).get(ts)
    return message if message and message.only_for is None else None


def seen_by(workspace: Workspace, channel: str, user: str, thread: str | None = None) -> list[Message]:
    """What a person sees in a channel (with what was also sent to it), or in one of its threads."""
    mine = [m for m in workspace.messages[channel].values() if m.only_for in (None, user)]
    if thread:
        return [m for m in mine if m.thread_ts == thread and m.ts != thread]
    return [m for m in mine if m.thread_ts in (None, m.ts) or m.broadcast]


def unread(workspace: Workspace, channel: str, user: str) -> int:
    """How many messages of others a member has not seen yet, threads apart."""
    known = workspace.channels[channel]
    if user not in known.members:
        return 0
    last = known.read.get(user, "")
    return sum(m.ts > last and m.user != user for m in seen_by(workspace, channel, user))


def mark_read(workspace: Workspace, channel: str, user: str) -> None:
    """A person has looked at the channel."""
    newest = next(reversed(workspace.messages[channel]), "")
    if workspace.channels[channel].read.get(user, "") < newest:
        workspace.channels[channel].read[user] = newest
        workspace.changed()

"""conversations.*: channels, who is in them, and what was said."""

from demo import posting
from demo.methods.call import READ, Call, Method, Refused
from demo.objects import channel_json, message_json
from demo.records import Channel, ChannelKind, Json, Message

MOST_IN_GROUP = 8
HISTORY = {
    ChannelKind.PUBLIC: "channels:history",
    ChannelKind.PRIVATE: "groups:history",
    ChannelKind.GROUP_DM: "mpim:history",
    ChannelKind.DM: "im:history",
}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope(READ[channel.kind])
    return channel


def info(call: Call) -> Json:
    return {"channel": channel_json(call.workspace, _readable(call))}


def members(call: Call) -> Json:
    ids = [{"id": user} for user in _readable(call).members]
    page, metadata = call.page(ids, default=100)
    return {"members": [item["id"] for item in page], "response_metadata": metadata}


def open_conversation(call: Call) -> Json:
    """One person: their DM. Up to eight: their group DM, the same one every time."""
    users = list(dict.fromkeys(user.strip() for user in call.required("users").split(",") if user.strip()))
    call.need_scope("im:write" if len(users) == 1 else "mpim:write")
    if not users:
        raise Refused("not_enough_users")
    if len(users) > MOST_IN_GROUP:
        raise Refused("too_many_users")
    for user in users:
        call.reachable(user)
    before = len(call.workspace.channels)
    channel = call.workspace.conversation_of(users, call.now)
    shape = channel_json(call.workspace, channel) if call.flag("return_im") else {"id": channel.id}
    known = {} if len(call.workspace.channels) > before else {"no_op": True, "already_open": True}
    return {"channel": shape, **known}


def history(call: Call) -> Json:
    """Newest first, threads apart; ephemeral messages are in no history."""
    channel = _with_history(call)
    standing = posting.lasting(call.workspace, channel.id)
    return _page_of(call, [m for m in standing if m.thread_ts in (None, m.ts) or m.broadcast][::-1])


def replies(call: Call) -> Json:
    """A message and the thread under it, oldest first."""
    channel = _with_history(call)
    parent = posting.find_message(call.workspace, channel.id, call.required("ts"))
    if parent is None:
        raise Refused("thread_not_found")
    return _page_of(call, [parent, *posting.replies(call.workspace, channel.id, parent.ts)])


def _with_history(call: Call) -> Channel:
    channel = call.channel()
    call.need_scope(HISTORY[channel.kind])
    if call.workspace.bot.user_id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _page_of(call: Call, found: list[Message]) -> Json:
    inside = [message for message in found if _within(call, message.ts)]
    metadata = call.flag("include_all_metadata")
    shapes = [message_json(call.workspace, message, metadata=metadata) for message in inside]
    page, cursor = call.page(shapes, default=100)
    return {"messages": page, "has_more": bool(cursor["next_cursor"]), "response_metadata": cursor}


def _within(call: Call, ts: str) -> bool:
    """`oldest` and `latest` leave out their own moment unless `inclusive`."""
    oldest, latest, inclusive = call.text("oldest"), call.text("latest"), call.flag("inclusive")
    moment = float(ts)
    after = oldest is None or moment > float(oldest) or (inclusive and moment == float(oldest))
    before = latest is None or moment < float(latest) or (inclusive and moment == float(latest))
    return after and before


METHODS: dict[str, Method] = {
    "conversations.info": info,
    "conversations.members": members,
    "conversations.open": open_conversation,
    "conversations.history": history,
    "conversations.replies": replies,
}

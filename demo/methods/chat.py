"""chat.*: what the bot says."""

import json

from demo import limits, posting
from demo.methods.call import Call, Method, Refused, refuse_with, unknown_pictures
from demo.objects import message_json
from demo.records import Channel, Json, Message

MOST_POSTED = 40_000
MOST_UPDATED = 4_000
MOST_METADATA = 8_000
"""Characters; Slack publishes no figure, so this one is careful."""


def post_message(call: Call) -> Json:
    call.need_scope("chat:write")
    text, blocks = _content(call, MOST_POSTED)
    channel = call.channel_to_write_in()
    thread_ts = _thread(call, channel)
    message = posting.post(
        call.workspace,
        channel.id,
        call.now,
        user=call.workspace.bot.user_id,
        text=text,
        blocks=blocks,
        thread_ts=thread_ts,
        broadcast=bool(thread_ts) and call.flag("reply_broadcast"),
        metadata=_metadata(call),
    )
    return _answer(call, message)


def _answer(call: Call, message: Message) -> Json:
    shape = message_json(call.workspace, message, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "message": shape}


def _content(call: Call, most: int) -> tuple[str, list[Json] | None]:
    """The checked text and blocks. Slack cuts long posts instead of refusing them."""
    text, blocks = call.text("text") or "", call.args.get("blocks")
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > most and most == MOST_UPDATED:
        raise Refused("msg_too_long")
    if blocks:
        _check_blocks(call, blocks)
    return text[:most], blocks or None


def _check_blocks(call: Call, blocks: object) -> None:
    if not isinstance(blocks, list):
        raise refuse_with("invalid_blocks_format", ["blocks must be a list"])
    problems = limits.problems_of_blocks(blocks) or unknown_pictures(call.workspace, blocks)
    if problems:
        raise refuse_with("invalid_blocks", problems)
    if limits.letters_in(blocks) > limits.MESSAGE_LETTERS:
        raise Refused("msg_blocks_too_long")


def _thread(call: Call, channel: Channel) -> str | None:
    """Slack takes an unknown thread_ts silently; here it is refused, because it is always a mistake."""
    thread_ts = call.text("thread_ts")
    if thread_ts and posting.find_message(call.workspace, channel.id, thread_ts) is None:
        raise Refused("thread_not_found")
    return thread_ts


def _metadata(call: Call) -> Json | None:
    metadata: Json | None = call.args.get("metadata")
    if metadata is not None and not limits.is_metadata(metadata):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata)) > MOST_METADATA:
        raise Refused("metadata_too_large")
    return metadata


def update(call: Call) -> Json:
    call.need_scope("chat:write")
    text, blocks = _content(call, MOST_UPDATED)
    message = _own_message(call, "cant_update_message")
    posting.edit(call.workspace, message, call.now, text=text, blocks=blocks, metadata=_metadata(call))
    return _answer(call, message) | {"text": message.text}


def _own_message(call: Call, otherwise: str) -> Message:
    channel = call.channel()
    message = posting.find_message(call.workspace, channel.id, call.required("ts"))
    if message is None or message.tombstone:
        raise Refused("message_not_found")
    if message.user != call.workspace.bot.user_id:
        raise Refused(otherwise)
    if channel.archived:
        raise Refused("is_archived")
    return message


def delete(call: Call) -> Json:
    call.need_scope("chat:write")
    message = _own_message(call, "cant_delete_message")
    posting.delete(call.workspace, message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    call.need_scope("chat:write")
    text, blocks = _content(call, MOST_POSTED)
    channel, user = call.channel_to_write_in(), call.required("user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    message = posting.post(
        call.workspace,
        channel.id,
        call.now,
        user=call.workspace.bot.user_id,
        text=text,
        blocks=blocks,
        thread_ts=_thread(call, channel),
        only_for=user,
    )
    return {"message_ts": message.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = posting.find_message(call.workspace, channel.id, call.required("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    link = f"{call.base_url}/#/{channel.id}/{message.ts}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}"
    return {"channel": channel.id, "permalink": link}


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": get_permalink,
}

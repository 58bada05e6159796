"""What a person types: a message to the others, or a command to the bot."""

import json

from demo import limits, payloads, posting, tickets
from demo.delivery import Answer
from demo.doers import Doer, NotPossible
from demo.local import Local
from demo.records import Channel, Json, Message


def write(doer: Doer, channel_id: str, text: str, thread_ts: str | None) -> Message:
    """A person writes to the others; the bot hears nothing of it."""
    channel = doer.channel(channel_id)
    if doer.person.id not in channel.members:
        raise NotPossible(f"{doer.person.real_name} is not in this channel.")
    if not text.strip():
        raise NotPossible("There is nothing to send.")
    message = posting.post(
        doer.local.workspace,
        channel.id,
        doer.now,
        user=doer.person.id,
        text=escaped(text),
        thread_ts=thread_ts,
    )
    posting.mark_read(doer.local.workspace, channel.id, doer.person.id)
    return message


def escaped(text: str) -> str:
    """Typed text as Slack stores it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def run_command(doer: Doer, channel_id: str, typed: str) -> str | None:
    """A slash command; returns the notice when it failed."""
    command, _, text = typed.strip().partition(" ")
    channel = doer.channel(channel_id)
    if command not in doer.local.workspace.bot.commands:
        return doer.tell(
            f"`{command}` is not a valid command. In Slack, all messages that start with the "
            'character "/" are taken for commands.'
        )
    act = doer.act()
    hook = tickets.new_hook(doer.local.workspace, doer.person.id, channel.id, doer.now)
    form = payloads.command_form(act, channel, command, text.strip(), hook)
    answer = await doer.local.line.command(form)
    if not answer.good:
        return doer.tell(f'{command} failed with the error "{failure_word(answer)}"')
    return _show_answer(doer, command, channel, answer.body)


def failure_word(answer: Answer) -> str:
    return "operation_timeout" if answer.failure == "timeout" else "dispatch_failed"


def _show_answer(doer: Doer, command: str, channel: Channel, body: str) -> str | None:
    """An empty body shows nothing, JSON a message, anything else is a text."""
    if not body.strip():
        return None
    reply = _as_reply(body)
    if not reply.get("text") and not reply.get("blocks"):
        return None
    if limits.problems_of_message(reply.get("text"), reply.get("blocks")):
        return doer.tell(f'{command} failed with the error "invalid_blocks"')
    answer_message(doer.local, channel.id, doer.person.id, reply)
    return None


def _as_reply(body: str) -> Json:
    try:
        reply = json.loads(body)
    except ValueError:
        return {"text": body}
    return reply if isinstance(reply, dict) else {"text": body}


def answer_message(
    local: Local, channel_id: str, user: str, reply: Json, thread_ts: str | None = None
) -> Message:
    """Shows what the bot answered: to the person alone, unless it says "in_channel"."""
    public = reply.get("response_type") == "in_channel"
    return posting.post(
        local.workspace,
        channel_id,
        local.now(),
        user=local.workspace.bot.user_id,
        text=reply.get("text") or "",
        blocks=reply.get("blocks"),
        thread_ts=reply.get("thread_ts") or thread_ts,
        only_for=None if public else user,
    )

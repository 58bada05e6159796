"""What people do in the workspace, and what the bot is sent for it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from demo import limits, objects, payloads, posting, tickets, windows
from demo.blocks import find_element
from demo.delivery import Answer
from demo.local import Local
from demo.payloads import Act
from demo.records import Channel, ChannelKind, Hook, Json, Message, Person, View
from demo.state import State, client_errors, complete_state

TROUBLE = "We had some trouble connecting. Try again?"


class NotPossible(Exception):
    """A person asked for something that the workspace does not offer them; says what."""


@dataclass(frozen=True)
class Doer:
    """One person at this workspace's page."""

    local: Local
    person: Person
    base_url: str

    @property
    def now(self) -> datetime:
        return self.local.now()

    def act(self, view_id: str | None = None) -> Act:
        """The passes for one request to the bot."""
        workspace = self.local.workspace
        trigger_id = tickets.new_trigger(workspace, self.person.id, self.local.timing.trigger, view_id)
        return Act(workspace, self.person, trigger_id, self.base_url, f"{self.now.timestamp():.6f}")

    def tell(self, text: str) -> str:
        self.local.workspace.tell(self.person.id, text)
        return text

    def channel(self, channel_id: str) -> Channel:
        channel = self.local.workspace.channels.get(channel_id)
        if channel is None or not self.local.workspace.may_see(self.person.id, channel):
            raise NotPossible("There is no such channel for this person.")
        return channel

    def message(self, channel_id: str, ts: str) -> Message:
        """A message this person can see."""
        message = self.local.workspace.messages[self.channel(channel_id).id].get(ts)
        if message is None or message.only_for not in (None, self.person.id):
            raise NotPossible("There is no such message for this person.")
        return message

    def view(self, view_id: str) -> View:
        view = windows.find_view(self.local.workspace, view_id)
        if view is None or view.user != self.person.id:
            raise NotPossible("There is no such window open for this person.")
        return view

    def place(self, container: Json) -> Message | View:
        if container.get("type") == "message":
            return self.message(str(container.get("channel")), str(container.get("ts")))
        return self.view(str(container.get("view_id")))


def blocks_of(place: Message | View) -> list[Json]:
    return (place.blocks or []) if isinstance(place, Message) else place.body["blocks"]


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


async def click(
    doer: Doer, container: Json, block_id: str, action_id: str, given: Json, state: State
) -> str | None:
    """A button, menu or picker was used; returns the notice when the bot did not take it."""
    place = doer.place(container)
    element = find_element(blocks_of(place), block_id, action_id)
    if element is None:
        raise NotPossible(
            f"There is nothing to press with block_id {block_id!r} and action_id {action_id!r}."
        )
    view_id = place.id if isinstance(place, View) and place.body.get("type") == "modal" else None
    act = doer.act(view_id)
    action = payloads.action_of(element, block_id, given, act.ts)
    full = complete_state(blocks_of(place), state)
    if isinstance(place, Message):
        payload = payloads.message_click(act, place, action, full, _hook_of(doer, place))
    else:
        payload = payloads.view_click(act, place, action, full)
    answer = await doer.local.line.interaction(payload, f"click {payloads.element_label(element)}")
    return None if answer.good else doer.tell(_click_notice(place, answer))


def _hook_of(doer: Doer, message: Message) -> Hook:
    return tickets.new_hook(
        doer.local.workspace,
        doer.person.id,
        message.channel,
        doer.now,
        thread_ts=message.thread_ts,
        message_ts=message.ts,
    )


def _click_notice(place: Message | View, answer: Answer) -> str:
    if isinstance(place, View) and place.body.get("type") == "modal":
        return TROUBLE
    if answer.failure == "timeout":
        return "Operation timed out. Apps need to respond within 3 seconds."
    return "This app responded with an error" + (f" (status code {answer.status})." if answer.status else ".")


@dataclass(frozen=True)
class Submitted:
    """How a submission ended: fine when neither field is set."""

    errors: dict[str, str] | None = None
    notice: str | None = None


async def submit(doer: Doer, view_id: str, typed: State) -> Submitted:
    """First what Slack's client checks, then the bot's answer to the form."""
    view = doer.view(view_id)
    state = complete_state(view.body["blocks"], typed)
    view.errors = client_errors(view.body["blocks"], state)
    if view.errors:
        doer.local.workspace.changed()
        return Submitted(errors=view.errors)
    answer = await _busy(doer, view, lambda: _send_form(doer, view, state))
    reply = answer.json() if answer.good else None
    if reply is None or not _obey(doer, view, reply):
        return Submitted(notice=doer.tell(TROUBLE))
    return Submitted(errors=view.errors) if view.errors else Submitted()


async def _busy(doer: Doer, view: View, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """The form shows that it is under way."""
    view.busy = True
    doer.local.workspace.changed()
    try:
        return await work()
    finally:
        view.busy = False
        doer.local.workspace.changed()


async def _send_form(doer: Doer, view: View, state: State) -> Answer:
    act = doer.act(view.id)
    urls = [_response_url(doer, act, block, state) for block in view.body["blocks"] if _wants_url(block)]
    payload = payloads.submission(act, view, state, [url for url in urls if url])
    return await doer.local.line.interaction(payload, f"submit {objects.title_of(view)}")


def _wants_url(block: Json) -> bool:
    return block["type"] == "input" and bool(block["element"].get("response_url_enabled"))


def _response_url(doer: Doer, act: Act, block: Json, state: State) -> Json | None:
    action_id = block["element"]["action_id"]
    entry = state[block["block_id"]][action_id]
    channel_id = entry.get("selected_conversation") or entry.get("selected_channel")
    if not channel_id:
        return None
    hook = tickets.new_hook(doer.local.workspace, doer.person.id, channel_id, doer.now)
    return {
        "block_id": block["block_id"],
        "action_id": action_id,
        "channel_id": channel_id,
        "response_url": act.hook_url("app", hook),
    }


def _obey(doer: Doer, view: View, reply: Json) -> bool:
    """Does what the bot's answer to a form says; False when it makes no sense."""
    action = reply.get("response_action")
    if action is None:
        windows.close(doer.local.workspace, view)
        return not reply
    if action == "clear":
        windows.close(doer.local.workspace, view, all_of_them=True)
        return True
    if action == "errors":
        return _show_errors(doer, view, reply.get("errors"))
    return _show_view(doer, view, str(action), reply.get("view"))


def _show_errors(doer: Doer, view: View, errors: object) -> bool:
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
        return False
    view.errors = {str(block_id): str(text) for block_id, text in errors.items()}
    doer.local.workspace.changed()
    return True


def _show_view(doer: Doer, view: View, action: str, body: object) -> bool:
    workspace = doer.local.workspace
    if not isinstance(body, dict) or body.get("type") != "modal" or limits.problems_of_view(body):
        return False
    stack = workspace.stacks.get(view.user, [])
    if action == "update" and view in stack:
        windows.replace(workspace, view, body)
        return True
    if action == "push" and 0 < len(stack) < windows.DEEPEST:
        windows.push_modal(workspace, view.user, body)
        return True
    return False


async def close(doer: Doer, view_id: str, *, all_of_them: bool) -> None:
    """The person closes a modal, or all of them; the bot hears of those it asked about."""
    closed = windows.close(doer.local.workspace, doer.view(view_id), all_of_them=all_of_them)
    for view in closed:
        if view.body.get("notify_on_close"):
            cleared = all_of_them or bool(closed[0].body.get("clear_on_close"))
            payload = payloads.view_closed(doer.act(), view, is_cleared=cleared)
            await doer.local.line.interaction(payload, f"close {objects.title_of(view)}")


async def options(doer: Doer, container: Json, block_id: str, action_id: str, query: str) -> Json:
    """What an external menu offers for the words typed so far."""
    place = doer.place(container)
    if find_element(blocks_of(place), block_id, action_id) is None:
        raise NotPossible("There is no such menu.")
    payload = payloads.suggestion(doer.act(), place, block_id, action_id, query)
    answer = await doer.local.line.interaction(payload, f"options for {query!r}")
    reply = answer.json() if answer.good else None
    if reply is None or limits.problems_of_options(reply):
        doer.tell(TROUBLE)
        return {"options": [], "option_groups": None}
    return {"options": reply.get("options") or [], "option_groups": reply.get("option_groups")}


async def open_home(doer: Doer) -> None:
    """The person looks at the bot's Home tab."""
    workspace, user = doer.local.workspace, doer.person.id
    taken = await _opened_app(doer, "home")
    if not taken and user not in workspace.homes:
        workspace.home_errors[user] = "This app did not answer, so its Home tab is empty."
        workspace.changed()


async def open_channel(doer: Doer, channel_id: str) -> None:
    """The person looks at a channel; at the bot's DM, the bot hears of it."""
    channel = doer.channel(channel_id)
    posting.mark_read(doer.local.workspace, channel.id, doer.person.id)
    if channel.kind is ChannelKind.DM:
        await _opened_app(doer, "messages")


async def _opened_app(doer: Doer, tab: str) -> bool:
    workspace, user = doer.local.workspace, doer.person.id
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": workspace.dm_of(user, doer.now).id,
        "tab": tab,
        "event_ts": f"{doer.now.timestamp():.6f}",
    }
    home = workspace.homes.get(user)
    if home and tab == "home":
        event["view"] = objects.view_json(workspace, home)
    return await fire(doer.local, event)


async def change_person(doer: Doer, tz: str | None, deleted: bool) -> None:
    """Somebody moved, or has left Slack; the bot is told."""
    person = doer.person
    person.tz, person.deleted = tz or person.tz, deleted or person.deleted
    if person.deleted:
        doer.local.workspace.stacks.pop(person.id, None)
    doer.local.workspace.changed()
    event = {
        "type": "user_change",
        "user": objects.user_json(doer.local.workspace, person, doer.now, locale=True),
        "cache_ts": int(doer.now.timestamp()),
        "event_ts": f"{doer.now.timestamp():.6f}",
    }
    await fire(doer.local, event)


async def fire(local: Local, event: Json) -> bool:
    """Sends the bot an event; True if its first try was taken."""
    workspace = local.workspace
    event_id = workspace.next_id("Ev")
    envelope = payloads.event_envelope(workspace, event, event_id, int(local.now().timestamp()))
    return await local.line.event(envelope)


async def verify_url(local: Local) -> bool:
    """Whether the bot gives back the challenge that Slack sends to a new address."""
    challenge = local.workspace.next_id("challenge")
    return await local.line.challenge(
        {"type": "url_verification", "token": local.workspace.bot.verification, "challenge": challenge}
    )

"""The bodies of Slack's requests to an app, as true ones look. Pure."""

from dataclasses import dataclass

from demo import objects
from demo.blocks import plain
from demo.records import Channel, ChannelKind, Hook, Json, Message, Person, View
from demo.state import State
from demo.workspace import Workspace

NO_ENTERPRISE: Json = {"enterprise": None, "is_enterprise_install": False}


@dataclass(frozen=True)
class Act:
    """One thing one person does, with the passes that the bot gets for it."""

    workspace: Workspace
    person: Person
    trigger_id: str
    base_url: str
    """This server's own address, for response_urls."""
    ts: str
    """The demo's now as Slack writes it."""

    def hook_url(self, kind: str, hook: Hook) -> str:
        return f"{self.base_url}/hooks/{kind}/{hook.id}"


def command_form(act: Act, channel: Channel, command: str, text: str, hook: Hook) -> dict[str, str]:
    """The form fields of a slash command."""
    workspace = act.workspace
    return {
        "token": workspace.bot.verification,
        "team_id": workspace.team.id,
        "team_domain": workspace.team.domain,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": act.person.id,
        "user_name": act.person.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.bot.app_id,
        "is_enterprise_install": "false",
        "response_url": act.hook_url("commands", hook),
        "trigger_id": act.trigger_id,
    }


def _channel_name(channel: Channel) -> str:
    """Slack tells the names of public channels only."""
    return {ChannelKind.DM: "directmessage", ChannelKind.PRIVATE: "privategroup"}.get(
        channel.kind, channel.name
    )


def _envelope(act: Act, kind: str) -> Json:
    workspace, person = act.workspace, act.person
    return {
        "type": kind,
        "team": {"id": workspace.team.id, "domain": workspace.team.domain},
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": workspace.team.id,
        },
        "api_app_id": workspace.bot.app_id,
        "token": workspace.bot.verification,
        **NO_ENTERPRISE,
    }


def _in_message(act: Act, message: Message) -> Json:
    """Where it was pressed. Of an ephemeral message an app must know by itself what it said."""
    channel = act.workspace.channels[message.channel]
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    where: Json = {"container": container, "channel": {"id": channel.id, "name": _channel_name(channel)}}
    if message.only_for is None:
        where["message"] = objects.message_json(act.workspace, message)
    return where


def _in_view(act: Act, view: View, state: State) -> Json:
    return {
        "container": {"type": "view", "view_id": view.id},
        "view": objects.view_json(act.workspace, view, state),
    }


def message_click(act: Act, message: Message, action: Json, state: State, hook: Hook) -> Json:
    """block_actions from a message."""
    return {
        **_envelope(act, "block_actions"),
        **_in_message(act, message),
        "trigger_id": act.trigger_id,
        "state": {"values": state},
        "response_url": act.hook_url("actions", hook),
        "actions": [action],
    }


def view_click(act: Act, view: View, action: Json, state: State) -> Json:
    """block_actions from a modal or the Home tab: no response_url."""
    return {
        **_envelope(act, "block_actions"),
        **_in_view(act, view, state),
        "trigger_id": act.trigger_id,
        "actions": [action],
    }


def message_action(act: Act, message: Message, callback_id: str, hook: Hook) -> Json:
    """A shortcut chosen in the menu of a message. Slack hands over this one message, whoever wrote it."""
    channel = act.workspace.channels[message.channel]
    return {
        **_envelope(act, "message_action"),
        "action_ts": act.ts,
        "callback_id": callback_id,
        "trigger_id": act.trigger_id,
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "message_ts": message.ts,
        "message": objects.message_json(act.workspace, message),
        "response_url": act.hook_url("actions", hook),
    }


def action_of(element: Json, block_id: str, given: Json, ts: str) -> Json:
    """`actions[0]`: who was pressed, and what was chosen by it."""
    action = {
        "action_id": element["action_id"],
        "block_id": block_id,
        "type": element["type"],
        "action_ts": ts,
    }
    if element["type"] == "button":
        action["text"] = element.get("text")
    kept = ("value", "style", "confirm", "placeholder", "initial_option", "initial_date", "initial_time")
    action |= {key: element[key] for key in kept if element.get(key) is not None}
    chosen = {
        key: value for key, value in given.items() if key == "value" or key.startswith(("selected_", "rich_"))
    }
    return action | chosen


def submission(act: Act, view: View, state: State, response_urls: list[Json]) -> Json:
    return {
        **_envelope(act, "view_submission"),
        "trigger_id": act.trigger_id,
        "view": objects.view_json(act.workspace, view, state),
        "response_urls": response_urls,
    }


def view_closed(act: Act, view: View, *, is_cleared: bool) -> Json:
    return {
        **_envelope(act, "view_closed"),
        "view": objects.view_json(act.workspace, view),
        "is_cleared": is_cleared,
    }


def suggestion(act: Act, place: Message | View, block_id: str, action_id: str, query: str) -> Json:
    """block_suggestion: what a person typed into an external menu so far."""
    where = _in_message(act, place) if isinstance(place, Message) else _in_view(act, place, {})
    return {
        **_envelope(act, "block_suggestion"),
        **where,
        "block_id": block_id,
        "action_id": action_id,
        "value": query,
    }


def event_envelope(workspace: Workspace, event: Json, event_id: str, event_time: int) -> Json:
    """What the Events API wraps around an event."""
    bot = workspace.bot
    return {
        "token": bot.verification,
        "team_id": workspace.team.id,
        "api_app_id": bot.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team.id,
                "user_id": bot.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def element_label(element: Json) -> str:
    """For the inspector's summary line."""
    return plain(element.get("text")) or str(element.get("action_id", ""))

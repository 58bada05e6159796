"""Requests with a true signature that no page would send: old buttons, foreign ids, another workspace."""

import json
import time
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlencode, urlsplit

from demo import tickets
from demo.delivery import signature
from demo.payloads import Act, command_form
from demo.records import Json
from service.demo import Demo

CHANNEL = "C0GENERAL"


class Forger:
    """Sends the bot whatever a test makes up, signed with the workspace's own secret."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._local = demo.workspace.local
        self._number = count()
        self._secret = demo.coach.settings.slack_signing_secret.get_secret_value()
        self.team = self._local.workspace.team.id
        """The workspace that the requests come from."""

    def click(self, user: str, action: str, value: str, metadata: Json | None = None) -> str:
        """Presses a button that may never have been there; what the person is told, "" for nothing.

        With `metadata` it stands in a modal that carries them, and the person is told in one on top.
        """
        hook = tickets.new_hook(self._local.workspace, user, CHANNEL, self._local.now())
        chosen = {"selected_option": {"value": value}} if action == "session.more" else {"value": value}
        modal = {} if metadata is None else {"view": _modal("", metadata, {}, "V0FORGED")}
        payload = {
            "type": "block_actions",
            **self._person(user),
            "trigger_id": self._trigger(user),
            "container": {"type": "message", "message_ts": "1.2", "channel_id": CHANNEL},
            "channel": {"id": CHANNEL},
            "response_url": f"{self._demo.url}/hooks/actions/{hook.id}",
            "actions": [{"type": "button", "action_id": action, "block_id": "b", **chosen}],
            **modal,
        }
        before = len(self._told(user))
        assert self.send({"payload": json.dumps(payload)})[0] == 200
        return "".join(self._told(user)[before:])

    def submit(
        self, user: str, form: str, metadata: Json, fields: Json | None = None, *, view_id: str = "V0FORGED"
    ) -> Json:
        """Submits a form that may never have been open; the bot's answer."""
        view = _modal(form, metadata, fields or {}, view_id)
        payload = {"type": "view_submission", **self._person(user), "view": view}
        status, body = self.send({"payload": json.dumps(payload)})
        assert status == 200
        answer: Json = json.loads(body) if body else {}
        return answer

    def command(self, user: str, text: str) -> str:
        """A slash command; the body of the answer, empty where a form is opened."""
        workspace = self._local.workspace
        trigger = self._trigger(user)
        hook = tickets.new_hook(workspace, user, CHANNEL, self._local.now())
        act = Act(workspace, workspace.people[user], trigger, self._demo.url, "1.2")
        form = command_form(act, workspace.channels[CHANNEL], "/coach", text, hook) | {"team_id": self.team}
        status, body = self.send(form)
        assert status == 200
        return body

    def hand_over(self, user: str, text: str, *, shortcut: str = "add_to_notes") -> int:
        """Chooses an entry in the menu of a message that says `text`; the status of the answer."""
        local = self._local
        hook = tickets.new_hook(local.workspace, user, CHANNEL, local.now())
        payload = {
            "type": "message_action",
            **self._person(user),
            "callback_id": shortcut,
            "trigger_id": self._trigger(user),
            "channel": {"id": CHANNEL, "name": "general"},
            "message_ts": "1.2",
            "message": {"type": "message", "user": user, "ts": "1.2", "text": text},
            "response_url": f"{self._demo.url}/hooks/actions/{hook.id}",
        }
        return self.send({"payload": json.dumps(payload)})[0]

    def type_in(self, user: str, menu: str, text: str) -> str:
        """Types into a menu whose options are fetched; what it offers."""
        payload = {"type": "block_suggestion", **self._person(user), "action_id": menu, "value": text}
        payload |= {"block_id": "b", "container": {"type": "view"}, "view": _modal("", {}, {}, "V0FORGED")}
        status, body = self.send({"payload": json.dumps(payload)})
        assert status == 200
        return body

    def event(self, kind: str, event_id: str, **inner: object) -> int:
        """Something that Slack says by itself; the status of the answer."""
        event = {"type": kind, **inner}
        content = {"type": "event_callback", "team_id": self.team, "event_id": event_id, "event": event}
        return self._post(json.dumps(content), "application/json")[0]

    def send(self, fields: dict[str, str]) -> tuple[int, str]:
        """A signed form, as Slack sends commands and clicks: status and body of the answer.

        No two are the same to the letter, as none of Slack's are.
        """
        numbered = fields | {"number": str(next(self._number))}
        return self._post(urlencode(numbered), "application/x-www-form-urlencoded")

    def _post(self, body: str, kind: str) -> tuple[int, str]:
        at = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": signature(self._secret, at, body),
        }
        address = urlsplit(self._local.line.url)
        connection = HTTPConnection(address.netloc, timeout=20)
        try:
            connection.request("POST", address.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def _trigger(self, user: str) -> str:
        return tickets.new_trigger(self._local.workspace, user, self._local.timing.trigger, None)

    def _person(self, user: str) -> Json:
        return {"team": {"id": self.team}, "user": {"id": user, "team_id": self.team}}

    def _told(self, user: str) -> list[str]:
        messages = self._local.workspace.messages[CHANNEL].values()
        return [one.text for one in messages if one.only_for == user]


def _modal(form: str, metadata: Json, fields: Json, view_id: str) -> Json:
    """A field is what was typed, or the state of its element as Slack sends it."""
    states = {name: one if isinstance(one, dict) else {"value": one} for name, one in fields.items()}
    return {
        "type": "modal",
        "id": view_id,
        "callback_id": form,
        "private_metadata": json.dumps(metadata),
        "blocks": [{"type": "input", "block_id": name, "element": {"action_id": "value"}} for name in states],
        "state": {"values": {name: {"value": state} for name, state in states.items()}},
    }

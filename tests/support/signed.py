"""Requests with a true signature that no page would send: old buttons, foreign ids, another workspace."""

import json
import time
from http.client import HTTPConnection
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
        self._secret = demo.coach.settings.slack_signing_secret.get_secret_value()
        self.team = self._local.workspace.team.id
        """The workspace that the requests come from."""

    def click(self, user: str, action: str, value: str) -> str:
        """Presses a button that may never have been there; what the person is told, "" for nothing."""
        hook = tickets.new_hook(self._local.workspace, user, CHANNEL, self._local.now())
        chosen = {"selected_option": {"value": value}} if action == "session.more" else {"value": value}
        payload = {
            "type": "block_actions",
            **self._person(user),
            "trigger_id": self._trigger(user),
            "container": {"type": "message", "message_ts": "1.2", "channel_id": CHANNEL},
            "channel": {"id": CHANNEL},
            "response_url": f"{self._demo.url}/hooks/actions/{hook.id}",
            "actions": [{"type": "button", "action_id": action, "block_id": "b", **chosen}],
        }
        before = len(self._told(user))
        assert self.send({"payload": json.dumps(payload)})[0] == 200
        return "".join(self._told(user)[before:])

    def submit(
        self, user: str, form: str, metadata: Json, fields: Json | None = None, *, view_id: str = "V0FORGED"
    ) -> Json:
        """Submits a form that may never have been open; the bot's answer."""
        values = {name: {"value": {"value": entry}} for name, entry in (fields or {}).items()}
        blocks = [{"type": "input", "block_id": name, "element": {"action_id": "value"}} for name in values]
        view = {
            "type": "modal",
            "id": view_id,
            "callback_id": form,
            "private_metadata": json.dumps(metadata),
            "blocks": blocks,
            "state": {"values": values},
        }
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

    def send(self, fields: dict[str, str]) -> tuple[int, str]:
        """A signed form, as Slack sends commands and clicks: status and body of the answer."""
        body, at = urlencode(fields), str(int(time.time()))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
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

"""A person at the page, for tests: says what they do in the words they see, over real HTTP."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from demo.filling import Names, NotThere, filled, find, find_field, find_press, words

__all__ = ["NotThere", "Person", "Refused", "Trouble", "words"]
from demo.records import Json
from demo.state import State, complete_state

SECONDS = 60


class Trouble(Exception):
    """Slack itself told the person that something went wrong, in the words of the notice."""


class Refused(Exception):
    """The workspace does not let the person do this."""


class Person:
    """Drives the workspace at `base_url` as `user_id`, through the same calls that the page makes."""

    def __init__(self, base_url: str, user_id: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.user_id = user_id
        self._typed: dict[str, State] = {}

    # Looking

    def state(self) -> Json:
        """Everything the page shows but messages."""
        return self._get("/demo/state")

    @property
    def modals(self) -> list[Json]:
        """The open modals, the one on top last."""
        views: list[Json] = self.state()["modals"]
        for view in views:
            self._typed[view["id"]] = complete_state(view["blocks"], self._typed.get(view["id"], {}))
        return views

    @property
    def has_modal(self) -> bool:
        return bool(self.modals)

    @property
    def modal(self) -> Json:
        """The modal on top. Raises NotThere with Slack's notices when none is open."""
        views = self.modals
        if not views:
            raise NotThere(f"no modal is open; notices: {self.notices()}")
        return views[-1]

    @property
    def values(self) -> State:
        """What stands in the fields of the modal on top, as `state.values` has it."""
        return self._typed[self.modal["id"]]

    @property
    def home(self) -> Json:
        """The Home tab as it was published last. Raises NotThere when there is none."""
        state = self.state()
        if state["home"] is None:
            raise NotThere(f"no Home tab was published; {state['home_error'] or 'and no error is shown'}")
        home: Json = state["home"]
        return home

    def notices(self) -> list[str]:
        """What Slack itself says about this person's last act."""
        return [notice["text"] for notice in self.state()["notices"]]

    def messages(self, channel: str | None = None) -> list[Json]:
        """What stands in a channel for everybody, oldest first; in the DM with the bot by default."""
        return [m for m in self._messages(channel) if not m["ephemeral"]]

    def ephemerals(self, channel: str | None = None) -> list[Json]:
        """What only this person sees in a channel, oldest first."""
        return [m for m in self._messages(channel) if m["ephemeral"]]

    def dm(self) -> list[Json]:
        """The DM with the bot, oldest first."""
        return self.messages()

    def thread(self, channel: str | None, ts: str) -> list[Json]:
        """The answers under a message, oldest first."""
        return self._messages(channel, thread=ts)

    def _messages(self, channel: str | None, **query: str) -> list[Json]:
        found: list[Json] = self._get("/demo/messages", channel=self.channel_id(channel), **query)["messages"]
        return found

    def channel_id(self, name: str | None = None) -> str:
        """A channel by name, "#name" or id; the DM with the bot without a name."""
        channels = self.state()["channels"]
        if name is None:
            return str(next(c["id"] for c in channels if c["kind"] == "im"))
        return find("channel", name.removeprefix("#"), {c["name"]: c["id"] for c in channels})

    def download(self, file: Json) -> bytes:
        """The bytes of a file in a message."""
        status, body = self._request("GET", f"{file['url']}?{urlencode({'as': self.user_id})}")
        if status != 200:
            raise Refused(body.decode())
        return body

    # Doing

    def command(self, text: str, channel: str | None = None) -> None:
        """A slash command; in the DM with the bot by default. Raises Trouble when the bot fails."""
        self._act("command", channel=self.channel_id(channel), text=text)

    def say(self, text: str, channel: str | None = None, thread_ts: str | None = None) -> str:
        """Writes a message and gives its ts."""
        sent = self._act("message", channel=self.channel_id(channel), text=text, thread_ts=thread_ts)
        return str(sent["ts"])

    def fill(self, values: Mapping[str, object]) -> None:
        """Types and chooses in the modal on top, field by field, in this order.

        Fields go by label or block id; options, people and channels by the words on the page; dates and
        times as values or as Slack writes them; None empties a field. Where Slack tells the bot of a choice
        at once, so does this, and the next field is looked for in what the bot made of it.
        """
        for label, value in values.items():
            self._fill_one(label, value)

    def _fill_one(self, label: str, value: object) -> None:
        view = self.modal
        block, element = find_field(view["blocks"], label)
        container = {"type": "view", "view_id": view["id"]}

        def fetch(block: Json, element: Json, query: str) -> list[Json]:
            return self._options(container, block, element, query)

        entry = filled(block, element, value, self._names(), fetch)
        self._typed[view["id"]].setdefault(block["block_id"], {})[element["action_id"]] = entry
        if block["type"] != "input" or block.get("dispatch_action"):
            self._press(container, block, element, entry, self._typed[view["id"]])

    def _names(self) -> Names:
        state = self.state()
        return Names(
            people={p["real_name"]: p["id"] for p in state["people"]},
            channels={c["name"]: c["id"] for c in state["channels"]},
        )

    def _options(self, container: Json, block: Json, element: Json, query: str) -> list[Json]:
        ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
        reply = self._act("options", container=container, query=query, **ids)
        grouped = [option for group in reply["option_groups"] or [] for option in group["options"]]
        return [*reply["options"], *grouped]

    def submit(self) -> dict[str, str]:
        """Submits the modal on top; gives the errors by block id, none when it was taken.

        Raises Trouble when the bot's answer makes no sense to Slack or does not come.
        """
        view = self.modal
        reply = self._post("submit", {"view_id": view["id"], "state": self._typed[view["id"]]})
        if reply.get("notice"):
            raise Trouble(reply["notice"])
        return dict(reply.get("errors") or {})

    def close(self, *, everything: bool = False) -> None:
        """Closes the modal on top, or all of them."""
        self._act("close", view_id=self.modal["id"], all=everything)

    def click(self, label: str, in_: Json | str = "modal", nth: int | None = None) -> None:
        """Presses a button or chooses in a menu, by its words, in a message, "modal" or "home".

        With several of the same words `nth` (from 0) says which. Raises Trouble when the bot fails.
        """
        place = (
            {"modal": lambda: self.modal, "home": lambda: self.home}[in_]() if isinstance(in_, str) else in_
        )
        press = find_press(place["blocks"] or [], label, nth)
        if "ts" in place:
            container = {"type": "message", "channel": place["channel"], "ts": place["ts"]}
        else:
            container = {"type": "view", "view_id": place["id"]}
        self._press(
            container, press.block, press.element, press.sends, self._typed.get(place.get("id", ""), {})
        )

    def _press(self, container: Json, block: Json, element: Json, sends: Json, state: State) -> None:
        ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
        self._act("click", container=container, element=sends, state=state, **ids)

    def use(self, message: Json, shortcut: str) -> None:
        """Chooses what the bot adds to the menu of a message, by its words. Raises Trouble when it fails."""
        offered = {one["name"]: one["callback_id"] for one in self.state()["bot"]["shortcuts"]}
        callback_id = find("shortcut", shortcut, offered)
        self._act("shortcut", channel=message["channel"], ts=message["ts"], callback_id=callback_id)

    def open(self, channel: str | None = None) -> None:
        """Looks at a channel; at the DM with the bot by default, of which the bot hears."""
        self._act("open", channel=self.channel_id(channel))

    def open_home(self) -> Json:
        """Looks at the bot's Home tab, and gives what it shows."""
        self._act("open", channel="home")
        return self.home

    def move_clock(
        self, *, by: timedelta | None = None, to: datetime | None = None, next_morning: str | None = None
    ) -> datetime:
        """Lets the demo's time pass: by a while, to a moment, or to 9:05 of the next morning in a zone."""
        body: Json = {}
        if by is not None:
            body = {"by_seconds": by.total_seconds()}
        elif to is not None:
            body = {"to": to.timestamp()}
        elif next_morning is not None:
            body = {"next_morning": {"tz": next_morning}}
        moment = self._act("clock", **body)["now"]
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00") + timedelta(seconds=moment)

    def travel(self, tz: str) -> None:
        """Lives in another zone from now on, of which the bot hears."""
        self._post("person", {"id": self.user_id, "tz": tz})

    def leave_slack(self) -> None:
        """Is deactivated, of which the bot hears."""
        self._post("person", {"id": self.user_id, "deleted": True})

    # Talking to the page's calls

    def _act(self, what: str, **body: object) -> Json:
        reply = self._post(what, body)
        if reply.get("notice"):
            raise Trouble(reply["notice"])
        return reply

    def _get(self, path: str, **query: str) -> Json:
        return self._call("GET", f"{path}?{urlencode({'as': self.user_id, **query})}", None)

    def _post(self, what: str, body: Mapping[str, object]) -> Json:
        return self._call("POST", f"/demo/{what}", json.dumps({"as": self.user_id, **body}))

    def _call(self, method: str, path: str, body: str | None) -> Json:
        status, content = self._request(method, path, body)
        reply = json.loads(content)
        if status != 200 or not isinstance(reply, dict):
            raise Refused(reply["error"])
        return reply

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection(urlsplit(self.base_url).netloc, timeout=SECONDS)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

"""One person at the page: what they can see, and the passes the bot gets for what they do."""

from dataclasses import dataclass
from datetime import datetime

from demo import tickets, windows
from demo.local import Local
from demo.payloads import Act
from demo.records import Channel, Json, Message, Person, View

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

"""One call of a method: its arguments, the rights it needs, and how it is refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from demo.blocks import pictures_in
from demo.local import Local
from demo.records import Channel, ChannelKind, Json, Person
from demo.workspace import Workspace


class Refused(Exception):
    """Slack's answer is `ok: false` with this word."""

    def __init__(self, error: str, **details: object) -> None:
        super().__init__(error)
        self.error = error
        self.details = details


def refuse_with(error: str, messages: Sequence[str]) -> Refused:
    """A refusal that says what is wrong, where Slack does: in `response_metadata.messages`."""
    return Refused(error, response_metadata={"messages": [f"[ERROR] {message}" for message in messages]})


def unknown_pictures(workspace: Workspace, thing: object) -> list[str]:
    """Pictures must be files that have been uploaded."""
    missing = [file_id for file_id in pictures_in(thing) if not _is_uploaded(workspace, file_id)]
    return [f"invalid slack file: {file_id}" for file_id in missing]


def _is_uploaded(workspace: Workspace, file_id: str) -> bool:
    file = workspace.files.get(file_id)
    return file is not None and file.content is not None


READ = {
    ChannelKind.PUBLIC: "channels:read",
    ChannelKind.PRIVATE: "groups:read",
    ChannelKind.GROUP_DM: "mpim:read",
    ChannelKind.DM: "im:read",
}


@dataclass(frozen=True)
class Call:
    local: Local
    method: str
    args: Json
    base_url: str

    @property
    def workspace(self) -> Workspace:
        return self.local.workspace

    @property
    def now(self) -> datetime:
        return self.local.now()

    def need_scope(self, scope: str) -> None:
        scopes = self.workspace.bot.scopes
        if scope not in scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(scopes))

    def text(self, name: str) -> str | None:
        """An optional argument as text; empty counts as absent."""
        value = self.args.get(name)
        return str(value) if value not in (None, "") else None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise refuse_with("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        return str(self.args.get(name, "")).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isdigit():
            raise refuse_with("invalid_arguments", [f"{name} is not a number"])
        return int(value)

    def channel(self, name: str = "channel") -> Channel:
        """The channel named by an argument, if the bot may know that it exists."""
        channel = self.workspace.channels.get(self.text(name) or "")
        if channel is None or not (channel.kind is ChannelKind.PUBLIC or self._inside(channel)):
            raise Refused("channel_not_found")
        return channel

    def _inside(self, channel: Channel) -> bool:
        return self.workspace.bot.user_id in channel.members

    def channel_to_write_in(self, name: str = "channel") -> Channel:
        """The same, where the bot may also post; a person's id stands for their DM."""
        wanted = self.text(name) or ""
        if wanted in self.workspace.people:
            return self.workspace.dm_of(self.reachable(wanted).id, self.now)
        channel = self.channel(name)
        if not self._inside(channel):
            raise Refused("not_in_channel")
        if channel.archived:
            raise Refused("is_archived")
        return channel

    def person(self, user_id: str) -> Person:
        person = self.workspace.people.get(user_id)
        if person is None:
            raise Refused("user_not_found")
        return person

    def reachable(self, user_id: str) -> Person:
        """A person whom the bot may write to."""
        person = self.person(user_id)
        if self.workspace.is_bot(user_id):
            raise Refused("cannot_dm_bot")
        if person.deleted:
            raise Refused("user_disabled")
        return person

    def page(self, items: Sequence[Json], default: int) -> tuple[list[Json], Json]:
        """One page of a list, and the `response_metadata` that leads to the next."""
        start = self._cursor()
        end = start + max(1, min(self.number("limit", default) or default, 1000))
        cursor = f"from:{end}" if end < len(items) else ""
        return list(items[start:end]), {"next_cursor": cursor}

    def _cursor(self) -> int:
        cursor = self.text("cursor")
        if cursor is None:
            return 0
        word, _, place = cursor.partition(":")
        if word != "from" or not place.isdigit():
            raise Refused("invalid_cursor")
        return int(place)


Method = Callable[[Call], Json]

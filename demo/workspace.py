"""The single source of truth: who is here, what was said, what stands open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from demo.faults import Fault
from demo.records import (
    Bot,
    Channel,
    ChannelKind,
    File,
    Hook,
    Message,
    Notice,
    Person,
    PersonKind,
    Team,
    Trigger,
    View,
)


def passing() -> dict[str, bool]:
    """Marks a field that is not kept in the file."""
    return {"passing": True}


@dataclass
class Workspace:
    team: Team
    bot: Bot
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    """By channel, then by ts, in order of time; ephemeral ones among them."""
    files: dict[str, File] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    """By person, the open modals; the last one is on top."""
    homes: dict[str, View] = field(default_factory=dict)
    home_errors: dict[str, str] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    notices: dict[str, list[Notice]] = field(default_factory=dict)
    last_number: int = 0
    last_ts: int = 0
    """Microseconds since 1970 of the newest ts given out."""

    revision: int = field(default=0, metadata=passing())
    triggers: dict[str, Trigger] = field(default_factory=dict, metadata=passing())
    watchers: list[Callable[[], None]] = field(default_factory=list, metadata=passing())
    """Called after every change, on the thread that made it."""
    faults: list[Fault] = field(default_factory=list, metadata=passing())
    latency: float = field(default=0.0, metadata=passing())
    """Real seconds that every Web API call takes longer."""

    def changed(self) -> None:
        self.revision += 1
        for watcher in list(self.watchers):
            watcher()

    def next_id(self, prefix: str) -> str:
        """Looks like Slack's ids and is never given twice."""
        self.last_number += 1
        return f"{prefix}0{self.last_number:08X}"

    def next_ts(self, now: datetime) -> str:
        """A message's ts for the demo's now; unique and growing, even when many share one moment."""
        self.last_ts = max(self.last_ts + 100, int(now.timestamp()) * 1_000_000 + 100)
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def add_person(self, person: Person) -> Person:
        self.people[person.id] = person
        self.changed()
        return person

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, {})
        self.changed()
        return channel

    def is_bot(self, user: str) -> bool:
        return self.people[user].kind is PersonKind.BOT

    def channel_named(self, name: str) -> Channel:
        """By name, with or without "#". Raises LookupError with the names there are."""
        for channel in self.channels.values():
            if channel.name == name.removeprefix("#"):
                return channel
        raise LookupError(f"no channel {name}; there are {sorted(c.name for c in self.channels.values())}")

    def person_named(self, name: str) -> Person:
        """By real name, handle or id. Raises LookupError with the names there are."""
        for person in self.people.values():
            if name in (person.id, person.name, person.real_name):
                return person
        raise LookupError(f"no person {name}; there are {sorted(p.real_name for p in self.people.values())}")

    def dm_of(self, user: str, now: datetime) -> Channel:
        """The person's DM with the bot, made when it is first needed."""
        return self.conversation_of([user], now)

    def conversation_of(self, users: list[str], now: datetime) -> Channel:
        """The DM or group DM of exactly these people and the bot; always the same one."""
        wanted = {*users, self.bot.user_id}
        kind = ChannelKind.DM if len(users) == 1 else ChannelKind.GROUP_DM
        for channel in self.channels.values():
            if channel.kind is kind and set(channel.members) == wanted:
                return channel
        return self.add_channel(self._new_conversation(kind, users, now))

    def _new_conversation(self, kind: ChannelKind, users: list[str], now: datetime) -> Channel:
        handles = "--".join(sorted(self.people[user].name for user in users))
        return Channel(
            id=self.next_id("D" if kind is ChannelKind.DM else "G"),
            name=users[0] if kind is ChannelKind.DM else f"mpdm-{handles}-1",
            kind=kind,
            members=[*users, self.bot.user_id],
            created=int(now.timestamp()),
            creator=self.bot.user_id,
        )

    def may_see(self, user: str, channel: Channel) -> bool:
        """Members see a channel; full members see public ones besides."""
        public = channel.kind is ChannelKind.PUBLIC and self.people[user].kind is PersonKind.FULL
        return public or user in channel.members

    def tell(self, user: str, text: str) -> None:
        """Show a person a notice of Slack's own."""
        self.notices.setdefault(user, []).append(Notice(self.next_id("N"), text))
        self.changed()

    def forget_notices(self, user: str) -> None:
        """A person has gone on to something else."""
        self.notices.pop(user, None)

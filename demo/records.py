"""What a workspace is made of. Plain records, so that a workspace can be kept as a file."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
"""An object of Slack's JSON, as it travels."""


class PersonKind(StrEnum):
    FULL = "full"
    GUEST = "guest"
    BOT = "bot"


class ChannelKind(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"
    GROUP_DM = "mpim"
    DM = "im"


@dataclass
class Team:
    id: str
    name: str
    domain: str


@dataclass
class Bot:
    """The one app that is installed here, and what it may do."""

    user_id: str
    bot_id: str
    app_id: str
    token: str
    verification: str
    """The old shared word in every request; kept because real payloads have it."""
    commands: list[str]
    shortcuts: dict[str, str]
    """What it adds to the menu of every message: by callback id, the words."""
    scopes: list[str]


@dataclass
class Person:
    id: str
    name: str
    real_name: str
    tz: str
    kind: PersonKind = PersonKind.FULL
    owner: bool = False
    deleted: bool = False
    locale: str = "en-US"
    color: str = "4a5568"
    note: str = ""
    """One line for the page: who this is in the demo."""

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.real_name.split()[:2]).upper()


@dataclass
class Channel:
    id: str
    name: str
    kind: ChannelKind
    members: list[str]
    created: int
    creator: str
    archived: bool = False
    read: dict[str, str] = field(default_factory=dict)
    """By person, the ts up to which they have read."""


@dataclass
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] | None = None
    bot_id: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    only_for: str | None = None
    """The one person who sees an ephemeral message."""
    edited: str | None = None
    metadata: Json | None = None
    files: list[str] = field(default_factory=list)
    tombstone: bool = False
    """Deleted, but its thread goes on."""


@dataclass
class File:
    id: str
    name: str
    title: str
    mimetype: str
    created: int
    content: bytes | None = None
    key: str = ""
    """The secret part of the address it is uploaded to."""
    shares: list[str] = field(default_factory=list)
    """The channels it was shared in."""
    alt_txt: str = ""
    """What a picture shows, in words."""


@dataclass
class View:
    """A modal or a Home tab as one person sees it."""

    id: str
    user: str
    hash: str
    body: Json
    root_id: str
    previous_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    busy: bool = False


@dataclass
class Hook:
    """A response_url: where the bot may answer without any rights, a few times and not for long."""

    id: str
    user: str
    channel: str
    expires: float
    thread_ts: str | None = None
    message_ts: str | None = None
    """The message whose button was pressed, which may be replaced."""
    uses_left: int = 5


@dataclass
class Notice:
    """What Slack itself tells a person, in nobody's name."""

    id: str
    text: str


@dataclass
class Trigger:
    """The right to open one modal, for a few real seconds."""

    user: str
    expires: float
    """By the stopwatch."""
    view_id: str | None = None
    """The modal it came from, onto which another may be pushed."""
    used: bool = False

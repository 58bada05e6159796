"""What a renderer gives to delivery: something to send, or a reason not to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from storage.models import OutboxRow, Outgoing

Json = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """A message in a conversation; never unfurled. `text` is what notifications and screen readers say."""

    text: str
    blocks: list[Json] = field(default_factory=list)


@dataclass(frozen=True)
class File:
    """A file shared in a conversation, with a line above it."""

    filename: str
    title: str
    content: bytes
    text: str
    alt: str = ""
    """What a picture shows, for who does not see it. Slack takes up to 1,000 characters."""


@dataclass(frozen=True)
class Skip:
    """Nothing is to be said any more. The reason is kept in the row: ours, never a text of a person."""

    reason: str


@dataclass(frozen=True)
class Guarded:
    """A message or file for a private conversation in which nobody but the audience is, apps apart.

    Slack is asked right before it is sent. Where that cannot be found out, it is as if it were not so.
    """

    message: Message | File
    audience: frozenset[str]
    """Slack ids."""
    otherwise: Message | Skip
    group_dm: bool = False
    """The conversation is a group DM that the bot opened for exactly these people, or for others before."""


@dataclass(frozen=True)
class HomeView:
    """A person's Home tab."""

    view: Json


@dataclass(frozen=True)
class Later:
    """Not before something else is sent."""

    reason: str
    wait: timedelta


Content = Message | Guarded | File | HomeView | Skip | Later

Renderer = Callable[[Session, OutboxRow, datetime], Content]
"""Reads the state of now and writes nothing. For a refresh it is called with the row of the message that
stands, and what it gives replaces that message."""

Renderers = Mapping[Outgoing, Renderer]

"""Which handler answers what: one table per kind of request, so that a handler is found in one step.

(Bolt tries its listeners one after another, 22-25 µs each: forty of them cut throughput to a third.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from bot.ids import Action, MenuItem, Options, Shortcut, View
from bot.parse import Request
from bot.replies import Reply
from coaching import access
from coaching.access import Actor
from coaching.circles import Channel
from coaching.packs import Pack
from coaching.rules.audit_facts import About, Deed
from coaching.rules.keeping import AS_USUAL, Keeping

UNKNOWN_WORD = "?"
"""The command that answers words which are none."""


@dataclass(frozen=True)
class Context:
    """What a handler works with: the request, the open transaction, the content pack."""

    request: Request
    db: Session
    pack: Pack
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """Channels that were looked up for this request."""
    public_url: str | None = None
    """Where the bot is reached from outside, when whoever runs it has said so."""
    keeping: Keeping = AS_USUAL
    """How long things are kept."""
    about: About = field(default_factory=lambda: About(None))
    """What the log will say of it, as far as it is known by now."""

    @property
    def now(self) -> datetime:
        return self.request.now

    def actor(self) -> Actor:
        """Who is behind the request, as the database knew them when this was first asked."""
        return self._actor

    @cached_property
    def _actor(self) -> Actor:
        return access.actor(self.db, self.request.workspace_id, self.request.slack_id)

    def is_called(self, deed: Deed | None) -> None:
        """It was another deed than its route says, as it turns out; None keeps it out of the log."""
        self.about.deed = deed


Handler = Callable[[Context], Reply]


@dataclass(frozen=True)
class Route:
    handler: Handler
    writes: bool
    """Takes the write lock; handlers that only show something leave it to others."""
    once: bool = False
    """A second delivery of the same submission is answered without a second effect."""
    deed: Deed | None = None
    """What the log calls it: where something was changed, and where somebody was refused."""
    tokenless: bool = False
    """Runs where the bot has no token (any more), too."""


@dataclass
class Routes:
    """Filled by each feature's `register`, read by the dispatcher."""

    commands: dict[str, Route] = field(default_factory=dict)
    actions: dict[str, Route] = field(default_factory=dict)
    views: dict[str, Route] = field(default_factory=dict)
    menu: dict[str, Route] = field(default_factory=dict)
    options: dict[str, Route] = field(default_factory=dict)
    shortcuts: dict[str, Route] = field(default_factory=dict)
    events: dict[str, Route] = field(default_factory=dict)

    def command(self, word: str, handler: Handler, *, deed: Deed | None = None) -> None:
        """`/coach word`; a command only ever shows something."""
        _add(self.commands, word, Route(handler, writes=False, deed=deed))

    def action(
        self, action: Action, handler: Handler, *, writes: bool = False, deed: Deed | None = None
    ) -> None:
        _add(self.actions, action, Route(handler, writes, deed=deed))

    def menu_item(self, word: MenuItem, handler: Handler, *, deed: Deed | None = None) -> None:
        """An entry of a session's menu "More"; it opens something."""
        _add(self.menu, word, Route(handler, writes=False, deed=deed))

    def view(self, view: View, handler: Handler, *, once: bool = True, deed: Deed | None = None) -> None:
        """A submitted form. With `once` the view's id is remembered when it took effect."""
        _add(self.views, view, Route(handler, writes=True, once=once, deed=deed))

    def option(self, option: Options, handler: Handler) -> None:
        _add(self.options, option, Route(handler, writes=False))

    def shortcut(self, shortcut: Shortcut, handler: Handler) -> None:
        """An entry in the menu of a message; it opens something."""
        _add(self.shortcuts, shortcut, Route(handler, writes=False))

    def event(self, kind: str, handler: Handler, *, tokenless: bool = False) -> None:
        _add(self.events, kind, Route(handler, writes=True, tokenless=tokenless))


def _add(table: dict[str, Route], key: str, route: Route) -> None:
    if key in table:
        raise ValueError(f"{key} is registered twice")
    table[key] = route

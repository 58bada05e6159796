"""The way of every request: parse, find the handler, one transaction, one answer.

Slack waits three seconds for the answer, so a listener calls Slack once at most, after its transaction has
ended, and never from inside it.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import directory, failures, parse, wording
from bot.answer import answer
from bot.failures import SLACK_FAILS
from bot.ids import Action, action_of
from bot.parse import Malformed, Request
from bot.replies import Done, Ephemeral, Reply
from bot.routes import UNKNOWN_WORD, Context, Route, Routes
from bot.throttle import Limits, TooFast
from coaching import access, audit, people, requests
from coaching.circles import Channel
from coaching.errors import CoachingError, NotFound, NotYours, UnknownChannel, UnknownPeople
from coaching.packs import Pack
from coaching.rules.audit_facts import About
from coaching.rules.keeping import AS_USUAL, Keeping
from storage import written
from storage.engine import Database

log = structlog.get_logger()
ANYTHING = re.compile(".*", re.DOTALL)


@dataclass(frozen=True)
class Dispatcher:
    """Carries out requests against the tables of routes."""

    routes: Routes
    database: Database
    pack: Pack
    now: Callable[[], datetime]
    reference: Callable[[], str]
    """Makes the short word that a person and the log have in common."""
    wake: Callable[[], None]
    """Tells the worker that there may be something to send."""
    forget: Callable[[str], None]
    """Looks a workspace's token up anew with the next request."""
    refused: Callable[[str, str, str], None]
    """Hears of a workspace, its token and why Slack refused a call with it."""
    public_url: str | None = None
    keeping: Keeping = AS_USUAL
    limits: Limits | None = None
    """How much one person may ask for; None for no end of it."""
    install_url: str | None = None
    """Where people install the bot into their workspace, if that is how it comes there."""

    def listen(self, app: App) -> None:
        """One catch-all listener per kind of request."""

        @app.command(ANYTHING)
        def on_command(ack: Ack, body: dict[str, Any], client: WebClient) -> BoltResponse | None:
            return self._take(parse.command, body, ack, client, self._command)

        @app.action(ANYTHING)
        def on_action(ack: Ack, body: dict[str, Any], client: WebClient) -> BoltResponse | None:
            return self._take(parse.interaction, body, ack, client, self._action)

        @app.view(ANYTHING)
        def on_view(ack: Ack, body: dict[str, Any], client: WebClient) -> BoltResponse | None:
            return self._take(parse.interaction, body, ack, client, self._view)

        @app.options(ANYTHING)
        def on_options(ack: Ack, body: dict[str, Any], client: WebClient) -> BoltResponse | None:
            return self._take(parse.interaction, body, ack, client, self._options)

        @app.shortcut(ANYTHING)
        def on_shortcut(ack: Ack, body: dict[str, Any], client: WebClient) -> BoltResponse | None:
            return self._take(parse.shortcut, body, ack, client, self._shortcut)

        @app.event(ANYTHING)
        def on_event(ack: Ack, body: dict[str, Any], client: WebClient) -> BoltResponse | None:
            return self._take(parse.event, body, ack, client, self._event)

    def _command(self, request: Request) -> Route:
        word = request.words.partition(" ")[0].lower()
        return self.routes.commands.get(word) or self.routes.commands[UNKNOWN_WORD]

    def _action(self, request: Request) -> Route:
        if request.action == Action.MORE:
            return self.routes.menu.get(request.value.partition(":")[0], GONE)
        return self.routes.actions.get(action_of(request.action), GONE)

    def _view(self, request: Request) -> Route:
        return self.routes.views.get(request.view.callback_id if request.view else "", GONE)

    def _options(self, request: Request) -> Route:
        return self.routes.options.get(request.action, GONE)

    def _shortcut(self, request: Request) -> Route:
        return self.routes.shortcuts.get(request.action, GONE)

    def _event(self, request: Request) -> Route:
        return self.routes.events.get(str(request.event.get("type")), IGNORED)

    def _take(
        self,
        read: Callable[[Mapping[str, Any], datetime], Request],
        body: dict[str, Any],
        ack: Ack,
        client: WebClient,
        find: Callable[[Request], Route],
    ) -> BoltResponse | None:
        """Reads, finds, runs and answers. What Slack would not send is a bad request, and no more."""
        try:
            request = parse.checked(read, body, self.now())
        except Malformed:
            return BoltResponse(status=400)
        route = find(request)
        if client.token is None and not route.tokenless:
            self._tell_uninstalled(request, ack, client)
            return None
        if self.limits and not self.limits.lets(request, writes=route.writes):
            self._slow_down(self.limits, request, ack, client)
            return None
        return self._carry_out(route, request, ack, client)

    def _tell_uninstalled(self, request: Request, ack: Ack, client: WebClient) -> None:
        """The bot has no token that works in this workspace, so it can say only what goes into the answer."""
        with suppress(*SLACK_FAILS):
            answer(failures.not_installed(request, self.install_url), request, ack, client)

    def _carry_out(self, route: Route, request: Request, ack: Ack, client: WebClient) -> BoltResponse | None:
        about = About(route.deed)
        try:
            reply = self._run(route, request, client, about)
        except Exception as error:  # the one place that catches the unexpected
            self._note_refusal(error, request, about)
            reply = failures.reply_to(error, request, self.reference, self.install_url)
            self._doubt(error, request, client)
            if request.event and not isinstance(error, CoachingError):
                return BoltResponse(status=503)  # Slack sends an event again that was not taken
        self._show(reply, request, ack, client)
        if route.tokenless:
            self.forget(request.workspace_id)
        if route.writes:
            self.wake()
        return None

    def _show(self, reply: Reply, request: Request, ack: Ack, client: WebClient) -> None:
        try:
            answer(reply, request, ack, client)
        except SLACK_FAILS as error:
            self._doubt(error, request, client)
            if failures.token_is_over(error):
                self._tell_uninstalled(request, ack, client)
            else:
                self._not_shown(error, request, ack)

    def _slow_down(self, limits: Limits, request: Request, ack: Ack, client: WebClient) -> None:
        """Before the database is asked for anything."""
        log.warning("slowed_down", workspace=request.workspace_id)
        if limits.tells(request):
            self._show(failures.reply_to(TooFast(), request, self.reference), request, ack, client)
        else:
            ack()

    def _doubt(self, error: Exception, request: Request, client: WebClient) -> None:
        """What Slack refuses may be refused for a token that is old, or over."""
        if isinstance(error, SlackApiError):
            self.refused(request.workspace_id, client.token or "", failures.code_of(error))

    def _not_shown(self, error: Exception, request: Request, ack: Ack) -> None:
        """Slack did not show the reply. Who typed a command can still be told, by the answer to it."""
        told = failures.reply_to(error, request, self.reference)
        if isinstance(told, Ephemeral) and not request.action:
            ack(text=told.said.text)
        else:
            ack()

    def _note_refusal(self, error: Exception, request: Request, about: About) -> None:
        """In a transaction of its own, because that of the request is gone."""
        about_nothing = about.circle_id is None and about.session_id is None
        noted = isinstance(error, NotYours) or (isinstance(error, NotFound) and not about_nothing)
        if about.deed is None or not noted:
            return
        try:
            with self.database.transaction() as db:
                audit.refused(db, request.workspace_id, request.slack_id, about, request.now)
        except DBAPIError as failed:
            log.error("refusal_not_noted", error=type(failed).__name__)

    def _run(self, route: Route, request: Request, client: WebClient, about: About) -> Reply:
        """One transaction. Whom or what the bot meets for the first time is looked up between two tries."""
        channels: dict[str, Channel] = {}
        for _ in range(3):
            try:
                return self._once(route, request, channels, about)
            except UnknownPeople as unknown:
                found = directory.profiles(client, request.workspace_id, unknown.slack_ids)
                with self.database.transaction() as db:
                    people.learn(db, request.workspace_id, found)
            except UnknownChannel as unknown:
                channels[unknown.channel] = directory.channel(client, unknown.channel, request.slack_id)
        return self._once(route, request, channels, about)

    def _once(self, route: Route, request: Request, channels: Mapping[str, Channel], about: About) -> Reply:
        with self._scope(route) as db:
            access.watch(db, about)
            changed = written.watch(db) if route.writes and about.deed else set()
            key = _key(route, request)
            if key and not requests.claim(db, request.workspace_id, key, request.now):
                return Done(clear=True)
            context = Context(request, db, self.pack, channels, self.public_url, self.keeping, about)
            reply = route.handler(context)
            if key and not isinstance(reply, Done):
                requests.release(db, request.workspace_id, key)
            if route.writes and about.deed:
                audit.did(db, context.actor(), about, changed, request.now)
            return reply

    def _scope(self, route: Route) -> AbstractContextManager[Session]:
        return self.database.transaction() if route.writes else self.database.reading()


def _key(route: Route, request: Request) -> str | None:
    """A submission by its view, an event by its id. Looking is harmless twice, and so are clicks."""
    if not route.writes:
        return None
    if route.once and request.view:
        return f"view:{request.view.id}"
    return f"event:{request.value}" if request.event and request.value else None


def _gone(_context: Context) -> Reply:
    raise CoachingError(wording.OLD_BUTTON)


GONE = Route(_gone, writes=False)
IGNORED = Route(lambda _: Done(), writes=False)

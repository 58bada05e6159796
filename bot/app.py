"""The Bolt app: every feature registered, one catch-all listener per kind of request."""

import ssl
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Protocol

import structlog
from slack_bolt import App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import models, parse
from bot.dispatch import Dispatcher
from bot.handlers import FEATURES
from bot.routes import Routes
from bot.throttle import Limits
from coaching.packs import Pack
from coaching.rules.keeping import AS_USUAL, Keeping
from storage.engine import Database

TIMEOUT_S = 2
"""Slack waits three seconds for our answer, and this call is part of it."""

log = structlog.get_logger()


@cache
def certificates() -> ssl.SSLContext:
    """Made once: loading them costs 50 ms of CPU for every call that makes a context of its own."""
    return ssl.create_default_context()


def all_routes() -> Routes:
    """The whole surface: which handler answers what."""
    routes = Routes()
    for feature in FEATURES:
        feature.register(routes)
    return routes


class Tokens(Protocol):
    """With what the bot speaks in each workspace."""

    def of(self, workspace_id: str) -> tuple[str, str]:
        """The bot token and the bot's own user id. Raises `LookupError` for a workspace without one."""

    def forget(self, workspace_id: str) -> None:
        """It may be another one now."""

    def refused(self, workspace_id: str, bot_token: str, code: str) -> None:
        """Slack refused a call with this token, and said why. Asks the database; raises nothing."""


def create_app(
    *,
    tokens: Tokens,
    api_url: str,
    database: Database,
    pack: Pack,
    now: Callable[[], datetime],
    reference: Callable[[], str],
    wake: Callable[[], None],
    public_url: str | None = None,
    keeping: Keeping = AS_USUAL,
    limits: Limits | None = None,
    install_url: str | None = None,
) -> App:
    """`install_url`: where people install the bot into their workspace, if that is how it comes there."""
    models.hasten()
    client = WebClient(base_url=api_url, timeout=TIMEOUT_S, ssl=certificates(), retry_handlers=[])

    def authorize(team_id: str | None = None, **_: Any) -> AuthorizeResult:
        bot_token, bot_user = _known(tokens, team_id or "")
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token=bot_token, bot_user_id=bot_user)

    app = App(
        name="coach",  # else Bolt reads the sources of all its callers to find one
        client=client,
        authorize=authorize,
        # The answer leaves when the listener returns; Bolt's other way polls and costs 11 ms a request.
        process_before_response=True,
        # The guard in front has checked the signature; Bolt would write the body of a refused one to the log.
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        ignoring_self_events_enabled=False,
        # Else Bolt describes in its log what nobody listens to, and stumbles over some of it.
        raise_error_for_unhandled_request=True,
    )
    app.error(_failed)
    app.use(_of_one_workspace)
    Dispatcher(
        all_routes(),
        database,
        pack,
        now,
        reference,
        wake,
        tokens.forget,
        tokens.refused,
        public_url,
        keeping=keeping,
        limits=limits,
        install_url=install_url,
    ).listen(app)
    return app


def _known(tokens: Tokens, workspace_id: str) -> tuple[str | None, str | None]:
    """Nothing for a workspace in which the bot has no token that works: the dispatcher says so there."""
    try:
        return tokens.of(workspace_id)
    except (LookupError, SlackApiError):
        return None, None


def _failed(error: Exception) -> None:
    """What has failed before a listener could answer for itself ends with a server error.

    What nobody listens to ends with "not found", and no more is said of it.
    """
    if not isinstance(error, BoltUnhandledRequestError):
        log.error("unexpected", exc_info=error)


def _of_one_workspace(
    body: dict[str, Any], context: BoltContext, next: Callable[[], BoltResponse]
) -> BoltResponse:
    """Lets through what is from where the token belongs to.

    In a conversation that two workspaces share, others may press buttons too; Bolt goes by where the app is
    installed, and we by whose person it is. What names two workspaces does nothing.
    """
    if parse.workspaces_named(body) <= {context.team_id}:
        return next()
    log.warning("another_workspace")
    return BoltResponse(status=200, body="")

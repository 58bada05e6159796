"""The Bolt app: every feature registered, one catch-all listener per kind of request."""

import ssl
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import structlog
from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltError
from slack_sdk import WebClient

from bot import models, parse, wording
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


class NotInstalled(BoltError):
    """A workspace that the bot has no token for (any more)."""


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


def create_app(
    *,
    token: Callable[[str], tuple[str, str]],
    api_url: str,
    database: Database,
    pack: Pack,
    now: Callable[[], datetime],
    reference: Callable[[], str],
    wake: Callable[[], None],
    public_url: str | None = None,
    keeping: Keeping = AS_USUAL,
    limits: Limits | None = None,
) -> App:
    """`token` gives a workspace's bot token and the bot's own user id; raises `LookupError` for others."""
    models.hasten()
    client = WebClient(base_url=api_url, timeout=TIMEOUT_S, ssl=certificates(), retry_handlers=[])

    def authorize(team_id: str | None = None, **_: Any) -> AuthorizeResult:
        try:
            bot_token, bot_user = token(team_id or "")
        except LookupError as error:
            raise NotInstalled("no installation for this workspace") from error
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
    )
    app.error(_failed)
    app.use(_of_one_workspace)
    Dispatcher(
        all_routes(), database, pack, now, reference, wake, public_url, keeping=keeping, limits=limits
    ).listen(app)
    return app


def _failed(error: Exception, request: BoltRequest) -> BoltResponse | None:
    """What has failed before a listener could answer for itself. None: with a server error."""
    if not isinstance(error, NotInstalled):
        log.error("unexpected", exc_info=error)
        return None
    log.warning("not_installed")
    typed = "command" in request.body
    return BoltResponse(status=200, body={"text": wording.NOT_INSTALLED} if typed else "")


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

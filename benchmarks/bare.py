"""The floor: a Bolt app with one command that opens an empty modal, served the way the bot is."""

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from demo.cast import riverbend
from demo.server import LocalWorkspace
from service.clock import SystemClock
from service.web import create_web

EMPTY = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Empty"},
    "blocks": [{"type": "divider"}],
}


@contextmanager
def bare_bolt() -> Iterator[LocalWorkspace]:
    """A workspace whose bot is bare Bolt."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    workspace, secret = riverbend(SystemClock().now()), secrets.token_hex(16)
    local = LocalWorkspace(workspace, bot_url=f"http://127.0.0.1:{port}", signing_secret=secret)
    app = _app(local.api_url, workspace.bot.token, workspace.bot.user_id)
    web = create_web(app.dispatch, signing_secret=secret, ready=list)
    server = uvicorn.Server(uvicorn.Config(web, port=port, log_config=None, access_log=False))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    with local:
        yield local
    server.should_exit = True


def _app(api_url: str, token: str, bot: str) -> App:
    def authorize(team_id: str | None = None, **_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token=token, bot_user_id=bot)

    app = App(
        client=WebClient(base_url=api_url),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
    )

    @app.command("/coach")
    def open_empty(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=EMPTY)
        ack()

    return app

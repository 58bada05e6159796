"""The floor of starting: bare Bolt with one command, behind its own adapter, and SQLAlchemy imported."""

import sys

import sqlalchemy.orm
import uvicorn
from slack_bolt import Ack, App
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def _authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")  # noqa: S106 - of nobody


def main(port: str, secret: str) -> None:
    app = App(
        signing_secret=secret,
        authorize=_authorize,
        process_before_response=True,
    )
    sqlalchemy.orm.sessionmaker()

    @app.command("/coach")
    def hello(ack: Ack) -> None:
        ack(text="Hello")

    handler = SlackRequestHandler(app)

    async def take(request: Request) -> Response:
        return await handler.handle(request)

    web = Starlette(routes=[Route("/slack/events", take, methods=["POST"])])
    uvicorn.run(web, host="127.0.0.1", port=int(port), log_config=None, access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])

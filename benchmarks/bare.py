"""The floor of requests: bare Bolt with four listeners, served by the same HTTP side as the bot.

`/hello` is only acknowledged, `/empty` opens an empty modal, `evaluation` writes one row by the ORM, and
`evaluation_edit` edits a message besides.
"""

import sys
from typing import Any

import uvicorn
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from sqlalchemy import JSON
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.fake_slack import BOT
from service.logs import set_up_logs
from service.web import create_web
from storage.engine import Database

EMPTY_BLOCKS = [{"type": "divider"}]
EMPTY = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Empty"},
    "blocks": EMPTY_BLOCKS,
}
TOKEN = "xoxb-1"  # noqa: S105 - of nobody
WRITES, WRITES_AND_EDITS = "evaluation", "evaluation_edit"


class Base(DeclarativeBase):
    """Of the one table."""


class Answer(Base):
    """What somebody has filled in."""

    __tablename__ = "bare_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    filled: Mapped[dict[str, Any]] = mapped_column(JSON)


def main(port: str, secret: str, api_url: str, database_url: str) -> None:
    set_up_logs("INFO")
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    web = create_web(_app(api_url, database).dispatch, signing_secret=secret, ready=list)
    uvicorn.run(web, host="127.0.0.1", port=int(port), log_config=None, access_log=False)


def _app(api_url: str, database: Database) -> App:
    def authorize(team_id: str | None = None, **_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_token=TOKEN, bot_user_id=BOT)

    app = App(
        client=WebClient(base_url=api_url),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
    )
    _add_commands(app)
    _add_forms(app, database)
    return app


def _add_commands(app: App) -> None:
    @app.command("/hello")
    def hello(ack: Ack) -> None:
        ack(text="Hello")

    @app.command("/empty")
    def open_empty(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=EMPTY)
        ack()


def _add_forms(app: App, database: Database) -> None:
    def keep(body: dict[str, Any]) -> None:
        with database.transaction() as db:
            db.add(Answer(person=body["user"]["id"], filled=body["view"]["state"]["values"]))

    @app.view(WRITES)
    def write(ack: Ack, body: dict[str, Any]) -> None:
        keep(body)
        ack()

    @app.view(WRITES_AND_EDITS)
    def write_and_edit(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        keep(body)
        client.chat_update(channel="D1", ts="1.1", text="Thank you", blocks=EMPTY_BLOCKS)
        ack()


if __name__ == "__main__":
    main(*sys.argv[1:])

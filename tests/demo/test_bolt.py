"""A bot made with Bolt finds nothing that tells the local workspace from Slack."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from demo import cast
from demo.person import Person, words
from demo.server import LocalWorkspace
from tests.demo.botside import SECRET, BotServer
from tests.demo.conftest import START
from tests.demo.forms import buttons, field, home, modal, section


@pytest.fixture
def served() -> Iterator[tuple[LocalWorkspace, App]]:
    apps: list[App] = []

    def take(headers: dict[str, str], body: bytes) -> tuple[int, str, str]:
        answer = apps[0].dispatch(BoltRequest(body=body.decode(), headers=headers))  # type: ignore[arg-type]
        return answer.status, answer.first_headers().get("content-type", "text/plain"), answer.body

    with BotServer(take) as server:
        workspace = cast.riverbend(START)
        with LocalWorkspace(workspace, bot_url=server.url, signing_secret=SECRET) as local:
            client = WebClient(token=workspace.bot.token, base_url=local.api_url)
            app = App(client=client, signing_secret=SECRET, process_before_response=True)
            apps.append(app)
            yield local, app


def test_a_bolt_app_lives_here(served: tuple[LocalWorkspace, App]) -> None:
    local, app = served

    @app.command("/coach")
    def _command(ack: Any, body: Any, client: WebClient) -> None:
        ack()
        view = modal(field("Topic", "topic"), callback_id="schedule")
        client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("schedule")
    def _submitted(ack: Any, view: Any, client: WebClient) -> None:
        topic = view["state"]["values"]["topic"]["value"]["value"]
        if topic == "x":
            ack(response_action="errors", errors={"topic": "Say a little more."})
            return
        ack()
        client.chat_postMessage(channel=cast.PRACTICE_CIRCLE, text=topic, blocks=[buttons("I'll be there")])

    @app.action("press.I'll be there")
    def _pressed(ack: Any, body: Any, respond: Any) -> None:
        ack()
        respond(f"Thank you, {body['user']['name']}", replace_original=False)

    @app.event("app_home_opened")
    def _home(event: Any, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view=home(section("Welcome")))

    ana, bo = Person(local.url, cast.ANA), Person(local.url, cast.BO)
    ana.command("/coach schedule")
    ana.fill({"Topic": "x"})
    assert ana.submit() == {"topic": "Say a little more."}
    ana.fill({"Topic": "Intake"})
    assert ana.submit() == {}
    [card] = bo.messages("#practice-circle")
    assert card["text"] == "Intake"
    bo.click("I'll be there", in_=card)
    assert [m["text"] for m in bo.ephemerals("#practice-circle")] == ["Thank you, bo"]
    assert words(bo.open_home()["blocks"]) == "Welcome"

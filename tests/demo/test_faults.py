"""What goes wrong on the way to Slack, on demand."""

from collections.abc import Callable
from http.client import RemoteDisconnected
from typing import Any
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from demo import cast
from demo.faults import Fault
from demo.person import Person
from demo.workspace import Workspace
from tests.demo.forms import refused

POST = "chat.postMessage"


@pytest.fixture
def post(client: WebClient) -> Callable[[], Any]:
    return lambda: client.chat_postMessage(channel=cast.ANA, text="Hello")


def texts(person: Person) -> list[str]:
    return [message["text"] for message in person.dm()]


def test_a_refusal_on_demand(workspace: Workspace, client: WebClient, post: Any, ana: Person) -> None:
    workspace.faults.append(Fault(POST, error="internal_error"))
    refused("internal_error", client.chat_postMessage, channel=cast.ANA, text="Hello")
    assert texts(ana) == []
    post()
    assert texts(ana) == ["Hello"]


def test_a_refusal_although_it_was_done(workspace: Workspace, client: WebClient, ana: Person) -> None:
    workspace.faults.append(Fault(POST, error="internal_error", done=True))
    refused("internal_error", client.chat_postMessage, channel=cast.ANA, text="Hello")
    assert texts(ana) == ["Hello"]


def test_too_many_calls(workspace: Workspace, post: Any) -> None:
    workspace.faults.append(Fault(POST, retry_after=30))
    with pytest.raises(SlackApiError) as caught:
        post()
    answer = caught.value.response
    assert (answer.status_code, answer.headers["retry-after"], answer["error"]) == (429, "30", "ratelimited")


def test_a_page_instead_of_an_answer(workspace: Workspace, post: Any) -> None:
    workspace.faults.append(Fault(POST, status=503))
    with pytest.raises(SlackApiError) as caught:
        post()
    assert caught.value.response.status_code == 503


@pytest.mark.parametrize(("done", "there"), [(False, []), (True, ["Hello"])])
def test_a_cut_line(workspace: Workspace, post: Any, ana: Person, done: bool, there: list[str]) -> None:
    workspace.faults.append(Fault(POST, drop=True, done=done))
    with pytest.raises((RemoteDisconnected, ConnectionResetError, URLError)):
        post()
    assert texts(ana) == there


def test_a_late_answer(workspace: Workspace, post: Any, ana: Person, client: WebClient) -> None:
    workspace.faults.append(Fault(POST, delay=0.3, done=True))
    client.timeout = 0.1  # type: ignore[assignment]
    with pytest.raises((TimeoutError, URLError)):
        post()
    assert texts(ana) == ["Hello"]


def test_a_mere_delay_spoils_nothing(workspace: Workspace, post: Any) -> None:
    workspace.faults.append(Fault(POST, delay=0.01))
    assert post()["ok"]


def test_a_fault_chooses_its_calls(workspace: Workspace, client: WebClient) -> None:
    only_bo = Fault("*", error="fatal_error", times=2, when=lambda args: args.get("channel") == cast.BO)
    workspace.faults.append(only_bo)
    assert client.chat_postMessage(channel=cast.ANA, text="x")["ok"]
    for _ in range(2):
        refused("fatal_error", client.chat_postMessage, channel=cast.BO, text="x")
    assert client.chat_postMessage(channel=cast.BO, text="x")["ok"]


def test_latency_holds_every_call_up(workspace: Workspace, client: WebClient) -> None:
    workspace.latency = 0.2
    client.timeout = 0.05  # type: ignore[assignment]
    with pytest.raises((TimeoutError, URLError)):
        client.auth_test()

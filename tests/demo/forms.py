"""Blocks and views of the tests, and how a refusal is looked for."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.demo.botside import Json


def words_of(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def field(label: str, block_id: str, element: Json | None = None, **more: Any) -> Json:
    element = {"action_id": "value", **(element or {"type": "plain_text_input"})}
    return {"type": "input", "block_id": block_id, "label": words_of(label), "element": element, **more}


def option(text: str) -> Json:
    return {"text": words_of(text), "value": text.lower()}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": words_of("A form"),
        "submit": words_of("Save"),
        "close": words_of("Cancel"),
        "blocks": list(blocks),
        **more,
    }


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


def buttons(*labels: str, block_id: str = "buttons") -> Json:
    elements = [
        {"type": "button", "action_id": f"press.{label}", "text": words_of(label), "value": label.lower()}
        for label in labels
    ]
    return {"type": "actions", "block_id": block_id, "elements": elements}


def opens(client: WebClient, view: Json) -> Callable[[Json], object]:
    """A script that opens a modal with the trigger it gets."""
    return lambda payload: client.views_open(trigger_id=payload["trigger_id"], view=view)


def pushes(client: WebClient, view: Json) -> Callable[[Json], object]:
    return lambda payload: client.views_push(trigger_id=payload["trigger_id"], view=view)


def refused(error: str, method: Callable[..., object], **arguments: Any) -> None:
    """The call must be refused with this word, as Slack refuses: with status 200."""
    with pytest.raises(SlackApiError) as caught:
        method(**arguments)
    assert caught.value.response["error"] == error
    assert caught.value.response.status_code == 200

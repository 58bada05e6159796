"""Carries out a reply: by the answer to Slack's request where that does, else by one call."""

from slack_bolt import Ack
from slack_sdk import WebClient, WebhookClient

from bot.parse import Request
from bot.replies import (
    Done,
    Ephemeral,
    GiveOptions,
    OpenModal,
    PublishHome,
    PushModal,
    RefuseFields,
    Reply,
    Said,
    UpdateMessage,
    UpdateModal,
)


def answer(reply: Reply, request: Request, ack: Ack, client: WebClient) -> None:
    """Raises `SlackApiError` when Slack refuses the call that shows something."""
    if request.submitted:
        _answer_submission(reply, ack, client)
    elif isinstance(reply, GiveOptions):
        ack(options=list(reply.options))
    elif isinstance(reply, Ephemeral) and not request.action:
        ack(text=reply.said.text, blocks=list(reply.said.blocks) or None)
    else:
        _show(reply, request, client)
        ack()


def _answer_submission(reply: Reply, ack: Ack, client: WebClient) -> None:
    match reply:
        case RefuseFields(errors):
            ack(response_action="errors", errors=dict(errors))
        case UpdateModal(view) | OpenModal(view):
            ack(response_action="update", view=view)
        case PushModal(view):
            ack(response_action="push", view=view)
        case UpdateMessage(channel, ts, said):
            client.chat_update(channel=channel, ts=ts, text=said.text, blocks=said.as_json())
            ack()
        case Done(clear=True):
            ack(response_action="clear")
        case _:
            ack()


def _send_by_url(url: str, said: Said, client: WebClient) -> None:
    # With a context of its own each of these would cost 50 ms, and wait for half a minute.
    by_url = WebhookClient(url, timeout=client.timeout, ssl=client.ssl)
    try:
        by_url.send(text=said.text, blocks=said.as_json() or None, replace_original=False)
    except ValueError as error:
        raise OSError("no address that can be called") from error


def _show(reply: Reply, request: Request, client: WebClient) -> None:
    trigger = request.trigger_id or ""
    match reply:
        case Ephemeral(said):
            if request.response_url:
                _send_by_url(request.response_url, said, client)
        case OpenModal(view):
            client.views_open(trigger_id=trigger, view=view)
        case UpdateModal(view) if request.view is None:  # clicked where no modal is
            client.views_open(trigger_id=trigger, view=view)
        case PushModal(view):
            client.views_push(trigger_id=trigger, view=view)
        case UpdateModal(view):
            client.views_update(view_id=request.view.id if request.view else "", view=view)
        case UpdateMessage(channel, ts, said):
            client.chat_update(channel=channel, ts=ts, text=said.text, blocks=said.as_json())
        case PublishHome(view):
            client.views_publish(user_id=request.slack_id, view=view)
        case _:
            pass

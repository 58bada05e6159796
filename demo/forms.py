"""Modals that are submitted or closed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from demo import limits, objects, payloads, tickets, windows
from demo.delivery import Answer
from demo.doers import TROUBLE, Doer
from demo.payloads import Act
from demo.records import Json, View
from demo.state import State, client_errors, complete_state


@dataclass(frozen=True)
class Submitted:
    """How a submission ended: fine when neither field is set."""

    errors: dict[str, str] | None = None
    notice: str | None = None


async def submit(doer: Doer, view_id: str, typed: State) -> Submitted:
    """First what Slack's client checks, then the bot's answer to the form."""
    view = doer.view(view_id)
    state = complete_state(view.body["blocks"], typed)
    view.errors = client_errors(view.body["blocks"], state)
    if view.errors:
        doer.local.workspace.changed()
        return Submitted(errors=view.errors)
    answer = await _busy(doer, view, lambda: _send_form(doer, view, state))
    reply = answer.json() if answer.good else None
    if reply is None or not _obey(doer, view, reply):
        return Submitted(notice=doer.tell(TROUBLE))
    return Submitted(errors=view.errors) if view.errors else Submitted()


async def _busy(doer: Doer, view: View, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """The form shows that it is under way."""
    view.busy = True
    doer.local.workspace.changed()
    try:
        return await work()
    finally:
        view.busy = False
        doer.local.workspace.changed()


async def _send_form(doer: Doer, view: View, state: State) -> Answer:
    act = doer.act(view.id)
    urls = [_response_url(doer, act, block, state) for block in view.body["blocks"] if _wants_url(block)]
    payload = payloads.submission(act, view, state, [url for url in urls if url])
    return await doer.local.line.interaction(payload, f"submit {objects.title_of(view)}")


def _wants_url(block: Json) -> bool:
    return block["type"] == "input" and bool(block["element"].get("response_url_enabled"))


def _response_url(doer: Doer, act: Act, block: Json, state: State) -> Json | None:
    action_id = block["element"]["action_id"]
    entry = state[block["block_id"]][action_id]
    channel_id = entry.get("selected_conversation") or entry.get("selected_channel")
    if not channel_id:
        return None
    hook = tickets.new_hook(doer.local.workspace, doer.person.id, channel_id, doer.now)
    return {
        "block_id": block["block_id"],
        "action_id": action_id,
        "channel_id": channel_id,
        "response_url": act.hook_url("app", hook),
    }


def _obey(doer: Doer, view: View, reply: Json) -> bool:
    """Does what the bot's answer to a form says; False when it makes no sense."""
    action = reply.get("response_action")
    if not reply:
        windows.close(doer.local.workspace, view)
        return True
    if action == "clear":
        windows.close(doer.local.workspace, view, all_of_them=True)
        return True
    if action == "errors":
        return _show_errors(doer, view, reply.get("errors"))
    return _show_view(doer, view, str(action), reply.get("view"))


def _show_errors(doer: Doer, view: View, errors: object) -> bool:
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
        return False
    view.errors = {str(block_id): str(text) for block_id, text in errors.items()}
    doer.local.workspace.changed()
    return True


def _show_view(doer: Doer, view: View, action: str, body: object) -> bool:
    workspace = doer.local.workspace
    if not isinstance(body, dict) or body.get("type") != "modal" or limits.problems_of_view(body):
        return False
    stack = workspace.stacks.get(view.user, [])
    if action == "update" and view in stack:
        windows.replace(workspace, view, body)
        return True
    if action == "push" and 0 < len(stack) < windows.DEEPEST:
        windows.push_modal(workspace, view.user, body)
        return True
    return False


async def close(doer: Doer, view_id: str, *, all_of_them: bool) -> None:
    """The person closes a modal, or all of them; the bot hears of those it asked about."""
    closed = windows.close(doer.local.workspace, doer.view(view_id), all_of_them=all_of_them)
    for view in closed:
        if view.body.get("notify_on_close"):
            cleared = all_of_them or bool(closed[0].body.get("clear_on_close"))
            payload = payloads.view_closed(doer.act(), view, is_cleared=cleared)
            await doer.local.line.interaction(payload, f"close {objects.title_of(view)}")

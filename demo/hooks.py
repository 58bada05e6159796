"""The addresses that Slack hands out: for answers without rights, and for the bytes of files."""

import json

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from demo import clock, limits, posting, typed
from demo.local import Local
from demo.records import Hook, Json, Message


async def answer_hook(local: Local, request: Request) -> Response:
    """POST to a response_url."""
    started = clock.stopwatch()
    body = await request.body()
    reply = _parsed(body)
    word, status = _use(local, request.path_params["hook_id"], reply)
    local.traffic.note(
        time=local.now().timestamp(),
        direction="to_slack",
        kind="response_url",
        summary=str((reply or {}).get("text") or "")[:80],
        request=reply,
        response=word,
        status=status,
        ms=(clock.stopwatch() - started) * 1000,
    )
    return PlainTextResponse(word, status)


def _parsed(body: bytes) -> Json | None:
    try:
        reply = json.loads(body)
    except ValueError:
        return None
    return reply if isinstance(reply, dict) else None


def _use(local: Local, hook_id: str, reply: Json | None) -> tuple[str, int]:
    """Slack's word for how it went, with the status."""
    hook = local.workspace.hooks.get(hook_id)
    if hook is None or hook.expires < local.now().timestamp():
        return "expired_url", 404
    if hook.uses_left == 0:
        return "used_url", 404
    if reply is None:
        return "invalid_payload", 400
    wrong = _wrong(reply)
    if wrong:
        return wrong, 400
    hook.uses_left -= 1
    _carry_out(local, hook, reply)
    return "ok", 200


def _wrong(reply: Json) -> str | None:
    """Slack's word for an answer that it would not show."""
    if reply.get("delete_original"):
        return None
    if not reply.get("text") and not reply.get("blocks"):
        return "no_text"
    return "invalid_blocks" if limits.problems_of_message(reply.get("text"), reply.get("blocks")) else None


def _carry_out(local: Local, hook: Hook, reply: Json) -> None:
    original = _original(local, hook)
    if original and reply.get("delete_original"):
        posting.delete(local.workspace, original)
    elif original and reply.get("replace_original"):
        posting.edit(
            local.workspace, original, local.now(), text=reply.get("text") or "", blocks=reply.get("blocks")
        )
    elif not reply.get("delete_original"):
        typed.answer_message(local, hook.channel, hook.user, reply, hook.thread_ts)


def _original(local: Local, hook: Hook) -> Message | None:
    return local.workspace.messages[hook.channel].get(hook.message_ts or "")


async def receive_upload(local: Local, request: Request) -> Response:
    """Second step of an upload: the bytes."""
    file_id, key = request.path_params["file_id"], request.path_params["key"]
    found = (one.workspace.files.get(file_id) for one in local.neighbours)
    file = next((one for one in found if one is not None and one.key == key), None)
    if file is None:
        return PlainTextResponse("no such upload", 404)
    file.content = await request.body()
    return PlainTextResponse(f"OK - {len(file.content)}")

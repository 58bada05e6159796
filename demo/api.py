"""The page's own calls, under /demo/: what a person sees and does."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from demo import clicks, events, forms, oauth, posting, shapes, typed
from demo.clock import CannotMove
from demo.doers import Doer, NotPossible
from demo.local import Local
from demo.records import Json

QUIET_SECONDS = 15
MORNING = (9, 5)
"""When people have settled in, and the reminders of nine o'clock have come."""
Handler = Callable[[Local, Request], Awaitable[Response]]


def routes(at: Callable[[Request], Local]) -> list[Route]:
    """The page's calls, each with its errors turned into a sentence."""
    reading: dict[str, Handler] = {
        "state": state,
        "messages": messages,
        "events": live,
        "traffic": traffic,
    }
    doing: dict[str, Handler] = {
        "command": command,
        "message": message,
        "click": click,
        "shortcut": shortcut,
        "submit": submit,
        "close": close,
        "options": options,
        "open": open_place,
        "clock": move_clock,
        "person": change_person,
        "uninstall": uninstall,
    }
    return [
        *(Route(f"/demo/{name}", _bound(at, handler), methods=["GET"]) for name, handler in reading.items()),
        *(Route(f"/demo/{name}", _bound(at, handler), methods=["POST"]) for name, handler in doing.items()),
    ]


def _bound(at: Callable[[Request], Local], handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await handler(at(request), request)
        except NotPossible as problem:
            return JSONResponse({"ok": False, "error": str(problem)}, 404)
        except (KeyError, TypeError, ValueError) as problem:
            return JSONResponse({"ok": False, "error": f"This request makes no sense: {problem!r}"}, 400)

    return answer


async def _body(request: Request) -> Json:
    value = json.loads(await request.body())
    if not isinstance(value, dict):
        raise ValueError("a JSON object is expected")
    return value


def _doer(local: Local, request: Request, user: Any) -> Doer:
    person = local.workspace.people.get(str(user))
    if person is None or local.workspace.is_bot(person.id):
        raise NotPossible("There is no such person here.")
    return Doer(local, person, str(request.base_url).rstrip("/"))


def _acting(local: Local, request: Request, body: Json) -> Doer:
    """Who does something; what Slack said about their last act is forgotten."""
    doer = _doer(local, request, body["as"])
    if doer.person.deleted:
        raise NotPossible(f"{doer.person.real_name} is deactivated.")
    local.workspace.forget_notices(doer.person.id)
    return doer


def _outcome(notice: str | None) -> Response:
    return JSONResponse({"ok": True} if notice is None else {"ok": False, "notice": notice})


async def state(local: Local, request: Request) -> Response:
    me = _doer(local, request, request.query_params["as"]).person
    shape = shapes.whole_state(
        local.workspace, me, local.now(), moving=local.moving, movable=local.clock.movable
    )
    return JSONResponse(shape)


async def messages(local: Local, request: Request) -> Response:
    doer = _doer(local, request, request.query_params["as"])
    channel, thread = doer.channel(request.query_params["channel"]), request.query_params.get("thread")
    workspace = local.workspace
    found = posting.seen_by(workspace, channel.id, doer.person.id, thread)
    parent = workspace.messages[channel.id].get(thread) if thread else None
    return JSONResponse(
        {
            "messages": [shapes.message_shape(workspace, m) for m in found],
            "parent": shapes.message_shape(workspace, parent) if parent else None,
        }
    )


async def live(local: Local, request: Request) -> Response:
    _doer(local, request, request.query_params["as"])
    return StreamingResponse(
        _stream(local), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _stream(local: Local) -> AsyncIterator[str]:
    """A line at once and after every change; a comment when nothing happens for a while."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    local.workspace.watchers.append(wake)
    local.wakers.append(wake)
    try:
        yield _beat(local)
        while not local.stopping:
            yield await _next_line(local, woken)
    finally:
        local.workspace.watchers.remove(wake)
        local.wakers.remove(wake)


async def _next_line(local: Local, woken: asyncio.Event) -> str:
    try:
        await asyncio.wait_for(woken.wait(), QUIET_SECONDS)
    except TimeoutError:
        return ": still here\n\n"
    woken.clear()
    return _beat(local)


def _beat(local: Local) -> str:
    beat = {"revision": local.workspace.revision, "clock": local.now().timestamp(), "moving": local.moving}
    return f"data: {json.dumps(beat)}\n\n"


async def traffic(local: Local, request: Request) -> Response:
    return JSONResponse({"entries": local.traffic.after(int(request.query_params.get("after", "0")))})


async def command(local: Local, request: Request) -> Response:
    body = await _body(request)
    return _outcome(await typed.run_command(_acting(local, request, body), body["channel"], body["text"]))


async def message(local: Local, request: Request) -> Response:
    body = await _body(request)
    sent = typed.write(_acting(local, request, body), body["channel"], body["text"], body.get("thread_ts"))
    return JSONResponse({"ok": True, "ts": sent.ts})


async def click(local: Local, request: Request) -> Response:
    body = await _body(request)
    notice = await clicks.click(
        _acting(local, request, body),
        body["container"],
        body["block_id"],
        body["action_id"],
        body.get("element") or {},
        body.get("state") or {},
    )
    return _outcome(notice)


async def shortcut(local: Local, request: Request) -> Response:
    body = await _body(request)
    doer = _acting(local, request, body)
    return _outcome(await clicks.use_shortcut(doer, body["channel"], body["ts"], body["callback_id"]))


async def submit(local: Local, request: Request) -> Response:
    body = await _body(request)
    result = await forms.submit(_acting(local, request, body), body["view_id"], body.get("state") or {})
    if result.errors:
        return JSONResponse({"ok": False, "errors": result.errors})
    return _outcome(result.notice)


async def close(local: Local, request: Request) -> Response:
    body = await _body(request)
    await forms.close(_acting(local, request, body), body["view_id"], all_of_them=bool(body.get("all")))
    return _outcome(None)


async def options(local: Local, request: Request) -> Response:
    body = await _body(request)
    doer = _acting(local, request, body)
    found = await clicks.options(
        doer, body["container"], body["block_id"], body["action_id"], body.get("query", "")
    )
    return JSONResponse(found)


async def open_place(local: Local, request: Request) -> Response:
    body = await _body(request)
    doer = _acting(local, request, body)
    if body["channel"] == "home":
        await events.open_home(doer)
    else:
        await events.open_channel(doer, body["channel"])
    return _outcome(None)


async def move_clock(local: Local, request: Request) -> Response:
    try:
        target = _target(local.now(), await _body(request))
        if local.moving:
            raise CannotMove("moving", "The clock is being moved already.")
        await _move(local, target)
    except CannotMove as refusal:
        return JSONResponse({"ok": False, "error": refusal.reason, "message": str(refusal)}, 400)
    return JSONResponse({"ok": True, "now": local.now().timestamp()})


def _target(now: datetime, body: Json) -> datetime:
    """The moment that is asked for, aware UTC."""
    if "by_seconds" in body:
        return now + timedelta(seconds=float(body["by_seconds"]))
    if "to" in body:
        return datetime.fromtimestamp(float(body["to"]), UTC)
    return next_morning(now, body["next_morning"]["tz"])


def next_morning(now: datetime, tz: str) -> datetime:
    """The next 9:05 of that zone, always later than now; in UTC."""
    local_now = now.astimezone(ZoneInfo(tz))
    morning = local_now.replace(hour=MORNING[0], minute=MORNING[1], second=0, microsecond=0)
    if morning <= local_now:
        morning += timedelta(days=1)
    return morning.astimezone(UTC)


async def _move(local: Local, target: datetime) -> None:
    if not local.clock.movable:
        raise CannotMove("not_movable", "This workspace runs on real time, which nobody can move.")
    if target < local.now():
        raise CannotMove("backward", "Time goes forward only.")
    local.moving = True
    local.workspace.changed()
    try:
        await local.clock.advance(target, lambda _: local.workspace.changed())
    finally:
        local.moving = False
        local.workspace.changed()


async def change_person(local: Local, request: Request) -> Response:
    body = await _body(request)
    tz = body.get("tz")
    if tz:
        ZoneInfo(tz)
    await events.change_person(_doer(local, request, body["id"]), tz, bool(body.get("deleted")))
    return _outcome(None)


async def uninstall(local: Local, request: Request) -> Response:
    """Somebody removes the app from the workspace."""
    _acting(local, request, await _body(request))
    await oauth.remove(local)
    return _outcome(None)

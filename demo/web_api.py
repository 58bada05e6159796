"""The door of Slack's Web API: who calls, with what, and how Slack answers."""

import asyncio
import json
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from demo import clock, methods, oauth, sockets
from demo.faults import Fault, take_fault
from demo.local import Local
from demo.methods.call import Call, Method, Refused
from demo.records import Json

NESTED = frozenset({"blocks", "view", "metadata", "attachments", "files"})
"""Arguments that may come as JSON in a string."""
NEEDS_NO_TOKEN = frozenset({"oauth.v2.access"})
METHODS: dict[str, Method] = {**methods.METHODS, "oauth.v2.access": oauth.access, "auth.revoke": oauth.revoke}


async def answer_call(local: Local, request: Request) -> Response:
    """POST or GET /api/<method>."""
    started = clock.stopwatch()
    method = request.path_params["method"]
    args = await _arguments(request)
    local = local.of_token(_token(request, args))
    if local.workspace.latency:
        await asyncio.sleep(local.workspace.latency)
    fault = take_fault(local.workspace.faults, method, args)
    response, shown = (
        await _spoilt(local, request, method, args, fault) if fault else _plain(local, request, method, args)
    )
    local.traffic.note(
        time=local.now().timestamp(),
        direction="to_slack",
        kind=method,
        summary=_summary(args),
        request=args,
        response=shown,
        status="dropped" if response is None else response.status_code,
        ms=(clock.stopwatch() - started) * 1000,
    )
    return response if response is not None else await _hang_up(request)


def _plain(local: Local, request: Request, method: str, args: Json) -> tuple[Response | None, object]:
    """The call goes well, or is refused as Slack refuses: with status 200."""
    token = _token(request, args)
    given = args | {"token": token} | oauth.client_of(request.headers.get("authorization", ""))
    reply = perform(local, method, given, token, str(request.base_url).rstrip("/"))
    # When it is installed goes with the events of its removal; else Slack's clock is the real one.
    now = local.now() if method == "oauth.v2.access" else clock.RealClock().now()
    headers = {
        "X-OAuth-Scopes": ",".join(sorted(local.workspace.bot.scopes)),
        "Date": format_datetime(now, usegmt=True),
    }
    return JSONResponse(reply, headers=headers), reply


async def _spoilt(
    local: Local, request: Request, method: str, args: Json, fault: Fault
) -> tuple[Response | None, object]:
    """Carried out or not, the bot hears what the fault says; None is silence."""
    done = _plain(local, request, method, args) if fault.done else None
    await asyncio.sleep(fault.delay)
    if not fault.spoils:
        return done or _plain(local, request, method, args)
    if fault.drop:
        return None, None
    if fault.retry_after is not None:
        limited = {"ok": False, "error": "ratelimited"}
        return JSONResponse(limited, 429, {"Retry-After": str(fault.retry_after)}), limited
    if fault.status is not None:
        page = "<html><body>Something went wrong.</body></html>"
        return HTMLResponse(page, fault.status), page
    refusal = {"ok": False, "error": fault.error}
    return JSONResponse(refusal), refusal


async def _hang_up(request: Request) -> Response:
    """Cuts the connection, as a broken network does; only the server of this package can."""
    transport = getattr(request.state, "transport", None)
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0.01)
    return Response(status_code=502)


def perform(local: Local, method: str, args: Json, token: str | None, base_url: str) -> Json:
    """One call of the Web API, from the token to the answer."""
    try:
        if method == sockets.OPEN:
            return {"ok": True, "url": _door(local, token)}
        if method not in NEEDS_NO_TOKEN:
            _check_token(local, token)
        if method not in METHODS:
            raise Refused("unknown_method", req_method=method)
        return {"ok": True, **METHODS[method](Call(local, method, args, base_url))}
    except Refused as refusal:
        return {"ok": False, "error": refusal.error, **refusal.details}


def _door(local: Local, token: str | None) -> str:
    """Where to open a WebSocket; with a token of the app, not of the bot."""
    if local.sockets is None or token != local.sockets.app_token:
        raise Refused("not_allowed_token_type" if token == local.workspace.bot.token else "invalid_auth")
    return local.sockets.new_url()


def _check_token(local: Local, token: str | None) -> None:
    if not token:
        raise Refused("not_authed")
    if problem := local.token_problem(token):
        raise Refused(problem)


def _token(request: Request, args: Json) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else args.get("token")


async def _arguments(request: Request) -> Json:
    """From the query, a form or a JSON body; empty ones count as not given."""
    args: Json = dict(request.query_params)
    body = await request.body()
    if "json" in request.headers.get("content-type", ""):
        args |= _json_object(body)
    else:
        args |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    return {key: _unwrapped(key, value) for key, value in args.items() if value is not None}


def _json_object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _unwrapped(key: str, value: object) -> object:
    if key in NESTED and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _summary(args: Json) -> str:
    """For the inspector: where it goes and how it begins."""
    where = args.get("channel") or args.get("user_id") or args.get("user") or args.get("users") or ""
    return f"{where} {str(args.get('text') or '')[:80]}".strip()

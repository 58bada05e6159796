"""Slack's side of installing an app: the page that asks people, codes and tokens, and removing it again."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from demo import events
from demo.local import Local
from demo.methods.call import Call, Refused
from demo.records import Json, PersonKind
from demo.registration import CODE_LIVES, TOKEN_LIVES, Code, Registration

WHOLE_ORGANISATION = "organisation"
ASKS_AT = "localhost"
"""The other name of this machine: to a browser it is another host."""
STYLE = """
body { margin: 0; background: #f8f8f8; color: #1d1c1d; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 32rem; margin: 3rem auto; padding: 2rem; background: #fff; border-radius: .75rem; }
h1 { font-size: 1.4rem; } label { display: block; margin: 1rem 0; } select { font: inherit; width: 100%; }
ul { padding-left: 1.2rem; } code { font-size: .9em; } .row { display: flex; gap: .75rem; }
button { font: inherit; font-weight: 700; padding: .6rem 1.4rem; border-radius: .3rem;
  border: 1px solid #999; }
.allow { background: #007a5a; border-color: #007a5a; color: #fff; }
"""


async def ask(local: Local, request: Request) -> Response:
    """GET /oauth/v2/authorize: may this app be installed, and where?

    Whoever is signed in is asked at another host, as Slack does it at that of their workspace.
    """
    if request.url.hostname != ASKS_AT:
        return RedirectResponse(str(request.url.replace(hostname=ASKS_AT)), 302)
    asked = dict(request.query_params)
    problem = _problem(local.app, asked)
    return _page("Something is not right", f"<p>{problem}</p>", 400) if problem else _question(local, asked)


async def decide(local: Local, request: Request) -> Response:
    """The answer to it: back to the app."""
    asked = dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
    app, problem = local.app, _problem(local.app, asked)
    if app is None or problem:
        return _page("Something is not right", f"<p>{problem}</p>", 400)
    back = {"state": asked.get("state", "")}
    if asked.get("answer") != "allow":
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', **back})}", 302
        )
    team = asked.get("team", "")
    code = app.new_code(
        Code(
            redirect_uri=asked["redirect_uri"],
            team="" if team == WHOLE_ORGANISATION else team,
            user=asked.get("user", ""),
            scopes=asked["scope"].split(","),
            expires=local.now() + CODE_LIVES,
        )
    )
    return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, **back})}", 302)


async def open_app(local: Local, request: Request) -> Response:
    """GET /app_redirect: the workspace's own page."""
    found = local.named(request.query_params.get("team", "")) or local
    return RedirectResponse(f"{found.url}/", 302)


def _problem(app: Registration | None, asked: Mapping[str, str]) -> str | None:
    if app is None or asked.get("client_id") != app.client_id:
        return "Invalid client_id parameter."
    if asked.get("redirect_uri") not in app.redirect_urls:
        return "The redirect_uri did not match any configured URIs."
    return None if asked.get("scope") else "No scopes requested."


def _question(local: Local, asked: Mapping[str, str]) -> Response:
    app = local.app
    choices = [(one.workspace.team.id, one.workspace.team.name) for one in local.neighbours]
    if app and app.organisation:
        choices.append((WHOLE_ORGANISATION, "The whole organisation"))
    people = [
        (one.id, one.real_name) for one in local.workspace.people.values() if one.kind is PersonKind.FULL
    ]
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked.get(name, ""))}">'
        for name in ("client_id", "redirect_uri", "scope", "state")
    )
    scopes = "".join(f"<li><code>{escape(one)}</code></li>" for one in asked["scope"].split(","))
    return _page(
        "Coach is requesting permission to access a workspace",
        f'<form method="post">{hidden}'
        f'<label>Workspace<select name="team">{_options(choices)}</select></label>'
        f'<label>You are<select name="user">{_options(people)}</select></label>'
        f"<p>Coach will be able to:</p><ul>{scopes}</ul>"
        '<div class="row"><button name="answer" value="cancel">Cancel</button>'
        '<button class="allow" name="answer" value="allow">Allow</button></div></form>',
    )


def _options(choices: list[tuple[str, str]]) -> str:
    return "".join(f'<option value="{escape(one)}">{escape(words)}</option>' for one, words in choices)


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<link rel="icon" href="data:,"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>",
        status,
    )


def client_of(authorization: str) -> Json:
    """Client id and secret from a Basic header."""
    scheme, _, word = authorization.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(word).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": client_id, "client_secret": secret}


def access(call: Call) -> Json:
    """oauth.v2.access: a token for a code, or the next one for a refresh token."""
    app = call.local.app
    if app is None or call.text("client_id") != app.client_id:
        raise Refused("invalid_client_id")
    if call.text("client_secret") != app.client_secret:
        raise Refused("bad_client_secret")
    if call.text("grant_type") == "refresh_token":
        team = app.refreshing.pop(call.text("refresh_token") or "", None)
        if team is None:
            raise Refused("invalid_refresh_token")
        app.refreshed += 1
        return _given(call, app, team, "", call.workspace.bot.scopes)
    code = _use(call, app)
    return _given(call, app, code.team, code.user, code.scopes)


def _use(call: Call, app: Registration) -> Code:
    code = app.codes.get(call.text("code") or "")
    if code is None or code.expires <= call.now:
        raise Refused("invalid_code")
    if code.used:
        raise Refused("code_already_used")
    if call.text("redirect_uri") != code.redirect_uri:
        raise Refused("bad_redirect_uri")
    code.used = True
    return code


def _given(call: Call, app: Registration, team: str, user: str, scopes: list[str]) -> Json:
    token, refresh = app.new_token(team, call.now)
    local = call.local.named(team) or call.local
    workspace = local.workspace
    if user:
        workspace.bot.scopes = [one for one in scopes if one]
    answer: Json = {
        "app_id": workspace.bot.app_id,
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(workspace.bot.scopes),
        "bot_user_id": workspace.bot.user_id,
        "team": {"id": team, "name": workspace.team.name} if team else None,
        "enterprise": {"id": "E0RIVERBEND", "name": "Riverbend"} if app.organisation else None,
        "authed_user": {"id": user},
        "is_enterprise_install": not team,
    }
    if refresh:
        answer |= {"refresh_token": refresh, "expires_in": int(TOKEN_LIVES / timedelta(seconds=1))}
    return answer


def revoke(call: Call) -> Json:
    """auth.revoke: a bot that gives its token back is removed."""
    app = call.local.app
    if app and app.team_of(call.text("token")) == "":
        app.take_away("")  # of a whole organisation, whose events come to no workspace
    else:
        call.local.later(remove(call.local))
    return {"revoked": True}


async def remove(local: Local, kinds: tuple[str, ...] = ("tokens_revoked", "app_uninstalled")) -> None:
    """Somebody removes the app from a workspace: its tokens end, and the bot hears of it, in that order."""
    workspace = local.workspace
    if local.app:
        local.app.take_away(workspace.team.id)
    workspace.bot.token = ""
    at = local.now()
    for kind in kinds:
        event: Json = {"type": kind, "event_ts": f"{at.timestamp():.6f}"}
        if kind == "tokens_revoked":
            event["tokens"] = {"oauth": [], "bot": [workspace.bot.user_id]}
        await events.fire(local, event, at)

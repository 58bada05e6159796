"""The local workspace as Slack's side of installing: whom it asks, and what codes and tokens are good for."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from demo import cast
from demo.records import Json
from demo.registration import TOKEN_LIVES, Registration
from demo.server import LocalWorkspace
from service.clock import MovableClock
from tests.support.instants import START

SECRET = "planted-client-secret"
BACK = "http://127.0.0.1:9/slack/oauth_redirect"
ASKED = {"client_id": "1.2", "scope": "commands,chat:write", "redirect_uri": BACK, "state": "word"}


class StillTime(MovableClock):
    movable = False

    async def advance(self, *_: object) -> None:
        raise NotImplementedError


@pytest.fixture(scope="module")
def server() -> Iterator[LocalWorkspace]:
    both = [cast.riverbend(START, team=team) for team in (cast.RIVERBEND, cast.HARBOUR)]
    app = Registration("1.2", SECRET, [BACK], rotates=True)
    with LocalWorkspace(
        both[0],
        bot_url="http://127.0.0.1:9",
        signing_secret="x",
        clock=StillTime(START),
        others=both[1:],
        app=app,
    ) as local:
        yield local


def send(server: LocalWorkspace, path: str, fields: dict[str, str], **headers: str) -> tuple[int, str, str]:
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("location", ""), answer.read().decode()
    finally:
        connection.close()


def code(server: LocalWorkspace, **answer: str) -> str:
    said = {"answer": "allow", "team": cast.HARBOUR.id, "user": cast.BO, **answer}
    status, location, _ = send(server, "/oauth/v2/authorize", ASKED | said)
    assert (status, location.partition("?")[0]) == (302, BACK)
    back = parse_qs(urlsplit(location).query)
    assert back["state"] == ["word"]
    return back.get("code", back.get("error", [""]))[0]


def exchange(server: LocalWorkspace, word: str = SECRET, client: str = "1.2", **fields: str) -> Json:
    basic = b64encode(f"{client}:{word}".encode()).decode()

    found: Json = json.loads(send(server, "/api/oauth.v2.access", fields, Authorization=f"Basic {basic}")[2])
    return found


def call(server: LocalWorkspace, method: str, token: str) -> Json:

    found: Json = json.loads(send(server, f"/api/{method}", {}, Authorization=f"Bearer {token}")[2])
    return found


def test_a_code_gets_a_token_for_the_workspace_that_was_chosen(server: LocalWorkspace) -> None:
    given = exchange(server, code=code(server), redirect_uri=BACK)
    assert (given["team"]["id"], given["authed_user"]["id"]) == (cast.HARBOUR.id, cast.BO)
    assert given["scope"] == "commands,chat:write"
    assert call(server, "auth.test", given["access_token"])["team_id"] == cast.HARBOUR.id


def test_a_code_is_good_once_for_its_own_address_and_app(server: LocalWorkspace) -> None:
    word = code(server)
    assert exchange(server, "other", code=word, redirect_uri=BACK)["error"] == "bad_client_secret"
    assert exchange(server, client="9", code=word, redirect_uri=BACK)["error"] == "invalid_client_id"
    assert exchange(server, code=word, redirect_uri=f"{BACK}/x")["error"] == "bad_redirect_uri"
    assert exchange(server, code=word, redirect_uri=BACK)["ok"]
    assert exchange(server, code=word, redirect_uri=BACK)["error"] == "code_already_used"
    assert exchange(server, code="planted", redirect_uri=BACK)["error"] == "invalid_code"


def test_who_refuses_is_sent_back_without_a_code(server: LocalWorkspace) -> None:
    assert code(server, answer="cancel") == "access_denied"


@pytest.mark.parametrize(
    "wrong", [{"client_id": "9"}, {"redirect_uri": "http://127.0.0.1:9/"}, {"scope": ""}]
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    server: LocalWorkspace, wrong: dict[str, str]
) -> None:
    assert send(server, "/oauth/v2/authorize", ASKED | wrong | {"answer": "allow"})[0] == 400


def test_tokens_end_and_two_work_at_a_time(server: LocalWorkspace) -> None:
    given = exchange(server, code=code(server), redirect_uri=BACK)
    tokens = [given["access_token"]]
    for _ in range(2):
        refresh = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
        given = exchange(server, **refresh)
        tokens.append(given["access_token"])
        assert exchange(server, **refresh)["error"] == "invalid_refresh_token"
    assert [call(server, "auth.test", one)["ok"] for one in tokens] == [False, True, True]
    app = server.local.app
    assert app
    assert app.problem_of(tokens[-1], START + TOKEN_LIVES) == "token_expired"
    assert app.problem_of(tokens[-1], START + TOKEN_LIVES - timedelta(seconds=1)) is None


def test_a_token_that_is_given_back_ends_with_all_of_its_workspace(server: LocalWorkspace) -> None:
    given = exchange(server, code=code(server), redirect_uri=BACK)
    assert call(server, "auth.revoke", given["access_token"])["revoked"]
    assert call(server, "auth.test", given["access_token"])["error"] == "account_inactive"
    refreshed = exchange(server, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert refreshed["error"] == "invalid_refresh_token"

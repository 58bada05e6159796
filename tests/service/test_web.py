"""What comes from outside, over real HTTP: let in or refused, never a server error, never in the log."""

import asyncio
import io
import json
import random
import socket
import threading
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt import Ack, App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.types import Message

from service.guard import MAX_BODY, Admitted, Refused
from service.replays import KEPT_S, Taken
from service.web import Watching, create_web, for_bolt
from tests.service.mutants import damaged
from tests.service.signing import FORM, JSON, SECRET, Served, seconds_ago, signed

PLANTED = "zanzibar-confidential"
COMMAND = {"command": "/coach", "text": f"help {PLANTED}", "team_id": "T1", "user_id": "U1"}
ACTION = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "actions": [{"action_id": "x", "block_id": "b", "type": "button", "value": PLANTED}],
}
SUBMISSION = {
    "type": "view_submission",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "view": {
        "id": "V1",
        "type": "modal",
        "callback_id": "schedule",
        "blocks": [{"type": "section", "block_id": "top"}, {"type": "input", "block_id": "date.2"}],
        "state": {"values": {"date.2": {"value": {"type": "plain_text_input", "value": PLANTED}}}},
    },
}
OPTIONS = {
    "type": "block_suggestion",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "action_id": "zone",
    "block_id": "zone",
    "value": PLANTED,
}
EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "event": {"type": "app_home_opened", "user": "U1", "text": PLANTED},
}


class Bot:
    """Stands where the bot's dispatch is called, and keeps what arrives there."""

    def __init__(self) -> None:
        self.got: list[BoltRequest] = []
        self.fails: Exception | None = None
        self.status = 200
        self.problems: list[str] = []

    def dispatch(self, request: BoltRequest) -> BoltResponse:
        self.got.append(request)
        if self.fails:
            raise self.fails
        return BoltResponse(status=self.status, body="done")

    def ready(self) -> list[str]:
        return self.problems


@pytest.fixture(scope="module")
def serving() -> Iterator[tuple[Bot, Served]]:
    """Between two requests so much time goes by that the first is not remembered."""
    bot, forgetting = Bot(), Taken(clock=count(step=KEPT_S).__next__)
    with Served(create_web(bot.dispatch, signing_secret=SECRET, ready=bot.ready, taken=forgetting)) as served:
        yield bot, served


@pytest.fixture
def bot(serving: tuple[Bot, Served]) -> Bot:
    bot, _ = serving
    bot.got, bot.fails, bot.status, bot.problems = [], None, 200, []
    return bot


@pytest.fixture
def served(serving: tuple[Bot, Served], bot: Bot) -> Served:
    return serving[1]


@pytest.fixture(autouse=True)
def nothing_private_in_the_log(log_lines: io.StringIO) -> Iterator[None]:
    """Holds for every test here."""
    yield
    assert PLANTED not in log_lines.getvalue()
    assert "v0=" not in log_lines.getvalue()


def form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields).encode()


def interaction(content: object) -> bytes:
    return form({"payload": json.dumps(content)})


def test_a_command_an_interaction_and_an_event_come_through(bot: Bot, served: Served) -> None:
    for body, kind in (
        (form(COMMAND), FORM),
        (interaction(ACTION), FORM),
        (json.dumps(EVENT).encode(), f"{JSON}; charset=utf-8"),
    ):
        answer = served.send(body, signed(body, kind))
        assert (answer.status, answer.text) == (200, "done")
    assert [request.body for request in bot.got] == [COMMAND, ACTION, EVENT]


def test_words_that_name_a_payload_reach_the_bot(bot: Bot, served: Served) -> None:
    fields = {**COMMAND, "text": "case the payload of our rocket"}
    served.send(form(fields), signed(form(fields)))
    assert bot.got[0].body == fields


def test_headers_of_strangers_stay_outside(bot: Bot, served: Served) -> None:
    body = form(COMMAND)
    served.send(body, {**signed(body), "x-slack-bolt-lazy-only": "1", "x-slack-retry-num": "2"})
    assert not bot.got[0].lazy_only
    assert bot.got[0].headers["x-slack-retry-num"] == ["2"]


def test_slack_asks_about_the_address_itself(bot: Bot, served: Served) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "riverbend"}).encode()
    assert served.send(body, signed(body, JSON)).text == "riverbend"
    assert served.send(b"ssl_check=1&token=t", signed(b"ssl_check=1&token=t")).status == 200
    assert served.send(method="GET", path="/slack/events?ssl_check=1&token=t").status == 200
    assert not bot.got


@pytest.mark.parametrize(
    "changed",
    [
        {"x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0=" + "0" * 63},
        {"x-slack-signature": "v0=\N{LATIN SMALL LETTER E WITH ACUTE}".encode()},
        {"x-slack-request-timestamp": "abc"},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "9" * 5000},
        {"x-slack-request-timestamp": "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}".encode()},
        {"x-slack-request-timestamp": b"\xb2\xb2"},
        {"x-slack-request-timestamp": "-1767225600"},
        {"x-slack-request-timestamp": "1767225600.5"},
    ],
)
def test_a_signature_that_is_not_slacks_is_refused(
    bot: Bot, served: Served, changed: Mapping[str, str | bytes]
) -> None:
    body = form(COMMAND)
    assert served.send(body, {**signed(body), **changed}).status == 401
    assert not bot.got


@pytest.mark.parametrize("seconds", [310, -310, 86_400, 10**9])
def test_a_true_signature_of_another_time_is_refused(bot: Bot, served: Served, seconds: int) -> None:
    body = form(COMMAND)
    assert served.send(body, signed(body, timestamp=seconds_ago(seconds))).status == 401
    assert not bot.got


def test_no_signature_at_all_is_refused(bot: Bot, served: Served) -> None:
    assert served.send(form(COMMAND), {"content-type": FORM}).status == 401
    assert not bot.got


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"type": "event_callback", "text": "zanzibar-confidential', JSON),
        (b"null", JSON),
        (b"[1, 2]", JSON),
        (b'"zanzibar-confidential"', JSON),
        (b"", JSON),
        (b"[" * 100_000, JSON),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, JSON),
        (b'{"type":"x","a":' + b'{"a":' * 100 + b"1" + b"}" * 101, JSON),
        (b'{"type":"x","a": ' + b"9" * 10_000 + b"}", JSON),
        (b'{"type":"x","a": NaN}', JSON),
        (b'{"type":"x","text": "\\ud83d zanzibar-confidential"}', JSON),
        (b'{"type": "url_verification", "challenge": [1]}', JSON),
        (b'{"team": {"id": "T1"}}', JSON),
        (b'{"type": "event_callback", "event": "zanzibar-confidential"}', JSON),
        (b'{"type":"x","authorizations": {"zanzibar-confidential": 1}}', JSON),
        (b'{"type":"block_actions","actions": []}', JSON),
        (b'{"type":"view_submission","view": null}', JSON),
        (b'{"type":"event_callback","team_id": [1],"event":{"type":"user_change"}}', JSON),
        (b'{"type":"block_suggestion","user":{"id":"U1"},"action_id":"zone"}', JSON),
        (b"command=/coach&user_id=U1", FORM),
        (b"", FORM),
        (b"text=zanzibar-confidential", FORM),
        (b"payload=", FORM),
        (b"payload=null", FORM),
        (b"payload=%5B%5D", FORM),
        (b"payload=%7Bzanzibar-confidential", FORM),
        (b"payload=" + b"%5B" * 60_000, FORM),
        (b"command=/coach&" + b"a=1&" * 300, FORM),
    ],
)
def test_a_signed_request_that_cannot_be_read_is_refused(
    bot: Bot, served: Served, body: bytes, kind: str
) -> None:
    answer = served.send(body, signed(body, kind))
    assert answer.status == 400
    assert PLANTED not in answer.text
    assert not bot.got


def test_a_body_that_is_not_utf8_is_refused(bot: Bot, served: Served) -> None:
    headers = {**signed(b""), "x-slack-signature": "v0=" + "0" * 64}
    assert served.send(b"command=\xff\xfe", headers).status == 400
    assert not bot.got


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", ""])
def test_another_content_type_is_refused(bot: Bot, served: Served, kind: str) -> None:
    assert served.send(form(COMMAND), signed(form(COMMAND), kind)).status == 415
    assert not bot.got


def test_a_body_that_is_too_long_is_refused_announced_or_in_chunks(bot: Bot, served: Served) -> None:
    body = form({**COMMAND, "text": "x" * MAX_BODY})
    headers = signed(body)
    assert served.send(body, headers).status == 413
    pieces = (body[start : start + 30_000] for start in range(0, len(body), 30_000))
    assert served.send(pieces, {**headers, "transfer-encoding": "chunked"}).status == 413
    assert not bot.got


def test_a_body_in_chunks_comes_through(bot: Bot, served: Served) -> None:
    body = form(COMMAND)
    headers = {**signed(body), "transfer-encoding": "chunked"}
    assert served.send(iter([body[:20], body[20:]]), headers).status == 200
    assert bot.got[0].body == COMMAND


def test_a_body_that_never_ends_is_given_up() -> None:
    bot = Bot()
    web = create_web(bot.dispatch, signing_secret=SECRET, ready=bot.ready, read_within_s=0.05)
    with Served(web) as served, socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(b"POST /slack/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ncommand=")
        assert line.makefile("rb").readline().startswith(b"HTTP/1.1 408 ")
    assert not bot.got


def misshapen(dice: random.Random, content: Any, depth: int = 0) -> Any:
    """The same JSON with one part missing or of another kind."""
    strange: list[object] = [None, 5, "", "x", [], {}, [1], {"a": 1}, True, [[]]]
    if not isinstance(content, dict | list) or not content or (depth and dice.random() < 0.3):
        return dice.choice(strange)
    keys = list(content) if isinstance(content, dict) else list(range(len(content)))
    at = dice.choice(keys)
    changed = content.copy()
    if dice.random() < 0.2:
        del changed[at]
    else:
        changed[at] = misshapen(dice, content[at], depth + 1)
    return changed


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
@pytest.mark.parametrize("found", [[], None, [{"team_id": None, "enterprise_id": "E1"}], [{}]])
def test_whose_goodbye_it_is_stands_outside_when_no_authorization_says_so(kind: str, found: object) -> None:
    event = {"type": "event_callback", "team_id": "T1", "event": {"type": kind}, "authorizations": found}
    assert for_bolt(Admitted(event, "event_callback"), {}).context.team_id == "T1"


def test_any_other_event_has_to_say_whose_it_is() -> None:
    event = {"type": "event_callback", "team_id": "T1", "event": {"type": "user_change"}}
    with pytest.raises(Refused):
        for_bolt(Admitted(event | {"authorizations": [{"team_id": None}]}, "event_callback"), {})


def framework() -> App:
    """The bot's own framework, set up as the bot sets it up, with a listener that answers everything."""

    def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id="T1", bot_token="xoxb-of-nobody", bot_user_id="UBOT"
        )

    app = App(
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
    )

    @app.middleware
    def answer(ack: Ack) -> BoltResponse:
        return ack()

    return app


@pytest.fixture(scope="module")
def served_framework() -> Iterator[Served]:
    with Served(create_web(framework().dispatch, signing_secret=SECRET, ready=list)) as served:
        yield served


def test_hundreds_of_damaged_requests_never_break_the_server(served_framework: Served) -> None:
    dice = random.Random(20270112)
    samples = [
        (form(COMMAND), FORM),
        (interaction(ACTION), FORM),
        (interaction(SUBMISSION), FORM),
        (json.dumps(EVENT).encode(), JSON),
    ]
    for _ in range(400):
        body, kind = dice.choice(samples)
        body = damaged(dice, body)
        signable = body if dice.random() < 0.8 and _is_utf8(body) else b""
        answer = served_framework.send(body, signed(signable, kind))
        assert answer.status in (200, 400, 401), body
        assert PLANTED not in answer.text


def _is_utf8(body: bytes) -> bool:
    return body.decode(errors="replace").encode() == body


def test_hundreds_of_misshapen_requests_never_break_the_server(served_framework: Served) -> None:
    dice = random.Random(20270223)
    for _ in range(400):
        content = misshapen(dice, dice.choice([ACTION, SUBMISSION, OPTIONS, EVENT]))
        body, kind = interaction(content), FORM
        if dice.random() < 0.3:
            body, kind = json.dumps(content).encode(), JSON
        answer = served_framework.send(body, signed(body, kind))
        assert answer.status in (200, 400), content
        assert PLANTED not in answer.text


@pytest.mark.parametrize("raised", [True, False])
def test_an_unexpected_failure_is_a_sentence_where_one_can_be_read(
    bot: Bot, served: Served, log_lines: io.StringIO, raised: bool
) -> None:
    bot.status, bot.fails = 500, RuntimeError(f"broke at {PLANTED}") if raised else None
    typed = json.loads(served.send(form(COMMAND), signed(form(COMMAND))).text)
    kept = json.loads(served.send(interaction(SUBMISSION), signed(interaction(SUBMISSION))).text)
    logged = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    names = [line["reference"] for line in logged if line["event"] == "request_failed"]
    assert typed["response_type"] == "ephemeral"
    assert typed["text"].endswith(names[0])
    assert kept["response_action"] == "errors"
    assert kept["errors"]["date.2"].endswith(names[1])


def test_an_unexpected_failure_elsewhere_is_told_to_slack(bot: Bot, served: Served) -> None:
    bot.fails = RuntimeError(PLANTED)
    body = json.dumps(EVENT).encode()
    answer = served.send(body, signed(body, JSON))
    assert (answer.status, answer.text) == (500, "")


def test_every_request_is_one_line_in_the_log(bot: Bot, served: Served, log_lines: io.StringIO) -> None:
    body = form(COMMAND)
    served.send(body, signed(body), path=f"/slack/events?{PLANTED}")
    served.send(body, {"content-type": FORM})
    first, second = (json.loads(line) for line in log_lines.getvalue().splitlines())
    assert (first["event"], first["kind"], first["status"]) == ("slack_request", "command", 200)
    assert (second["event"], second["status"]) == ("request_refused", 401)


def test_an_empty_secret_opens_no_door(bot: Bot) -> None:
    with pytest.raises(ValueError, match="secret"):
        create_web(bot.dispatch, signing_secret="  ", ready=bot.ready)


def test_the_pages_for_whoever_runs_it(bot: Bot, served: Served) -> None:
    assert served.send(method="GET", path="/livez").status == 200
    assert served.send(method="GET", path="/readyz").status == 200
    bot.problems = ["The database cannot be reached.", "The worker has not run for an hour."]
    answer = served.send(method="GET", path="/readyz")
    assert (answer.status, answer.text.splitlines()) == (503, bot.problems)
    assert served.send(method="GET", path="/slack/events").status == 405
    assert served.send(method="PUT", path="/slack/events").status == 405
    assert served.send(method="GET", path="/nothing").status == 404


def test_what_is_worth_a_look_stands_below_and_stops_nothing() -> None:
    remark = "This computer's clock is 70 seconds behind Slack's."
    watching = Watching(bytes, remarks=lambda: [remark])
    with Served(create_web(Bot().dispatch, signing_secret=SECRET, ready=list, watching=watching)) as served:
        answer = served.send(method="GET", path="/readyz")
    assert (answer.status, answer.text) == (200, f"ready\n{remark}\n")


def test_a_check_that_breaks_counts_as_not_ready() -> None:
    def breaks() -> list[str]:
        raise RuntimeError(PLANTED)

    with Served(create_web(Bot().dispatch, signing_secret=SECRET, ready=breaks)) as served:
        answer = served.send(method="GET", path="/readyz")
    assert answer.status == 503
    assert PLANTED not in answer.text


def test_a_calendar_is_read_at_its_address_and_no_log_shows_which(bot: Bot) -> None:
    """The secret is in the path: found, not found, and while the database is away."""
    files = {PLANTED: b"BEGIN:VCALENDAR"}

    def calendar(token: str) -> bytes | None:
        if token == f"{PLANTED}-broken":
            raise RuntimeError(token)
        return files.get(token)

    web = create_web(bot.dispatch, signing_secret=SECRET, ready=bot.ready, calendar=calendar)
    with Served(web) as served:

        def read(name: str, method: str = "GET") -> tuple[int, str]:
            answer = served.send(method=method, path=f"/calendar/{name}")
            return answer.status, answer.text

        assert read(f"{PLANTED}.ics") == (200, "BEGIN:VCALENDAR")
        assert read(f"{PLANTED}.ics", "HEAD") == (200, "")
        assert read(f"{PLANTED}.ics", "POST")[0] == 405
        assert read(f"{PLANTED}-broken.ics") == (503, "Try again later.")
        assert read("other.ics") == read("other.txt") == read(PLANTED) == (404, "Not Found")
    assert bot.got == []


def test_many_who_ask_whether_it_is_ready_take_one_thread_and_share_one_look() -> None:
    inside, go, looks = threading.Event(), threading.Event(), list[int]()

    def ready() -> list[str]:
        looks.append(len(looks))
        inside.set()
        assert go.wait(10)
        return []

    async def ask(app: Starlette) -> int:
        said: list[Message] = []

        async def send(message: Message) -> None:
            said.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        scope = {"type": "http", "method": "GET", "path": "/readyz", "headers": [], "query_string": b""}
        await app(scope, receive, send)
        return int(said[0]["status"])

    async def scene() -> list[int]:
        app = create_web(Bot().dispatch, signing_secret=SECRET, ready=ready)
        first = asyncio.create_task(ask(app))
        assert await asyncio.to_thread(inside.wait, 10)
        others = [asyncio.create_task(ask(app)) for _ in range(9)]
        for _ in range(20):  # until all of them wait
            await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(first, *others)

    assert asyncio.run(scene()) == [200] * 10
    assert len(looks) == 2, "the one that had begun when they came tells them nothing of now"

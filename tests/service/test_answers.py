"""Every answer, whatever was asked: the headers that keep browsers safe, and how often strangers may ask."""

import http.client
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.throttle import Allowance, Throttle
from service.web import SECURITY_HEADERS, Watching, _address, create_health, create_web
from tests.service.signing import SECRET, Served, signed
from tests.service.test_web import COMMAND, Bot, form

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE")


def breaks(_: object = None) -> bytes:
    raise RuntimeError("away")


async def broken(_: Request) -> Response:
    raise RuntimeError("a fault of ours")


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@pytest.fixture(scope="module")
def bot() -> Bot:
    return Bot()


@pytest.fixture(scope="module")
def served(bot: Bot) -> Iterator[Served]:
    watching = Watching(lambda: b"coach_up 1\n")
    web = create_web(bot.dispatch, signing_secret=SECRET, ready=bot.ready, calendar=breaks, watching=watching)
    web.router.routes.append(Route("/broken", broken))
    with Served(web) as served:
        yield served


def all_paths() -> list[str]:
    web = create_web(Bot().dispatch, signing_secret=SECRET, ready=list, watching=Watching(bytes))
    paths = {route.path.replace("{token}", "x") for route in web.routes if isinstance(route, Route)}
    return [*sorted(paths), "/", "/nothing", "/broken", "/calendar/..%2f..%2fetc", "//", "/slack/events/"]


@pytest.mark.parametrize("path", all_paths())
def test_every_answer_carries_the_security_headers(served: Served, path: str) -> None:
    for method in METHODS:
        answer = served.send(method=method, path=path)
        found = lower(answer.headers)
        assert SECURITY_HEADERS.items() <= found.items(), (method, answer.status)
        assert "server" not in found


def test_answers_of_the_bot_and_refusals_carry_them_too(served: Served, bot: Bot) -> None:
    body = form(COMMAND)
    bot.status = 500
    answers = [
        served.send(body, signed(body)),
        served.send(body, {}),
        served.send(b"x" * 300_000, {"content-type": "text/plain"}),
    ]
    assert [one.status for one in answers] == [200, 401, 413]
    for answer in answers:
        assert (
            SECURITY_HEADERS.items()
            <= {name.lower(): value for name, value in answer.headers.items()}.items()
        )


def test_what_the_headers_say() -> None:
    policy = SECURITY_HEADERS["content-security-policy"].split("; ")
    assert set(policy) == {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}
    assert "max-age=31536000" in SECURITY_HEADERS["strict-transport-security"]
    assert SECURITY_HEADERS["x-content-type-options"] == "nosniff"
    assert SECURITY_HEADERS["referrer-policy"] == "no-referrer"
    assert SECURITY_HEADERS["cross-origin-opener-policy"] == "same-origin"
    assert SECURITY_HEADERS["cache-control"] == "no-store"


def test_the_pages_of_a_worker_carry_them_too() -> None:
    with Served(create_health(list, Watching(bytes))) as served:
        for path in ("/livez", "/readyz", "/metrics", "/slack/events"):
            assert "content-security-policy" in served.send(method="GET", path=path).headers


def test_who_asks_for_calendars_without_end_waits_and_slack_does_not() -> None:
    bot = Bot()
    asked: list[str] = []

    async def page(_: Request) -> Response:
        return Response()

    def few() -> Throttle:
        return Throttle(Allowance(3, 1), clock=lambda: 0)

    def calendar(token: str) -> None:
        asked.append(token)

    web = create_web(
        bot.dispatch,
        signing_secret=SECRET,
        ready=list,
        calendar=calendar,
        askers=few,
        pages=[Route("/page", page)],
    )
    with Served(web) as served:
        said = [served.send(method="GET", path=f"/calendar/{n}.ics") for n in range(5)]
        body = form(COMMAND)
        assert served.send(body, signed(body)).status == 200
        assert served.send(method="GET", path="/livez").status == 200
        assert [served.send(method="GET", path="/page").status for _ in range(4)] == [200, 200, 200, 429]
    assert [one.status for one in said] == [404, 404, 404, 429, 429]
    assert said[-1].headers["retry-after"] == "60"
    assert asked == ["0", "1", "2"]


def test_one_who_moves_about_in_a_network_of_their_own_counts_as_one() -> None:
    def at(host: str | None) -> str:
        return _address(Request({"type": "http", "client": (host, 1) if host else None}))

    assert at("2001:db8:1:2::1") == at("2001:db8:1:2:ffff::9") != at("2001:db8:1:3::1")
    assert at("192.0.2.1") != at("192.0.2.2")
    assert at(None) == at("")


def test_a_body_without_an_honest_length_is_no_fault_of_ours(served: Served) -> None:
    for length in ("-5", "abc", "1e3", "+5", " 5", "99999999999999999999", "²"):
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        connection.putrequest("POST", "/slack/events")
        connection.putheader("Content-Length", length.encode())
        connection.endheaders()
        connection.sock.shutdown(socket.SHUT_WR)
        with suppress(http.client.RemoteDisconnected):  # what broke off is not answered
            assert connection.getresponse().status in (400, 413), length
        connection.close()
    assert served.send(method="GET", path="/livez").status == 200

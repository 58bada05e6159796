"""The pages for whoever watches over the bot: only for those who may see them."""

from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from service.web import Watching, create_health
from tests.service.signing import Served

KEY = "planted-key"


def ask(served: Served, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=10)
    try:
        connection.request("GET", "/metrics", headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def serve(key: str) -> Served:
    return Served(create_health(list, Watching(lambda: b"figures", key)))


@pytest.fixture(scope="module")
def keyed() -> Iterator[Served]:
    with serve(KEY) as served:
        yield served


@pytest.fixture(scope="module")
def local() -> Iterator[Served]:
    with serve("") as served:
        yield served


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": f"Bearer {KEY}"}, 200),
        ({"Authorization": f"Bearer {KEY}", "X_Forwarded_For": "10.0.0.1"}, 200),
        ({"Authorization": f"Bearer {KEY}x"}, 404),
        ({"Authorization": KEY}, 404),
        ({"Authorization": "Bearer "}, 404),
        ({"Authorization": "Bearer \u00e9".encode().decode("latin-1")}, 404),
        ({}, 404),
    ],
)
def test_with_a_key_only_who_knows_it(keyed: Served, headers: dict[str, str], status: int) -> None:
    assert ask(keyed, **headers)[0] == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"X_Forwarded_For": "10.0.0.1"}, 404), ({"Forwarded": "for=10.0.0.1"}, 404)],
)
def test_without_one_only_this_machine_and_nobody_behind_a_proxy_on_it(
    local: Served, headers: dict[str, str], status: int
) -> None:
    assert ask(local, **headers)[0] == status

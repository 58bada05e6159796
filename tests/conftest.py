"""What tests of several folders share: fresh databases, and the bot at work in a local workspace."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from service.demo import Demo
from tests.postgres import fast_folder
from tests.storage.engines import ENGINES
from tests.support import pasts
from tests.support.pasts import Beginning
from tests.support.people import People

# Machines are shared: how long an example takes is no matter of its own.
settings.register_profile("usual", deadline=None)
settings.register_profile("many", deadline=None, max_examples=10_000)
settings.load_profile("usual")
pytest_plugins = ["tests.long", "tests.no_skips", "tests.read_only", "tests.warm"]


def pytest_configure() -> None:
    """Waiting for the disk is a tenth of the time of all tests."""
    if folder := fast_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> Beginning:
    """What had happened before the test. A module may have its own."""
    return pasts.a_circle if "circle" in request.fixturenames else pasts.nothing


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path, beginning: Beginning) -> Iterator[str]:
    """The address of a database of the test's own with the newest schema, on each engine in turn."""
    with pasts.database(request.param, beginning, tmp_path) as url:
        yield url


@pytest.fixture
def demo(database_url: str, beginning: Beginning) -> Iterator[Demo]:
    """The bot beside a workspace of its own, on a Monday. Starting both takes a tenth of a second."""
    with pasts.running(database_url, beginning) as demo:
        yield demo


@pytest.fixture
def people(demo: Demo) -> People:
    return People(demo)


@pytest.fixture
def circle(people: People) -> People:
    """The test begins with the practice circle, whose members have been welcomed."""
    return people

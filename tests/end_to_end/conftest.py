"""A browser for all tests of this folder, and where pictures of a run go when they are wanted."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.end_to_end.page import found_browser, launch
from tests.support import pasts
from tests.support.pasts import Beginning


@pytest.fixture
def database_url(tmp_path: Path, beginning: Beginning) -> Iterator[str]:
    """SQLite alone: what a page shows is the same on each database, and time passes slowly in a browser."""
    with pasts.database("sqlite", beginning, tmp_path) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its module: while it is open its event loop runs, and other tests could start none."""
    if found_browser() is None:
        pytest.skip("The demo page is not tested: no Chromium is installed.")
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """COACH_SCREENSHOTS=docs/images keeps pictures of the run there."""
    folder = os.environ.get("COACH_SCREENSHOTS")
    return Path(folder) if folder else None

"""Somebody adds the bot to their workspace in a real browser, and looks at what comes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from demo import cast
from demo.registration import Registration
from tests.end_to_end.page import WINDOW
from tests.support.many import APP, SECRET, Many, running


@pytest.fixture
def many(database_url: str) -> Iterator[Many]:
    with running(database_url, Registration(APP, SECRET, [])) as many:
        yield many


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WINDOW, locale="en-US")
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert faults == []  # a policy that forbids what the page itself wants is told there


def test_from_the_button_to_the_message_in_slack(many: Many, page: Page, pictures: Path | None) -> None:
    page.goto(many.start)
    _picture(page, pictures, "install")
    page.get_by_role("button", name="Add to Slack").click()
    page.get_by_label("Workspace").select_option("Harbour Youth Work")
    page.get_by_label("You are").select_option("Dee Novak")
    _picture(page, pictures, "authorize")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading")).to_have_text("Coach is now in Harbour Youth Work")
    _picture(page, pictures, "installed")
    many.demo.settle()
    [message] = many.person(cast.DEE, 1).dm()
    assert "Thank you for bringing me here" in message["text"]
    page.get_by_role("link", name="Open Slack").click()
    expect(page.get_by_text("Harbour Youth Work").first).to_be_visible()


def test_who_cancels_may_start_again(many: Many, page: Page, pictures: Path | None) -> None:
    page.goto(many.start)
    page.get_by_role("button", name="Add to Slack").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading")).to_have_text("You did not allow it")
    _picture(page, pictures, "refused")
    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_role("button", name="Add to Slack")).to_be_visible()


def _picture(page: Page, folder: Path | None, name: str) -> None:
    if folder is not None:
        page.screenshot(path=folder / f"{name}.png")

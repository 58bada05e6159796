"""The demo page as a person uses it: through what can be seen, clicked and typed."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


def found_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=found_browser(), args=QUIET)


class Sitting:
    """One person at one browser window."""

    def __init__(
        self, browser: Browser, url: str, user: str, *, phone: bool = False, dark: bool = False
    ) -> None:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
        self._context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            locale="en-US",
        )
        self.page: Page = self._context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{url}/?as={user}")
        expect(self.page.get_by_test_id("person-switcher")).to_be_visible()

    def __enter__(self) -> "Sitting":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.close()

    def go_to(self, name: str) -> None:
        """A channel, the bot's "Messages", or its "Home"."""
        hook = "home-item" if name == "Home" else "channel-item"
        self.page.get_by_test_id(hook).filter(has_text=name).first.click()

    def type(self, words: str) -> None:
        box = self.page.get_by_test_id("composer")
        box.fill(words)
        box.press("Enter")

    @property
    def modal(self) -> Locator:
        return self.page.get_by_test_id("modal").last

    @property
    def messages(self) -> Locator:
        return self.page.get_by_test_id("message")

    def message(self, words: str) -> Locator:
        return self.messages.filter(has_text=words).last

    def choose(self, label: str, options: Sequence[str]) -> None:
        """Options of a menu in the open form, found by typing their beginning."""
        for option in options:
            menu = self.modal.get_by_label(label)
            menu.click()
            menu.press_sequentially(option[:5])
            self.page.get_by_role("option", name=re.compile(re.escape(option))).first.click()
        self.page.keyboard.press("Tab")

    def fill(self, label: str, value: str) -> None:
        self.modal.get_by_label(label).fill(value)

    def submit(self) -> None:
        self.page.get_by_test_id("modal-submit").last.click()

    def move_clock(self, day: str, at: str) -> None:
        """By the page's own control, to a date and time in the person's zone."""
        self.page.get_by_test_id("clock-date").click()
        self.page.get_by_test_id("clock-to-date").fill(day)
        self.page.get_by_test_id("clock-to-time").fill(at)
        self.page.get_by_test_id("clock-go").click()
        expect(self.page.get_by_test_id("clock")).not_to_have_attribute("data-moving", "true", timeout=60_000)
        expect(self.page.get_by_test_id("clock-now")).to_contain_text(at, timeout=60_000)

    def picture(self, folder: Path | None, name: str) -> None:
        if folder is not None:
            self.page.screenshot(path=folder / f"{name}.png")

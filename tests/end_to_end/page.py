"""The demo page as a person uses it: through what can be seen, clicked and typed."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from playwright.sync_api import Browser, Locator, Page, Playwright, ViewportSize, expect

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
WINDOW: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE_MS = 15_000
"""How long to wait for what must come: long, because tests run side by side on small machines."""
WHILE_TIME_PASSES_MS = 60_000

expect.set_options(timeout=PATIENCE_MS)


def found_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=found_browser(), args=QUIET)


class Sitting:
    """A browser window in which somebody acts as a person of the demo. At its end no script has failed."""

    def __init__(
        self, browser: Browser, url: str, user: str, *, size: ViewportSize = WINDOW, dark: bool = False
    ) -> None:
        self._context = browser.new_context(
            viewport=size, color_scheme="dark" if dark else "light", locale="en-US"
        )
        self._url = url
        self._faults: list[str] = []
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda error: self._faults.append(str(error)))
        self.page.goto(f"{url}/?as={user}")
        expect(self.page.get_by_test_id("person-switcher")).to_be_visible()

    def __enter__(self) -> "Sitting":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.close()
        if kind is None:
            assert self._faults == []

    # Where one is

    def act_as(self, name: str) -> None:
        switcher = self.page.get_by_test_id("person-switcher")
        switcher.click()
        self.page.get_by_test_id("person-option").filter(has_text=name).click()
        expect(switcher).to_contain_text(name)

    def go_to(self, name: str) -> None:
        """A channel, the bot's "Messages", or its "Home"."""
        hook = "home-item" if name == "Home" else "channel-item"
        self.page.get_by_test_id(hook).filter(has_text=name).first.click()

    def go_to_address(self, place: str) -> None:
        """By typing it into the browser, as somebody does who was sent a link."""
        self.page.goto(f"{self._url}/{place}")
        expect(self.page.get_by_test_id("person-switcher")).to_be_visible()

    def dismiss_hints(self) -> None:
        self.page.get_by_test_id("hint-dismiss").click()

    # What is said

    def say(self, words: str) -> None:
        box = self.page.get_by_test_id("composer")
        box.fill(words)
        box.press("Enter")

    @property
    def messages(self) -> Locator:
        return self.page.get_by_test_id("message")

    def message(self, words: str) -> Locator:
        """The newest message with these words."""
        return self.messages.filter(has_text=words).last

    # Forms

    @property
    def modal(self) -> Locator:
        return self.page.get_by_test_id("modal").last

    def fill(self, label: str, value: str) -> None:
        self.field(label).fill(value)

    def field(self, label: str) -> Locator:
        """By its whole label; what is behind it in brackets, as "(optional)", is not part of it."""
        return self.modal.get_by_label(label, exact=True)

    def choose(self, label: str, options: Sequence[str]) -> None:
        """Options of a menu in the open form, found by typing their beginning."""
        for option in options:
            menu = self.field(label)
            menu.click()
            menu.press_sequentially(option[:5])
            self.page.get_by_role("option", name=re.compile(re.escape(option))).first.click()
        self.page.keyboard.press("Tab")

    def submit(self) -> None:
        self.page.get_by_test_id("modal-submit").click()

    def submit_and_close(self) -> None:
        self.submit()
        self.sees_no_modal()

    def sees_no_modal(self) -> None:
        expect(self.page.get_by_test_id("modal")).to_have_count(0)

    def tab_to(self, wanted: Locator, most: int = 60) -> None:
        """With the Tab key alone. Fails when it cannot be reached."""
        expect(wanted).to_be_visible()
        for _ in range(most):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached by Tab: {wanted}")

    # Time and pictures

    def move_clock(self, day: str, at: str) -> None:
        """By the page's own control, to a date and time in the person's zone."""
        self.page.get_by_test_id("clock-date").click()
        self.page.get_by_test_id("clock-to-date").fill(day)
        self.page.get_by_test_id("clock-to-time").fill(at)
        self.page.get_by_test_id("clock-go").click()
        shown = self.page.get_by_test_id("clock")
        expect(shown).not_to_have_attribute("data-moving", "true", timeout=WHILE_TIME_PASSES_MS)
        expect(shown).to_contain_text(at, timeout=WHILE_TIME_PASSES_MS)

    def picture(self, folder: Path | None, name: str, height: int = 800) -> None:
        """What the window shows, as high as it is worth; nothing when no pictures are wanted."""
        if folder is None:
            return
        before = self.page.viewport_size or WINDOW
        self.page.set_viewport_size({"width": min(before["width"], 1100), "height": height})
        self.page.mouse.move(1, 1)
        self.page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide")
        self.page.set_viewport_size(before)

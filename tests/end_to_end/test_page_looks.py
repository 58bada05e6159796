"""How the page feels: with the keyboard, on a phone, in the dark, and while things happen elsewhere."""

from datetime import timedelta
from pathlib import Path

import icalendar
import pytest
from playwright.sync_api import Browser, Locator, expect

from bot.wording import COMMANDS
from demo.cast import ANA, BO, CHIDI, ELI
from service.demo import Demo
from tests.end_to_end.page import PHONE, Sitting
from tests.support import pasts
from tests.support.instants import wall
from tests.support.pasts import Beginning
from tests.support.people import People

pytestmark = pytest.mark.browser

LINK = "https://meet.example.org/practice-circle"
READABLE = 4.5
"""The contrast that WCAG asks of text, level AA."""

OVERFLOWING = """() => ['html', '.place', '.scroller', '.modal', '.modal-body', '.thread']
    .flatMap((selector) => [...document.querySelectorAll(selector)])
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => element.className || element.tagName)"""

CONTRAST = """(element) => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    let behind = element;
    while (numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    const colours = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
    const both = colours.map(numbers).map(light);
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
}"""


def a_circle(people: People) -> None:
    people.circle(starts_on="2026-12-01")


def scheduled(people: People) -> None:
    a_circle(people)
    people.session(link=LINK)


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> Beginning:
    wanted = request.fixturenames
    return scheduled if "session" in wanted else a_circle if "circle" in wanted else pasts.nothing


@pytest.fixture
def session(circle: People) -> People:
    return circle


@pytest.mark.usefixtures("circle")
def test_a_session_is_scheduled_and_answered_with_the_keyboard_alone(demo: Demo, browser: Browser) -> None:
    with Sitting(browser, demo.url, ANA) as ana:
        keys = ana.page.keyboard
        composer = ana.page.get_by_test_id("composer")
        ana.tab_to(ana.page.get_by_test_id("channel-item").filter(has_text="practice-circle"))
        keys.press("Enter")
        ana.tab_to(composer)
        keys.type("/coach schedule\n")
        expect(ana.field("Date")).to_be_focused()
        keys.press("Escape")
        ana.sees_no_modal()
        expect(composer).to_be_focused()
        keys.type("/coach schedule\n")
        ana.tab_to(ana.field("Video"))
        keys.press("ArrowDown")
        expect(ana.field("Phone")).to_be_checked()
        ana.tab_to(ana.modal.get_by_role("button", name="Schedule"))
        keys.press("Enter")
        expect(ana.field("Place or number")).to_be_focused()
        keys.type("Ana calls everybody\n")
        ana.sees_no_modal()
        card = ana.message("Facilitator:")
        expect(card).to_contain_text("phone")
        ana.tab_to(card.get_by_role("button", name="Can't make it"))
        keys.press("Enter")
        expect(card).to_contain_text("Presenter: open (Ana can't make it)")


@pytest.mark.usefixtures("session")
def test_a_phone_shows_everything_without_scrolling_sideways(
    demo: Demo, browser: Browser, pictures: Path | None
) -> None:
    with Sitting(browser, demo.url, ELI, size=PHONE) as eli:
        eli.dismiss_hints()
        expect(eli.message("Practice circle meets on")).to_contain_text(LINK)
        assert eli.page.evaluate(OVERFLOWING) == []
        eli.page.get_by_test_id("open-sidebar").click()
        eli.go_to("practice-circle")
        expect(eli.message("Presenter: Ana")).to_be_in_viewport()
        assert eli.page.evaluate(OVERFLOWING) == []
        eli.picture(pictures, "phone", height=700)
        eli.say("/coach schedule")
        expect(eli.modal).to_be_in_viewport(ratio=1)
        expect(eli.page.get_by_test_id("modal-submit")).to_be_in_viewport(ratio=1)
        eli.field("Message to the circle").scroll_into_view_if_needed()
        expect(eli.field("Message to the circle")).to_be_in_viewport()
        assert eli.page.evaluate(OVERFLOWING) == []


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_can_be_read_in_the_light_and_in_the_dark(demo: Demo, browser: Browser, dark: bool) -> None:
    with Sitting(browser, demo.url, ANA, dark=dark) as ana:
        ana.go_to("practice-circle")
        card = ana.message("Presenter: Ana")
        said = card.get_by_text("Facilitator:")
        assert (brightness(said) > 0.5) == dark
        ana.say("/coach schedule")
        hint = ana.modal.get_by_text("In the circle's time zone")
        shown = [
            said,
            card.get_by_role("button", name="Can't make it").locator("span"),
            hint,
            ana.field("Date"),
        ]
        for words in [*shown, ana.modal.get_by_role("button", name="Schedule").locator("span")]:
            expect(words).to_be_visible()
            assert words.evaluate(CONTRAST) >= READABLE, words


def brightness(words: Locator) -> float:
    """Of the colour of the text, from 0 to 1."""
    return float(
        words.evaluate(
            "(element) => getComputedStyle(element).color.match(/[\\d.]+/g).slice(0, 3)"
            ".reduce((sum, part) => sum + Number(part), 0) / 765"
        )
    )


@pytest.mark.usefixtures("session")
def test_typed_words_survive_what_happens_meanwhile(demo: Demo, browser: Browser) -> None:
    """Somebody else writes, an answer comes in, and the form itself is drawn anew."""
    with Sitting(browser, demo.url, CHIDI) as chidi, Sitting(browser, demo.url, BO) as bo:
        for one in (chidi, bo):
            one.go_to("practice-circle")
        chidi.say("/coach circle")
        chidi.fill("Name", "Tuesday circle")
        bo.say("Good morning, everybody.")
        bo.message("Presenter: Ana").get_by_role("button", name="I'll be there").click()
        expect(chidi.message("Good morning, everybody.")).to_be_attached()
        expect(chidi.message("Presenter: Ana")).to_contain_text("Coming: Ana and Bo")
        expect(chidi.field("Name")).to_have_value("Tuesday circle")
        chidi.choose("Members", ["Bo Jensen"])
        chidi.fill("Starts on", "2026-12-08")
        chidi.fill("Usual time", "10:00")
        chidi.submit()
        chidi.modal.get_by_role("button", name="Change").click()
        expect(chidi.field("Starts on")).to_be_visible()
        expect(chidi.field("Name")).to_have_value("Tuesday circle")


@pytest.mark.usefixtures("session")
def test_the_calendar_file_opens(demo: Demo, browser: Browser, tmp_path: Path) -> None:
    with Sitting(browser, demo.url, BO) as bo:
        bo.go_to("Messages")
        bo.message("Practice circle meets on").get_by_role("button", name="Calendar file").click()
        with bo.page.expect_download() as download:
            bo.page.get_by_test_id("file").click()
        assert download.value.suggested_filename.endswith(".ics")
        download.value.save_as(tmp_path / "taken.ics")
        [event] = icalendar.Calendar.from_ical((tmp_path / "taken.ics").read_bytes()).walk("VEVENT")
        assert event.decoded("DTSTART") == wall("2026-12-01 10:00")
        assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=1)
        assert "Practice circle" in str(event["SUMMARY"])
        assert LINK in event.to_ical().decode().replace("\r\n ", "")


def test_what_is_offered_while_typing_is_what_the_bot_can_do(demo: Demo, browser: Browser) -> None:
    with Sitting(browser, demo.url, ANA) as ana:
        ana.page.get_by_test_id("composer").press_sequentially("/coach ")
        offered = ana.page.get_by_role("listbox", name="Commands").get_by_role("option").locator("b")
        expect(offered).to_have_count(len(COMMANDS))
        assert set(offered.all_text_contents()) == {f"/coach {word}" for word, _ in COMMANDS}

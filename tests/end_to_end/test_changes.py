"""Changed plans on the demo page: a session is moved, and a role finds somebody else."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from demo.cast import ANA
from service.demo import Demo
from tests.end_to_end.page import Sitting
from tests.support import pasts
from tests.support.pasts import Beginning
from tests.support.people import People

pytestmark = pytest.mark.browser

LINK = "https://meet.example.org/practice-circle"


def scheduled(people: People) -> None:
    pasts.a_circle(people)
    people.session(link=LINK)


@pytest.fixture
def beginning() -> Beginning:
    return scheduled


def test_a_session_is_moved_and_its_presenter_swaps(
    demo: Demo, browser: Browser, pictures: Path | None
) -> None:
    with Sitting(browser, demo.url, ANA) as sitting:
        sitting.dismiss_hints()
        move(sitting, pictures)
        say_again(sitting, pictures)
        give_the_role_away(sitting, pictures)
        take_it(sitting, pictures)


def move(ana: Sitting, pictures: Path | None) -> None:
    """The card is edited, and its thread has one line."""
    ana.go_to("practice-circle")
    card = ana.message("Presenter: Ana")
    card.get_by_role("button", name="More").click()
    ana.picture(pictures, "more-menu", height=640)
    ana.page.get_by_role("menuitem", name="Reschedule").click()
    expect(ana.field("Date")).to_have_value("2026-12-08")
    ana.fill("Date", "2026-12-10")
    ana.submit_and_close()
    expect(card).to_contain_text("Thursday, December 10th")
    expect(card).to_contain_text("Not answered yet: Bo, Chidi, Dee and Eli")
    expect(ana.messages.filter(has_text="Presenter: Ana")).to_have_count(1)


def say_again(sitting: Sitting, pictures: Path | None) -> None:
    """Everybody is asked anew; the older message has no buttons any more."""
    sitting.act_as("Bo Jensen")
    sitting.go_to("Messages")
    moved = sitting.message("Moved from")
    expect(moved).to_contain_text("Can you come then?")
    sitting.picture(pictures, "moved", height=720)
    moved.get_by_role("button", name="I'll be there").click()
    expect(moved).to_contain_text("You said you'll be there")
    older = sitting.message("The newer message has the buttons")
    expect(older.get_by_role("button", name="I'll be there")).to_have_count(0)


def give_the_role_away(sitting: Sitting, pictures: Path | None) -> None:
    """Who presents and can't come presses one button more."""
    sitting.act_as("Ana Torres")
    sitting.go_to("Messages")
    moved = sitting.message("Moved from")
    moved.get_by_role("button", name="Can't make it").click()
    expect(moved).to_contain_text("You said you can't make it")
    sitting.picture(pictures, "cannot-come", height=720)
    moved.get_by_role("button", name="Swap a role").click()
    sitting.go_to("practice-circle")
    expect(sitting.message("Presenter:")).to_contain_text("Presenter: open (Ana can't make it)")


def take_it(sitting: Sitting, pictures: Path | None) -> None:
    """In the thread; the first to press has it, and the card says so to everybody."""
    sitting.act_as("Dee Novak")
    sitting.go_to("practice-circle")
    sitting.page.get_by_test_id("thread-open").last.click()
    thread = sitting.page.get_by_test_id("thread-pane")
    expect(thread).to_contain_text("Ana can't make it")
    sitting.picture(pictures, "swap-ask", height=720)
    thread.get_by_role("button", name="I'll present").click()
    expect(thread).to_contain_text("Dee has taken this on")
    expect(sitting.messages.filter(has_text="Presenter: Dee").first).to_be_visible()
    sitting.picture(pictures, "swapped", height=720)

"""The whole loop once through, on the demo page: a circle schedules, is reminded, meets, and evaluates it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from demo.cast import ANA, BO, CHIDI, DEE, ELI, GUS
from service.demo import Demo
from tests.end_to_end.page import Sitting
from tests.support.people import FIVE

pytestmark = pytest.mark.browser
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is about the page alone need not be tried on each database."""


def test_the_loop(demo: Demo, browser: Browser, pictures: Path | None) -> None:
    with Sitting(browser, demo.url, ANA) as ana, Sitting(browser, demo.url, BO) as bo:
        make_a_circle(ana)
        bo.go_to("practice-circle")
        schedule(ana, bo, pictures)
        remind(ana, pictures)
        meet(ana)
        for number, person in enumerate((ANA, BO, CHIDI, DEE)):
            answer(browser, demo, person, number)
        ana.move_clock("2026-12-13", "12:00")
        read_the_result(bo, pictures)
        assert ana.errors == bo.errors == []
    with Sitting(browser, demo.url, GUS) as gus:
        expect(gus.page.get_by_test_id("sidebar")).not_to_contain_text("practice-circle")


def make_a_circle(ana: Sitting) -> None:
    ana.go_to("practice-circle")
    ana.type("/coach circle")
    expect(ana.modal).to_contain_text("New circle")
    ana.fill("Name", "Practice circle")
    ana.choose("Members", FIVE[1:])
    ana.choose("Channel", ["practice-circle"])
    ana.fill("Starts on", "2026-12-08")
    ana.fill("Usual time", "10:00")
    ana.submit()
    expect(ana.page.get_by_test_id("modal")).to_have_count(0)


def schedule(ana: Sitting, bo: Sitting, pictures: Path | None) -> None:
    ana.type("/coach schedule")
    expect(ana.modal.get_by_label("Date")).to_have_value("2026-12-08")
    ana.fill("Meeting link", "https://meet.example.org/practice-circle")
    ana.fill("Message to the circle", "Bring something you are stuck with.")
    ana.fill("Date", "2026-11-03")
    ana.submit()
    expect(ana.page.get_by_test_id("field-error")).to_contain_text("in the past")
    expect(ana.modal.get_by_label("Message to the circle")).to_have_value(
        "Bring something you are stuck with."
    )
    ana.picture(pictures, "schedule")
    ana.fill("Date", "2026-12-08")
    ana.submit()
    expect(ana.page.get_by_test_id("modal")).to_have_count(0)
    # Bo's page shows the card without being loaded again, and Ana's shows Bo's answer.
    card = bo.message("Presenter: Ana")
    expect(card).to_contain_text("Coming: Ana")
    expect(card).not_to_contain_text("meet.example.org")
    bo.go_to("Messages")
    news = bo.message("Practice circle meets on")
    expect(news).to_contain_text("https://meet.example.org/practice-circle")
    news.get_by_role("button", name="I'll be there").click()
    expect(bo.message("Practice circle meets on")).to_contain_text("You said you'll be there")
    expect(ana.message("Presenter: Ana")).to_contain_text("Coming: Ana and Bo")
    ana.picture(pictures, "card")


def remind(ana: Sitting, pictures: Path | None) -> None:
    ana.go_to("Messages")
    ana.move_clock("2026-12-03", "10:30")
    expect(ana.message("it is your case")).to_be_visible()
    ana.move_clock("2026-12-07", "10:30")
    expect(ana.message("meets on Tuesday, December 8th")).to_be_visible()
    ana.picture(pictures, "reminder")
    ana.move_clock("2026-12-08", "09:50")
    expect(ana.message("starts at 10:00")).to_contain_text("https://meet.example.org/practice-circle")


def meet(ana: Sitting) -> None:
    ana.move_clock("2026-12-08", "11:05")
    question = ana.message("Did Practice circle meet")
    question.get_by_role("button", name="We met").click()
    expect(ana.modal).to_contain_text("Who was there?")
    ana.submit()
    expect(ana.page.get_by_test_id("modal")).to_have_count(0)


def answer(browser: Browser, demo: Demo, person: str, number: int) -> None:
    """Fours and fives in turn, so that two of each come together on every statement: 4.5."""
    with Sitting(browser, demo.url, person) as sitting:
        sitting.go_to("Messages")
        sitting.message("How was Practice circle").get_by_role("button", name="Answer").click()
        expect(sitting.modal).to_contain_text("neither changed nor deleted")
        for place, group in enumerate(sitting.modal.get_by_role("radiogroup").all()):
            group.get_by_role("radio").nth(3 + (number + place) % 2).check()
        sitting.fill("What worked?", "Questions before advice.")
        sitting.submit()
        expect(sitting.page.get_by_test_id("modal")).to_have_count(0)
        expect(sitting.messages.filter(has_text="You have answered")).to_have_count(1)


def read_the_result(bo: Sitting, pictures: Path | None) -> None:
    bo.go_to("practice-circle")
    bo.page.get_by_test_id("thread-open").last.click()
    thread = bo.page.get_by_test_id("thread-pane")
    expect(thread).to_contain_text("4 of 5 answered")
    expect(thread).to_contain_text("4.5 of 5 on average")
    expect(thread).not_to_contain_text("Questions before advice.")
    bo.picture(pictures, "result")
    thread.get_by_role("button", name="See the result").click()
    expect(bo.modal).to_contain_text("Questions before advice.")
    bo.page.keyboard.press("Escape")
    expect(bo.page.get_by_test_id("modal")).to_have_count(0)


@on_sqlite
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_fits_a_phone(demo: Demo, browser: Browser, pictures: Path | None, dark: bool) -> None:
    with Sitting(browser, demo.url, ELI, phone=True, dark=dark) as eli:
        eli.page.get_by_test_id("open-sidebar").click()
        eli.go_to("practice-circle")
        eli.type("/coach circle")
        expect(eli.modal).to_contain_text("New circle")
        fits = eli.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert fits
        if not dark:
            eli.picture(pictures, "phone")
        eli.page.keyboard.press("Escape")
        expect(eli.page.get_by_test_id("modal")).to_have_count(0)
        assert eli.errors == []


@on_sqlite
def test_typed_words_survive_what_happens_meanwhile(demo: Demo, browser: Browser) -> None:
    with Sitting(browser, demo.url, ANA) as ana, Sitting(browser, demo.url, BO) as bo:
        ana.go_to("general")
        bo.go_to("general")
        ana.type("/coach circle")
        ana.fill("Name", "Tuesday circle")
        bo.type("Good morning, everybody.")
        expect(ana.message("Good morning, everybody.")).to_be_attached()
        expect(ana.modal.get_by_label("Name")).to_have_value("Tuesday circle")


@on_sqlite
def test_everything_can_be_done_with_the_keyboard(demo: Demo, browser: Browser) -> None:
    with Sitting(browser, demo.url, ANA) as ana:
        ana.go_to("general")
        ana.page.get_by_test_id("composer").focus()
        ana.page.keyboard.type("/coach help")
        ana.page.keyboard.press("Enter")
        expect(ana.message("What I can do")).to_contain_text(re.compile("Only visible to you", re.IGNORECASE))
        ana.page.keyboard.type("/coach settings")
        ana.page.keyboard.press("Enter")
        expect(ana.modal).to_contain_text("Working days")
        ana.page.keyboard.press("Escape")
        expect(ana.page.get_by_test_id("modal")).to_have_count(0)

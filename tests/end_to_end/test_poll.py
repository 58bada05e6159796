"""A poll on the demo page: a circle is asked for a time, picks among three, and has its session."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from demo.cast import ANA
from service.demo import Demo
from tests.end_to_end.page import Sitting
from tests.support.people import FIVE, People

pytestmark = pytest.mark.browser

TICKS = {
    "Bo Jensen": ("Tuesday, 1 December", "Wednesday, 2 December"),
    "Chidi Okafor": ("Wednesday, 2 December",),
    "Dee Novak": ("Wednesday, 2 December", "Thursday, 3 December"),
    "Eli Stern": ("None of these",),
}


def test_a_circle_finds_a_time_and_then_another_one(
    demo: Demo, people: People, browser: Browser, pictures: Path | None
) -> None:
    people.circle(starts_on="2026-12-01")
    with Sitting(browser, demo.url, ANA) as sitting:
        sitting.dismiss_hints()
        ask_the_circle(sitting, pictures)
        pick_times(sitting, pictures)
        choose(sitting, pictures)
        ask_for_another_time(sitting)


def ask_the_circle(ana: Sitting, pictures: Path | None) -> None:
    ana.go_to("practice-circle")
    ana.say("/coach poll")
    expect(ana.field("Date 1")).to_have_value("2026-12-01")
    ana.fill("Date 2", "2026-12-02")
    ana.fill("Date 3", "2026-12-03")
    ana.fill("Time 3", "07:00")
    ana.picture(pictures, "poll-form", height=900)
    ana.submit_and_close()
    card = ana.message("is looking for a time")
    expect(card).to_contain_text("before 8:00 for Ana")
    expect(card).to_contain_text("Not answered yet: Bo, Chidi, Dee and Eli")


def pick_times(sitting: Sitting, pictures: Path | None) -> None:
    for name, times in TICKS.items():
        sitting.act_as(name)
        sitting.go_to("practice-circle")
        sitting.message("is looking for a time").get_by_role("button", name="Pick times").click()
        for time in times:
            sitting.modal.get_by_role("checkbox", name=time).check()
        if name == "Dee Novak":
            sitting.picture(pictures, "poll-ticks", height=640)
        sitting.submit_and_close()
        if name == "Dee Novak":
            expect(sitting.message("is looking for a time")).to_contain_text("Not answered yet: Eli")
            sitting.picture(pictures, "poll-card", height=640)
    assert {*TICKS} == {*FIVE[1:]}


def choose(sitting: Sitting, pictures: Path | None) -> None:
    """The last answer closes it; the time that most can make is chosen already."""
    sitting.act_as("Ana Torres")
    sitting.go_to("Messages")
    asked = sitting.message("has answered your poll")
    expect(asked).to_contain_text("None of these: Eli")
    sitting.picture(pictures, "poll-closed", height=640)
    asked.get_by_role("button", name="Choose a time").click()
    expect(sitting.modal.get_by_role("radio", name="Wednesday, 2 December")).to_be_checked()
    sitting.picture(pictures, "poll-choice", height=900)
    sitting.submit_and_close()
    expect(sitting.message("has found a time")).to_be_visible()
    sitting.go_to("practice-circle")
    card = sitting.message("Presenter: Ana")
    expect(card).to_contain_text("Coming: Ana, Bo, Chidi and Dee")
    expect(card).to_contain_text("Not answered yet: Eli")
    expect(sitting.message("has found a time").get_by_role("button", name="Pick times")).to_have_count(0)
    sitting.picture(pictures, "poll-decided", height=640)


def ask_for_another_time(ana: Sitting) -> None:
    """From the session's menu; the session stays as it is."""
    card = ana.message("Presenter: Ana")
    card.get_by_role("button", name="More").click()
    ana.page.get_by_role("menuitem", name="Find another time").click()
    expect(ana.modal).to_contain_text("The session stays as it is until a time is chosen")
    ana.fill("Date 1", "2026-12-10")
    ana.fill("Date 2", "2026-12-11")
    ana.submit_and_close()
    expect(ana.message("is looking for another time")).to_contain_text("which stays as it is until then")
    expect(card).to_contain_text("December 2nd")

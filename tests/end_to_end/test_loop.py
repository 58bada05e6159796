"""The whole loop once through, on the demo page: a circle schedules, is reminded, meets, and evaluates it."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from demo.cast import ANA, BO, GUS, PRACTICE_CIRCLE
from service.demo import Demo
from tests.end_to_end.page import Sitting
from tests.support.people import FIVE

pytestmark = pytest.mark.browser

LINK = "https://meet.example.org/practice-circle"
MESSAGE = "Bring something you are stuck with."
TITLE = "A family that cancels every second visit"
SITUATION = "Four visits since summer, two of them cancelled on the day."
DISCUSSED = "How to make it easy for them to say when a visit does not suit."
SAID = "Offer two days to choose from, and ask which one suits."
ANSWERS = (
    ([5, 4, 5, 3, 5], "Questions before advice."),
    ([4, 4, 5, 4, 5], "Chidi held us to the time."),
    ([5, 5, 4, 3, 5], "Hearing that I am not alone with this."),
    ([4, 3, 4, 4, 5], "The role play."),
)
"""What each of four says to the five statements, and to what worked."""
AVERAGES = ("4.5", "4.0", "4.5", "3.5", "5.0")


def test_a_circle_schedules_is_reminded_meets_and_reads_its_result(
    demo: Demo, browser: Browser, pictures: Path | None, tmp_path: Path
) -> None:
    with Sitting(browser, demo.url, ANA) as ana:
        ana.dismiss_hints()
        make_a_circle(ana, pictures)
        schedule(ana, pictures)
        with Sitting(browser, demo.url, BO) as bo:
            answer_in_two_windows(ana, bo, pictures)
        be_reminded(ana, pictures)
        prepare_the_case(ana, pictures)
        begin(ana)
        meet(ana, pictures)
        record_that_they_met(ana)
        evaluate(ana)
        read_the_result(ana, pictures)
        take_the_log_out(ana, tmp_path)
        stay_outside(ana)


def make_a_circle(ana: Sitting, pictures: Path | None) -> None:
    """Six fields, then what the year will look like."""
    ana.go_to("practice-circle")
    ana.say("/coach circle")
    expect(ana.modal).to_contain_text("New circle")
    ana.fill("Name", "Practice circle")
    ana.choose("Members", FIVE[1:])
    ana.choose("Channel", ["practice-circle"])
    ana.fill("Starts on", "2026-12-01")
    ana.fill("Usual time", "10:00")
    ana.submit()
    expect(ana.modal).to_contain_text("Tue, 1 Dec 2026: video, Ana presents, Chidi takes notes")
    ana.picture(pictures, "year", height=720)
    ana.submit_and_close()


def schedule(ana: Sitting, pictures: Path | None) -> None:
    """The form comes filled in; a date in the past is refused at its field, and nothing typed is lost."""
    ana.say("/coach schedule")
    expect(ana.field("Date")).to_have_value("2026-12-01")
    expect(ana.field("Time")).to_have_value("10:00")
    expect(ana.field("Presenter")).to_have_value("Ana")
    ana.fill("Meeting link", LINK)
    ana.fill("Message to the circle", MESSAGE)
    ana.fill("Date", "2026-11-20")
    ana.submit()
    refusal = ana.page.get_by_test_id("field-error")
    expect(refusal).to_contain_text("in the past")
    expect(ana.page.get_by_test_id("field").filter(has=refusal)).to_contain_text("Date")
    expect(ana.field("Date")).to_have_value("2026-11-20")
    expect(ana.field("Meeting link")).to_have_value(LINK)
    expect(ana.field("Message to the circle")).to_have_value(MESSAGE)
    ana.picture(pictures, "schedule", height=720)
    ana.fill("Date", "2026-12-01")
    ana.submit_and_close()
    expect(ana.message("Presenter: Ana")).to_contain_text("Coming: Ana")


def answer_in_two_windows(ana: Sitting, bo: Sitting, pictures: Path | None) -> None:
    """What Bo presses in his messages stands on the card in Ana's window, which is not loaded again."""
    bo.go_to("practice-circle")
    expect(bo.message("Presenter: Ana")).to_contain_text("Not answered yet: Bo")
    expect(bo.message("Presenter: Ana")).not_to_contain_text("meet.example.org")
    bo.go_to("Messages")
    news = bo.message("Practice circle meets on")
    expect(news).to_contain_text(LINK)
    expect(news).to_contain_text(MESSAGE)
    news.get_by_role("button", name="I'll be there").click()
    expect(news).to_contain_text("You said you'll be there")
    expect(ana.message("Presenter: Ana")).to_contain_text("Coming: Ana and Bo")
    ana.page.get_by_test_id("composer").blur()
    ana.picture(pictures, "card", height=480)


def be_reminded(ana: Sitting, pictures: Path | None) -> None:
    """The presenter five days and one day before, and everybody a quarter of an hour before it starts."""
    ana.go_to("Messages")
    ana.move_clock("2026-11-30", "10:30")
    expect(ana.message("A few notes")).to_contain_text("Tuesday, December 1st at 10:00")
    expect(ana.message("meets on Tuesday, December 1st")).to_contain_text(LINK)
    ana.picture(pictures, "reminder", height=640)


def prepare_the_case(ana: Sitting, pictures: Path | None) -> None:
    """A draft is found as it was left; shared, only that it is there stands in the thread."""
    prepare = ana.message("A few notes").get_by_role("button", name="Prepare the case")
    prepare.click()
    ana.fill("Title", TITLE)
    ana.submit_and_close()
    prepare.click()
    expect(ana.field("Title")).to_have_value(TITLE)
    ana.fill("The situation in brief", SITUATION)
    ana.fill("What feedback do you ask of your peers?", "What would you try first?")
    ana.choose("Practices and values it touches", ["Mutual trust"])
    ana.modal.get_by_role("radio", name="Share with the circle").check()
    ana.picture(pictures, "case", height=1100)
    ana.submit_and_close()
    ana.act_as("Bo Jensen")
    thread = open_thread(ana)
    expect(thread).to_contain_text("The case for Tuesday, December 1st at 10:00 is there")
    expect(thread).not_to_contain_text(TITLE)
    thread.get_by_role("button", name="Read the case").click()
    for words in (TITLE, SITUATION, "What would you try first?", "Mutual trust"):
        expect(ana.modal).to_contain_text(words)
    close(ana)


def begin(ana: Sitting) -> None:
    """A quarter of an hour before a session by video everybody has the link."""
    ana.act_as("Ana Torres")
    ana.go_to("Messages")
    ana.move_clock("2026-12-01", "09:50")
    soon = ana.message("starts at 10:00")
    expect(soon).to_contain_text(LINK)
    expect(soon.get_by_role("link", name="Open the meeting link")).to_be_visible()


def meet(sitting: Sitting, pictures: Path | None) -> None:
    """The agenda comes at the minute of the start; Chidi, whose clock is an hour behind, writes the notes."""
    sitting.move_clock("2026-12-01", "10:01")
    sitting.act_as("Chidi Okafor")
    thread = open_thread(sitting)
    for words in (
        "09:00 Case and coaching, 35 minutes",
        "09:50 Closing evaluation, 10 minutes",
        "Today's norm",
    ):
        expect(thread).to_contain_text(words)
    sitting.picture(pictures, "agenda", height=760)
    thread.get_by_role("button", name="Write notes").click()
    sitting.fill("What was discussed", DISCUSSED)
    write_action(sitting, 1, "Ask the school for the plan", "Ana", "2026-12-09")
    sitting.modal.get_by_role("button", name="Another action").click()
    expect(sitting.modal).to_contain_text("Action 2")
    expect(sitting.field("What was discussed")).to_have_value(DISCUSSED)
    write_action(sitting, 2, "Bring the form for visits", "Bo", "2026-12-16")
    sitting.submit_and_close()
    expect(thread).to_contain_text("Notes of Tuesday, December 1st at 09:00 are there")
    expect(thread).not_to_contain_text(DISCUSSED)
    thread.get_by_role("button", name="Read the notes").click()
    for words in (DISCUSSED, "Ask the school for the plan", "Bring the form for visits"):
        expect(sitting.modal).to_contain_text(words)
    sitting.picture(pictures, "notes", height=760)
    close(sitting)
    add_a_message_to_the_notes(sitting, pictures)


def add_a_message_to_the_notes(sitting: Sitting, pictures: Path | None) -> None:
    """Bo says something in the channel; Chidi, who takes the notes, adds it by the menu of that message."""
    sitting.act_as("Bo Jensen")
    sitting.say(SAID)
    expect(sitting.message(SAID)).to_be_visible()
    sitting.act_as("Chidi Okafor")
    sitting.message(SAID).hover()
    sitting.message(SAID).get_by_role("button", name="Message actions").click()
    sitting.page.get_by_role("menuitem", name="Add to coaching notes").click()
    expect(sitting.field("What to add")).to_have_value(SAID)
    sitting.submit_and_close()
    sitting.page.get_by_test_id("thread-pane").get_by_role("button", name="Read the notes").click()
    expect(sitting.modal).to_contain_text(DISCUSSED)
    expect(sitting.modal).to_contain_text(SAID)
    close(sitting)


def write_action(sitting: Sitting, number: int, what: str, who: str, by_when: str) -> None:
    """The rows have the same labels, so a row is told by its place."""
    row = number - 1
    sitting.modal.get_by_label("What", exact=True).nth(row).fill(what)
    sitting.modal.get_by_label("Who", exact=True).nth(row).click()
    sitting.page.get_by_role("option", name=re.compile(who)).first.click()
    sitting.modal.get_by_label("By when", exact=True).nth(row).fill(by_when)


def open_thread(sitting: Sitting) -> Locator:
    sitting.go_to("practice-circle")
    sitting.page.get_by_test_id("thread-open").last.click()
    return sitting.page.get_by_test_id("thread-pane")


def close(sitting: Sitting) -> None:
    sitting.page.keyboard.press("Escape")
    sitting.sees_no_modal()


def record_that_they_met(ana: Sitting) -> None:
    ana.act_as("Ana Torres")
    ana.go_to("Messages")
    ana.move_clock("2026-12-01", "11:05")
    ana.message("Did Practice circle meet").get_by_role("button", name="We met").click()
    expect(ana.modal).to_contain_text("Who was there?")
    ana.submit_and_close()
    expect(ana.message("Recorded: Practice circle met")).to_contain_text("There: Ana, Bo, Chidi, Dee and Eli")


def evaluate(ana: Sitting) -> None:
    """Four of five answer."""
    for name, (scores, comment) in zip(FIVE, ANSWERS, strict=False):
        ana.act_as(name)
        ana.go_to("Messages")
        ana.message("How was Practice circle").get_by_role("button", name="Answer").click()
        expect(ana.modal).to_contain_text("neither changed nor deleted")
        for statement, score in zip(ana.modal.get_by_role("radiogroup").all(), scores, strict=True):
            statement.get_by_role("radio").nth(score - 1).check()
        ana.fill("What worked?", comment)
        ana.submit_and_close()
        expect(ana.messages.filter(has_text="You have answered")).to_have_count(1)


def read_the_result(sitting: Sitting, pictures: Path | None) -> None:
    """After five days, when the window closes: figures in the thread, comments behind a button."""
    sitting.act_as("Bo Jensen")
    thread = open_thread(sitting)
    expect(thread).to_contain_text("Next: ")
    expect(thread).not_to_contain_text("result")
    sitting.move_clock("2026-12-06", "12:00")
    expect(thread).to_contain_text("4 of 5 answered")
    figures = thread.get_by_text("of 5 on average").all_text_contents()
    assert [one.split("of 5")[0].split()[-1] for one in figures] == list(AVERAGES)
    for _, comment in ANSWERS:
        expect(thread).not_to_contain_text(comment)
    drawn = thread.get_by_role("img", name="Bars of the closing evaluation of Practice circle")
    expect(drawn).to_have_js_property("naturalWidth", 920)
    assert all(f": {one} (" in (drawn.get_attribute("alt") or "") for one in AVERAGES)
    sitting.picture(pictures, "result", height=800)
    thread.get_by_role("button", name="See the result").click()
    expect(sitting.modal).to_contain_text("4 of 5 answered")
    for _, comment in ANSWERS:
        expect(sitting.modal).to_contain_text(comment)
    close(sitting)


def take_the_log_out(sitting: Sitting, folder: Path) -> None:
    """Ana, who leads the circle, has the log as a file, and a spreadsheet can open it."""
    sitting.act_as("Ana Torres")
    sitting.go_to("Messages")
    sitting.say("/coach log")
    expect(sitting.modal).to_contain_text("1 session held")
    expect(sitting.modal).to_contain_text(TITLE)
    sitting.modal.get_by_role("button", name="As CSV").click()
    expect(sitting.modal).to_contain_text("on its way")
    close(sitting)
    with sitting.page.expect_download() as download:
        sitting.page.get_by_test_id("file").last.click()
    download.value.save_as(folder / "log.csv")
    [row] = csv.DictReader((folder / "log.csv").read_text(encoding="utf-8-sig").splitlines())
    assert (row["Date"], row["Minutes"], row["Title of the case"]) == ("2026-12-01", "60", TITLE)
    assert row["Attended"] == "Ana, Bo, Chidi, Dee, Eli"


def stay_outside(sitting: Sitting) -> None:
    """Somebody who is not in the circle finds neither its channel nor a word about it."""
    sitting.act_as("Gus Park")
    whole = sitting.page.locator("body")
    expect(sitting.page.get_by_test_id("sidebar")).to_contain_text("general")
    for place in (f"?as={GUS}#{PRACTICE_CIRCLE}", f"?as={GUS}#home"):
        sitting.go_to_address(place)
        expect(whole).to_contain_text("Gus Park")
        expect(whole).not_to_contain_text("practice-circle")
        expect(whole).not_to_contain_text("answered")
    sitting.go_to("Messages")
    sitting.say("/coach circles")
    expect(sitting.message("You are in no circle yet")).to_be_visible()

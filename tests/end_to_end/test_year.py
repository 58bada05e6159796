"""A year played on the demo page: the rhythm goes on by itself, and roles go round."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from demo.cast import ANA
from service.demo import Demo
from tests.end_to_end.page import WHILE_TIME_PASSES_MS, Sitting
from tests.support.people import People

pytestmark = pytest.mark.browser


def test_months_go_by_and_everybody_has_their_turn(
    demo: Demo, circle: People, browser: Browser, pictures: Path | None
) -> None:
    """From November into January: nobody presses anything but "I'll be there"."""
    with Sitting(browser, demo.url, ANA) as ana:
        ana.dismiss_hints()
        ana.page.get_by_test_id("clock-date").click()
        ana.picture(pictures, "play-a-year", height=640)
        ana.page.get_by_test_id("clock-year").click()
        expect(ana.page.get_by_test_id("clock-now")).to_contain_text("Jan", timeout=3 * WHILE_TIME_PASSES_MS)
        ana.page.get_by_test_id("clock-stop").click()
        expect(ana.page.get_by_test_id("clock-date")).to_be_enabled(timeout=WHILE_TIME_PASSES_MS)
        ana.go_to("practice-circle")
        expect(ana.message("December 8th")).to_contain_text("was held")
        expect(ana.message("January 12th")).to_contain_text("Presenter: Bo")
        ana.say("/coach roles")
        expect(ana.modal).to_contain_text("Ana: presented once")
        expect(ana.modal).to_contain_text("12 January 2027: Bo presents")
        ana.picture(pictures, "roles-later", height=720)

"""The rhythm as people at the page meet it: dates that are put up, skipped, and what was never scheduled."""

import pytest

from demo.person import Person, words
from demo.records import Json
from tests.support.databases import ON_SQLITE
from tests.support.people import ROOM, People, accepted, filled_in, refused

pytestmark = ON_SQLITE
LINK = "https://meet.example/one"


def question(person: Person) -> Json:
    """What asks about the next date, or what has become of it."""
    [found] = [one for one in person.dm() if "At most one such" in words(one["blocks"])]
    return found


def cards(people: People) -> list[Json]:
    return [one for one in people.ana.messages(ROOM) if one["is_bot"]]


def told(person: Person, word: str) -> list[str]:
    return [one["text"] for one in person.dm() if word in one["text"]]


def test_the_convener_confirms_and_a_second_press_changes_nothing(people: People, circle: People) -> None:
    asked = question(people.ana)
    assert "the next date is" in asked["text"]
    assert "there is nothing to do" in asked["text"]
    people.ana.click("Confirm", in_=asked)
    assert "is scheduled" in words(question(people.ana)["blocks"])
    people.demo.settle()
    assert len(cards(people)) == 1
    assert all(len(told(one, "meets on")) == 1 for one in people.five)


def test_nobody_presses_and_everybody_is_told_the_usual(people: People, circle: People) -> None:
    people.wait("2026-11-24 12:00")
    assert len(cards(people)) == 1
    assert all(len(told(one, "meets on")) == 1 for one in people.five)
    assert "is scheduled" in words(question(people.ana)["blocks"])


def test_the_convener_skips_and_everybody_is_told_once(people: People, circle: People) -> None:
    people.ana.click("Skip this month", in_=question(people.ana))
    assert "was skipped" in words(question(people.ana)["blocks"])
    people.demo.settle()
    assert all(len(told(one, "Skipped")) == 1 for one in people.five)
    people.wait("2026-12-09 12:00")
    assert cards(people) == []


def test_change_opens_the_form_at_what_is_proposed(people: People, circle: People) -> None:
    people.ana.click("Change", in_=question(people.ana))
    assert filled_in(people.ana)["Date"] == "2026-12-08"
    people.ana.fill({"Date": "2026-12-10", "Meeting link": LINK})
    accepted(people.ana)
    people.demo.settle()
    assert "is scheduled" in words(question(people.ana)["blocks"])
    people.wait("2026-12-09 12:00")
    assert len(cards(people)) == 1


def test_a_scheduled_session_is_skipped_from_its_menu(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    people.bo.click("Skip this month", in_=people.card())
    accepted(people.bo)
    people.demo.settle()
    assert "was skipped" in people.card()["text"]
    assert all(len(told(one, "Skipped")) == 1 for one in people.five)
    people.wait("2026-12-09 12:00")
    assert len(cards(people)) == 1
    assert all(told(one, "starts at") == [] for one in people.five)


def test_ask_first_asks_the_circle_and_a_yes_there_counts(people: People) -> None:
    people.circle(starts_on="2026-12-22", more={"How you work": ["Ask first: a date nobody confirms lapses"]})
    people.wait("2026-12-09 12:00")
    [asked] = cards(people)
    assert "Shall Practice circle meet on" in asked["text"]
    people.chidi.click("Confirm", in_=asked)
    assert "is scheduled" in cards(people)[0]["text"]
    people.demo.settle()
    assert len(cards(people)) == 2


def test_ask_first_without_a_yes_the_date_lapses(people: People) -> None:
    people.circle(starts_on="2026-12-22", more={"How you work": ["Ask first: a date nobody confirms lapses"]})
    people.wait("2026-12-16 12:00")
    [asked] = cards(people)
    assert "was skipped" in asked["text"]
    assert all(told(one, "meets on") == [] for one in people.five)


@pytest.fixture
def unscheduled(people: People) -> None:
    """A circle that will meet from January on, and met before of its own accord."""
    people.circle(starts_on="2027-01-12")


def test_what_was_never_scheduled_is_recorded_from_the_hub(people: People, unscheduled: None) -> None:
    people.bo.open_home()
    people.bo.click("We already met", in_="home")
    people.bo.fill(
        {
            "When did you meet?": "2026-11-18",
            "How did you meet?": "In person",
            "Who was there?": ["Ana", "Bo", "Chidi"],
            "Who presented?": "Ana",
            "Who took notes?": "Chidi",
        }
    )
    assert people.bo.submit() == {}
    assert "Recorded" in words(people.bo.modal["blocks"])
    people.bo.close(everything=True)
    people.demo.settle()
    assert cards(people) == []
    people.dee.command("/coach roles")
    assert "Ana: presented once" in words(people.dee.modal["blocks"])
    assert "Chidi: has not presented yet, took notes once" in words(people.dee.modal["blocks"])


def test_the_future_is_refused_on_its_field_from_the_circles_page(people: People, unscheduled: None) -> None:
    people.bo.command("/coach circles")
    people.bo.click("Open", in_=people.bo.ephemerals()[-1])
    people.bo.click("We already met")
    people.bo.fill({"When did you meet?": "2026-11-30"})
    assert "still to come" in refused(people.bo)["When did you meet?"]

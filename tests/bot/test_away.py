"""Days away, as people enter and end them."""

import pytest

from demo import cast
from demo.person import Person, words
from service.demo import Demo
from tests.support.databases import ON_SQLITE
from tests.support.people import People, filled_in, refused
from tests.support.signed import Forger

LINK = "https://meet.example/one"


@pytest.fixture
def session(people: People, circle: None) -> None:
    """Tuesday, 8 December at ten in New York: Chidi presents, Dee takes notes, Ana leads."""
    people.session(mode="Video", link=LINK, presenter="Chidi", note_taker="Dee")


def goes_away(person: Person, first: str, last: str) -> None:
    person.command("/coach away")
    person.fill({"First day": first, "Last day": last})
    assert person.submit() == {}
    assert "Your days away" in words(person.modal)
    person.close()


def comes_back(person: Person) -> None:
    person.command("/coach away")
    person.click("End it")
    assert "no days away" in words(person.modal)
    person.close()


def card(people: People) -> str:
    people.demo.settle()
    return words(people.card()["blocks"])


@ON_SQLITE
def test_days_are_listed_and_refused_on_their_field(people: People) -> None:
    dee = people.dee
    dee.command("/coach away")
    assert "no days away" in words(dee.modal)
    dee.fill({"First day": "2026-11-22", "Last day": "2026-11-30"})
    assert "is over" in refused(dee)["First day"]
    dee.fill({"First day": "2026-11-30", "Last day": "2026-11-29"})
    assert "before the first day" in refused(dee)["Last day"]
    dee.fill({"Last day": "2027-11-30"})
    assert "over a year away" in refused(dee)["Last day"]
    dee.fill({"Last day": "2026-12-04"})
    assert dee.submit() == {}
    assert "Monday, 30 November 2026 to Friday, 4 December 2026" in words(dee.modal)
    dee.close()
    goes_away(dee, "2026-12-01", "2026-12-02")  # within the others: nothing is added twice
    dee.command("/coach away")
    assert words(dee.modal).count("to Friday") == 1
    assert "to Wednesday" not in words(dee.modal)


def test_the_next_in_line_takes_the_role_at_once_and_is_told(people: People, session: None) -> None:
    goes_away(people.chidi, "2026-12-07", "2026-12-11")
    shown = card(people)
    assert "Presenter: Ana" in shown  # the first in line of a new circle
    assert "Note-taker: Dee" in shown
    assert "Can't make it: Chidi" in shown
    assert "your turn to present" in people.ana.dm()[-1]["text"]
    news = words(people.chidi.dm()[-1]["blocks"])
    assert "You are away that day" in news
    heard = len(people.chidi.dm())
    people.wait("2026-12-08 11:30")
    assert len(people.chidi.dm()) == heard  # no reminder, no link, no evaluation
    comes_back(people.chidi)


@ON_SQLITE
def test_who_ends_it_is_asked_again_and_the_role_stays_where_it_went(people: People, session: None) -> None:
    goes_away(people.chidi, "2026-12-07", "2026-12-11")
    comes_back(people.chidi)
    shown = card(people)
    assert "Can't make it:" not in shown
    assert "Presenter: Ana" in shown


@ON_SQLITE
def test_a_yes_from_before_rests_and_one_from_afterwards_wins(people: People, session: None) -> None:
    people.bo.click("I'll be there", in_=people.card())
    goes_away(people.bo, "2026-12-08", "2026-12-08")
    assert "Can't make it: Bo" in card(people)
    comes_back(people.bo)
    assert "Coming: Ana and Bo" in card(people)
    goes_away(people.bo, "2026-12-08", "2026-12-08")
    people.bo.click("I'll be there", in_=people.card())
    assert "Coming: Ana and Bo" in card(people)


@ON_SQLITE
def test_who_is_away_neither_leads_nor_is_proposed(people: People, session: None) -> None:
    assert "Facilitator: Ana" in card(people)
    goes_away(people.ana, "2026-12-08", "2027-01-20")
    assert "Facilitator: Ana" not in card(people)
    people.bo.command("/coach schedule")
    assert filled_in(people.bo)["Presenter"] == "Bo"  # Ana stands first in line
    people.bo.close()
    people.bo.command("/coach roles")
    page = words(people.bo.modal)
    january = next(line for line in page.splitlines() if "12 January 2027" in line)
    february = next(line for line in page.splitlines() if "February 2027" in line)
    assert "Ana" not in january
    assert "Ana presents" in february  # who is passed over is first again


@ON_SQLITE
def test_days_are_those_of_the_persons_own_calendar(people: People, circle: None) -> None:
    people.dee.travel("Asia/Tokyo")
    # 19:00 in New York on the 8th is the 9th in Tokyo.
    people.session(date="2026-12-08", time="19:00", mode="Video", link=LINK)
    goes_away(people.dee, "2026-12-08", "2026-12-08")
    assert "Can't make it:" not in card(people)
    goes_away(people.dee, "2026-12-09", "2026-12-09")
    assert "Can't make it: Dee" in card(people)
    people.dee.travel(cast.NEW_YORK)
    goes_away(people.dee, "2026-12-08", "2026-12-08")
    assert "Can't make it: Dee" in card(people)


@ON_SQLITE
def test_nobody_ends_the_days_of_another(demo: Demo, people: People, forger: Forger) -> None:
    goes_away(people.dee, "2026-12-08", "2026-12-11")
    assert "not yours" in forger.click(cast.BO, "away.end", "1")
    people.dee.command("/coach away")
    assert "8 December 2026" in words(people.dee.modal)


@ON_SQLITE
def test_the_hub_opens_it_too(people: People, circle: None) -> None:
    people.bo.open_home()
    people.bo.click("Days away", in_="home")
    people.bo.fill({"First day": "2026-12-08", "Last day": "2026-12-08"})
    assert people.bo.submit() == {}
    people.bo.click("End it")
    assert "no days away" in words(people.bo.modal)

"""A case as people at the page prepare it, share it, read it and take it back."""

import pytest

from demo.person import NotThere, words
from demo.records import Json
from tests.bot.test_faults import database_away
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.pasts import Beginning
from tests.support.people import ROOM, People, accepted, filled_in, refused

TITLE = "How to come back after leave"
SITUATION = "שלום 👩🏾‍🏫 <!channel> & what to say first\n" + "x" * 2950
SHARE = "Who can read it?"


def planned(people: People) -> None:
    pasts.a_circle(people)
    people.session(mode="Video", link="https://meet.example/one")


@pytest.fixture
def beginning(request: pytest.FixtureRequest, beginning: Beginning) -> Beginning:
    return planned if "session" in request.fixturenames else beginning


@pytest.fixture
def session(circle: People) -> None:
    """The first session is scheduled: Ana presents, Chidi takes notes."""


def thread(people: People) -> list[Json]:
    return people.bo.thread(ROOM, people.card(0)["ts"])


def news(people: People) -> Json:
    [found] = [one for one in people.ana.dm() if "meets on" in one["text"]]
    return found


@ON_SQLITE
def test_a_case_is_prepared_shared_read_and_taken_back(people: People, session: None) -> None:
    people.ana.open_home()
    assert "You bring the case" in words(people.ana.home["blocks"])
    people.ana.click("Prepare the case", in_=news(people))
    people.ana.fill({"The situation in brief": SITUATION, SHARE: "Share with the circle"})
    assert set(refused(people.ana)) == {"Title"}
    people.ana.fill({"Title": TITLE, "Practices and values it touches": ["Equity", "Co-creation"]})
    with database_away(people.demo):
        assert people.ana.submit()
    assert filled_in(people.ana)["The situation in brief"] == SITUATION
    people.ana.fill({SHARE: "Keep as a draft"})
    accepted(people.ana)
    people.ana.command("/coach case")
    kept = filled_in(people.ana)
    assert (kept["The situation in brief"], kept[SHARE]) == (SITUATION, "Keep as a draft")
    people.ana.fill({SHARE: "Share with the circle"})
    accepted(people.ana)
    people.demo.settle()
    [line] = [one for one in thread(people) if "The case for" in one["text"]]
    everything = "".join(one["text"] + words(one["blocks"]) for one in [*thread(people), people.card(0)])
    assert TITLE not in everything
    assert "what to say first" not in everything
    assert "You bring the case" not in words(people.ana.home["blocks"])
    people.eli.click("Read the case", in_=line)
    shown = words(people.eli.modal)
    for word in (TITLE, SITUATION, "Ana brings this", "Equity", "Co-creation"):
        assert word in shown
    with pytest.raises(NotThere):
        people.eli.click("Edit the case")
    people.eli.close()
    people.eli.command("/coach case")
    assert "You present at no session" in people.eli.ephemerals()[-1]["text"]
    assert TITLE not in words(people.eli.ephemerals()[-1]["blocks"])
    people.ana.click("Cases", in_="home")
    people.ana.click("Read the case")
    people.ana.click("Edit the case")
    people.ana.fill({SHARE: "Keep as a draft"})
    accepted(people.ana)
    people.demo.settle()
    [line] = [one for one in thread(people) if "no case to read yet" in one["text"]]
    with pytest.raises(NotThere):
        people.eli.click("Read the case", in_=line)


@ON_SQLITE
def test_reminders_open_the_form_where_it_was_left_until_the_case_is_shared(
    people: People, session: None
) -> None:
    people.wait("2026-12-03 10:01")  # five days before
    [asked] = [one for one in people.ana.dm() if "it is your case this time" in words(one["blocks"])]
    people.ana.click("Prepare the case", in_=asked)
    people.ana.fill({"Title": TITLE})
    accepted(people.ana)
    people.ana.click("Prepare the case", in_=asked)
    assert filled_in(people.ana)["Title"] == TITLE
    people.ana.fill({"The situation in brief": "Short", SHARE: "Share with the circle"})
    accepted(people.ana)
    people.demo.settle()
    [settled] = [one for one in people.ana.dm() if one["ts"] == asked["ts"]]
    assert "is settled" in settled["text"]


@ON_SQLITE
def test_who_takes_the_role_is_asked_to_prepare_and_starts_anew(people: People, session: None) -> None:
    people.ana.click("Prepare the case", in_=news(people))
    people.ana.fill({"Title": TITLE})
    accepted(people.ana)
    people.ana.click("Swap a role", in_=people.card())
    accepted(people.ana)
    people.demo.settle()
    [ask] = [one for one in thread(people) if "I'll present" in words(one["blocks"])]
    people.dee.click("I'll present", in_=ask)
    people.demo.settle()
    [told] = [one for one in people.dee.dm() if "your turn to present" in one["text"]]
    people.dee.click("Prepare the case", in_=told)
    assert filled_in(people.dee)["Title"] in (None, "")
    people.dee.close()
    [mine] = [one for one in people.ana.dm() if "meets on" in one["text"]]
    with pytest.raises(NotThere):
        people.ana.click("Prepare the case", in_=mine)

"""Agenda, notes and actions as people at the page go through them."""

import pytest

from demo import cast
from demo.person import NotThere, Person, words
from demo.records import Json
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.pasts import Beginning
from tests.support.people import ROOM, People, accepted, filled_in
from tests.support.signed import Forger

SECRET = "How to begin a hard talk <!channel>"


def begun(people: People) -> None:
    pasts.a_circle(people)
    people.session(mode="Video", link="https://meet.example/one")
    people.wait("2026-12-08 10:01")


@pytest.fixture
def beginning(request: pytest.FixtureRequest, beginning: Beginning) -> Beginning:
    return begun if "session" in request.fixturenames else beginning


@pytest.fixture
def session(circle: People) -> None:
    """The first session has begun: Ana presents, Chidi takes notes."""


def thread(people: People) -> list[Json]:
    return people.ana.thread(ROOM, people.card(0)["ts"])


def line(people: People, word: str) -> Json:
    [found] = [one for one in thread(people) if word in one["text"]]
    return found


def told(people: People, person: Person) -> str:
    """What this person alone was told in the thread."""
    found = [one for one in person.thread(ROOM, people.card(0)["ts"]) if one["ephemeral"]]
    return str(found[-1]["text"])


def write(people: People) -> None:
    """Chidi writes that much was discussed, and that Bo and Eli will do something."""
    people.chidi.click("Write notes", in_=line(people, "agenda"))
    people.chidi.fill({"What was discussed": SECRET})
    people.chidi.fill({"what_1": "Call the school", "who_1": "Bo", "by_1": "2026-12-17"})
    people.chidi.click("Another action")
    people.chidi.fill({"what_2": "Try a pause", "who_2": "Eli", "by_2": "2026-12-17"})


@ON_SQLITE
def test_the_agenda_leads_to_notes_that_the_circle_alone_reads(people: People, session: None) -> None:
    agenda = line(people, "agenda")
    for word in ("Case and coaching, 35 minutes", "Presenter: Ana", "Note-taker: Chidi", "norm: Respect"):
        assert word in words(agenda["blocks"])
    people.dee.click("Write notes", in_=agenda)
    assert "note-taker of this session" in told(people, people.dee)
    write(people)
    kept = filled_in(people.chidi)
    assert kept["What was discussed"] == SECRET
    assert [people.chidi.values[f"what_{n}"]["value"]["value"] for n in (1, 2)] == [
        "Call the school",
        "Try a pause",
    ]
    people.chidi.fill({"by_2": None})
    assert people.chidi.submit() == {"by_2": "Choose a day."}
    people.chidi.fill({"by_2": "2026-12-17"})
    accepted(people.chidi)
    people.demo.settle()
    there = line(people, "Notes of")
    everything = "".join(one["text"] + words(one["blocks"]) for one in thread(people))
    assert "hard talk" not in everything
    assert "Call the school" not in everything
    people.eli.click("Read the notes", in_=there)
    shown = words(people.eli.modal)
    for word in (SECRET, "Call the school", "Bo", "Written by Chidi"):
        assert word in shown
    with pytest.raises(NotThere):
        people.eli.click("Edit the notes")
    people.eli.click("Done")  # of the two, only his own has it
    assert "Eli, done" in words(people.eli.modal)
    people.demo.settle()
    assert "1 action from earlier is open" in words(line(people, "agenda")["blocks"])
    people.bo.click("Open actions", in_=line(people, "agenda"))
    people.bo.click("Done")
    assert "Nothing is open" in words(people.bo.modal)


@ON_SQLITE
def test_an_action_is_reminded_of_and_put_off_from_the_message_of_a_day(
    people: People, session: None
) -> None:
    write(people)
    accepted(people.chidi)
    people.bo.open_home()
    assert "Call the school" in words(people.bo.home["blocks"])
    people.wait("2026-12-15 09:01")
    [due] = [one for one in people.bo.dm() if "Call the school" in one["text"]]
    people.bo.click("Still open", in_=due)
    people.bo.fill({"By when": "2026-12-29"})
    accepted(people.bo)
    people.demo.settle()
    assert not [one for one in people.bo.dm() if "Call the school" in one["text"]]
    people.eli.command("/coach")
    people.eli.click("Done", in_=people.eli.ephemerals()[-1])
    assert "Noted" in people.eli.ephemerals()[-1]["text"]
    people.wait("2026-12-27 12:00")  # the 27th is a Sunday, so it comes on Friday at five, or at nine
    [again] = [one for one in people.bo.dm() if "Call the school" in one["text"]]
    people.bo.click("Done", in_=again)
    assert "is settled" in people.bo.dm()[-1]["text"]
    assert "Call the school" not in words(people.bo.open_home()["blocks"])


@ON_SQLITE
def test_the_command_opens_what_there_is_to_write_else_lists_what_there_is_to_read(
    people: People, session: None
) -> None:
    people.eli.command("/coach notes")
    assert "no notes to read yet" in people.eli.ephemerals()[-1]["text"]
    people.chidi.command("/coach notes")
    assert list(filled_in(people.chidi))[:2] == ["What was discussed", "Coaching offered"]
    people.chidi.fill({"Ideas for practice": "Pauses"})
    accepted(people.chidi)
    people.demo.settle()
    people.chidi.command("/coach notes")  # while the session runs: to go on writing
    people.chidi.fill({"Coaching offered": "Not saved yet"})
    people.chidi.click("Earlier notes")
    people.chidi.click("Read the notes")
    with pytest.raises(NotThere):  # above a form nothing can be pressed that would end it
        people.chidi.click("Edit the notes")
    people.chidi.close()
    people.chidi.close()
    people.chidi.click("Another action")
    kept = filled_in(people.chidi)
    assert (kept["Ideas for practice"], kept["Coaching offered"]) == ("Pauses", "Not saved yet")
    people.chidi.close()
    people.eli.command("/coach notes")
    people.eli.click("Read the notes", in_=people.eli.ephemerals()[-1])
    assert "Pauses" in words(people.eli.modal)
    people.eli.close()
    people.ana.open_home()
    people.ana.click("Notes", in_="home")
    people.ana.click("Read the notes")
    people.ana.click("Edit the notes")
    people.ana.fill({"Ideas for practice": "Longer pauses"})
    accepted(people.ana)
    people.eli.command("/coach notes")
    people.eli.click("Read the notes", in_=people.eli.ephemerals()[-1])
    assert "Edited by Ana," in words(people.eli.modal)


@ON_SQLITE
def test_a_message_is_added_to_the_notes_by_whoever_writes_them(
    people: People, session: None, forger: Forger
) -> None:
    chidi, said = people.chidi, f"<@{cast.BO}> said: ask &lt;first&gt;"
    assert forger.hand_over(cast.CHIDI, said) == 200
    assert filled_in(chidi)["What to add"] == "@Bo said: ask <first>"
    accepted(chidi)
    assert forger.hand_over(cast.CHIDI, "x" * 3001) == 200
    assert "its end is left out" in words(chidi.modal)
    assert "longer than 3000" in chidi.submit()["discussed"]
    chidi.fill({"What to add": "And wait"})
    accepted(chidi)
    people.demo.settle()
    people.eli.click("Read the notes", in_=line(people, "Notes of"))
    assert "@Bo said: ask <first>\n\nAnd wait" in words(people.eli.modal)


@ON_SQLITE
def test_who_writes_no_notes_is_told_who_does(people: People, session: None, forger: Forger) -> None:
    forger.hand_over(cast.DEE, "Anything")
    assert "ask one of them" in people.dee.ephemerals("C0GENERAL")[-1]["text"]
    forger.hand_over(cast.DEE, "Anything", shortcut="gone")
    assert "does nothing any more" in people.dee.ephemerals("C0GENERAL")[-1]["text"]
    payload = '{"type": "message_action", "callback_id": "add_to_notes"}'
    assert forger.send({"payload": payload})[0] != 500

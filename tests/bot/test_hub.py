"""What people see first: `/coach`, the Home tab, help, roles, and their own settings."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from bot.app import all_routes
from bot.routes import UNKNOWN_WORD
from bot.views import hub
from bot.wording import COMMANDS
from coaching.rules.terms import ReminderKind
from demo import cast
from demo.person import Person as AtThePage
from demo.person import words
from demo.records import Json
from service.demo import Demo
from storage.models import Person, Reminder
from tests.support.databases import ON_SQLITE
from tests.support.instants import on_the_wall, wall
from tests.support.people import CIRCLE, ROOM, People, accepted, filled_in, refused
from tests.support.signed import Forger

LINK = "https://meet.example/one"


def answer_to(person: AtThePage, command: str) -> Json:
    """What only the person who typed a command sees."""
    person.command(command)
    return person.ephemerals()[-1]


def in_words(message: Json) -> str:
    return words(message["blocks"]) if message["blocks"] else str(message["text"])


def roles_page(person: AtThePage) -> str:
    person.command("/coach roles")
    page = words(person.modal)
    person.close()
    return page


@ON_SQLITE
def test_an_empty_hub_teaches_and_offers_a_circle(people: People) -> None:
    shown_hub = answer_to(people.gus, "/coach")
    assert "A circle is two or more colleagues" in shown_hub["text"]
    people.gus.click("Make a circle", in_=shown_hub)
    assert "Usual time" in filled_in(people.gus)
    people.gus.close()
    assert "Make a circle" in words(people.gus.open_home()["blocks"])
    assert "Make a circle" not in in_words(answer_to(people.fay, "/coach"))  # a guest makes none


@ON_SQLITE
def test_the_hub_shows_what_comes_what_waits_and_how_circles_stand(people: People, circle: People) -> None:
    assert "Nothing is planned yet" in answer_to(people.bo, "/coach")["text"]
    people.session(mode="Video", link=LINK)
    shown_hub = answer_to(people.chidi, "/coach")
    assert shown_hub["text"].startswith(f"Next: {CIRCLE}")
    assert "1 thing waits for you" in shown_hub["text"]
    shown = in_words(shown_hub)
    for word in ("Can you come to", "you take notes", "At least 1 in 3 in person: 0 of the last 1"):
        assert word in shown.lower() or word in shown
    people.chidi.click("I'll be there", in_=shown_hub)
    people.demo.settle()
    again = in_words(answer_to(people.chidi, "/coach"))
    assert "Can you come to" not in again
    assert "you'll be there" in again
    assert "Coming: Ana and Chidi" in words(people.card()["blocks"])


@ON_SQLITE
def test_home_is_drawn_anew_when_something_changes(people: People, circle: People) -> None:
    for person in (people.dee, people.eli):
        assert "Nothing is planned yet" in words(person.open_home()["blocks"])
    people.session(mode="Video", link=LINK)
    people.dee.click("Can't make it", in_=people.card())
    people.demo.settle()
    assert "you can't make it" in words(people.dee.home["blocks"])
    people.dee.click("Reschedule", in_="home")
    people.dee.fill({"Date": "2026-12-10"})
    accepted(people.dee)
    people.demo.settle()
    moment = int(wall("2026-12-10 10:00").timestamp())
    assert f"<!date^{moment}^" in words(people.dee.home["blocks"])
    assert f"<!date^{moment}^" in words(people.eli.home["blocks"])
    people.ana.click("Cancel session", in_=people.card())
    accepted(people.ana)
    people.demo.settle()
    assert "Nothing is planned yet" in words(people.dee.home["blocks"])


@ON_SQLITE
def test_home_shows_a_new_session_without_being_opened_again(people: People, circle: People) -> None:
    people.bo.open_home()
    people.session(mode="Video", link=LINK)
    assert set(people.demo.workspace.workspace.homes) == {cast.BO}, "drawn for people who do not look at it"
    assert "Can you come to" in words(people.bo.home["blocks"])


@ON_SQLITE
def test_buttons_of_home_open_what_they_say(people: People, circle: People) -> None:
    ana = people.ana
    ana.open_home()
    for button, title in (
        ("Schedule a session", "Schedule a session"),
        ("Roles", "Roles"),
        ("Open", "Circle"),
        ("New circle", "New circle"),
        ("Settings", "Settings"),
        ("Help", "Help"),
    ):
        ana.click(button, in_="home")
        assert ana.modal["title"] == title
        ana.close()


@ON_SQLITE
def test_help_lists_exactly_what_there_is(people: People) -> None:
    registered = set(all_routes().commands) - {"", UNKNOWN_WORD}
    assert {word for word, _ in COMMANDS} == registered
    helped = answer_to(people.ana, "/coach help")
    lines = [line for line in in_words(helped).splitlines() if line.startswith("`/coach ")]
    listed = {line.removeprefix("`/coach ").partition("`")[0] for line in lines}
    assert listed == registered
    assert all(f"/coach {word}" in helped["text"] for word in registered)
    assert "do not work in threads" in in_words(helped)


@pytest.mark.parametrize(
    ("typed", "meant"), [("shedule", "schedule"), ("CIRCEL", "circle"), ("rolls", "roles"), ("hepl", "help")]
)
def test_an_unknown_word_gets_the_nearest_one(typed: str, meant: str) -> None:
    assert hub.unknown(typed).text.endswith(f"Did you mean `/coach {meant}`?")


@ON_SQLITE
def test_words_that_are_near_to_nothing_are_answered_with_the_help(people: People) -> None:
    told = answer_to(people.ana, "/coach <!channel> qqq")
    assert "/coach help" in told["text"]
    assert "<!channel>" not in told["text"]
    assert "Did you mean `/coach schedule`" in answer_to(people.ana, "/coach SCHEDULEE tomorrow")["text"]


@ON_SQLITE
def test_commands_do_not_mind_case(people: People, circle: People) -> None:
    people.ana.command("/coach SCHEDULE")
    assert people.ana.modal["title"] == "Schedule a session"


@ON_SQLITE
def test_the_roles_page_is_the_same_for_all_members(people: People, circle: People, forger: Forger) -> None:
    people.session(mode="Video", link=LINK)
    # A lead can excuse somebody besides; what it says is the same.
    pages = {roles_page(member).replace("\nExcuse somebody", "") for member in people.five}
    assert len(pages) == 1
    lines = pages.pop().splitlines()
    coming = [line for line in lines if " presents, " in line]
    assert len(coming) == 6
    assert coming[0] == "Tuesday, 8 December 2026: Ana presents, Chidi takes notes"
    # Five sessions in a circle of five: each member once in each role, nobody in both or twice running.
    turns = [line.partition(": ")[2].removesuffix(" takes notes").split(" presents, ") for line in coming]
    assert {presenter for presenter, _ in turns[:5]} == {"Ana", "Bo", "Chidi", "Dee", "Eli"}
    assert {note_taker for _, note_taker in turns[:5]} == {"Ana", "Bo", "Chidi", "Dee", "Eli"}
    assert all(not set(one) & set(other) for one, other in pairwise(turns))
    assert "not yours" in forger.click(cast.GUS, "hub.roles", "1")


@ON_SQLITE
def test_the_roles_page_is_in_order_of_date(people: People, circle: People) -> None:
    people.session(date="2027-03-15", mode="Video")
    people.ana.command("/coach roles")
    page = words(people.ana.modal["blocks"])
    days = [page.index(day) for day in ("8 December", "9 February", "15 March", "13 April")]
    assert days == sorted(days)


@ON_SQLITE
def test_in_several_circles_roles_ask_which(people: People, circle: People) -> None:
    people.circle(name="Pair", members=["Ana Torres", "Hana Sato"], channel=None)
    question = answer_to(people.ana, "/coach roles")
    people.ana.click("Pair", in_=question)
    assert "Ana is coached first" in words(people.ana.modal)
    assert "Hana is coached first" in words(people.ana.modal)


@ON_SQLITE
def test_in_a_circles_own_conversation_nobody_is_asked_which(people: People, circle: People) -> None:
    people.circle(name="Pair", members=["Ana Torres", "Hana Sato"], channel=None)
    for command in ("/coach roles", "/coach log"):
        before = len(people.ana.ephemerals("#practice-circle"))
        people.ana.command(command, channel="#practice-circle")
        assert "Practice circle" in words(people.ana.modal["blocks"])
        assert len(people.ana.ephemerals("#practice-circle")) == before
        people.ana.close()
        people.ana.command(command, channel="#general")  # elsewhere one is asked still
        assert not people.ana.has_modal


def test_settings_are_kept_and_what_cannot_be_is_refused(people: People) -> None:
    dee = people.dee
    dee.command("/coach settings")
    assert filled_in(dee)["Working days"] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    dee.fill({"Working days": ["Tuesday", "Saturday"], "Workplace": "x" * 201})
    assert list(refused(dee)) == ["Workplace"]
    dee.fill({"Workplace": "Main Street 1"})
    accepted(dee)
    dee.command("/coach settings")
    shown = filled_in(dee)
    assert (shown["Working days"], shown["Workplace"]) == (["Tuesday", "Saturday"], "Main Street 1")


def test_reminders_follow_ones_working_days(demo: Demo, people: People, circle: People) -> None:
    people.session(date="2026-12-09", mode="Video", link=LINK)
    people.dee.command("/coach settings")
    people.dee.fill({"Working days": ["Monday", "Wednesday"]})
    accepted(people.dee)
    # The day before, Tuesday, is no working day any more: the last hour of Monday is.
    assert due(demo, "Dee") == ["Mon 2026-12-07 17:00"]
    assert due(demo, "Bo") == ["Tue 2026-12-08 10:00"]
    people.dee.command("/coach settings")
    people.dee.fill({"Reminders": ["Everybody, just before the start"]})
    accepted(people.dee)
    assert due(demo, "Dee") == []


def test_reminders_follow_somebody_to_another_zone(demo: Demo, people: People, circle: People) -> None:
    people.session(date="2026-12-09", mode="Video", link=LINK)
    people.dee.travel("Asia/Tokyo")
    # Ten in New York is midnight in Tokyo, Thursday; a day before it is quiet: Tuesday at 17:00.
    assert due(demo, "Dee", "Asia/Tokyo") == ["Tue 2026-12-08 17:00"]


def due(demo: Demo, name: str, zone: str = cast.NEW_YORK) -> list[str]:
    """When somebody is reminded of tomorrow's session."""
    with demo.coach.database.reading() as db:
        query = (
            select(Reminder.due_at)
            .join(Person, Person.id == Reminder.person_id)
            .where(Reminder.kind == ReminderKind.TOMORROW, Person.name == name)
        )
        return [on_the_wall(one.timestamp(), zone) for one in db.scalars(query)]


@ON_SQLITE
def test_an_outsider_sees_no_hint_of_a_circle(people: People) -> None:
    people.circle(channel="#general")
    people.session(mode="Video", link=LINK)
    for command in ("/coach", "/coach circles", "/coach roles", "/coach leave"):
        people.gus.command(command)
        assert not people.gus.has_modal
        assert CIRCLE not in str(people.gus.ephemerals()[-1])
    assert CIRCLE not in str(people.gus.open_home())
    assert people.gus.dm() == []
    assert people.ana.messages(ROOM) == []

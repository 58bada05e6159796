"""Words after `/coach schedule`, at the page."""

import pytest
from sqlalchemy import select

from bot.directory import profile
from coaching.people import update_known
from demo import cast
from demo.person import Person, words
from service.demo import Demo
from storage.models import Person as Known
from tests.support.databases import ON_SQLITE
from tests.support.people import CIRCLE, ROOM, People, accepted, filled_in, inputs

LINK = "https://meet.example/one"
PROPOSED = ("2026-12-08", "10:00")
"""The second Tuesday at the usual time."""


def date_and_time(person: Person) -> tuple[object, object]:
    shown = filled_in(person)
    return shown["Date"], shown["Time"]


def hint(person: Person, label: str) -> str:
    """What stands under a field."""
    [block] = [one for one in inputs(person) if one["label"]["text"] == label]
    return str(block["hint"]["text"]) if block.get("hint") else ""


@ON_SQLITE
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Dec 9 11am", ("2026-12-09", "11:00")),
        ("next monday 14:00", ("2026-11-30", "14:00")),
        ("12/1 3pm", ("2026-12-01", "15:00")),
        ("tomorrow 9", ("2026-11-24", "09:00")),
        ("dec 15", ("2026-12-15", "10:00")),
        ("16:30", ("2026-12-08", "16:30")),
        ("", PROPOSED),
    ],
)
def test_words_fill_the_form(people: People, circle: None, typed: str, expected: tuple[str, str]) -> None:
    people.bo.command(f"/coach schedule {typed}")
    assert date_and_time(people.bo) == expected
    assert hint(people.bo, "Date") == ""


@ON_SQLITE
def test_the_rest_is_proposed_for_that_date_and_it_can_be_sent(people: People, circle: None) -> None:
    people.session(mode="Video", link=LINK)
    people.session(mode="Video", link=LINK)
    people.ana.command("/coach schedule Feb 9 11am")
    shown = filled_in(people.ana)
    assert (shown["How will you meet?"], shown["Presenter"]) == ("In person", "Chidi")
    people.ana.fill({"Place or number": "Room 4"})
    accepted(people.ana)
    people.demo.settle()
    assert "in person" in words(people.card()["blocks"])


@ON_SQLITE
def test_the_words_mean_the_circles_wall_not_ones_own(people: People, circle: None) -> None:
    people.eli.command("/coach schedule Dec 8 10am")
    assert date_and_time(people.eli) == ("2026-12-08", "10:00")
    assert "16:00 (Berlin) for you" in words(people.eli.modal["blocks"])


@ON_SQLITE
def test_day_and_month_come_in_the_order_of_ones_locale(people: People, demo: Demo, circle: None) -> None:
    lives_by(demo, cast.BO, "en-GB")
    lives_by(demo, cast.DEE, "de-DE")
    for person, typed in ((people.bo, "1/12 3pm"), (people.dee, "1.12. 15 Uhr"), (people.ana, "12/1 3pm")):
        person.command(f"/coach schedule {typed}")
        assert date_and_time(person) == ("2026-12-01", "15:00")


@ON_SQLITE
def test_what_reads_two_ways_stays_empty_with_both_below(people: People, demo: Demo, circle: None) -> None:
    lives_by(demo, cast.BO, "")  # Slack does not say
    people.bo.command("/coach schedule 12/1 3")
    assert date_and_time(people.bo) == (None, None)
    assert hint(people.bo, "Date") == (
        "“12/1 3” can mean Tuesday, 1 December 2026 or Tuesday, 12 January 2027. Which is it?"
    )
    assert "can mean 03:00 or 15:00" in hint(people.bo, "Time")
    assert "New York" in hint(people.bo, "Time")
    assert filled_in(people.bo)["Presenter"] == "Ana"  # all else is proposed
    people.bo.fill({"Date": "2026-12-01", "Time": "15:00"})
    people.bo.fill({"How will you meet?": "Video", "Meeting link": LINK})
    accepted(people.bo)


def lives_by(demo: Demo, user: str, locale: str) -> None:
    """What Slack says of somebody's language and order of dates."""
    demo.workspace.local.workspace.people[user].locale = locale
    with demo.coach.database.transaction() as db:
        for person in db.scalars(select(Known).where(Known.slack_id == user)):
            person.locale = locale


@ON_SQLITE
@pytest.mark.parametrize("typed", ["asdf", "<!channel> & \u202edec", "x" * 500, "12 8"])
def test_nonsense_opens_the_form_as_usual_and_says_so(people: People, circle: None, typed: str) -> None:
    people.bo.command(f"/coach schedule {typed}")
    assert date_and_time(people.bo) == PROPOSED
    assert "I could not read “" in hint(people.bo, "Date")
    assert "\u202e" not in hint(people.bo, "Date")


@ON_SQLITE
def test_a_date_that_is_past_is_refused_on_its_field(people: People, circle: None) -> None:
    people.bo.command("/coach schedule Nov 20 2026 10am")
    assert date_and_time(people.bo) == ("2026-11-20", "10:00")
    people.bo.fill({"How will you meet?": "Video", "Meeting link": LINK})
    [sentence] = people.bo.submit().values()
    assert "in the past" in sentence


@ON_SQLITE
def test_another_circle_keeps_what_was_typed(people: People, circle: None) -> None:
    people.circle(
        name="Pair",
        members=["Ana Torres", "Hana Sato"],
        channel=None,
        starts_on="2026-12-03",
        usual_time="16:30",
    )
    people.ana.command("/coach schedule Dec 15 11am", channel=ROOM)
    people.ana.fill({"Circle": "Pair"})
    assert date_and_time(people.ana) == ("2026-12-15", "11:00")
    people.ana.fill({"Circle": CIRCLE})
    assert date_and_time(people.ana) == ("2026-12-15", "11:00")


@ON_SQLITE
def test_a_change_that_says_nothing_of_the_locale_leaves_it(people: People, demo: Demo, circle: None) -> None:
    lives_by(demo, cast.BO, "en-GB")
    team = demo.workspace.local.workspace.team.id
    changed = profile({"id": cast.BO, "team_id": team, "name": "bo", "tz": "Europe/London"}, team)
    with demo.coach.database.transaction() as db:
        assert update_known(db, team, changed) is not None  # another zone
    with demo.coach.database.reading() as db:
        assert db.scalar(select(Known.locale).where(Known.slack_id == cast.BO)) == "en-GB"

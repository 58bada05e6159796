"""Circles from the first form to the last good-bye, as people at the page go through it."""

from datetime import timedelta

import pytest

from demo import cast
from demo.person import NotThere, Person, words
from demo.records import ChannelKind
from demo.records import Person as Record
from service.demo import Demo
from tests.support.databases import ON_SQLITE
from tests.support.instants import wall
from tests.support.people import (
    CIRCLE,
    FIVE,
    ROOM,
    People,
    accepted,
    circle_fields,
    filled_in,
    previewed,
    refused,
)
from tests.support.signed import Forger

LINK = "https://meet.example/one"


def first_name(person: Person) -> str:
    [name] = [one["real_name"] for one in person.state()["people"] if one["id"] == person.user_id]
    return str(name).split()[0]


def edits(people: People, **fields: object) -> None:
    """Ana opens "Edit circle" from the list of circles, and changes these fields."""
    open_edit(people.ana)
    people.ana.fill(fields)


def open_edit(person: Person) -> None:
    person.command("/coach circles")
    person.click("Open", in_=person.ephemerals()[-1])
    person.click("Edit circle")


def circle_page(person: Person) -> str:
    person.command("/coach circles")
    person.click("Open", in_=person.ephemerals()[-1])
    page = words(person.modal)
    person.close()
    return page


def add_staff(demo: Demo, count: int) -> list[str]:
    """More people in the workspace, by name."""
    names = [f"Colleague {number}" for number in range(count)]
    for number, name in enumerate(names):
        demo.workspace.workspace.add_person(
            Record(f"U0STAFF{number:03}", f"staff{number}", name, cast.NEW_YORK)
        )
    return names


@ON_SQLITE
def test_a_circle_of_five_is_made_with_six_fields(people: People) -> None:
    people.ana.command("/coach circle")
    assert list(filled_in(people.ana)) == list(circle_fields())
    assert filled_in(people.ana)["Members"] == [cast.ANA]
    people.ana.fill(circle_fields())
    previewed(people.ana)
    accepted(people.ana)
    people.demo.settle()
    page = circle_page(people.bo)
    assert "Members:* Ana, Bo, Chidi, Dee and Eli" in page
    assert "Coaching lead:* Ana\n" in page
    assert "Second Tuesday of each month at 10:00 (New York)" in page


def test_everybody_is_welcomed_once_and_the_channel_hears_nothing(people: People, circle: People) -> None:
    people.demo.settle()
    for member in people.five:
        welcome, *asked = member.dm()
        assert len(asked) == (member is people.ana)  # who convenes the first session, which is two weeks away
        said = words(welcome["blocks"])
        assert CIRCLE in welcome["text"]
        others = {name.split()[0] for name in FIVE} - {first_name(member)}
        assert all(name in welcome["text"] for name in others)
        assert first_name(member) not in welcome["text"]
        for norm in ("Respect and acceptance", "Nonjudgment", "once a day"):
            assert norm.lower() in said.lower()
        assert "Leave this circle" in said
    assert people.ana.messages(ROOM) == []
    assert people.gus.dm() == []


@ON_SQLITE
def test_two_people_make_a_pair_that_both_lead(people: People) -> None:
    people.circle(name="Pair", members=["Ana Torres", "Hana Sato"], channel=None)
    assert "A pair:* Ana and Hana" in circle_page(people.hana)
    open_edit(people.hana)
    assert filled_in(people.hana)["Coaching leads"] == [cast.ANA, cast.HANA]


@ON_SQLITE
def test_a_guest_makes_no_circle_but_can_be_in_one(people: People) -> None:
    people.fay.command("/coach circle")
    assert not people.fay.has_modal
    assert "Guests cannot make circles" in people.fay.ephemerals()[-1]["text"]
    people.circle(members=["Ana Torres", "Bo Jensen", "Fay Morgan"], channel=None)
    assert "Fay" in circle_page(people.fay)
    with pytest.raises(NotThere):
        open_edit(people.fay)


@ON_SQLITE
def test_a_channel_must_be_ones_own(people: People) -> None:
    people.chidi.command("/coach circle")
    people.chidi.fill(circle_fields(channel="#all-coaching"))
    assert "not in that channel yourself" in refused(people.chidi)["Channel"]


@ON_SQLITE
def test_nobody_makes_more_than_five_circles_a_day(people: People) -> None:
    for number in range(5):
        people.circle(name=f"Circle {number}", members=["Ana Torres", "Bo Jensen"], channel=None)
    people.ana.command("/coach circle")
    assert not people.ana.has_modal
    assert "five circles" in people.ana.ephemerals()[-1]["text"]


def test_without_a_channel_the_bot_opens_one_group_dm(demo: Demo, people: People) -> None:
    people.circle(channel=None)
    people.session(mode="Video", link=LINK)
    [group] = [one for one in demo.workspace.workspace.channels.values() if one.kind is ChannelKind.GROUP_DM]
    assert set(group.members) == {cast.ANA, cast.BO, cast.CHIDI, cast.DEE, cast.ELI, cast.COACH}
    [card] = people.eli.messages(group.id)
    assert card["text"].startswith(CIRCLE)


def test_who_is_added_gets_a_welcome_and_the_coming_session(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    edits(people, Members=[*FIVE, "Hana Sato"])
    accepted(people.ana)
    people.demo.settle()
    news, welcome = sorted(people.hana.dm(), key=lambda one: "Welcome" in one["text"])
    assert CIRCLE in welcome["text"]
    assert LINK in words(news["blocks"])
    assert "Can you come?" in words(news["blocks"])
    assert "Hana" in words(people.card()["blocks"])
    assert len(people.bo.dm()) == 2  # their own welcome and news: nobody else hears of it


def test_who_is_taken_out_hears_it_once_and_loses_every_right(
    people: People, circle: People, forger: Forger
) -> None:
    people.session(mode="Video", link=LINK, presenter="Eli", note_taker="Bo")
    news = people.eli.dm()[-1]
    edits(people, Members=[name for name in FIVE if name != "Eli Stern"])
    accepted(people.ana)
    people.demo.settle()
    assert "no longer in Practice circle" in people.eli.dm()[-1]["text"]
    assert len(people.eli.dm()) == 3
    card = words(people.card()["blocks"])
    assert "Eli" not in card
    assert "Presenter: open" not in card
    people.eli.command("/coach circles")
    assert "You are in no circle yet" in people.eli.ephemerals()[-1]["text"]
    assert "not yours" in forger.click(cast.ELI, "session.attend", _session_of(news))
    assert "Eli" not in words(people.card()["blocks"])


def _session_of(message: dict[str, object]) -> str:
    """The session that a message's answer buttons are about."""
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    found = [
        one
        for block in blocks
        for one in block.get("elements", [])
        if one.get("action_id") == "session.attend"
    ]
    return str(found[0]["value"])


@ON_SQLITE
def test_who_takes_over_a_role_is_told(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK, presenter="Eli", note_taker="Dee")
    edits(people, Members=[name for name in FIVE if name != "Eli Stern"])
    accepted(people.ana)
    people.demo.settle()
    told = [
        person for person in people.five if any("your turn to present" in one["text"] for one in person.dm())
    ]
    assert told == [people.ana]  # first in the line of a new circle


@ON_SQLITE
def test_who_leaves_while_they_meet_has_presented_all_the_same(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK, presenter="Eli", note_taker="Dee")
    people.demo.live_until(wall("2026-12-08 10:10"), step=timedelta(days=1))
    people.eli.command("/coach leave")
    accepted(people.eli)
    people.demo.settle()
    assert "Presenter: Eli" in words(people.card()["blocks"])


@ON_SQLITE
def test_one_quiet_step_out(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    welcome = people.dee.dm()[0]
    people.dee.click("Leave this circle", in_=welcome)
    accepted(people.dee)
    people.demo.settle()
    assert "Dee" not in words(people.card()["blocks"])
    assert "Dee" not in circle_page(people.ana)
    assert "no longer in Practice circle" in people.dee.dm()[-1]["text"]
    people.dee.click("Leave this circle", in_=welcome)
    assert "not yours" in words(people.dee.ephemerals()) + words(people.dee.modals)


@ON_SQLITE
def test_an_old_button_after_leaving_gets_a_plain_sentence(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    card = people.card()
    people.dee.command("/coach leave")
    accepted(people.dee)
    people.dee.click("Can't make it", in_=card)
    assert "not yours to open" in people.dee.ephemerals(ROOM)[-1]["text"]
    people.demo.settle()
    assert "Can't make it: Dee" not in words(people.card()["blocks"])


@ON_SQLITE
def test_the_longest_in_the_circle_leads_when_no_lead_is_left(people: People, circle: People) -> None:
    people.ana.command("/coach leave")
    accepted(people.ana)
    assert "Coaching lead:* Bo\n" in circle_page(people.bo)
    people.demo.settle()
    [told] = [one for one in people.bo.dm() if "you are it now" in one["text"]]
    people.bo.click("Hand over", in_=told)
    people.bo.fill({"Coaching lead": "Dee"})
    accepted(people.bo)
    assert "Coaching lead:* Dee\n" in circle_page(people.bo)


@ON_SQLITE
def test_who_leaves_slack_has_no_turn_any_more(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK, presenter="Chidi", note_taker="Dee")
    people.chidi.leave_slack()
    people.demo.settle()
    card = words(people.card()["blocks"])
    assert "Chidi" not in card
    assert "Presenter: Ana" in card  # first in the line of a new circle
    told = [one["text"] for one in people.ana.dm()]
    assert sum("your turn to present" in one for one in told) == 1
    [gone] = [one for one in people.ana.dm() if "not in Slack any more" in one["text"]]
    assert "Ana presents on" in words(gone["blocks"])
    assert not any("not in Slack any more" in one["text"] for one in people.bo.dm())
    assert "Chidi" not in circle_page(people.ana)
    people.ana.command("/coach roles")
    assert "Chidi" not in words(people.ana.modal["blocks"])


@ON_SQLITE
def test_a_circle_of_one_rests_until_somebody_joins(people: People) -> None:
    people.circle(name="Ana and Hana", members=["Ana Torres", "Hana Sato"])
    people.session(mode="Video", link=LINK)
    people.hana.command("/coach leave")
    accepted(people.hana)
    people.demo.settle()
    assert "only one left in Ana and Hana, so it is paused" in people.ana.dm()[-1]["text"]
    heard = len(people.ana.dm())
    people.demo.live_until(wall("2026-12-08 12:00"), step=timedelta(days=1))
    assert len(people.ana.dm()) == heard  # nothing is sent while it rests
    people.ana.command("/coach schedule")
    assert "paused" in people.ana.ephemerals()[-1]["text"]
    people.ana.command("/coach circles")
    people.ana.click("Schedule a session", in_=people.ana.ephemerals()[-1])
    assert "paused" in people.ana.ephemerals()[-1]["text"]
    edits(people, Members=["Ana Torres", "Bo Jensen"])
    accepted(people.ana)
    people.session(mode="Video", link=LINK)
    assert "Bo" in words(people.card()["blocks"])


def test_two_people_editing_the_same_circle(people: People, circle: People) -> None:
    edits(people, **{"Name": "First", "Coaching leads": ["Ana Torres", "Bo Jensen"]})
    accepted(people.ana)
    open_edit(people.ana)
    open_edit(people.bo)
    people.ana.fill({"Name": "Second"})
    accepted(people.ana)
    people.bo.fill({"Name": "Third"})
    [sentence] = refused(people.bo).values()
    assert "Somebody changed this" in sentence
    assert filled_in(people.bo)["Name"] == "Third"
    people.bo.close(everything=True)
    assert "Second" in circle_page(people.bo)


@ON_SQLITE
def test_a_member_who_leads_nothing_cannot_edit(people: People, circle: People, forger: Forger) -> None:
    people.bo.command("/coach circles")
    people.bo.click("Open", in_=people.bo.ephemerals()[-1])
    with pytest.raises(NotThere):
        people.bo.click("Edit circle")
    people.ana.command("/coach circles")
    people.ana.click("Open", in_=people.ana.ephemerals()[-1])
    [edit] = [
        one
        for block in people.ana.modal["blocks"]
        for one in block.get("elements", [])
        if one.get("action_id") == "circle.edit"
    ]
    assert "coaching leads" in forger.click(cast.BO, "circle.edit", edit["value"])

"""A session from the form to its card, its messages and its calendar file; moved, and cancelled."""

import time
from collections.abc import Mapping
from typing import Any

import icalendar
import pytest
from sqlalchemy import select

from demo import cast
from demo.person import NotThere, Person, words
from demo.records import Json
from service.demo import Demo
from storage.models import CoachingSession
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.instants import wall
from tests.support.pasts import Beginning
from tests.support.people import (
    CIRCLE,
    FIVE,
    ROOM,
    People,
    accepted,
    filled_in,
    previewed,
    refused,
    session_fields,
)
from tests.support.signed import Forger

LINK = "https://meet.example/one"
VIDEO: dict[str, Any] = {"mode": "Video", "link": LINK}


def scheduled(people: People) -> None:
    pasts.a_circle(people)
    people.session(message="Bring a pen", **VIDEO)


@pytest.fixture
def beginning(request: pytest.FixtureRequest, beginning: Beginning) -> Beginning:
    return scheduled if "session" in request.fixturenames else beginning


@pytest.fixture
def session(circle: People) -> None:
    """Ana has scheduled the first session, by video: Bo's and Chidi's answers are still open."""


def said(message: Json) -> str:
    return words(message["blocks"])


def at(when: str) -> int:
    """A moment in New York in the way it stands in Slack's dates."""
    return int(wall(when).timestamp())


def reschedule(person: Person, card: Json, **fields: object) -> None:
    person.click("Reschedule", in_=card)
    person.fill(session_fields(**fields))


def calendar(person: Person) -> Mapping[str, object]:
    """The event in the newest calendar file that stands in somebody's direct messages."""
    [file] = next(one["files"] for one in reversed(person.dm()) if one["files"])
    assert file["name"].endswith(".ics")
    whole = icalendar.Calendar.from_ical(person.download(file))
    assert whole["METHOD"] == "PUBLISH"
    [event] = whole.walk("VEVENT")
    found: Mapping[str, object] = event
    return found


@ON_SQLITE
def test_the_form_opens_with_what_the_circle_agreed_on(people: People) -> None:
    people.circle(
        more={
            "Usual length in minutes": 90,
            "Usual mode": "Phone",
            "Usual place or number": "Ana calls 555 0100",
        }
    )
    people.bo.command("/coach schedule", channel=ROOM)
    assert filled_in(people.bo) == {
        "Date": "2026-12-08",  # the second Tuesday
        "Time": "10:00",
        "Length in minutes": "90",
        "How will you meet?": "Phone",
        "Place or number": "Ana calls 555 0100",
        "Meeting link": None,
        "Presenter": "Ana",  # the first of five
        "Note-taker": "Chidi",  # the second line begins 5 // 2 places further on
        "Message to the circle": None,
    }


@ON_SQLITE
def test_the_next_form_goes_on_with_the_rhythm_and_the_turns(people: People, session: None) -> None:
    people.bo.command("/coach schedule")
    proposed = filled_in(people.bo)
    assert (proposed["Date"], proposed["Presenter"], proposed["Note-taker"]) == (
        "2027-01-12",
        "Bo",
        "Dee",
    )
    assert "In person: 0 of the last 1" in words(people.bo.modal["blocks"])


@ON_SQLITE
def test_the_form_says_the_time_in_ones_own_zone(people: People, circle: People) -> None:
    people.eli.command("/coach schedule")
    shown = words(people.eli.modal["blocks"])
    assert "In the circle's time zone: New York" in shown
    assert "Tuesday, 8 December 2026 at 16:00 (Berlin) for you" in shown
    people.bo.command("/coach schedule")
    assert "for you" not in words(people.bo.modal["blocks"])


@ON_SQLITE
def test_each_refusal_stands_at_its_field_and_the_rest_is_kept(people: People, session: None) -> None:
    ana = people.ana
    ana.command("/coach schedule")
    ana.fill(session_fields(mode="Video", link=LINK, message="Kept all the way"))

    def says(field: str, value: object, expected: str, at: str | None = None) -> None:
        good = filled_in(ana)[field]
        ana.fill({field: value})
        before = filled_in(ana)
        found = refused(ana)
        assert list(found) == [at or field]
        assert expected in found[at or field]
        assert filled_in(ana) == before
        assert before["Message to the circle"] == "Kept all the way"
        ana.fill({field: good})

    says("Date", "2026-11-22", "in the past")
    says("Date", "2028-01-12", "over a year away")
    says("Length in minutes", 10, "15", at="Length in minutes")
    says("Note-taker", "Bo", "One person cannot present and take notes")
    says("How will you meet?", "In person", "which room", at="Place or number")
    says("How will you meet?", "Phone", "which one", at="Place or number")
    says("Place or number", "x" * 201, "200 characters")
    says("Meeting link", "meet.example/one", "http")
    says("Meeting link", "javascript:alert(1)", "http")
    says("Date", "2026-12-08", "overlaps")
    accepted(ana)


@ON_SQLITE
def test_an_overlap_across_midnight_names_the_day_it_begins(people: People, circle: People) -> None:
    people.session(date="2026-12-10", time="23:30", **VIDEO)
    people.ana.command("/coach schedule")
    people.ana.fill(session_fields(date="2026-12-11", time="00:15", **VIDEO))
    assert "Thursday, 10 December at 23:30" in refused(people.ana)["Date"]


def test_a_circle_that_changes_its_zone_keeps_the_moment_of_its_sessions(
    people: People, session: None
) -> None:
    people.ana.command("/coach circles")
    people.ana.click("Open", in_=people.ana.ephemerals()[-1])
    people.ana.click("Edit circle")
    people.ana.fill({"Time zone": "Europe/Berlin"})
    previewed(people.ana)
    accepted(people.ana)
    people.demo.settle()
    reschedule(people.ana, people.card(), message="Bring two pens")
    assert filled_in(people.ana)["Time"] == "16:00"  # ten in New York
    accepted(people.ana)
    people.demo.settle()
    assert people.ana.thread(ROOM, people.card()["ts"]) == []
    assert "Bring two pens" in said(people.bo.dm()[-1])


def test_somebody_who_left_meanwhile_cannot_be_chosen(people: People, circle: People) -> None:
    people.ana.command("/coach schedule")
    people.ana.fill(session_fields(presenter="Eli", **VIDEO))
    people.eli.command("/coach leave")
    accepted(people.eli)
    assert "not in the circle any more" in refused(people.ana)["Presenter"]


@ON_SQLITE
def test_the_card_says_nothing_that_a_passer_by_may_not_read(people: People, session: None) -> None:
    [card] = people.bo.messages(ROOM)
    shown = said(card) + card["text"]
    for word in (
        CIRCLE,
        "1 hour, video",
        "Facilitator:",
        "Presenter: Ana",
        "Note-taker: Chidi",
        "Coming: Ana",
        "Not answered yet: Bo, Chidi, Dee and Eli",
        f"<!date^{at('2026-12-08 10:00')}^",
    ):
        assert word in shown
    for secret in (LINK, "Bring a pen"):
        assert secret not in str(card)


@ON_SQLITE
def test_every_member_gets_a_message_with_all_of_it(people: People, session: None) -> None:
    for member in people.five:
        news = member.dm()[-1]
        shown = said(news)
        for word in (CIRCLE, LINK, "Bring a pen", "I'll be there", "Can't make it", "Add to Google Calendar"):
            assert word in shown
    assert people.gus.dm() == people.hana.dm() == []


@ON_SQLITE
def test_the_card_follows_the_answers(people: People, session: None) -> None:
    people.bo.click("I'll be there", in_=people.card())
    assert "Coming: Ana and Bo" in said(people.card())  # at once, for the one who pressed
    people.chidi.click("Can't make it", in_=people.chidi.dm()[-1])
    people.demo.settle()
    shown = said(people.card())
    assert "Can't make it: Chidi" in shown
    assert "Note-taker: open (Chidi can't make it)" in shown
    assert "You said you can't make it." in said(people.chidi.dm()[-1])
    people.chidi.click("I'll be there", in_=people.chidi.dm()[-1])
    people.bo.click("Can't make it", in_=people.card())
    people.demo.settle()
    shown = said(people.card())
    assert "Coming: Ana and Chidi" in shown
    assert "Can't make it: Bo" in shown
    assert len(people.ana.messages(ROOM)) == 1


def test_somebody_else_leads_when_the_facilitator_cannot_come(people: People, session: None) -> None:
    assert "Facilitator: Eli" in said(people.card())  # Ana, who leads the circle, presents
    people.eli.click("Can't make it", in_=people.card())
    assert "Facilitator: Dee" in said(people.card())


@ON_SQLITE
def test_the_calendar_file_taken_from_a_modal_says_where_it_goes(people: People, session: None) -> None:
    people.bo.click("How to join", in_=people.card())
    people.bo.click("Calendar file")
    assert "on its way to your messages" in words(people.bo.modal["blocks"])
    people.demo.settle()
    assert calendar(people.bo)["SEQUENCE"] == 0


@ON_SQLITE
def test_only_members_learn_how_to_join(people: People) -> None:
    people.circle(channel="#general")
    people.session(mode="In person", place="Room 4", link=LINK)
    card = people.card(channel="#general")
    assert "Room 4" not in str(card)
    people.gus.click("How to join", in_=card)
    assert not people.gus.has_modal
    assert "not yours to open" in people.gus.ephemerals("#general")[-1]["text"]
    people.bo.click("How to join", in_=card)
    assert "Place: Room 4" in words(people.bo.modal)
    assert LINK in words(people.bo.modal)


@ON_SQLITE
def test_the_calendar_file_follows_the_session(people: People, session: None) -> None:
    people.bo.click("Calendar file", in_=people.bo.dm()[-1])
    people.demo.settle()
    first = calendar(people.bo)
    assert first["DTSTART"].dt == wall("2026-12-08 10:00")  # type: ignore[attr-defined]
    assert first["DTEND"].dt == wall("2026-12-08 11:00")  # type: ignore[attr-defined]
    assert LINK in str(first["LOCATION"])
    assert first["STATUS"] == "CONFIRMED"
    assert "ATTENDEE" not in first
    assert "no-reply" in str(first["ORGANIZER"])
    assert "Bring a pen" not in str(first)
    reschedule(people.ana, people.card(), date="2026-12-09")
    accepted(people.ana)
    people.demo.settle()
    moved = calendar(people.bo)
    assert moved["DTSTART"].dt == wall("2026-12-09 10:00")  # type: ignore[attr-defined]
    assert moved["UID"] == first["UID"]
    assert int(str(moved["SEQUENCE"])) > int(str(first["SEQUENCE"]))
    people.ana.click("Cancel session", in_=people.card())
    accepted(people.ana)
    people.demo.settle()
    ended = calendar(people.bo)
    assert (ended["STATUS"], ended["UID"]) == ("CANCELLED", first["UID"])
    assert int(str(ended["SEQUENCE"])) > int(str(moved["SEQUENCE"]))
    assert not any(one["files"] for one in people.dee.dm())  # who did not ask for it gets none


def test_moving_asks_everybody_anew(people: People, session: None) -> None:
    people.bo.click("I'll be there", in_=people.card())
    people.demo.settle()
    reschedule(people.dee, people.card(), date="2026-12-10", time="14:00")
    assert filled_in(people.dee)["Presenter"] == "Ana"
    accepted(people.dee)
    people.demo.settle()
    old, new = people.bo.dm()[-2:]
    assert new["text"].startswith("Moved from")
    assert f"<!date^{at('2026-12-08 10:00')}^" in new["text"]
    assert f"<!date^{at('2026-12-10 14:00')}^" in new["text"]
    assert "Can you come?" in said(new)
    assert "The newer message has the buttons" in said(old)
    assert not any(block["type"] == "actions" for block in old["blocks"])
    card = people.card()
    assert "Coming: Dee\n" in said(card)
    assert "Not answered yet: Ana, Bo, Chidi and Eli" in said(card)
    [line] = people.ana.thread(ROOM, card["ts"])
    assert line["text"].startswith("Moved from")
    assert len(people.ana.messages(ROOM)) == 1


@ON_SQLITE
def test_a_new_length_is_not_called_a_move(people: People, session: None) -> None:
    card = people.card()
    reschedule(people.ana, card, length="90")
    accepted(people.ana)
    people.demo.settle()
    *_, old, new = people.bo.dm()
    assert new["text"].startswith("New length, 90 minutes on")
    assert "moved" not in old["text"]
    [line] = people.ana.thread(ROOM, card["ts"])
    assert line["text"].startswith("New length, 90 minutes on")


@ON_SQLITE
def test_a_new_place_edits_what_stands_and_tells_only_when_it_is_soon(
    demo: Demo, people: People, session: None
) -> None:
    count = len(people.bo.dm())
    reschedule(people.ana, people.card(), link="https://meet.example/two")
    accepted(people.ana)
    demo.settle()
    assert len(people.bo.dm()) == count
    assert "meet.example/two" in said(people.bo.dm()[-1])
    [line] = people.ana.thread(ROOM, people.card()["ts"])
    assert "How to join has changed" in line["text"]
    assert "meet.example" not in str(line)
    people.wait("2026-12-07 12:00")
    reschedule(people.ana, people.card(), link="https://meet.example/three")
    accepted(people.ana)
    demo.settle()
    told = [one for one in people.bo.dm() if "How to join has changed" in one["text"]]
    assert len(told) == 1
    assert "meet.example/three" in said(told[0])


@ON_SQLITE
def test_a_new_role_is_told_to_its_holder_alone(people: People, session: None) -> None:
    counts = {person.user_id: len(person.dm()) for person in people.five}
    reschedule(people.ana, people.card(), presenter="Eli")
    accepted(people.ana)
    people.demo.settle()
    assert "your turn to present" in people.eli.dm()[-1]["text"]
    more = {person.user_id: len(person.dm()) - counts[person.user_id] for person in people.five}
    assert more == {cast.ANA: 0, cast.BO: 0, cast.CHIDI: 0, cast.DEE: 0, cast.ELI: 1}
    assert "Presenter: Eli" in said(people.card())


def test_cancelling_asks_once_and_tells_all(people: People, session: None) -> None:
    old_card = people.card()
    people.dee.click("Cancel session", in_=old_card)
    assert "cannot be taken back" in words(people.dee.modal)
    people.dee.close()
    people.demo.settle()
    assert "I'll be there" in said(people.card())
    people.dee.click("Cancel session", in_=old_card)
    people.dee.fill({"Why": "Half of us are at the conference"})
    accepted(people.dee)
    people.demo.settle()
    for member in people.five:
        assert member.dm()[-1]["text"].startswith("Cancelled: Practice circle")
        assert "Half of us are at the conference" in said(member.dm()[-1])
        assert "I'll be there" not in words([one["blocks"] for one in member.dm()])
    assert "was cancelled" in said(people.card())
    assert "I'll be there" not in said(people.card())
    assert "conference" not in str(people.ana.messages(ROOM))


def test_old_buttons_of_a_session_that_is_over_change_nothing(
    people: People, session: None, forger: Forger
) -> None:
    number = _session_of(people.card())
    people.ana.click("Cancel session", in_=people.card())
    accepted(people.ana)
    assert "not coming up any more" in forger.click(cast.BO, "session.attend", number)
    assert "can no longer be changed" in forger.click(cast.BO, "session.more", f"reschedule:{number}")
    answer = forger.submit(cast.BO, "cancel", {"session": int(number)}, {"reason": "again"})
    assert "can no longer be changed" in answer["errors"]["reason"]


def _session_of(message: Json) -> str:
    [button] = [
        one
        for block in message["blocks"]
        for one in block.get("elements", [])
        if one.get("action_id") == "session.attend"
    ]
    return str(button["value"])


@ON_SQLITE
def test_an_in_person_session_is_due_after_two_remote_ones(people: People, circle: People) -> None:
    people.session(**VIDEO)
    people.session(**VIDEO)
    ana = people.ana
    ana.command("/coach schedule")
    shown = filled_in(ana)
    assert (shown["Date"], shown["How will you meet?"]) == ("2027-02-09", "In person")
    assert "The last 2 sessions were remote" in words(ana.modal["blocks"])
    typed = {
        "time": "11:30",
        "length": 45,
        "presenter": "Dee",
        "note_taker": "Bo",
        "message": "A note",
        **VIDEO,
    }
    ana.fill(session_fields(**typed))
    before = filled_in(ana)
    assert ana.submit() == {}
    assert {label: filled_in(ana)[label] for label in before} == before
    assert "Meet remotely anyway?" in filled_in(ana)
    assert list(refused(ana)) == ["Meet remotely anyway?"]
    ana.fill(session_fields(reason="The building is closed"))
    accepted(ana)
    people.demo.settle()
    assert "45 minutes, video" in said(people.card())
    assert _reasons(people.demo) == [None, None, "The building is closed"]
    ana.command("/coach schedule")
    assert filled_in(ana)["How will you meet?"] == "In person"  # the next one is due again


def _reasons(demo: Demo) -> list[str | None]:
    with demo.coach.database.reading() as db:
        return list(db.scalars(select(CoachingSession.remote_reason).order_by(CoachingSession.starts_at)))


@ON_SQLITE
def test_moving_a_session_that_became_remote_asks_for_the_reason_too(people: People, circle: People) -> None:
    people.session(**VIDEO)
    people.session(**VIDEO)
    people.session(mode="In person", place="Room 4")
    reschedule(people.ana, people.card(), place=None, **VIDEO)
    assert people.ana.submit() == {}
    people.ana.fill(session_fields(reason="Snow"))
    accepted(people.ana)
    assert _reasons(people.demo)[-1] == "Snow"


@ON_SQLITE
def test_the_reason_of_a_remote_session_stays_when_it_is_edited_or_moved(
    people: People, circle: People
) -> None:
    people.session(**VIDEO)
    people.session(**VIDEO)
    people.ana.command("/coach schedule")
    people.ana.fill(session_fields(**VIDEO))
    people.ana.submit()
    people.ana.fill(session_fields(reason="Snow"))
    accepted(people.ana)
    people.demo.settle()
    reschedule(people.ana, people.card(), message="See you")
    accepted(people.ana)
    reschedule(people.ana, people.card(), time="11:00")
    accepted(people.ana)
    assert _reasons(people.demo)[-1] == "Snow"


@ON_SQLITE
def test_another_circle_chosen_in_the_form_proposes_anew(people: People, circle: People) -> None:
    people.circle(
        name="Pair",
        members=["Ana Torres", "Hana Sato"],
        channel=None,
        starts_on="2026-12-03",
        usual_time="16:30",
    )
    people.ana.command("/coach schedule")  # in no circle's channel: the one whose date comes first
    assert filled_in(people.ana)["Date"] == "2026-12-03"
    people.ana.fill({"Message to the circle": "Stays", "Circle": CIRCLE})
    shown = filled_in(people.ana)
    assert (shown["Date"], shown["Time"], shown["Message to the circle"]) == ("2026-12-08", "10:00", "Stays")
    assert "Note-taker" in shown
    people.ana.fill({"Circle": "Pair"})
    shown = filled_in(people.ana)
    assert (shown["Date"], shown["Time"], shown["First to be coached"]) == ("2026-12-03", "16:30", "Ana")
    assert "Note-taker" not in shown
    people.ana.close()
    people.ana.command("/coach schedule", channel=ROOM)  # in a circle's channel: that one
    assert filled_in(people.ana)["Date"] == "2026-12-08"


@ON_SQLITE
def test_a_pair_meets_without_note_taker_and_facilitator(people: People) -> None:
    people.circle(name="Pair", members=["Ana Torres", "Hana Sato"], channel=None)
    people.session(**VIDEO)
    news = said(people.hana.dm()[-1])
    assert "First to be coached: Ana" in news
    assert "Note-taker" not in news
    assert "Facilitator" not in news


@ON_SQLITE
def test_who_is_coached_first_now_is_told_so(people: People) -> None:
    people.circle(name="Ana and Hana", members=("Ana Torres", "Hana Sato"))
    people.session(**VIDEO)
    people.ana.click("Reschedule", in_=people.card())
    people.ana.fill({"First to be coached": "Hana"})
    accepted(people.ana)
    people.demo.settle()
    assert "it is your turn to be coached first" in people.hana.dm()[-1]["text"]


def test_the_same_form_submitted_twice_is_one_session(people: People, circle: People, forger: Forger) -> None:
    people.ana.command("/coach schedule")
    people.ana.fill(session_fields(**VIDEO))
    view = people.ana.modal
    accepted(people.ana)
    answer = forger.submit(cast.ANA, "schedule", {"circle": 1}, {"date": "2026-12-08"}, view_id=view["id"])
    assert answer == {"response_action": "clear"}
    people.demo.settle()
    assert len(people.ana.messages(ROOM)) == 1


def test_two_people_moving_the_same_session(people: People, session: None) -> None:
    card = people.card()
    reschedule(people.ana, card, date="2026-12-09")
    reschedule(people.bo, card, date="2026-12-10")
    accepted(people.ana)
    [sentence] = refused(people.bo).values()
    assert "Somebody changed this" in sentence
    assert filled_in(people.bo)["Date"] == "2026-12-10"
    people.demo.settle()
    assert f"<!date^{at('2026-12-09 10:00')}^" in said(people.card())


def test_foreign_ids_read_like_ids_that_are_not_there(people: People, session: None, forger: Forger) -> None:
    number = _session_of(people.card())
    for action in ("session.attend", "session.decline", "session.how_to_join", "session.calendar_file"):
        for outsider in (cast.GUS, cast.FAY):
            told = forger.click(outsider, action, number)
            assert told == forger.click(outsider, action, "999999")
            assert "not here any more, or it is not yours" in told
    for menu in ("reschedule", "cancel"):
        told = forger.click(cast.GUS, "session.more", f"{menu}:{number}")
        assert told == forger.click(cast.GUS, "session.more", f"{menu}:999999")
    for action in ("session.schedule", "circle.show", "circle.edit", "circle.leave", "hub.roles"):
        told = forger.click(cast.GUS, action, "1")
        assert told == forger.click(cast.GUS, action, "999999")
        assert "not yours" in told
    for form, real, made_up in (
        ("cancel", {"session": int(number)}, {"session": 999999}),
        ("schedule", {"circle": 1}, {"circle": 999999}),
        (
            "schedule",
            {"circle": 1, "session": int(number), "revision": 1},
            {"circle": 1, "session": 9, "revision": 1},
        ),
        ("leave", {"circle": 1}, {"circle": 999999}),
    ):
        mine = forger.submit(cast.GUS, form, real, {"reason": "x"}, view_id=f"V{time.monotonic_ns()}")
        theirs = forger.submit(cast.GUS, form, made_up, {"reason": "x"}, view_id=f"V{time.monotonic_ns()}")
        assert mine == theirs
        assert "not yours" in str(mine)
    assert "Gus" not in said(people.card())


@ON_SQLITE
def test_ids_that_are_none_are_answered_with_a_sentence(people: People, forger: Forger) -> None:
    people.ana.command("/coach")
    for value in ("", "abc", "-1", "9" * 40, "1; DROP TABLE circles"):
        assert "older message" in forger.click(cast.ANA, "session.attend", value)
        assert "older message" in forger.click(cast.ANA, "session.more", f"cancel:{value}")


@ON_SQLITE
def test_only_leads_schedule_where_the_circle_says_so(people: People) -> None:
    people.circle(more={"Who may schedule": "The coaching leads"})
    people.bo.command("/coach schedule")
    assert not people.bo.has_modal
    assert "coaching leads schedule" in people.bo.ephemerals()[-1]["text"]
    people.session(**VIDEO)
    people.bo.click("Reschedule", in_=people.card())
    assert "coaching leads schedule" in people.bo.ephemerals(ROOM)[-1]["text"]
    people.bo.click("I'll be there", in_=people.card())
    people.demo.settle()
    assert "Coming: Ana and Bo" in said(people.card())


@ON_SQLITE
def test_who_is_in_no_circle_has_nothing_to_schedule(people: People) -> None:
    people.gus.command("/coach schedule")
    assert "/coach circle" in people.gus.ephemerals()[-1]["text"]


@ON_SQLITE
def test_what_people_write_pings_nobody_and_fakes_no_link(people: People) -> None:
    people.circle(name="<!channel> & <https://evil.example|Circle>")
    people.bo.open_home()
    people.session(mode="In person", place="<@U0BOJENSEN> <!here>", message="<!everyone> *bold*")
    everything = str([people.card(), people.bo.dm(), people.bo.home])
    for raw in ("<!channel>", "<!here>", "<https://evil"):
        assert raw not in everything
    assert "&lt;!channel&gt; &amp; " in everything


@ON_SQLITE
def test_a_session_on_the_day_the_clocks_change_keeps_its_time(people: People) -> None:
    people.circle(starts_on="2026-12-14", rhythm="Every four weeks")
    people.session(date="2027-03-14", time="02:30", **VIDEO)
    card = said(people.card())
    assert f"<!date^{at('2027-03-14 03:30')}^" in card  # 02:30 does not exist that day: 03:30 is taken


def test_all_five_can_answer_at_once(people: People, session: None) -> None:
    for person in people.five:
        person.click("I'll be there", in_=people.card())
    people.demo.settle()
    assert "Coming: Ana, Bo, Chidi, Dee and Eli" in said(people.card())
    assert len(FIVE) == 5
    with pytest.raises(NotThere):
        people.ana.click("Write notes", in_=people.card())

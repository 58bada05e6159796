"""Finding a time: a poll from its form to the session that comes of it, and what can come between."""

import re
import time

import pytest

from demo import cast
from demo.person import Person, words
from demo.records import Json
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.instants import on_the_wall, wall
from tests.support.pasts import Beginning
from tests.support.people import CIRCLE, ROOM, People, accepted, filled_in, refused
from tests.support.signed import Forger

FIRST, SECOND, THIRD = "2026-12-08 10:00", "2026-12-09 14:00", "2026-12-10 07:00"
LABELS = {
    FIRST: "Tuesday, 8 December 2026 at 10:00",
    SECOND: "Wednesday, 9 December 2026 at 14:00",
    THIRD: "Thursday, 10 December 2026 at 07:00",
}
FOR_ELI = {
    FIRST: "Tuesday, 8 December 2026 at 16:00 (10:00 in New York)",
    SECOND: "Wednesday, 9 December 2026 at 20:00 (14:00 in New York)",
}
NONE = "None of these"


def asked(people: People) -> None:
    pasts.a_circle(people)
    ask(people, FIRST, SECOND)


@pytest.fixture
def beginning(request: pytest.FixtureRequest, beginning: Beginning) -> Beginning:
    return asked if "poll" in request.fixturenames else beginning


@pytest.fixture
def poll(circle: People) -> None:
    """On Monday, 23 November, at ten, Ana has asked the circle about two times."""


def said(message: Json) -> str:
    return words(message["blocks"])


def slots(*times: str) -> dict[str, object]:
    """The fields of the form for these times, the rest of them empty."""
    fields: dict[str, object] = {}
    for number in range(1, 6):
        day, _, at = times[number - 1].partition(" ") if number <= len(times) else ("", "", "")
        fields[f"Date {number}"] = day or None
        if at:
            fields[f"Time {number}"] = at
    return fields


def ask(people: People, *times: str, by: Person | None = None, **more: object) -> None:
    """Somebody opens a poll, and its card is sent."""
    asker = by or people.ana
    asker.command("/coach poll")
    asker.fill({**slots(*times), **more})
    accepted(asker)
    people.demo.settle()


def pick(people: People, person: Person, *times: str, card: Json | None = None) -> None:
    """Ticks these times and no others on the newest card."""
    person.click("Pick times", in_=card or people.card())
    person.fill({"When can you meet?": [shown_to(person, one) for one in times]})
    accepted(person)
    people.demo.settle()


def shown_to(person: Person, moment: str) -> str:
    """A time as the form shows it in the person's own zone."""
    if moment == NONE:
        return NONE
    [field] = [one for one in person.modal["blocks"] if one["type"] == "input"]
    spoken = LABELS[moment] if person.user_id != cast.ELI else FOR_ELI[moment]
    found = [one["text"]["text"] for one in field["element"]["options"]]
    [label] = [one for one in found if one == spoken or one.endswith(f"({moment[11:]} in New York)")]
    return str(label)


def choose(people: People, person: Person, moment: str | None = None, card: Json | None = None) -> None:
    person.click("Choose a time", in_=card or people.card())
    if moment:
        person.fill({"Which time?": LABELS[moment]})
    accepted(person)
    people.demo.settle()


def polls_dm(person: Person) -> list[Json]:
    """What somebody was told about polls."""
    signs = ("poll", "looking for a time", "picked your times")
    return [one for one in person.dm() if any(sign in said(one) for sign in signs)]


def at(moment: str) -> str:
    return f"<!date^{int(wall(moment).timestamp())}^"


@ON_SQLITE
def test_the_form_stands_at_the_next_date_and_asks_for_two_times_or_more(
    people: People, circle: People
) -> None:
    people.bo.command("/coach poll", channel=ROOM)
    shown = filled_in(people.bo)
    assert (shown["Date 1"], shown["Time 1"], shown["Length in minutes"]) == ("2026-12-08", "10:00", "60")
    assert shown["Date 2"] is None
    assert "time zone: New York" in words(people.bo.modal["blocks"])
    assert list(refused(people.bo)) == ["Date 2"]
    people.bo.fill({"Date 2": "2026-12-10"})
    accepted(people.bo)


@ON_SQLITE
def test_each_refusal_stands_at_its_field_and_the_rest_is_kept(people: People, circle: People) -> None:
    people.session(date="2026-12-15", time="10:00", mode="Video")
    ana = people.ana
    ana.command("/coach poll")

    def says(fields: dict[str, object], field: str, expected: str) -> None:
        ana.fill({**slots(FIRST, SECOND), "Length in minutes": 60, **fields})
        before = filled_in(ana)
        found = refused(ana)
        assert list(found) == [field]
        assert expected in found[field]
        assert filled_in(ana) == before

    says({"Date 2": "2026-11-20"}, "Date 2", "in the past")
    says({"Date 2": "2028-01-20"}, "Date 2", "over a year away")
    says({"Date 3": "2026-12-08", "Time 3": "10:00"}, "Date 3", "in the list already")
    says({"Date 2": "2026-12-15", "Time 2": "10:30"}, "Date 2", "overlaps")
    says({"Length in minutes": 5}, "Length in minutes", "15")
    ana.fill({"Length in minutes": 60, "Date 3": None, "Time 3": "11:00"})
    accepted(ana)


@ON_SQLITE
def test_the_card_says_who_can_make_which_and_whose_hours_a_time_misses(
    people: People, circle: People
) -> None:
    ask(people, FIRST, SECOND, THIRD)
    card = people.card()
    assert CIRCLE in card["text"]
    shown = said(card)
    assert f"{at(FIRST)}" in shown
    assert "Not answered yet: Bo, Chidi, Dee and Eli" in shown
    assert re.search(r"Thursday, 10 December 2026 at 07:00.*: Ana – _before 8:00 for Ana", shown)
    assert "after 18:00 for Eli" in shown  # 14:00 in New York is eight in the evening in Berlin
    pick(people, people.bo, FIRST, THIRD)
    pick(people, people.eli, NONE)
    shown = said(people.card())
    assert shown.count("Ana and Bo") == 2
    assert "None of these: Eli" in shown
    assert "Not answered yet: Chidi and Dee" in shown
    assert len([one for one in people.ana.messages(ROOM) if one["is_bot"]]) == 1
    assert "<@" not in str(people.card())


def test_a_poll_from_the_form_to_the_session(people: People, poll: None) -> None:
    for person in (people.bo, people.chidi):
        pick(people, person, FIRST, SECOND)
    pick(people, people.dee, SECOND)
    assert polls_dm(people.ana) == []
    pick(people, people.eli, NONE)
    assert "Everybody in Practice circle has answered" in people.ana.dm()[-1]["text"]
    assert "Ana or a coaching lead chooses" in said(people.card())
    people.ana.click("Choose a time", in_=people.ana.dm()[-1])
    assert filled_in(people.ana)["Which time?"] == LABELS[SECOND]  # four against three
    accepted(people.ana)
    people.demo.settle()
    decided, card = [one for one in people.ana.messages(ROOM) if one["is_bot"]]
    assert "has found a time" in said(decided)
    assert "Pick times" not in said(decided)
    shown = said(card)
    assert at(SECOND) in shown
    assert "Coming: Ana, Bo, Chidi and Dee" in shown
    assert "Not answered yet: Eli" in shown
    assert "Presenter: Ana" in shown
    assert "You said you'll be there" in said(people.dee.dm()[-1])
    assert "Can you come?" in said(people.eli.dm()[-1])
    [told] = [one for one in people.ana.dm() if "has found a time" in said(one)]
    assert "Choose a time" not in said(told)
    people.ana.command("/coach schedule")
    assert filled_in(people.ana)["Date"] == "2027-01-12"  # the date of December is filled


@ON_SQLITE
def test_those_who_are_missing_are_asked_once_and_after_three_working_days_it_closes(
    people: People, poll: None
) -> None:
    pick(people, people.bo, FIRST)
    people.wait("2026-11-26 16:55")
    asked = {person.user_id: polls_dm(person) for person in people.five}
    assert [len(asked[one]) for one in (cast.ANA, cast.BO, cast.CHIDI, cast.DEE, cast.ELI)] == [0, 0, 1, 1, 1]
    assert "Your answer is still open" in said(asked[cast.DEE][0])
    assert on_the_wall(asked[cast.ELI][0]["ts"], "Europe/Berlin") == "Wed 2026-11-25 08:00"
    assert "Open until all have answered" in said(people.card())
    people.dee.click("Pick times", in_=asked[cast.DEE][0])
    people.dee.fill({"When can you meet?": [LABELS[FIRST]]})
    accepted(people.dee)
    people.demo.settle()
    assert "You have picked your times" in said(polls_dm(people.dee)[0])
    people.wait("2026-11-26 17:10")
    assert "3 answered, 2 did not" in people.ana.dm()[-1]["text"]
    assert "is looking for a time" in said(polls_dm(people.chidi)[0])
    assert "Pick times" not in said(polls_dm(people.chidi)[0])
    people.chidi.click("Choose a time", in_=people.card())
    assert "Whoever opened this poll, or a coaching lead" in people.chidi.ephemerals(ROOM)[-1]["text"]
    choose(people, people.ana)
    assert "Coming: Ana, Bo and Dee" in said(people.card())


@ON_SQLITE
def test_answers_can_be_changed_until_it_is_over(people: People, poll: None, forger: Forger) -> None:
    pick(people, people.bo, FIRST)
    people.bo.click("Pick times", in_=people.card())
    assert filled_in(people.bo)["When can you meet?"] == [LABELS[FIRST]]
    people.bo.fill({"When can you meet?": [LABELS[FIRST], NONE]})
    assert "not both" in refused(people.bo)["When can you meet?"]
    people.bo.fill({"When can you meet?": [NONE]})
    accepted(people.bo)
    people.demo.settle()
    assert "None of these: Bo" in said(people.card())
    people.bo.click("Pick times", in_=people.card())
    assert filled_in(people.bo)["When can you meet?"] == [NONE]
    people.wait("2026-11-26 17:10")
    assert "This poll is over" in refused(people.bo)["When can you meet?"]
    assert "This poll is over" in forger.click(cast.BO, "poll.answer", "1")


@ON_SQLITE
def test_another_time_for_a_session_moves_it(people: People, circle: People) -> None:
    people.session(mode="Video", link="https://meet.example/one")
    session = people.card()
    people.bo.click("I'll be there", in_=session)
    people.dee.click("Find another time", in_=session)
    assert "stays as it is" in words(people.dee.modal["blocks"])
    assert filled_in(people.dee)["Time 1"] == "10:00"
    people.dee.fill(slots(SECOND, THIRD))
    accepted(people.dee)
    people.demo.settle()
    assert "which stays as it is until then" in said(people.card())
    assert at(FIRST) in said(people.card(0))
    for person in (people.ana, people.bo, people.chidi):
        pick(people, person, SECOND)
    pick(people, people.eli, NONE)
    choose(people, people.dee)
    moved = people.card(0)
    assert at(SECOND) in said(moved)
    assert "Coming: Ana, Bo, Chidi and Dee" in said(moved)
    assert people.eli.dm()[-1]["text"].startswith("Moved from")
    assert "has found a time" in said(people.card())
    [line] = people.ana.thread(ROOM, moved["ts"])
    assert line["text"].startswith("Moved from")
    people.ana.command("/coach schedule")
    assert filled_in(people.ana)["Date"] == "2027-01-12"


@ON_SQLITE
def test_a_second_poll_opens_the_first(people: People, poll: None) -> None:
    people.bo.command("/coach poll")
    shown = words(people.bo.modal["blocks"])
    assert "looking for a time already" in shown
    assert "Close without a session" not in shown
    people.bo.click("Pick times")
    people.bo.fill({"When can you meet?": [LABELS[FIRST]]})
    accepted(people.bo)
    people.demo.settle()
    assert "Ana and Bo" in said(people.card())


@ON_SQLITE
def test_two_open_forms_are_one_poll(people: People, circle: People) -> None:
    people.bo.command("/coach poll")
    people.bo.fill(slots(FIRST, SECOND))
    ask(people, FIRST, THIRD)
    [sentence] = refused(people.bo).values()
    assert "Somebody was faster" in sentence
    assert filled_in(people.bo)["Date 2"] == "2026-12-09"


@ON_SQLITE
def test_who_opened_it_can_close_it_without_a_session(people: People, circle: People, forger: Forger) -> None:
    ask(people, FIRST, SECOND, by=people.bo)
    people.chidi.command("/coach poll")
    assert "Close without a session" not in words(people.chidi.modal["blocks"])
    people.bo.command("/coach poll")
    people.bo.click("Close without a session")
    assert "closed without a time" in words(people.bo.modal["blocks"])
    people.bo.close()
    people.demo.settle()
    assert said(people.card()) == f"*{CIRCLE}*: this poll was closed without a time."
    assert "closed without a time" in forger.click(cast.DEE, "poll.answer", "1")
    assert [one for one in people.ana.messages(ROOM) if one["is_bot"]] == [people.card()]
    ask(people, FIRST, THIRD)


@ON_SQLITE
def test_nobody_has_answered(people: People, poll: None) -> None:
    people.ana.click("Pick times", in_=people.card())
    people.ana.fill({"When can you meet?": [NONE]})
    accepted(people.ana)
    people.wait("2026-11-26 17:10")
    people.ana.click("Choose a time", in_=people.card())
    assert filled_in(people.ana)["Which time?"] == LABELS[FIRST]
    assert "Nobody has ticked it" in str(people.ana.modal["blocks"])
    people.ana.click("Close without a session")
    people.demo.settle()
    assert "closed without a time" in said(people.card())


@ON_SQLITE
def test_a_poll_for_a_session_that_is_called_off_ends_with_it(people: People, circle: People) -> None:
    people.session(mode="Video")
    people.ana.click("Find another time", in_=people.card())
    people.ana.fill(slots(SECOND, THIRD))
    accepted(people.ana)
    people.demo.settle()
    old = people.card()
    people.ana.click("Cancel session", in_=people.card(0))
    accepted(people.ana)
    people.bo.click("Pick times", in_=old)
    assert "closed without a time" in people.bo.ephemerals(ROOM)[-1]["text"]
    people.demo.settle()
    assert "closed without a time" in said(people.card())


@ON_SQLITE
def test_a_time_that_has_passed_or_was_taken_cannot_be_chosen(people: People, circle: People) -> None:
    ask(people, "2026-11-30 10:00", FIRST)
    people.session(by=people.bo, date="2026-12-08", time="10:30", mode="Video")
    people.wait("2026-12-01 09:00")
    [poll, _] = [one for one in people.ana.messages(ROOM) if one["is_bot"]]
    people.ana.click("Choose a time", in_=poll)
    assert "overlaps" in refused(people.ana)["Which time?"]
    people.ana.fill({"Which time?": "Monday, 30 November 2026 at 10:00"})
    assert "in the past" in refused(people.ana)["Which time?"]
    people.ana.close()
    people.wait("2026-12-08 10:05")
    [poll, *_] = [one for one in people.ana.messages(ROOM) if one["is_bot"]]
    assert "closed without a time" in said(poll)  # all of its times are over


@ON_SQLITE
def test_who_has_left_is_not_waited_for(people: People, circle: People, forger: Forger) -> None:
    ask(people, FIRST, SECOND, by=people.bo)
    for person in (people.ana, people.chidi, people.dee):
        pick(people, person, FIRST)
    people.eli.command("/coach leave")
    accepted(people.eli)
    people.wait("2026-11-23 10:30")
    assert "Everybody in Practice circle has answered" in people.bo.dm()[-1]["text"]
    assert "not yours to open" in forger.click(cast.ELI, "poll.answer", "1")
    people.chidi.command("/coach leave")
    accepted(people.chidi)
    people.demo.settle()
    assert "Chidi" not in said(people.card())
    people.bo.command("/coach leave")  # who opened it is gone: the lead chooses
    accepted(people.bo)
    assert "not yours to open" in forger.click(cast.BO, "poll.choose", "1")
    choose(people, people.ana)
    assert "Coming: Ana and Dee" in said(people.card())


@ON_SQLITE
def test_two_who_choose_at_once(people: People, circle: People) -> None:
    ask(people, FIRST, SECOND, by=people.bo)
    people.wait("2026-11-26 17:10")
    for person, moment in ((people.ana, FIRST), (people.bo, SECOND)):
        person.click("Choose a time", in_=people.card())
        person.fill({"Which time?": LABELS[moment]})
    accepted(people.ana)
    [sentence] = refused(people.bo).values()
    assert "A time has been chosen already: Tuesday, 8 December at 10:00" in sentence
    people.demo.settle()
    assert len([one for one in people.ana.messages(ROOM) if "Presenter" in said(one)]) == 1


@ON_SQLITE
def test_the_hub_shows_what_a_poll_waits_for(people: People, poll: None) -> None:
    assert "When can you meet with *Practice circle*?" in words(people.bo.open_home())
    assert "When can you meet with" not in words(people.ana.open_home())
    people.bo.click("Pick times", in_="home")
    people.bo.fill({"When can you meet?": [NONE]})
    accepted(people.bo)
    people.demo.settle()
    assert "When can you meet with" not in words(people.bo.home)
    people.wait("2026-11-26 17:10")
    assert "which time shall it be?" in words(people.ana.home)
    assert "which time shall it be?" not in words(people.bo.home)
    people.ana.click("Choose a time", in_="home")
    accepted(people.ana)
    people.demo.settle()
    assert "which time shall it be?" not in words(people.ana.home)


@ON_SQLITE
def test_a_remote_session_moved_to_where_one_in_person_is_due_asks_why(people: People) -> None:
    people.circle(more={"In-person rule": "1 in 2"})
    for day in ("2026-12-08", "2026-12-02"):
        people.session(date=day, mode="Video", link="https://meet.example/one")
    people.ana.click("Find another time", in_=people.card())
    people.ana.fill(slots(SECOND, THIRD))
    accepted(people.ana)
    people.wait("2026-11-27 17:10")
    people.ana.click("Choose a time", in_=people.card())
    people.ana.fill({"Which time?": LABELS[THIRD]})
    assert people.ana.submit() == {}
    assert filled_in(people.ana)["Which time?"] == LABELS[THIRD]
    assert list(refused(people.ana)) == ["Meet remotely anyway?"]
    people.ana.fill({"Meet remotely anyway?": "Half of us travel"})
    accepted(people.ana)
    people.demo.settle()
    assert "has found a time" in said(people.card())


@ON_SQLITE
def test_the_circle_is_chosen_where_there_are_several(people: People, circle: People) -> None:
    people.circle(name="Pair", members=["Ana Torres", "Hana Sato"], channel=None, starts_on="2026-12-03")
    people.ana.command("/coach poll")
    assert filled_in(people.ana)["Date 1"] == "2026-12-03"
    people.ana.fill({"Circle": CIRCLE})
    assert filled_in(people.ana)["Date 1"] == "2026-12-08"
    people.ana.fill(slots(FIRST, SECOND))
    accepted(people.ana)
    people.demo.settle()
    people.ana.command("/coach poll")
    people.ana.fill({"Circle": CIRCLE})
    assert "looking for a time already" in words(people.ana.modal["blocks"])
    people.ana.fill({"Circle": "Pair"})
    assert filled_in(people.ana)["Date 1"] == "2026-12-03"


@ON_SQLITE
def test_only_leads_open_polls_where_leads_schedule(people: People) -> None:
    people.circle(more={"Who may schedule": "The coaching leads"})
    people.bo.command("/coach poll")
    assert "coaching leads schedule" in people.bo.ephemerals()[-1]["text"]
    ask(people, FIRST, SECOND)
    pick(people, people.bo, SECOND)
    assert "Ana and Bo" in said(people.card())


@ON_SQLITE
def test_a_guest_answers_and_opens_polls_like_any_member(people: People) -> None:
    people.circle(members=["Ana Torres", "Bo Jensen", "Fay Morgan"], channel=None)
    ask(people, FIRST, SECOND, by=people.fay)
    [room] = [one["id"] for one in people.fay.state()["channels"] if one["kind"] == "mpim"]
    for person in (people.bo, people.ana):
        pick(people, person, FIRST, card=person.messages(room)[-1])
    choose(people, people.fay, card=people.fay.dm()[-1])
    assert "Coming: Ana, Bo and Fay" in said(people.fay.messages(room)[-1])


@ON_SQLITE
def test_a_circle_in_a_new_conversation_takes_its_poll_along(people: People) -> None:
    people.circle(members=["Ana Torres", "Bo Jensen", "Chidi Okafor"], channel=None)
    people.ana.command("/coach poll")
    people.ana.fill(slots(FIRST, SECOND))
    accepted(people.ana)
    people.demo.settle()
    [old] = [one for one in people.chidi.state()["channels"] if one["kind"] == "mpim"]
    people.chidi.command("/coach leave")
    accepted(people.chidi)
    people.wait("2026-11-23 10:30")
    [card] = [one for one in people.chidi.messages(old["id"]) if "poll" in said(one)]
    assert said(card) == "The card of this poll stands in the circle's present conversation now."
    [new] = [one for one in people.ana.state()["channels"] if one["kind"] == "mpim" and one != old]
    assert ["Pick times" in said(one) for one in people.ana.messages(new["id"])] == [True]


def test_foreign_ids_read_like_ids_that_are_not_there(people: People, poll: None, forger: Forger) -> None:
    for action in ("poll.answer", "poll.choose", "poll.drop"):
        for outsider in (cast.GUS, cast.FAY):
            told = forger.click(outsider, action, "1")
            assert told == forger.click(outsider, action, "999999")
            assert "not here any more, or it is not yours" in told
    for form, fields in (("poll_answer", {"slots": "1"}), ("poll_choice", {"slots": "1"})):
        answers = [
            forger.submit(cast.GUS, form, {"poll": one}, fields, view_id=f"V{time.monotonic_ns()}")
            for one in (1, 999999)
        ]
        assert answers[0] == answers[1]
    answer = forger.submit(cast.GUS, "poll", {"circle": 1, "session": None}, {"length": "60"})
    assert "not yours" in str(answer)
    assert "Gus" not in said(people.card())


@pytest.mark.parametrize("text", ["<!channel>", "*bold* & <https://evil.example|Circle>"])
@ON_SQLITE
def test_what_people_write_pings_nobody(people: People, text: str) -> None:
    people.circle(name=text)
    ask(people, FIRST, SECOND)
    assert text not in str(people.card())

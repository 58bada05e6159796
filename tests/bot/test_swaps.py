"""Roles that look for somebody, at the page: from "Can't make it" to the one who takes it."""

import pytest

from demo import cast
from demo.person import Person, words
from demo.records import Json
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.instants import on_the_wall
from tests.support.pasts import Beginning
from tests.support.people import FIVE, ROOM, People, accepted, filled_in
from tests.support.signed import Forger

NAMED = {cast.ANA: "Ana", cast.BO: "Bo", cast.CHIDI: "Chidi", cast.DEE: "Dee", cast.ELI: "Eli"}


def scheduled(people: People) -> None:
    pasts.a_circle(people)
    people.session(mode="Video", link="https://meet.example/one")


@pytest.fixture
def beginning(request: pytest.FixtureRequest, beginning: Beginning) -> Beginning:
    return scheduled if "session" in request.fixturenames else beginning


@pytest.fixture
def session(circle: People) -> None:
    """On Tuesday, 8 December, in two weeks: Ana presents, Chidi takes notes."""


def said(message: Json) -> str:
    return words(message["blocks"])


def news(person: Person, sign: str) -> list[Json]:
    """What somebody was told with these words in it."""
    return [one for one in person.dm() if sign in said(one)]


def thread(people: People, reader: Person | None = None) -> list[Json]:
    """What stands under the card of the first session, as somebody sees it."""
    card = next(one for one in people.ana.messages(ROOM) if one["is_bot"])
    return list((reader or people.ana).thread(ROOM, card["ts"]))


def cannot_come(people: People) -> None:
    """Ana says so in her own message, and has the circle asked."""
    [mine] = news(people.ana, "You present.")
    people.ana.click("Can't make it", in_=mine)
    [mine] = news(people.ana, "You present.")
    people.ana.click("Swap a role", in_=mine)
    people.demo.settle()


def asked_alone(people: People) -> dict[str, str]:
    """Who was asked by direct message, by name, and when by New York's clock."""
    return {
        NAMED[one.user_id]: on_the_wall(found["ts"], "America/New_York")
        for one in people.five
        for found in one.dm()
        if "Could you" in found["text"]
    }


def test_who_cannot_come_offers_their_role_and_the_first_taker_has_it(
    people: People, session: None, forger: Forger
) -> None:
    cannot_come(people)
    assert "Presenter: open (Ana can't make it)" in said(people.card())
    assert "I have asked the circle who takes your role" in said(news(people.ana, "You said you can't")[0])
    [ask] = thread(people)
    assert f"<@{cast.BO}>" in ask["text"]
    assert f"<@{cast.ANA}>" not in ask["text"]
    people.dee.click("I'll present", in_=ask)
    assert "Dee has taken this on" in said(thread(people)[0])
    assert "This is settled: Dee presents" in forger.click(cast.BO, "swap.take", "1")
    assert forger.click(cast.DEE, "swap.take", "1") == ""
    people.demo.settle()
    shown = said(people.card())
    assert "Presenter: Dee" in shown
    assert "Coming: Dee" in shown
    assert "it is your turn to present" in people.dee.dm()[-1]["text"]
    assert "Dee presents in Practice circle" in people.ana.dm()[-1]["text"]
    people.ana.command("/coach roles")
    turns = words(people.ana.modal["blocks"])
    assert "12 January 2027 (not scheduled yet): Bo presents" in turns
    assert "13 April 2027 (not scheduled yet): Ana presents" not in turns.partition("9 March")[0]
    assert "13 April 2027 (not scheduled yet): Eli presents" in turns


@ON_SQLITE
def test_the_line_is_asked_one_by_one_and_then_the_convener(people: People, session: None) -> None:
    cannot_come(people)
    people.wait("2026-11-24 10:10")
    assert asked_alone(people) == {"Bo": "Tue 2026-11-24 10:00"}
    people.bo.command("/coach")
    assert "Could you present in *Practice circle*" in said(people.bo.ephemerals()[-1])
    [offer] = news(people.bo, "Could you present")
    people.bo.click("No, thanks", in_=offer)
    assert "you keep your place in the line" in said(people.bo.dm()[-1])
    people.demo.settle()
    assert list(asked_alone(people)) == ["Dee"]
    people.wait("2026-11-25 10:30")
    assert list(asked_alone(people)) == ["Eli"]
    assert "somebody else is asked by now" in said(people.dee.dm()[-1])
    people.wait("2026-11-26 10:30")
    assert asked_alone(people) == {}
    [question] = [found for one in people.five for found in news(one, "What shall it be?")]
    assert "nobody presents yet" in said(question)
    assert "Presenter: open (Ana can't make it)" in said(people.card())


@ON_SQLITE
def test_the_convener_names_somebody_or_has_open_time_only(people: People, session: None) -> None:
    people.wait("2026-12-07 09:30")
    cannot_come(people)
    [chooser] = [one for one in people.five if news(one, "What shall it be?")]
    [question] = news(chooser, "What shall it be?")
    chooser.click("Ask somebody", in_=question)
    chooser.fill({"Ask": "Eli"})
    accepted(chooser)
    people.demo.settle()
    assert "I have asked Eli" in said(news(chooser, "What shall it be?")[0])
    [offer] = news(people.eli, "Could you present")
    people.eli.click("No, thanks", in_=offer)
    people.demo.settle()
    [question] = news(chooser, "What shall it be?")
    chooser.click("Open time only", in_=question)
    people.demo.settle()
    assert "Open time only" in said(people.card())
    assert news(chooser, "What shall it be?") == []
    assert "nobody presents" in people.ana.dm()[-1]["text"]


@ON_SQLITE
def test_who_comes_after_all_keeps_the_role(people: People, session: None, forger: Forger) -> None:
    cannot_come(people)
    people.ana.click("I'll be there", in_=people.card())
    people.demo.settle()
    assert "Presenter: Ana ·" in said(people.card())
    assert "settled, Ana presents" in said(thread(people)[0])
    assert "This is settled: Ana presents" in forger.click(cast.BO, "swap.take", "1")
    people.wait("2026-11-26 10:00")
    assert asked_alone(people) == {}


@ON_SQLITE
def test_the_menu_offers_ones_own_role_and_to_a_lead_anybodys(people: People, session: None) -> None:
    people.bo.click("Swap a role", in_=people.card())
    assert "You have no role in this session" in people.bo.ephemerals(ROOM)[-1]["text"]
    people.chidi.click("Swap a role", in_=people.card())
    assert filled_in(people.chidi) == {"Which role?": "Note-taker: Chidi"}
    accepted(people.chidi)
    people.demo.settle()
    assert "Note-taker: open (Chidi would like to swap)" in said(people.card())
    [ask] = thread(people)
    people.ana.click("I'll take notes", in_=ask)
    people.demo.settle()
    assert "Presenter: Chidi · Note-taker: Ana" in said(people.card())
    people.ana.click("Swap a role", in_=people.card())
    people.ana.fill({"Which role?": "Presenter: Chidi"})
    accepted(people.ana)
    people.demo.settle()
    assert "Presenter: open (Chidi would like to swap)" in said(people.card())


@ON_SQLITE
def test_who_declines_on_the_card_is_offered_a_swap_beside_it(people: People, session: None) -> None:
    people.chidi.click("Can't make it", in_=people.card())
    beside = people.chidi.ephemerals(ROOM)[-1]
    people.chidi.click("Swap a role", in_=beside)
    people.demo.settle()
    assert "Note-taker: open (Chidi can't make it)" in said(people.card())
    assert "I'll take notes" in said(thread(people)[0])
    people.ana.click("I'll take notes", in_=thread(people)[0])
    assert "nobody to trade it with" in thread(people)[-1]["text"]


@ON_SQLITE
def test_a_search_ends_when_the_session_is_moved_or_called_off(
    people: People, session: None, forger: Forger
) -> None:
    cannot_come(people)
    people.bo.click("Reschedule", in_=people.card())
    people.bo.fill({"Date": "2026-12-09"})
    accepted(people.bo)
    people.demo.settle()
    assert "I'll present" not in said(thread(people)[0])
    assert "This is settled: Ana presents" in forger.click(cast.DEE, "swap.take", "1")
    people.chidi.click("Swap a role", in_=people.card())
    accepted(people.chidi)
    people.demo.settle()
    people.bo.click("Cancel session", in_=people.card())
    accepted(people.bo)
    people.demo.settle()
    assert not any("I'll take notes" in said(one) for one in thread(people))


@ON_SQLITE
def test_who_leaves_hands_on_what_they_were_asked_about(
    people: People, session: None, forger: Forger
) -> None:
    cannot_come(people)
    people.ana.command("/coach leave")
    accepted(people.ana)
    people.demo.settle()
    bos = next(one for one in people.bo.messages(ROOM) if one["is_bot"])
    assert "Presenter: Bo" in said(bos)
    assert "not yours to open" in forger.click(cast.ANA, "swap.take", "1")


@ON_SQLITE
def test_a_pair_asks_who_goes_first(people: People) -> None:
    people.circle(members=FIVE[:2], channel=None)
    people.session(mode="Video")
    people.ana.click("Swap a role", in_=people.ana.messages(group_dm(people.ana))[0])
    assert filled_in(people.ana) == {"Which role?": "First to be coached: Ana"}
    accepted(people.ana)
    people.demo.settle()
    [ask] = people.bo.thread(group_dm(people.bo), people.bo.messages(group_dm(people.bo))[0]["ts"])
    people.bo.click("I'll go first", in_=ask)
    people.demo.settle()
    assert "First to be coached: Bo" in said(people.bo.messages(group_dm(people.bo))[0])


def group_dm(person: Person) -> str:
    [found] = [one["id"] for one in person.state()["channels"] if one["kind"] == "mpim"]
    return str(found)


@ON_SQLITE
def test_a_guest_may_take_a_role(people: People) -> None:
    people.circle(members=[*FIVE[:2], "Fay Morgan"], channel=None)
    people.session(mode="Video")
    cannot_come(people)
    room = group_dm(people.fay)
    [card] = people.fay.messages(room)
    people.fay.click("I'll present", in_=people.fay.thread(room, card["ts"])[0])
    people.demo.settle()
    assert "Presenter: Fay" in said(people.fay.messages(room)[0])


@ON_SQLITE
def test_a_volunteer_has_the_role_at_once_and_schedules_what_is_proposed(
    people: People, session: None, forger: Forger
) -> None:
    people.wait("2026-12-08 10:50")
    line = next_line(people)
    assert "Next: Bo presents, Dee takes notes" in line["text"]
    people.eli.click("I'll present", in_=line)
    assert "Next: Eli presents" in next_line(people)["text"]
    assert "It is scheduled" in next_line(people)["text"]
    people.demo.settle()
    assert "Eli presents in Practice circle" in people.bo.dm()[-1]["text"]
    assert "This is settled: Eli presents" in forger.click(
        cast.CHIDI, "swap.volunteer_to_present", "2027-01-12:1"
    )
    people.chidi.click("I'll take notes", in_=next_line(people))
    people.demo.settle()
    assert "Eli presents, Chidi takes notes" in next_line(people)["text"]
    assert "I'll" not in said(next_line(people))
    assert "has changed meanwhile" in forger.click(cast.DEE, "swap.volunteer_for_notes", "2027-02-09:1")


@ON_SQLITE
def test_where_leads_schedule_a_volunteer_for_a_proposed_date_hears_so(people: People) -> None:
    people.circle(more={"Who may schedule": "The coaching leads"})
    people.session(mode="Video", link="https://meet.example/one")
    people.wait("2026-12-08 10:50")
    people.eli.click("I'll present", in_=next_line(people))
    assert "the coaching leads schedule sessions" in thread(people, people.eli)[-1]["text"]


def next_line(people: People) -> Json:
    [line] = [one for one in thread(people) if one["text"].startswith("Next: ")]
    return line

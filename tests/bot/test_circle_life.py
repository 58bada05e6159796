"""A circle over time: it rests, goes on, ends; people come back, hand it over, become a pair."""

import asyncio
from datetime import timedelta

import pytest

from bot.directory import profile
from demo import cast
from demo.person import NotThere, Person, words
from scheduler.nightly import PeopleCheck
from scheduler.slack import Slack
from service.demo import Demo
from tests.support.databases import ON_SQLITE
from tests.support.instants import wall
from tests.support.people import CIRCLE, FIVE, ROOM, People, accepted, refused
from tests.support.signed import Forger

LINK = "https://meet.example/one"


def opens(person: Person) -> Person:
    """The page of one's circle."""
    person.command("/coach circles")
    person.click("Open", in_=person.ephemerals()[-1])
    return person


def page(person: Person) -> str:
    shown = words(opens(person).modal)
    person.close(everything=True)
    return shown


def edits(people: People, **fields: object) -> None:
    opens(people.ana).click("Edit circle")
    people.ana.fill(fields)


def last(person: Person) -> str:
    return str(person.dm()[-1]["text"])


def pauses(person: Person, until: str) -> None:
    opens(person).click("Pause")
    person.fill({"Pause until": until})


# --- resting ---


def test_a_paused_circle_plans_nothing_and_goes_on_by_itself(people: People, circle: People) -> None:
    pauses(people.ana, "2026-12-20")
    accepted(people.ana)
    people.demo.settle()
    assert all("paused until Sunday, 20 December 2026" in last(one) for one in people.five)
    people.bo.command("/coach schedule")
    assert "paused until 20 December 2026" in people.bo.ephemerals()[-1]["text"]
    people.wait("2026-12-19 23:00")
    assert "Paused* until" in page(people.bo)
    people.wait("2026-12-20 09:00")
    assert all("goes on" in last(one) for one in people.five)
    people.session(date="2026-12-22", mode="Video", link=LINK)
    assert CIRCLE in people.card()["text"]


@ON_SQLITE
def test_a_kept_session_goes_on_as_normal(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    pauses(people.ana, "2027-01-20")
    assert people.ana.submit() == {}
    assert "What about these sessions?" in words(people.ana.modal)
    accepted(people.ana)
    people.wait("2026-12-08 09:50")
    assert "starts at" in last(people.bo)


@ON_SQLITE
def test_sessions_in_a_pause_can_be_cancelled(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    pauses(people.ana, "2027-01-20")
    assert people.ana.submit() == {}
    people.ana.fill({"What about these sessions?": "Cancel them: everybody is told"})
    accepted(people.ana)
    people.demo.settle()
    assert "was cancelled" in words(people.card()["blocks"])
    told = [one["text"] for one in people.bo.dm()]
    assert sum("Cancelled" in one for one in told) == sum("paused until" in one for one in told) == 1


@ON_SQLITE
def test_go_on_now(people: People, circle: People) -> None:
    pauses(people.ana, "2027-01-20")
    accepted(people.ana)
    people.demo.settle()
    message = people.ana.dm()[-1]
    people.ana.click("Go on now", in_=message)
    people.demo.settle()
    people.ana.click("Go on now", in_=message)  # a second press changes nothing
    people.demo.settle()
    assert sum("goes on." in one["text"] for one in people.bo.dm()) == 1
    with pytest.raises(NotThere):
        people.bo.click("Go on now", in_=people.bo.dm()[-2])
    assert "Paused" not in page(people.bo)


@ON_SQLITE
def test_days_that_no_circle_can_rest_until(people: People, circle: People) -> None:
    pauses(people.ana, "2026-11-23")
    assert "a day to come" in refused(people.ana)["Pause until"]
    people.ana.fill({"Pause until": "2027-11-25"})
    assert "over a year away" in refused(people.ana)["Pause until"]
    people.ana.close(everything=True)
    with pytest.raises(NotThere):
        opens(people.bo).click("Pause")


@ON_SQLITE
def test_editing_does_not_end_a_pause(people: People, circle: People) -> None:
    pauses(people.ana, "2027-01-20")
    accepted(people.ana)
    edits(people, Name="Resting")
    accepted(people.ana)
    assert "Paused* until" in page(people.bo)


# --- ending ---


def closes(person: Person) -> None:
    opens(person).click("Close this circle")
    assert person.submit() == {}
    assert "cannot be taken back" in words(person.modal)


@ON_SQLITE
def test_a_circle_is_closed_after_being_asked_twice(people: People, circle: People, forger: Forger) -> None:
    people.session(mode="Video", link=LINK)
    closes(people.ana)
    assert "Closed" not in page(people.bo)
    accepted(people.ana)
    people.demo.settle()
    for one in people.five:
        told = [message["text"] for message in one.dm() if "closed" in message["text"]]
        assert len(told) == 1
        assert "The session to come is cancelled" in told[0]
        assert not any(message["text"].startswith("Cancelled") for message in one.dm())
    assert "was cancelled" in words(people.card()["blocks"])
    assert "closed" in forger.click(cast.ANA, "session.schedule", "1")
    people.bo.command("/coach circles")
    assert "You are in no circle yet" in people.bo.ephemerals()[-1]["text"]
    heard = len(people.bo.dm())
    people.wait("2027-01-13 12:00")
    assert len(people.bo.dm()) == heard


@ON_SQLITE
def test_two_leads_at_the_same_circle(people: People, circle: People) -> None:
    edits(people, **{"Coaching leads": ["Ana Torres", "Bo Jensen"]})
    accepted(people.ana)
    closes(people.ana)
    pauses(people.bo, "2027-01-20")
    accepted(people.ana)
    assert "closed" in refused(people.bo)["Pause until"].lower()


@ON_SQLITE
def test_an_edit_from_before_a_pause_is_not_saved(people: People, circle: People) -> None:
    edits(people, **{"Coaching leads": ["Ana Torres", "Bo Jensen"]})
    accepted(people.ana)
    edits(people, Name="Other")
    pauses(people.bo, "2027-01-20")
    accepted(people.bo)
    [sentence] = refused(people.ana).values()
    assert "Somebody changed this" in sentence


# --- coming back ---


def test_who_was_in_it_before_comes_back_by_their_own_yes(
    people: People, circle: People, forger: Forger
) -> None:
    people.dee.command("/coach leave")
    accepted(people.dee)
    people.session(mode="Video", link=LINK)
    edits(people, Members=list(FIVE))
    assert people.ana.submit() == {}
    assert "I have asked whether" in words(people.ana.modal)
    people.ana.close(everything=True)
    people.demo.settle()
    assert "Dee" not in page(people.bo)
    invitation = people.dee.dm()[-1]
    assert "would like you to be in Practice circle again" in invitation["text"]
    people.dee.click("Join", in_=invitation)
    assert forger.click(cast.DEE, "circle.join", "1") == ""  # a second press changes nothing
    people.demo.settle()
    assert "Dee" in page(people.bo)
    texts = [one["text"] for one in people.dee.dm()]
    assert sum("Welcome to" in one for one in texts) == 2
    assert sum("meets on" in one for one in texts) == 1
    assert "You are in Practice circle again." in texts
    assert "Dee" in words(people.card()["blocks"])


@ON_SQLITE
def test_an_invitation_ends_with_the_circle_and_with_whoever_sent_it(
    people: People, circle: People, forger: Forger
) -> None:
    for one in (people.dee, people.eli):
        one.command("/coach leave")
        accepted(one)
    edits(people, Members=list(FIVE))
    assert people.ana.submit() == {}
    people.ana.close(everything=True)
    people.demo.settle()
    assert "not yours" in forger.click(cast.BO, "circle.join", "1")
    dee = people.dee.dm()[-1]
    people.ana.command("/coach leave")
    accepted(people.ana)
    people.dee.click("Join", in_=dee)
    assert "invitation is over" in people.dee.ephemerals()[-1]["text"]
    closes(people.bo)
    accepted(people.bo)
    people.demo.settle()
    assert "closed" in forger.click(cast.ELI, "circle.join", "2")
    assert "The invitation to Practice circle is over" in last(people.eli)


@ON_SQLITE
def test_who_left_meanwhile_is_not_invited_by_an_old_form(people: People, circle: People) -> None:
    edits(people, Name="Other")
    people.dee.command("/coach leave")
    accepted(people.dee)
    [sentence] = refused(people.ana).values()
    assert "Somebody changed this" in sentence


# --- leading ---


@ON_SQLITE
def test_a_lead_hands_the_circle_over(people: People) -> None:
    people.circle(members=["Ana Torres", "Bo Jensen", "Fay Morgan"], channel=None)
    opens(people.ana).click("Hand over")
    assert "Fay" not in words(people.ana.modal)  # guests lead nothing
    people.ana.fill({"Coaching lead": "Bo"})
    accepted(people.ana)
    people.demo.settle()
    assert "Ana has handed Practice circle over to you" in last(people.bo)
    assert "Coaching lead:* Bo\n" in page(people.ana)
    with pytest.raises(NotThere):
        opens(people.ana).click("Hand over")


@ON_SQLITE
def test_the_only_lead_reads_who_follows(people: People, circle: People) -> None:
    people.ana.command("/coach leave")
    assert "its only coaching lead" in words(people.ana.modal)
    people.bo.command("/coach leave")
    assert "its only coaching lead" not in words(people.bo.modal)


# --- groups and pairs ---


@ON_SQLITE
def test_a_group_of_two_becomes_a_pair_only_when_a_lead_says_so(people: People) -> None:
    people.circle(members=["Ana Torres", "Bo Jensen", "Chidi Okafor"])
    people.session(mode="Video", link=LINK, presenter="Ana", note_taker="Bo")
    edits(people, Members=["Ana Torres", "Bo Jensen"])
    accepted(people.ana)
    people.demo.settle()
    assert "Two of you are left" in last(people.ana)
    assert "Coaching lead:* Ana\n" in page(people.bo)
    people.ana.click("Go on as a pair", in_=people.ana.dm()[-1])
    people.demo.settle()
    assert "A pair:* Ana and Bo" in page(people.bo)
    card = words(people.card()["blocks"])
    assert "First to be coached: Ana" in card
    assert "Note-taker" not in card
    opens(people.bo).click("Edit circle")  # both lead now
    people.bo.fill({"Members": ["Ana Torres", "Bo Jensen", "Dee Novak"]})
    accepted(people.bo)
    people.demo.settle()
    assert "Members:* Ana, Bo and Dee" in page(people.ana)
    assert "Facilitator: Bo" in words(people.card()["blocks"])  # a lead who does not present


@ON_SQLITE
def test_editing_a_group_of_two_makes_no_guest_its_lead(people: People) -> None:
    people.circle(members=["Ana Torres", "Bo Jensen", "Fay Morgan"], channel=None)
    edits(people, Members=["Ana Torres", "Fay Morgan"])
    accepted(people.ana)
    edits(people, Name="Two of us")
    accepted(people.ana)
    assert "Coaching lead:* Ana\n" in page(people.fay)


# --- channels ---


@ON_SQLITE
def test_an_archived_channel_is_told_once_and_the_circle_goes_on(demo: Demo, people: People) -> None:
    people.circle()
    people.session(mode="Video", link=LINK)
    room = demo.workspace.workspace.channels[cast.PRACTICE_CIRCLE]
    room.archived = True
    for _ in range(2):
        demo.workspace.fire({"type": "channel_archive", "channel": room.id, "user": cast.GUS})
    demo.settle()
    told = [one for one in people.ana.dm() if "was archived" in one["text"]]
    assert len(told) == 1
    assert not any("was archived" in one["text"] for one in people.bo.dm())
    group = next(one for one in people.bo.state()["channels"] if one["kind"] == "mpim")
    assert CIRCLE in people.bo.messages(group["id"])[-1]["text"]
    room.archived = False
    edits(people, Channel=ROOM)
    accepted(people.ana)
    demo.settle()
    assert CIRCLE in people.ana.messages(ROOM)[-1]["text"]
    demo.workspace.fire({"type": "channel_left", "channel": room.id})
    demo.settle()
    assert sum("closed to me" in one["text"] for one in people.ana.dm()) == 1


@ON_SQLITE
def test_a_channel_that_refuses_a_message_is_lost_too(demo: Demo, people: People) -> None:
    people.circle()
    demo.workspace.workspace.channels[cast.PRACTICE_CIRCLE].archived = True
    people.session(mode="Video", link=LINK)
    demo.settle()
    assert sum("was archived" in one["text"] for one in people.ana.dm()) == 1
    group = next(one for one in people.bo.state()["channels"] if one["kind"] == "mpim")
    assert CIRCLE in people.bo.messages(group["id"])[-1]["text"]


# --- what happened ---


@ON_SQLITE
def test_only_the_convener_is_asked_in_the_hub_and_anybody_may_say_on_the_page(
    people: People, circle: People
) -> None:
    people.session(mode="Video", link=LINK)
    people.demo.live_until(wall("2026-12-08 11:05"), step=timedelta(days=1))
    assert "Did *Practice circle* meet" in words(people.ana.open_home()["blocks"])
    assert "Did *Practice circle* meet" not in words(people.bo.open_home()["blocks"])
    assert "Did you meet on" in words(opens(people.bo).modal)
    people.bo.click("We did not meet")
    assert people.bo.submit() == {}
    people.bo.close(everything=True)
    assert "Did you meet on" not in page(people.bo)


# --- the nightly look ---


@ON_SQLITE
def test_whom_slack_let_go_unheard_is_found_at_night(demo: Demo, people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK, presenter="Chidi", note_taker="Dee")
    demo.workspace.workspace.people[cast.CHIDI].deleted = True  # and no event came

    async def night() -> None:
        coach = demo.coach
        slack = Slack(coach.settings.slack_api_url, coach.token.newest, demo.clock.now)
        await PeopleCheck(coach.database, slack, profile, demo.clock.now, pause_s=0).run()
        await slack.close()

    asyncio.run(night())
    demo.settle()
    assert "Chidi" not in words(people.card()["blocks"])
    assert sum("not in Slack any more" in one["text"] for one in people.ana.dm()) == 1

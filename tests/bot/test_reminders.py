"""Who is reminded of what, at which hour of their own: the clock moves, and the direct messages tell.

Expected moments are worked out by hand. A session on Monday 11 January 2027 at 10:00 in New York is at
9:00 in Chicago and at 16:00 in Berlin. What would come on a Sunday comes on Friday at 17:00, each by
their own clock.
"""

from collections.abc import Iterable

import pytest

from bot.ids import Action
from bot.views.circles import ALL_REMINDERS
from coaching.rules.circle_form import CAN_BE_DROPPED
from demo import cast
from demo.person import Person, words
from demo.records import Json
from service.demo import Demo
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.instants import BERLIN, CHICAGO, NEW_YORK, on_the_wall, wall
from tests.support.pasts import Beginning
from tests.support.people import ROOM, People, accepted
from tests.support.signed import Forger

LINK = "https://meet.example/one"
MONDAY = "2027-01-11"
DEE_PRESENTS = {"mode": "Video", "link": LINK, "presenter": "Dee", "note_taker": "Eli"}
ZONES = {cast.CHIDI: CHICAGO, cast.ELI: BERLIN}
BOOKKEEPING = "At most one such message a day"


def got(person: Person, *containing: str) -> list[str]:
    """When the messages with any of these words came, as the person's own clock showed it."""
    zone = ZONES.get(person.user_id, NEW_YORK)
    return [on_the_wall(one["ts"], zone) for one in _with(person.dm(), containing)]


def _with(messages: Iterable[Json], containing: Iterable[str]) -> list[Json]:
    return [one for one in messages if any(word in words(one["blocks"]) + one["text"] for word in containing)]


def from_january_on(people: People) -> None:
    """The circle's first date is that of its session: nothing goes on by itself before it."""
    people.circle(starts_on=MONDAY)


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> Beginning:
    return from_january_on if "circle" in request.fixturenames else pasts.nothing


@pytest.fixture
def monday(people: People, circle: People) -> None:
    """A month and a half ahead: Bo presents, Eli takes notes, and Dee and Ana have no role."""
    people.session(date=MONDAY, mode="Video", link=LINK, presenter="Bo", note_taker="Eli")


def test_everybody_hears_at_the_hour_of_their_own_clock(demo: Demo, people: People, monday: None) -> None:
    people.wait(f"{MONDAY} 09:59")
    # 14 days before is Monday 28 December; 5 days before Wednesday; the day before is a Sunday.
    assert got(people.bo, BOOKKEEPING) == [
        "Mon 2026-12-28 10:00",
        "Wed 2027-01-06 10:00",
        "Fri 2027-01-08 17:00",
    ]
    assert got(people.ana, BOOKKEEPING) == ["Fri 2027-01-08 17:00"]
    assert got(people.dee, BOOKKEEPING) == ["Fri 2027-01-08 17:00"]
    assert got(people.chidi, BOOKKEEPING) == ["Fri 2027-01-08 17:00"]
    assert got(people.eli, BOOKKEEPING) == ["Fri 2027-01-08 17:00"]
    soon = "Practice circle starts at"
    assert [got(one, soon) for one in people.five] == [
        ["Mon 2027-01-11 09:45"],
        ["Mon 2027-01-11 09:45"],
        ["Mon 2027-01-11 08:45"],
        ["Mon 2027-01-11 09:45"],
        ["Mon 2027-01-11 15:45"],
    ]


@ON_SQLITE
def test_each_reminder_says_what_it_is_for(demo: Demo, people: People, monday: None) -> None:
    people.wait(f"{MONDAY} 09:59")
    first, second, eve = _with(people.bo.dm(), [BOOKKEEPING])
    assert "it is your turn to present" in words(first["blocks"])
    assert "it is your case" in words(second["blocks"])
    assert "Can you come?" in words(eve["blocks"])
    [listening] = _with(people.eli.dm(), [BOOKKEEPING])
    assert "you take notes" in words(listening["blocks"])  # both of that day in one message
    assert "Can you come?" in words(listening["blocks"])
    assert LINK in words(listening["blocks"])
    [soon] = _with(people.dee.dm(), ["starts at"])
    assert LINK in words(soon["blocks"])


@ON_SQLITE
def test_in_person_the_last_one_comes_an_hour_before(demo: Demo, people: People, circle: People) -> None:
    people.session(date=MONDAY, mode="In person", place="Room 4")
    people.wait(f"{MONDAY} 09:59")
    assert got(people.dee, "starts at") == ["Mon 2027-01-11 09:00"]
    assert got(people.eli, "starts at") == ["Mon 2027-01-11 15:00"]
    assert "Room 4" in _with(people.dee.dm(), ["starts at"])[0]["text"]


@ON_SQLITE
def test_two_circles_share_one_message_a_day(demo: Demo, people: People, monday: None) -> None:
    people.circle(
        name="Pair", members=["Ana Torres", "Dee Novak"], channel=None, starts_on=MONDAY, usual_time="15:00"
    )
    people.session(circle="Pair", mode="Video", link="https://meet.example/pair")
    people.wait(f"{MONDAY} 09:59")
    evening = [one for one in got(people.ana, BOOKKEEPING) if "2027-01-08" in one]
    assert evening == ["Fri 2027-01-08 17:00"]
    [both] = [one for one in _with(people.ana.dm(), [BOOKKEEPING]) if "Practice circle" in one["text"]]
    assert "Pair" in both["text"]
    assert "meet.example/pair" in words(both["blocks"])
    days = [one.rpartition(" ")[0] for one in got(people.ana, BOOKKEEPING)]
    assert len(days) == len(set(days))


@ON_SQLITE
def test_who_cannot_make_it_hears_nothing_more(demo: Demo, people: People, monday: None) -> None:
    people.dee.click("Can't make it", in_=people.dee.dm()[-1])
    people.wait(f"{MONDAY} 09:59")
    assert got(people.dee, BOOKKEEPING, "starts at") == []
    assert got(people.ana, BOOKKEEPING) == ["Fri 2027-01-08 17:00"]


@ON_SQLITE
def test_a_move_voids_what_was_laid_out(demo: Demo, people: People, monday: None) -> None:
    people.wait("2026-12-30 12:00")
    people.ana.click("Reschedule", in_=people.card())
    people.ana.fill({"Date": "2027-01-20"})  # a Wednesday
    accepted(people.ana)
    people.wait("2027-01-20 09:59")
    assert got(people.dee, BOOKKEEPING) == ["Tue 2027-01-19 10:00"]
    assert got(people.dee, "starts at") == ["Wed 2027-01-20 09:45"]
    # "Prepare the case" was said on 28 December and is not said twice; five days before is a Friday.
    assert got(people.bo, BOOKKEEPING) == [
        "Mon 2026-12-28 10:00",
        "Fri 2027-01-15 10:00",
        "Tue 2027-01-19 10:00",
    ]


@ON_SQLITE
def test_a_cancelled_session_reminds_nobody(demo: Demo, people: People, monday: None) -> None:
    people.ana.click("Cancel session", in_=people.card())
    accepted(people.ana)
    people.wait(f"{MONDAY} 12:00")
    assert all(got(one, BOOKKEEPING, "starts at") == [] for one in people.five)


@ON_SQLITE
def test_what_would_follow_the_news_at_once_is_left_out(demo: Demo, people: People, circle: People) -> None:
    # Scheduled on Monday at ten for Tuesday at ten: the news stand for all that comes until then.
    people.session(date="2026-11-24", mode="Video", link=LINK)
    people.wait("2026-11-24 09:59")
    assert all(got(one, BOOKKEEPING) == [] for one in people.five)
    assert all(got(one, "starts at") == [] for one in people.five)  # 9:45 is within the same 24 hours


@ON_SQLITE
def test_kinds_that_are_turned_off_do_not_come(demo: Demo, people: People) -> None:
    kept = [
        "Presenter, 14 days before",
        "Presenter, 5 days before",
        "Note-taker, the day before",
        "Everybody, just before the start",
    ]
    # The circle does without "Everybody, the day before".
    people.circle(starts_on=MONDAY, more={"Reminders": kept})
    people.dee.command("/coach settings")
    people.dee.fill({"Reminders": ["Everybody, the day before"]})  # and Dee without the one at the start
    accepted(people.dee)
    people.session(date=MONDAY, mode="Video", link=LINK, presenter="Bo", note_taker="Eli")
    people.wait(f"{MONDAY} 09:59")
    assert got(people.ana, BOOKKEEPING) == []
    assert got(people.ana, "starts at") == ["Mon 2027-01-11 09:45"]
    assert got(people.dee, BOOKKEEPING, "starts at") == []
    assert got(people.bo, BOOKKEEPING) == ["Mon 2026-12-28 10:00", "Wed 2027-01-06 10:00"]


def test_after_days_of_silence_only_what_still_helps_comes_once(
    demo: Demo, people: People, monday: None
) -> None:
    # The bot is down from before Christmas until Saturday morning: all was due, 14 and 5 and 1 days before.
    demo.clock.move(wall("2027-01-09 11:00"))
    demo.settle()
    # Saturday is quiet, and so is Sunday: the next opening is Monday at eight, still before the session.
    people.wait(f"{MONDAY} 09:59")
    assert got(people.bo, BOOKKEEPING) == ["Mon 2027-01-11 08:00"]
    [late] = _with(people.bo.dm(), [BOOKKEEPING])
    assert "Can you come?" in words(late["blocks"])
    assert "your turn to present" not in words(late["blocks"])
    assert got(people.eli, BOOKKEEPING) == ["Mon 2027-01-11 08:00"]


@ON_SQLITE
def test_what_a_downtime_made_late_comes_to_nobody_at_night(demo: Demo, people: People, monday: None) -> None:
    people.wait(f"{MONDAY} 10:20")
    demo.clock.move(wall("2027-01-12 02:00"))  # down since then; 8:00 in Berlin
    demo.settle()
    asked = ("Did Practice circle meet", "How was")
    assert [got(one, *asked) for one in people.five] == [[], [], [], [], ["Tue 2027-01-12 08:00"]]
    people.wait("2027-01-12 10:00")
    assert got(people.ana, *asked) == ["Tue 2027-01-12 08:00"] * 2
    assert [got(one, *asked) for one in people.five[1:]] == [["Tue 2027-01-12 08:00"]] * 4
    nudged = [got(one, "the evaluation of") for one in people.five]
    assert nudged == [[]] * 5  # nobody is asked twice a day


@ON_SQLITE
def test_a_message_of_the_day_that_is_an_hour_late_does_not_come_in_the_evening(
    demo: Demo, people: People, monday: None
) -> None:
    """Sunday's was due on Friday at five, and may still come at ten past; later it waits for Monday."""
    people.wait("2027-01-08 16:50")
    demo.clock.move(wall("2027-01-08 18:10"))
    demo.settle()
    assert got(people.dee, BOOKKEEPING) == []
    people.wait(f"{MONDAY} 09:30")
    assert got(people.dee, BOOKKEEPING) == [f"Mon {MONDAY} 08:00"]


@ON_SQLITE
def test_after_the_session_nothing_of_before_it_comes(demo: Demo, people: People, monday: None) -> None:
    demo.clock.move(wall(f"{MONDAY} 10:01"))
    demo.settle()
    people.wait(f"{MONDAY} 10:30")
    assert all(got(one, BOOKKEEPING, "starts at") == [] for one in people.five)


@ON_SQLITE
def test_the_answer_in_a_reminder_counts_and_the_reminder_follows(
    demo: Demo, people: People, monday: None
) -> None:
    people.wait("2027-01-08 17:05")
    [asked] = _with(people.dee.dm(), [BOOKKEEPING])
    people.dee.click("I'll be there", in_=asked)
    demo.settle()
    assert "Coming: Ana and Dee" in words(people.card()["blocks"])
    [answered] = _with(people.dee.dm(), [BOOKKEEPING])
    assert "Can you come?" not in words(answered["blocks"])
    assert len(people.ana.messages(ROOM)) == 1


def said(message: Json) -> str:
    return words(message["blocks"])


def bookkeeping(person: Person, word: str) -> str:
    """The one bookkeeping message with this word in it, as it stands now."""
    [found] = [one for one in person.dm() if word in said(one)]
    return said(found)


def test_every_kind_that_can_be_turned_off_has_its_box() -> None:
    assert sorted(kind for kind, _ in ALL_REMINDERS) == sorted(CAN_BE_DROPPED)


@ON_SQLITE
def test_a_reminder_that_stands_follows_what_happens_after_it(people: People, circle: People) -> None:
    """The day before it asks; answered, it asks no more; moved or over, it has no buttons left."""
    people.session(date="2026-12-08", time="10:00", mode="Video", link=LINK)
    people.wait("2026-12-07 12:00")
    assert any("meets on" in said(one) and "You present." in said(one) for one in people.ana.dm()[1:])
    [asked] = [one for one in people.bo.dm() if "At most one such" in said(one)]
    people.bo.click("I'll be there", in_=asked)
    people.demo.settle()
    assert "Can you come?" not in bookkeeping(people.bo, "At most one such")
    assert "Can you come?" in bookkeeping(people.chidi, "At most one such")
    people.wait("2026-12-08 11:05")
    [question] = [one for one in people.ana.dm() if "Did Practice circle meet" in one["text"]]
    people.ana.click("We met", in_=question)
    accepted(people.ana)
    people.demo.settle()
    [settled] = [one for one in people.chidi.dm() if "is settled" in one["text"]]
    assert "Can you come?" not in said(settled)


@pytest.fixture
def asked_to_prepare(people: People, monday: None) -> Json:
    """Bo is asked for his case, two weeks before."""
    people.wait("2026-12-28 10:01")
    [message] = _with(people.bo.dm(), [BOOKKEEPING])
    return message


def test_it_comes_again_in_an_hour_and_only_then(people: People, asked_to_prepare: Json) -> None:
    people.bo.click("In 1 hour", in_=asked_to_prepare)
    [first] = _with(people.bo.dm(), ["remind you of this again"])
    assert first["ts"] == asked_to_prepare["ts"]
    assert "Prepare the case" not in words(first["blocks"])
    people.wait("2026-12-28 10:58")
    assert got(people.bo, BOOKKEEPING) == []
    people.wait("2026-12-28 11:05")
    assert got(people.bo, BOOKKEEPING) == ["Mon 2026-12-28 11:01"]
    [again] = _with(people.bo.dm(), [BOOKKEEPING])
    assert "Which situation would you like to bring?" in words(again["blocks"])
    people.bo.click("In 1 hour", in_=again)  # once more, at five past
    people.wait("2026-12-28 13:00")
    assert got(people.bo, BOOKKEEPING) == ["Mon 2026-12-28 12:05"]


@ON_SQLITE
def test_what_was_put_off_comes_although_something_about_the_session_changes_meanwhile(
    people: People, asked_to_prepare: Json
) -> None:
    people.bo.click("In 1 hour", in_=asked_to_prepare)
    people.eli.click("Can't make it", in_=people.card())
    people.wait("2026-12-28 11:05")
    assert got(people.bo, "Which situation would you like to bring?") == ["Mon 2026-12-28 11:01"]


def test_put_off_until_tomorrow_it_is_part_of_that_days_one_message(
    people: People, asked_to_prepare: Json
) -> None:
    people.session(
        date="2026-12-30", time="16:00", mode="Video", link=LINK, presenter="Dee", note_taker="Eli"
    )
    people.bo.click("Tomorrow at 9:00", in_=asked_to_prepare)
    people.wait("2026-12-29 16:30")
    [told] = got(people.bo, BOOKKEEPING)
    assert told == "Tue 2026-12-29 09:00"
    [message] = _with(people.bo.dm(), [BOOKKEEPING])
    assert "Which situation would you like to bring?" in words(message["blocks"])
    assert "30 December 2026" in words(message["blocks"])  # due at 16:00


@ON_SQLITE
def test_what_is_settled_meanwhile_does_not_come_again(people: People, asked_to_prepare: Json) -> None:
    people.bo.click("In 1 hour", in_=asked_to_prepare)
    people.bo.click("Can't make it", in_=people.card())
    people.wait("2026-12-28 13:00")
    assert got(people.bo, BOOKKEEPING) == []


@ON_SQLITE
def test_an_old_button_and_somebody_elses_message_put_nothing_off(
    people: People, asked_to_prepare: Json, forger: Forger
) -> None:
    people.bo.click("In 1 hour", in_=asked_to_prepare)
    told = forger.click(cast.DEE, Action.PUT_OFF, "tomorrow")
    assert "cannot be put off any more" in told
    people.wait("2026-12-29 10:00")
    assert got(people.bo, BOOKKEEPING) == ["Mon 2026-12-28 11:01"]


@ON_SQLITE
def test_reminders_are_turned_off_from_where_they_stand(people: People, asked_to_prepare: Json) -> None:
    people.bo.click("Turn these off", in_=asked_to_prepare)
    assert "Reminders" in words(people.bo.modal["blocks"])

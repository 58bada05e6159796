"""A person's sessions at an address of their own, read as calendar programs read it: over HTTP, by nobody."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from sqlalchemy import select

from bot.handlers import calendar as calendar_handlers
from bot.parse import Request
from bot.replies import OpenModal
from bot.routes import Context
from bot.views import calendar as calendar_page
from coaching import access, calendar_feed
from coaching.errors import Changed, NotAllowed
from demo import cast
from demo.person import Person, words
from service.demo import Demo
from storage.models import CalendarFeed
from tests.support.databases import ON_SQLITE
from tests.support.instants import wall
from tests.support.people import FIVE, People, accepted, session_fields
from tests.support.signed import Forger

LINK = "https://meet.example/one"
VIDEO: dict[str, Any] = {"mode": "Video", "link": LINK}
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/calendar/[\w-]{43}\.ics")


def get(address: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(method, parts.path)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def status(address: str) -> int:
    return get(address)[0].status


def events(address: str) -> list[Any]:
    response, content = get(address)
    assert response.status == 200
    whole: Any = icalendar.Calendar.from_ical(content)
    assert whole["METHOD"] == "PUBLISH"
    return list(whole.walk("VEVENT"))


def shown_address(person: Person) -> str:
    [found] = ADDRESS.findall(words(person.modal))
    return str(found)


def new_address(person: Person) -> str:
    """Makes an address by the command, and closes the page that shows it."""
    person.command("/coach calendar")
    person.click("Make my address")
    address = shown_address(person)
    person.close()
    return address


def test_the_address_holds_what_the_circles_plan(people: People, circle: None) -> None:
    address = new_address(people.bo)
    assert events(address) == []
    people.session(message="Bring a pen", **VIDEO)
    people.session(mode="In person", place="Room 4, first floor")
    first, second = events(address)
    assert first["SUMMARY"] == "Practice circle: peer coaching"
    assert (first["DTSTART"].dt, first["LOCATION"]) == (wall("2026-12-08 10:00"), LINK)
    assert (second["DTSTART"].dt, second["LOCATION"]) == (wall("2027-01-12 10:00"), "Room 4, first floor")
    assert b"Bring a pen" not in get(address)[1]
    people.ana.click("Reschedule", in_=people.card(0))
    people.ana.fill(session_fields(date="2026-12-09"))
    accepted(people.ana)
    moved, _ = events(address)
    assert (moved["UID"], moved["DTSTART"].dt) == (first["UID"], wall("2026-12-09 10:00"))
    assert moved["SEQUENCE"] > first["SEQUENCE"]
    people.ana.click("Cancel session", in_=people.card(1))
    people.ana.fill({"Why": "The building is closed"})
    accepted(people.ana)
    assert [one["STATUS"] for one in events(address)] == ["CONFIRMED", "CANCELLED"]
    assert b"building" not in get(address)[1]


def test_the_address_and_the_file_speak_of_the_same_event(people: People, circle: None) -> None:
    people.session(**VIDEO)
    people.bo.click("Calendar file", in_=people.bo.dm()[-1])
    people.demo.settle()
    [file] = people.bo.dm()[-1]["files"]
    whole: Any = icalendar.Calendar.from_ical(people.bo.download(file))
    [in_file] = whole.walk("VEVENT")
    [in_feed] = events(new_address(people.bo))
    assert (in_file["UID"], in_file["SEQUENCE"]) == (in_feed["UID"], in_feed["SEQUENCE"])


@pytest.mark.long
@ON_SQLITE
def test_sessions_long_past_are_left_out(people: People) -> None:
    people.circle(rhythm="No rhythm")
    people.session(date="2026-12-08", time="10:00", **VIDEO)
    address = new_address(people.bo)
    people.wait("2027-02-05 10:00")
    first = events(address)[0]["UID"]
    people.wait("2027-02-08 10:00")
    assert first not in {one["UID"] for one in events(address)}


@ON_SQLITE
def test_only_circles_that_one_is_in_now_stand_there(people: People, circle: None) -> None:
    people.session(**VIDEO)
    dee, gus = new_address(people.dee), new_address(people.gus)
    assert (len(events(dee)), len(events(gus))) == (1, 0)
    people.dee.command("/coach leave")
    accepted(people.dee)
    assert events(dee) == []  # and it is a calendar still


def test_a_new_address_ends_the_old_one_and_stopping_ends_both(people: People) -> None:
    bo = people.bo
    old = new_address(bo)
    bo.command("/coach calendar")
    assert not ADDRESS.findall(words(bo.modal))  # it is shown once
    bo.click("Make a new address")
    new = shown_address(bo)
    assert (status(old), status(new)) == (404, 200)
    bo.click("Stop it")
    assert "has stopped" in words(bo.modal)
    assert (status(old), status(new)) == (404, 404)
    bo.click("Make my address")
    assert status(shown_address(bo)) == 200


def test_all_that_is_no_address_looks_the_same(people: People, circle: None) -> None:
    people.session(**VIDEO)
    address = new_address(people.bo)
    stopped = new_address(people.dee)
    people.dee.command("/coach calendar")
    people.dee.click("Stop it")
    gone = new_address(people.eli)
    people.eli.leave_slack()
    base = address.rpartition("/")[0]
    wrong = [
        stopped,
        gone,
        f"{base}/{'A' * 43}.ics",
        f"{base}/{'A' * 42}.ics",
        f"{base}/x.ics",
        f"{base}/{'A' * 43}",
        f"{address}.ics",
        f"{base}/%00.ics",
        f"{base}/.ics",
        f"{base}/../calendar",
        address.replace("/calendar/", "/Calendar/"),
    ]
    answers = {(response.status, body) for response, body in map(get, wrong)}
    assert answers == {(404, b"Not Found")}
    shapes = {tuple(name for name, _ in get(one)[0].getheaders()) for one in wrong}
    assert len(shapes) == 1
    assert status(address) == 200


@ON_SQLITE
def test_only_reading_is_answered(people: People) -> None:
    address = new_address(people.bo)
    response, body = get(address)
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    asked, nothing = get(address, "HEAD")
    assert (asked.status, nothing) == (200, b"")
    assert int(asked.headers["content-length"]) == len(body)
    for method in ("POST", "PUT", "DELETE"):
        assert get(address, method)[0].status == 405


def test_of_the_address_only_a_hash_is_kept(people: People, demo: Demo) -> None:
    token = new_address(people.bo).rpartition("/")[2].removesuffix(".ics")
    with demo.coach.database.reading() as db:
        [kept] = db.scalars(select(CalendarFeed.token_hash))
    assert len(kept) == 64
    assert token not in kept


def test_two_clicks_at_once_make_one_address_and_it_works(people: People, demo: Demo, forger: Forger) -> None:
    people.bo.command("/coach")
    database, team = demo.coach.database, demo.workspace.local.workspace.team.id

    def make(_: int) -> str | None:
        with suppress(Changed), database.transaction() as db:
            return calendar_feed.make(db, access.actor(db, team, cast.BO), "", demo.clock.now())
        return None

    with ThreadPoolExecutor(4) as pool:
        [token] = [one for one in pool.map(make, range(4)) if one]
    assert status(f"{demo.coach.settings.coach_public_url}/calendar/{token}.ics") == 200
    for value in ("", "0123456789ab"):
        assert "You have made another address meanwhile" in forger.click(cast.BO, "calendar.make", value)


@ON_SQLITE
def test_without_a_public_address_it_says_what_to_set(people: People, demo: Demo) -> None:
    people.bo.command("/coach")
    team, now = demo.workspace.local.workspace.team.id, demo.clock.now()
    with demo.coach.database.transaction() as db:
        context = Context(Request(team, cast.BO, now), db, demo.coach.pack)
        shown = calendar_handlers.show(context)
        with pytest.raises(NotAllowed, match="COACH_PUBLIC_URL"):
            calendar_handlers.make(context)
    assert isinstance(shown, OpenModal)
    assert "COACH_PUBLIC_URL" in words(shown.view.to_dict())
    assert "Make my address" not in words(shown.view.to_dict())
    with_one = words(calendar_page.calendar("0123456789ab", possible=False).to_dict())
    assert "Stop it" in with_one


@ON_SQLITE
def test_the_hub_leads_there(people: People) -> None:
    people.circle(members=FIVE)
    people.bo.open_home()
    people.bo.click("Calendar", in_="home")
    assert "Your sessions in your own calendar" in words(people.bo.modal)

"""Calendar files read back by a program that knows nothing of the bot."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coaching import calendar, sessions
from coaching.rules.recurrence import to_utc
from coaching.rules.terms import CircleKind, CircleState, Mode, Rhythm, SessionState
from storage.models import Circle, CoachingSession
from tests.coaching.rules.instants import ZONES, changing_zones, moments
from tests.support.instants import wall

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
NASTY = 'a\r\nEND:VCALENDAR\rb\nc, d; e\\n "quoted" 👩🏾‍🏫 שלום :;,'
SECRET = "Bring the yellow folder"
texts = st.text(min_size=1, max_size=200)


def session(**values: object) -> CoachingSession:
    """A session that no database knows."""
    circle = Circle(
        id=7, workspace_id="T0RIVERBEND", name=values.pop("name", "Practice circle"), kind=CircleKind.GROUP,
        state=CircleState.ACTIVE, rhythm=Rhythm.NONE, zone="America/New_York", memberships=[],
    )  # fmt: skip
    starts = values.pop("starts_at", wall("2026-12-08 10:00"))
    zone = str(values.pop("zone", "America/New_York"))
    assert isinstance(starts, datetime)
    length = values.pop("length", 60)
    assert isinstance(length, int)
    local = starts.astimezone(ZoneInfo(zone))
    fields: dict[str, object] = {
        "id": 12,
        "workspace_id": "T0RIVERBEND",
        "circle_id": 7,
        "circle": circle,
        "state": SessionState.SCHEDULED,
        "created_at": NOW,
        "planned_at": NOW,
        "local_date": local.date(),
        "local_time": local.time(),
        "zone": zone,
        "length": length,
        "starts_at": starts,
        "ends_at": starts + timedelta(minutes=length),
        "mode": Mode.IN_PERSON,
        "message": SECRET,
        "remote_reason": SECRET,
        "closing_reason": SECRET,
        "sequence": 3,
        "plan_version": 1,
        "revision": 1,
        "attendance": [],
    }
    return CoachingSession(**fields | values)


def read(content: bytes) -> Any:
    return icalendar.Calendar.from_ical(content)


def event_of(content: bytes) -> Mapping[str, Any]:
    [event] = read(content).walk("VEVENT")
    found: Mapping[str, Any] = event
    return found


def as_lines(words: str) -> str:
    """What a calendar keeps of a text: one kind of line break, and no control characters."""
    kept = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in kept if one == "\n" or unicodedata.category(one) != "Cc")


def test_a_file_has_what_a_calendar_needs() -> None:
    shown = session(place="Room 4", link="https://meet.example/one")
    whole = read(calendar.file_of(shown, NOW))
    event = event_of(calendar.file_of(shown, NOW))
    assert (whole["VERSION"], whole["METHOD"]) == ("2.0", "PUBLISH")
    assert event["SUMMARY"] == "Practice circle: peer coaching"
    assert event["LOCATION"] == "Room 4, https://meet.example/one"
    assert event["DESCRIPTION"] == "In person"
    assert (event["SEQUENCE"], event["STATUS"]) == (3, "CONFIRMED")
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert event["DTSTART"].dt == wall("2026-12-08 10:00")
    assert event["DTEND"].dt == wall("2026-12-08 11:00")
    assert "no-reply" in event["ORGANIZER"]
    assert "ATTENDEE" not in event
    assert SECRET.encode() not in calendar.file_of(shown, NOW)


@given(name=texts, place=texts, link=texts)
@example(name=NASTY, place=NASTY, link=NASTY)
@example(name="🙂" * 80, place="é" * 200, link="https://meet.example/" + "x" * 500)
def test_what_people_wrote_survives_and_breaks_nothing(name: str, place: str, link: str) -> None:
    shown = session(name=name, place=place, link=link)
    content = calendar.file_of(shown, NOW)
    event = event_of(content)
    assert event["SUMMARY"] == as_lines(f"{name}: peer coaching")
    assert event["LOCATION"] == as_lines(f"{place}, {link}")
    assert set(event) == set(event_of(calendar.file_of(session(place="Room 4"), NOW)))
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (SessionState.SCHEDULED, "CONFIRMED"),
        (SessionState.HELD, "CONFIRMED"),
        (SessionState.CANCELLED, "CANCELLED"),
        (SessionState.SKIPPED, "CANCELLED"),
    ],
)
def test_the_status_says_whether_it_takes_place(state: SessionState, status: str) -> None:
    assert event_of(calendar.file_of(session(state=state), NOW))["STATUS"] == status


def described(content: bytes, zone: str) -> ZoneInfo:
    """The zone as the file itself describes it, whatever this computer knows of it."""
    [found] = [one for one in read(content).walk("VTIMEZONE") if one["TZID"] == zone]
    made: ZoneInfo = found.to_tz(lookup_tzid=False)
    return made


def instants_by_the_file_alone(content: bytes) -> tuple[datetime, datetime]:
    event = event_of(content)

    def instant(name: str) -> datetime:
        found = event[name]
        zone = found.params.get("TZID")
        aware: datetime = found.dt if zone is None else found.dt.replace(tzinfo=described(content, zone))
        return aware.astimezone(UTC)

    return instant("DTSTART"), instant("DTEND")


@given(starts_at=moments, zone=st.sampled_from(ZONES), length=st.integers(15, 240))
def test_the_file_alone_says_the_moment(starts_at: datetime, zone: str, length: int) -> None:
    local = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    starts_at = to_utc(local.date(), local.time(), zone).instant  # as a session gets it
    shown = session(starts_at=starts_at, zone=zone, length=length)
    assert instants_by_the_file_alone(calendar.file_of(shown, NOW)) == (shown.starts_at, shown.ends_at)


def test_around_every_change_of_clocks_the_moment_is_right() -> None:
    wrong = []
    for zone, changes in changing_zones().items():
        for change in changes[-2:]:
            for minutes in (-60, -30, 0, 30, 60):
                local = (change + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
                starts_at = to_utc(local.date(), local.time(), zone).instant
                shown = session(starts_at=starts_at, zone=zone)
                found = instants_by_the_file_alone(calendar.file_of(shown, NOW))
                if found != (shown.starts_at, shown.ends_at):
                    wrong.append((zone, starts_at, found))
    assert wrong == []


def test_the_uid_stays_and_says_nothing() -> None:
    first = calendar.uid(session())
    assert first == calendar.uid(session(name="Renamed", sequence=9, state=SessionState.CANCELLED))
    assert first != calendar.uid(session(id=13))
    assert first != calendar.uid(session(workspace_id="T0OTHER"))
    assert "RIVERBEND" not in calendar.file_of(session(), NOW).decode()


def test_the_file_says_when_it_was_changed_last() -> None:
    later = NOW + timedelta(days=2)
    assert event_of(calendar.file_of(session(), NOW))["LAST-MODIFIED"].dt == NOW
    assert event_of(calendar.file_of(session(changed_at=later), NOW))["LAST-MODIFIED"].dt == later


def test_a_feed_is_one_calendar_with_each_zone_once() -> None:
    shown = [
        session(id=1),
        session(id=2, zone="Europe/Berlin", starts_at=wall("2027-11-01 10:00")),
        session(id=3),
    ]
    content = calendar.feed_of(shown, NOW)
    whole = read(content)
    assert [one["UID"] for one in whole.walk("VEVENT")] == [calendar.uid(one) for one in shown]
    assert [one["TZID"] for one in whole.walk("VTIMEZONE")] == ["America/New_York", "Europe/Berlin"]
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT4H" in content
    assert b"X-PUBLISHED-TTL:PT4H" in content
    assert whole["METHOD"] == "PUBLISH"


def test_a_feed_of_nothing_is_a_calendar_all_the_same() -> None:
    whole = read(calendar.feed_of([], NOW))
    assert whole.walk("VEVENT") == []
    assert whole["X-WR-CALNAME"] == "Coaching sessions"


def test_links_carry_the_moment_in_utc_and_blanks_that_outlook_reads() -> None:
    shown = session(place="Room 4 & 5", starts_at=wall("2026-12-08 10:00"))
    google, outlook = (url for _, url in calendar.links(sessions.facts(shown)))
    assert parse_qs(urlsplit(google).query)["dates"] == ["20261208T150000Z/20261208T160000Z"]
    asked = parse_qs(urlsplit(outlook).query)
    assert (asked["startdt"], asked["enddt"]) == (["2026-12-08T15:00:00Z"], ["2026-12-08T16:00:00Z"])
    assert asked["location"] == ["Room 4 & 5"]
    assert "+" not in google + outlook

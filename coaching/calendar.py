"""Sessions as calendars read them: files, feeds and links.

Of what people wrote, only the circle's name, the place and the link are in them.
"""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vDuration, vText
from sqlalchemy.orm import Session

from coaching import sessions
from coaching.rules.facts import SessionFacts
from coaching.rules.states import CALLED_OFF
from coaching.rules.terms import Mode
from storage.models import CoachingSession, Person

PRODUCT = "-//Peer coaching//EN"
FEED_NAME = "Coaching sessions"
FEED_READ_EVERY = timedelta(hours=4)
"""How often calendars are asked to look; most look when they like."""
LONGEST_ADDRESS = 3_000
"""What Slack takes behind a button."""
NO_REPLY = "mailto:no-reply@invalid"
MODES = {Mode.IN_PERSON: "In person", Mode.VIDEO: "By video", Mode.PHONE: "By phone"}


def take(db: Session, session: CoachingSession, person: Person, now: datetime) -> None:
    """Sends the file to the person's direct messages, and its next versions when time or place change."""
    for one in session.attendance:
        if one.person_id == person.id:
            one.wants_calendar = True
    sessions.send_calendar_file(db, session, person, now)


def file_of(session: CoachingSession, now: datetime) -> bytes:
    """The .ics of one session: a stable UID, a SEQUENCE that grows, METHOD:PUBLISH, no attendees."""
    return bytes(_calendar([session], now).to_ical())


def feed_of(shown: Sequence[CoachingSession], now: datetime) -> bytes:
    """One calendar of several sessions, or of none, for programs that read an address again and again."""
    calendar = _calendar(shown, now)
    calendar.add("name", FEED_NAME)
    calendar.add("x-wr-calname", FEED_NAME)
    calendar.add("x-published-ttl", vDuration(FEED_READ_EVERY))
    calendar.add("refresh-interval", vDuration(FEED_READ_EVERY), parameters={"VALUE": "DURATION"})
    return bytes(calendar.to_ical())


def links(session: SessionFacts) -> list[tuple[str, str]]:
    """Addresses that add the session to a web calendar, with the words on their buttons. Times are in UTC."""
    google = {
        "action": "TEMPLATE",
        "text": title(session),
        "dates": f"{_utc(session.starts_at)}/{_utc(session.ends_at)}",
        "location": where(session),
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title(session),
        "startdt": f"{session.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{session.ends_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "location": where(session),
    }
    return [
        ("Add to Google Calendar", _address("https://calendar.google.com/calendar/render", google)),
        ("Add to Outlook", _address("https://outlook.office.com/calendar/0/deeplink/compose", outlook)),
    ]


def title(session: SessionFacts) -> str:
    return f"{session.circle_name}: peer coaching"


def where(session: SessionFacts) -> str:
    return ", ".join(one for one in (session.where, session.link) if one)


def _calendar(shown: Sequence[CoachingSession], now: datetime) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for zone in _zones(shown):
        calendar.add_component(zone)
    for session in shown:
        calendar.add_component(_event(session, now))
    return calendar


def _event(session: CoachingSession, now: datetime) -> Event:
    shown = sessions.facts(session)
    event = Event()
    event.add("uid", uid(session))
    event.add("sequence", session.sequence)
    event.add("dtstamp", now)
    event.add("last-modified", session.changed_at or session.planned_at)
    event.add("dtstart", _on_the_wall(shown.starts_at, shown.zone))
    event.add("dtend", _on_the_wall(shown.ends_at, shown.zone))
    event.add("summary", _clean(title(shown)))
    event.add("description", MODES[shown.mode])
    event.add("status", "CANCELLED" if session.state in CALLED_OFF else "CONFIRMED")
    event.add("organizer", _organizer())
    if where(shown):
        event.add("location", _clean(where(shown)))
    return event


def uid(session: CoachingSession) -> str:
    """The same in every file and feed, for good, and says nothing about workspace or circle."""
    made = f"{session.created_at.timestamp()}"
    return str(uuid5(NAMESPACE_URL, f"coach:session:{session.workspace_id}:{session.id}:{made}"))


def _organizer() -> vCalAddress:
    organizer = vCalAddress(NO_REPLY)
    organizer.params["CN"] = vText("Peer coaching")
    return organizer


def _on_the_wall(instant: datetime, zone: str) -> datetime:
    """In the session's zone; in UTC for the second of two equal times, which a wall cannot name."""
    local = instant.astimezone(ZoneInfo(zone))
    return instant.astimezone(UTC) if local.fold else local


def _zones(shown: Sequence[CoachingSession]) -> list[Timezone]:
    """What the zones of these sessions do, from the year before the first to the one after the last."""
    if not shown:
        return []
    years = [one.starts_at.year for one in shown]
    names = sorted({one.zone for one in shown} - {"Etc/UTC", "UTC"})  # times in UTC need no description
    return [_zone(name, min(years) - 1, max(years) + 2) for name in names]


@lru_cache(maxsize=128)
def _zone(name: str, first_year: int, end_year: int) -> Timezone:
    """Kept, because looking for the changes of a zone takes 20 ms where there are none."""
    return Timezone.from_tzinfo(
        ZoneInfo(name), tzid=name, first_date=date(first_year, 1, 1), last_date=date(end_year, 1, 1)
    )


def _clean(words: str) -> str:
    """Without control characters, at which some calendars give up; line breaks stay."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one == "\n" or unicodedata.category(one) != "Cc")


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _address(page: str, fields: dict[str, str]) -> str:
    """Without the place where it would get too long: a sign outside ASCII takes twelve characters there.

    Blanks are %20, because Outlook shows a plus as a plus.
    """
    whole = f"{page}?{urlencode(fields, quote_via=quote)}"
    if len(whole) <= LONGEST_ADDRESS:
        return whole
    shorter = {name: value for name, value in fields.items() if name != "location"}
    return f"{page}?{urlencode(shorter, quote_via=quote)}"

"""Calendar files and links of a session. Nothing in them that anybody wrote but place and link."""

from datetime import datetime
from urllib.parse import urlencode

from icalendar import Calendar, Event, vCalAddress, vText
from sqlalchemy.orm import Session

from coaching import sessions
from coaching.rules.facts import SessionFacts
from coaching.rules.terms import SessionState
from storage.models import CoachingSession, Person

PRODUCT = "-//Peer coaching//EN"
LONGEST_ADDRESS = 3_000
"""What Slack takes behind a button."""
NO_REPLY = "mailto:no-reply@invalid"


def take(db: Session, session: CoachingSession, person: Person, now: datetime) -> None:
    """Sends the file to the person's direct messages, and its next versions when time or place change."""
    for one in session.attendance:
        if one.person_id == person.id:
            one.wants_calendar = True
    sessions.send_calendar_file(db, session, person, now)


def file_of(session: CoachingSession, now: datetime) -> bytes:
    """The .ics: a stable UID, a SEQUENCE that grows, METHOD:PUBLISH, no attendees."""
    shown = sessions.facts(session)
    event = Event()
    event.add("uid", f"session-{session.id}-{session.workspace_id}@peer-coaching.invalid")
    event.add("sequence", session.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", shown.starts_at)
    event.add("dtend", shown.ends_at)
    event.add("summary", title(shown))
    event.add("status", "CANCELLED" if session.state is SessionState.CANCELLED else "CONFIRMED")
    organizer = vCalAddress(NO_REPLY)
    organizer.params["CN"] = vText("Peer coaching")
    event.add("organizer", organizer)
    if where(shown):
        event.add("location", where(shown))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def links(session: SessionFacts) -> list[tuple[str, str]]:
    """Addresses that add the session to a web calendar, with the words on their buttons."""
    google = {
        "action": "TEMPLATE",
        "text": title(session),
        "dates": f"{session.starts_at:%Y%m%dT%H%M%SZ}/{session.ends_at:%Y%m%dT%H%M%SZ}",
        "location": where(session),
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title(session),
        "startdt": f"{session.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{session.ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "location": where(session),
    }
    return [
        ("Add to Google Calendar", _address("https://calendar.google.com/calendar/render", google)),
        ("Add to Outlook", _address("https://outlook.office.com/calendar/0/deeplink/compose", outlook)),
    ]


def _address(page: str, fields: dict[str, str]) -> str:
    """Without the place where it would get too long: a sign outside ASCII takes twelve characters there."""
    whole = f"{page}?{urlencode(fields)}"
    if len(whole) <= LONGEST_ADDRESS:
        return whole
    return f"{page}?{urlencode({name: value for name, value in fields.items() if name != 'location'})}"


def title(session: SessionFacts) -> str:
    return f"{session.circle_name}: peer coaching"


def where(session: SessionFacts) -> str:
    return ", ".join(one for one in (session.where, session.link) if one)

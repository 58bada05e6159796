"""What the form "Schedule a session" stands at when it opens: rhythm, in-person rule and turns fill it."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from coaching import access, circles, dates, history, in_person, people, roles, sessions, typed_dates
from coaching.access import Actor, Right
from coaching.errors import NotAllowed, NotYours
from coaching.rules.facts import Draft, InPersonFacts, ScheduleForm, Typed
from coaching.rules.places import TO_BE_AGREED
from coaching.rules.recurrence import WallTime, to_utc
from coaching.rules.terms import CircleState, Mode, SessionState
from storage.models import Circle, CoachingSession


def open_form(
    db: Session,
    actor: Actor,
    now: datetime,
    *,
    circle_id: int | None = None,
    channel: str | None = None,
    draft: Draft | None = None,
    words: str = "",
    typed: Typed | None = None,
) -> ScheduleForm:
    """The form for a circle: the one asked for, else the one of this channel, else the one that is next.

    With a `draft` it stands at that. `words` are read as a date and a time in the circle's zone (`typed` are
    read already), and all else is proposed for then. Raises `NotAllowed` where there is nothing to schedule.
    """
    mine = [one for one in access.circles(db, actor) if one.state is CircleState.ACTIVE]
    if circle_id is not None:
        chosen = access.circle(db, actor, circle_id, Right.SCHEDULE)
    else:
        chosen = _choose(db, actor, mine, channel, now)
    sessions.check_active(chosen)
    may = [one for one in mine if access.may(one, actor.person.id, Right.SCHEDULE)]
    typed = typed_dates.read(words, chosen.zone, actor.person.locale, now) or typed
    shown = draft or propose(db, chosen, now, typed)
    return ScheduleForm(
        circle=circles.facts(chosen),
        choices=tuple((one.id, one.name) for one in may),
        draft=shown,
        in_person=_in_person(db, chosen, shown, now),
        viewer_zone=actor.person.zone,
        typed=typed,
        hints=_hints(db, chosen, shown),
    )


def open_move(
    db: Session, actor: Actor, session_id: int, now: datetime, *, draft: Draft | None = None
) -> ScheduleForm:
    """The same form for a session that is there."""
    session = access.session(db, actor, session_id, Right.SCHEDULE)
    sessions.check_open(session, now)
    circle = session.circle
    found = in_person.state(db, circle, before=session.starts_at, itself=session)
    return ScheduleForm(
        circle=circles.facts(circle),
        choices=(),
        draft=draft or draft_of(session),
        in_person=in_person.facts(found),
        viewer_zone=actor.person.zone,
        session_id=session.id,
        revision=session.revision,
        hints=("A new date or time asks everybody again. Anything else only edits what stands.",),
    )


def draft_of(session: CoachingSession) -> Draft:
    """The session as its form shows it: in the circle's zone of now, which may have been another one then."""
    here = session.starts_at.astimezone(ZoneInfo(session.circle.zone))
    return Draft(
        date=here.date(),
        time=here.time(),
        length=session.length,
        mode=session.mode,
        place=session.place,
        link=session.link,
        presenter=session.presenter_id,
        note_taker=session.note_taker_id,
        message=session.message,
        remote_reason=session.remote_reason,
    )


def _choose(db: Session, actor: Actor, mine: list[Circle], channel: str | None, now: datetime) -> Circle:
    if not mine:
        for resting in access.circles(db, actor):
            sessions.check_active(resting)
        raise NotAllowed(
            "You are in no circle yet, so there is nothing to schedule. /coach circle makes one."
        )
    may = [one for one in mine if access.may(one, actor.person.id, Right.SCHEDULE)]
    if not may:
        raise NotYours("In your circle the coaching leads schedule sessions. Ask one of them.")
    here = [one for one in may if channel and one.conversation == channel]
    return here[0] if here else min(may, key=lambda one: (dates.next_free(db, one, now) or date.max, one.id))


def propose(db: Session, circle: Circle, now: datetime, typed: Typed | None = None) -> Draft:
    """What rhythm, turns and the in-person rule propose next; no date without a rhythm.

    What was typed stands before the rhythm's date and the usual time. Where it can be read in two ways the
    field stays empty.
    """
    typed = typed or Typed()
    day = typed.date if typed.date or typed.dates else dates.next_free(db, circle, now)
    at = typed.time if typed.time or typed.times else circle.usual_time
    return propose_at(db, circle, Draft(day, at, circle.usual_length), now)


def propose_at(
    db: Session, circle: Circle, at: Draft, now: datetime, *, unable: frozenset[int] = frozenset()
) -> Draft:
    """What turns and the in-person rule propose for a session at this date, time and length.

    `unable` are those who have said that they cannot come then; who is away is known here.
    """
    before = _instant(circle, at.date, at.time or circle.usual_time, now)
    due = in_person.state(db, circle, before=before).due
    mode = Mode.IN_PERSON if due else circle.usual_mode
    away = people.away_at(circle, before) if at.date else frozenset()
    turns = roles.propose(db, circle, at.date or dates.today(circle, now), unable=unable | away)
    return replace(
        at,
        mode=mode,
        place=in_person.proposed_place(db, circle) if mode is Mode.IN_PERSON else circle.usual_place,
        link=circle.usual_link if mode.remote else None,
        presenter=turns.presenter,
        note_taker=turns.note_taker,
    )


def with_place(draft: Draft) -> Draft:
    """Where a place is needed and the circle has no usual one, it is still to be agreed."""
    needed = draft.mode in (Mode.IN_PERSON, Mode.PHONE) and not draft.place
    return replace(draft, place=TO_BE_AGREED) if needed else draft


def _in_person(db: Session, circle: Circle, draft: Draft, now: datetime) -> InPersonFacts:
    at = _instant(circle, draft.date, draft.time or circle.usual_time, now)
    return in_person.facts(in_person.state(db, circle, before=at))


def _instant(circle: Circle, day: date | None, at: time, now: datetime) -> datetime:
    """The moment in hand; without a date, behind everything that is scheduled."""
    return to_utc(day, at, circle.zone).instant if day else datetime.max.replace(tzinfo=now.tzinfo)


def _hints(db: Session, circle: Circle, draft: Draft) -> tuple[str, ...]:
    hints: list[str] = []
    if draft.date and _in_month(db, circle, draft.date):
        hints.append("There is another session of this circle in the same month. That is fine.")
    if draft.date and draft.time:
        note = to_utc(draft.date, draft.time, circle.zone)
        if note.note is WallTime.SKIPPED:
            shown = note.instant.astimezone(ZoneInfo(circle.zone))
            hints.append(
                f"Clocks change that day and {draft.time:%H:%M} does not exist: {shown:%H:%M} is taken."
            )
        if note.note is WallTime.TWICE:
            hints.append(f"Clocks change that day and {draft.time:%H:%M} comes twice: the first is taken.")
    return tuple(hints)


def _in_month(db: Session, circle: Circle, day: date) -> bool:
    return any(
        one.state is SessionState.SCHEDULED
        and (one.local_date.year, one.local_date.month) == (day.year, day.month)
        for one in history.counting(db, circle)
    )

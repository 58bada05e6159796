"""Scheduling, moving and cancelling sessions: the change and all that must be said about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import (
    access,
    attendance,
    audit,
    dates,
    in_person,
    outbox,
    people,
    quorum,
    reminders,
    roles,
    searches,
)
from coaching.access import Actor, Right
from coaching.checks import length_problem, link_problem, place_problem
from coaching.errors import Changed, NotAllowed, ReasonNeeded, Refused
from coaching.rules import hours, recurrence, states
from coaching.rules.audit_facts import Deed
from coaching.rules.facts import Draft, PersonFacts, SessionFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, CircleState, Coming, Mode, Role, SessionState
from storage.models import Circle, CoachingSession, Membership, OutboxState, Outgoing, Person

FARTHEST = timedelta(days=366)
LONGEST_MESSAGE = 1000
SOON = timedelta(hours=24)
"""A new place this close to the session is worth a direct message."""

PAUSED = (
    "This circle is paused, so nothing is planned in it. With one member left it goes on once its "
    "coaching lead adds somebody."
)
PAUSED_UNTIL = (
    "This circle is paused until {day}, so nothing is planned in it. A coaching lead can let it go on "
    "sooner: “Go on now” on the circle's page."
)


@dataclass(frozen=True)
class Timing:
    """When a session is, as wall time and as instants."""

    resolved: recurrence.Resolved
    ends_at: datetime

    @property
    def starts_at(self) -> datetime:
        return self.resolved.instant


def schedule(
    db: Session, actor: Actor, circle_id: int, draft: Draft, now: datetime, *, fills: date | None = None
) -> CoachingSession:
    """A new session, with its card, its messages and its reminders.

    It fills the date of the rhythm that it is made for, `fills`; else the one that it is nearest to. Raises
    `Refused` with the fields that cannot be taken, and `ReasonNeeded` for a remote session where one in
    person is due and no reason is given.
    """
    circle = access.circle(db, actor, circle_id, Right.SCHEDULE, lock=True)
    check_active(circle)
    timing = _check(db, circle, draft, now, itself=None)
    _check_mode(db, circle, draft, timing, itself=None)
    made_for = fills if fills and dates.is_free(db, circle, fills) else dates.filled_by(db, circle, draft)
    session = put_down(db, circle, made_for, draft, now, by=actor.person)
    _schedule(db, session, actor.person, now)
    return session


def schedule_by_itself(db: Session, session: CoachingSession, draft: Draft, now: datetime) -> bool:
    """A proposed date to which nobody objected, as it is proposed now. Whether there is room for it.

    The circle must be locked, and the date to come.
    """
    circle = session.circle
    if date_problem(db, circle, timing_of(draft, circle.zone), now, itself=session):
        return False
    planned = put_down(db, circle, session.rhythm_date, draft, now)
    _schedule(db, planned, None, now)
    audit.by_itself(db, Deed.SCHEDULED_ITSELF, circle, now, planned)
    return True


def put_down(
    db: Session,
    circle: Circle,
    rhythm_date: date | None,
    draft: Draft,
    now: datetime,
    *,
    by: Person | None = None,
) -> CoachingSession:
    """A proposed session, of which nobody is told yet, with what the draft says. The circle must be locked.

    It is the one that stands for this date of the rhythm already, or a new one. `by` wrote what is in it.
    """
    session = proposed_on(db, circle, rhythm_date) or CoachingSession(
        workspace_id=circle.workspace_id,
        circle_id=circle.id,
        circle=circle,
        state=SessionState.PROPOSED,
        created_at=now,
        rhythm_date=rhythm_date,
        sequence=0,
        plan_version=1,
    )
    _write(session, draft, timing_of(draft, circle.zone), by, now)
    session.facilitator_id = roles.facilitator(db, circle, session)
    db.add(session)
    db.flush()
    access.note(db, session_id=session.id)
    return session


def proposed_on(db: Session, circle: Circle, rhythm_date: date | None) -> CoachingSession | None:
    """What stands for a date of the rhythm that nobody has decided on yet."""
    if rhythm_date is None:
        return None
    return next((one for one in undecided(db, circle) if one.rhythm_date == rhythm_date), None)


def _schedule(db: Session, session: CoachingSession, by: Person | None, now: datetime) -> None:
    session.state = states.check_move(session.state, SessionState.SCHEDULED)
    session.created_by_id = by.id if by else None
    session.planned_at = now  # until now it was only proposed
    attendance.open_for(session, session.circle)
    if by:
        attendance.set_coming(session, by.id, Coming.YES, now)
    db.flush()
    announce(db, session, now)


def check_active(circle: Circle) -> None:
    """Raises `NotAllowed` with the reason why nothing is planned in this circle."""
    until = circle.paused_until
    if circle.state is CircleState.PAUSED and until:
        raise NotAllowed(PAUSED_UNTIL.format(day=f"{until.day} {until:%B %Y}"))
    if circle.state is not CircleState.ACTIVE:
        raise NotAllowed(PAUSED)


def announce(db: Session, session: CoachingSession, now: datetime) -> None:
    """The card in the circle's conversation, a direct message to every member, the reminders."""
    _put_card(db, session, f"card:{session.id}", now)
    _tell(db, session, Outgoing.SESSION_NEWS, now)
    reminders.lay_out(db, session, now)
    in_person.tell_if_later_due(db, session, now)
    proposal_settled(db, session, now)
    _homes(db, session, now)


def proposal_settled(db: Session, session: CoachingSession, now: datetime) -> None:
    """Whoever was asked about a date, or reads what comes next, sees what has become of it."""
    asked = [*outbox.standing(db, session, Outgoing.DATE_ASK), *reminders.standing(db, session)]
    lines = outbox.lately(db, session.circle, Outgoing.WHAT_COMES_NEXT, now)
    outbox.refresh(db, [*asked, *lines], now)


def move(
    db: Session, actor: Actor, session_id: int, revision: int, draft: Draft, now: datetime
) -> CoachingSession:
    """Another time, length, place, mode or role for a session. The rhythm of its circle never moves by it.

    A new time asks everybody anew; a new place or mode only edits what stands. Raises as `schedule`, and
    `Changed` when somebody else was faster.
    """
    session = _open_session(db, actor, session_id, now)
    if session.revision != revision:
        raise Changed
    circle = session.circle
    # Why it is remote has been said once, and stays while it is.
    draft = replace(draft, remote_reason=draft.remote_reason or session.remote_reason)
    timing = _check(db, circle, draft, now, itself=session)
    if draft.mode is not session.mode or timing.starts_at != session.starts_at:
        _check_mode(db, circle, draft, timing, itself=session)
    before = replace(facts(session))
    _write(session, draft, timing, actor.person, now)
    if before.presenter is None or session.presenter_id != before.presenter.id:
        session.facilitator_id = roles.facilitator(db, circle, session)
    db.flush()
    if (before.starts_at, before.length) != (session.starts_at, session.length):
        _moved(db, session, before, actor, now)
    else:
        _edited(db, session, before, now)
    return session


def cancel(
    db: Session, actor: Actor, session_id: int, reason: str | None, now: datetime, *, told: bool = True
) -> CoachingSession:
    """Ends a session that has not begun. Its roles are free again; everybody is told once.

    Not `told` where the members are told with other news.
    """
    session = _open_session(db, actor, session_id, now)
    session.closing_reason, session.closing_reason_by_id = reason, actor.person.id if reason else None
    _call_off(db, session, SessionState.CANCELLED, now)
    if told:
        _tell(db, session, Outgoing.SESSION_CANCELLED, now)
    return session


def skip(db: Session, actor: Actor, session_id: int, now: datetime) -> CoachingSession:
    """ "Skip this month": a date of the rhythm passes without a session. Its roles are free again.

    Raises `NotAllowed` for a session that fills no date of the rhythm: that one can be cancelled.
    """
    session = _open_session(db, actor, session_id, now)
    check_may_skip(session)
    _call_off(db, session, SessionState.SKIPPED, now)
    tell_skipped(db, session, now)
    return session


def check_may_skip(session: CoachingSession) -> None:
    if session.rhythm_date is None:
        raise NotAllowed(
            "This session is beside the rhythm, so there is no date to skip. “Cancel session” calls it off."
        )


def tell_skipped(db: Session, session: CoachingSession, now: datetime) -> None:
    _tell(db, session, Outgoing.SESSION_SKIPPED, now)


def _call_off(db: Session, session: CoachingSession, state: SessionState, now: datetime) -> None:
    """What cancelling and skipping have in common."""
    session.state = states.check_move(session.state, state)
    searches.end_all(db, session, now)
    outbox.refresh(db, reminders.standing(db, session), now)
    reminders.withdraw(db, session)
    outbox.void(db, session, f"the session was {state}", now, *ABOUT_TIME)
    outbox.refresh(db, outbox.standing(db, session, Outgoing.SESSION_CARD, *ABOUT_TIME), now)
    outbox.refresh(db, outbox.lately(db, session.circle, Outgoing.POLL, now), now)
    calendar_changed(db, session, now)
    db.flush()
    proposal_settled(db, session, now)
    _homes(db, session, now)
    db.flush()


CALLED_OFF = (Outgoing.SESSION_CANCELLED, Outgoing.SESSION_SKIPPED)
ABOUT_TIME = (Outgoing.SESSION_NEWS, Outgoing.SESSION_MOVED, Outgoing.SESSION_PLACE, Outgoing.STARTING_SOON)
"""Direct messages that are void, or must read differently, once a session's time has changed."""
NAMING_ROLES = (Outgoing.SESSION_CARD, Outgoing.ROLE_NEWS, Outgoing.CASE_SHARED, *ABOUT_TIME)


def scheduled(db: Session, circle: Circle, after: datetime, *, lock: bool = False) -> list[CoachingSession]:
    """The circle's coming sessions, the next one first. `lock` makes others wait who want to change them."""
    query = (
        select(CoachingSession)
        .where(
            CoachingSession.workspace_id == circle.workspace_id,
            CoachingSession.circle_id == circle.id,
            CoachingSession.state == SessionState.SCHEDULED,
            CoachingSession.ends_at > after,
        )
        .order_by(CoachingSession.starts_at, CoachingSession.id)
    )
    if lock:
        query = query.with_for_update(of=CoachingSession).execution_options(populate_existing=True)
    return list(db.scalars(query))


def undecided(db: Session, circle: Circle) -> list[CoachingSession]:
    """Dates of the rhythm that nobody has decided on yet, the next one first."""
    return list(
        db.scalars(
            select(CoachingSession)
            .where(
                CoachingSession.workspace_id == circle.workspace_id,
                CoachingSession.circle_id == circle.id,
                CoachingSession.state == SessionState.PROPOSED,
            )
            .order_by(CoachingSession.starts_at, CoachingSession.id)
        )
    )


def members_changed(db: Session, circle: Circle, newcomers: Sequence[Membership], now: datetime) -> None:
    """Who joins gets the coming sessions; cards and reminders follow who is in the circle."""
    for session in scheduled(db, circle, now, lock=True):
        attendance.open_for(session, circle)
        if session.facilitator_id is None and session.starts_at > now:
            session.facilitator_id = roles.facilitator(db, circle, session)  # a pair has become a group
        db.flush()
        for member in newcomers:
            _tell_one(db, session, Outgoing.SESSION_NEWS, member.person, now, again=f":{member.id}")
        reminders.lay_out(db, session, now)
        outbox.refresh(db, outbox.standing(db, session, Outgoing.SESSION_CARD), now)
    outbox.refresh(db, outbox.lately(db, circle, Outgoing.POLL, now), now)
    for session in undecided(db, circle):
        reminders.lay_out(db, session, now)


def put_cards_anew(db: Session, circle: Circle, now: datetime) -> None:
    """The circle has another conversation: cards of coming sessions go there, those in the old one end."""
    for session in scheduled(db, circle, now):
        earlier = outbox.standing(db, session, Outgoing.SESSION_CARD)
        if not any(row.state is OutboxState.DUE for row in earlier):
            _put_card(db, session, f"card:{session.id}:{uuid4().hex}", now)
        outbox.refresh(db, earlier, now)


def _put_card(db: Session, session: CoachingSession, key: str, now: datetime) -> None:
    outbox.put(
        db,
        Outgoing.SESSION_CARD,
        key,
        workspace_id=session.workspace_id,
        session=session,
        due_at=now,
        now=now,
    )


def pass_on(db: Session, circle: Circle, leaver: Person, now: datetime) -> list[tuple[int, Role, int | None]]:
    """Somebody is gone: their roles in coming sessions go to the next in line, who is told.

    In one that has begun they stay as they are: there it is recorded who did what. Gives what went on:
    session, role and taker.
    """
    passed: list[tuple[int, Role, int | None]] = []
    for session in scheduled(db, circle, now, lock=True):
        if session.starts_at <= now:
            continue
        attendance.remove(session, leaver.id)
        passed += [(session.id, *one) for one in hand_on(db, session, leaver.id, now)]
        session.facilitator_id = roles.facilitator(db, circle, session)
        searches.ask_others(db, session, leaver.id, now)
        searches.ask_convener_anew(db, session, now)
        db.flush()
        roles_changed(db, session, now)
        quorum.check(db, session, now)
    return passed


def hand_on(
    db: Session, session: CoachingSession, person_id: int, now: datetime
) -> list[tuple[Role, int | None]]:
    """What somebody has in a session that they cannot have, the next in line takes at once, and is told.

    Gives each role with its taker. Where nobody can, whoever is still in the circle keeps it, so that it is
    theirs when they come after all; of one who is gone it is open.
    """
    handed: list[tuple[Role, int | None]] = []
    for role in Role:
        if session.holder(role) != person_id:
            continue
        taker = roles.replacement(db, session.circle, session, role)
        if taker is None and session.circle.member(person_id) is not None:
            continue
        roles.give(session, role, taker)
        tell_taker(db, session, role, taker, now)
        handed.append((role, taker))
    return handed


def roles_changed(db: Session, session: CoachingSession, now: datetime) -> None:
    """Whatever names the roles of a session is brought up to date, and searches that are settled end."""
    searches.end_settled(db, session, now)
    outbox.refresh(db, outbox.standing(db, session, *NAMING_ROLES), now)
    outbox.refresh(db, reminders.standing(db, session), now)
    outbox.refresh(db, outbox.lately(db, session.circle, Outgoing.WHAT_COMES_NEXT, now), now)
    _homes(db, session, now)


def facts(session: CoachingSession) -> SessionFacts:
    """The session as views show it. Answers of people who have left are not among them."""
    members = {one.person_id: people.facts(one.person) for one in session.circle.members}
    ever = {one.person_id: people.facts(one.person) for one in session.circle.memberships}

    asked = [one.person_id for one in session.attendance if one.person_id in members]
    counted = {one: session.coming(one) for one in asked}

    def answered(coming: Coming) -> tuple[PersonFacts, ...]:
        return tuple(members[one] for one, said in counted.items() if said is coming)

    return SessionFacts(
        id=session.id,
        circle_id=session.circle_id,
        circle_name=session.circle.name,
        kind=session.circle.kind,
        state=session.state,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        local_date=session.local_date,
        local_time=session.local_time,
        zone=session.zone,
        length=session.length,
        mode=session.mode,
        place=session.place,
        link=session.link,
        message=session.message,
        facilitator=ever.get(session.facilitator_id or 0),
        presenter=ever.get(session.presenter_id or 0),
        note_taker=ever.get(session.note_taker_id or 0),
        coming=answered(Coming.YES),
        not_coming=answered(Coming.NO),
        unanswered=answered(Coming.UNKNOWN),
        assumed=session.assumed,
        recorded=session.recorded_at is not None,
        revision=session.revision,
        rhythm_date=session.rhythm_date,
        open_time_only=session.open_time_only,
        away=tuple(sorted(roles.away_from(session))),
        sought=tuple(one.role for one in session.open_searches),
    )


def _open_session(db: Session, actor: Actor, session_id: int, now: datetime) -> CoachingSession:
    session = access.session(db, actor, session_id, Right.SCHEDULE, lock=True)
    check_open(session, now)
    return session


def check_open(session: CoachingSession, now: datetime) -> None:
    """Raises `NotAllowed` when it is too late to move or cancel it."""
    if session.state is not SessionState.SCHEDULED:
        raise NotAllowed("This session is over or was called off, so it can no longer be changed.")
    if session.starts_at <= now:
        raise NotAllowed("This session has begun, so it can no longer be changed.")


def _check(
    db: Session, circle: Circle, draft: Draft, now: datetime, itself: CoachingSession | None
) -> Timing:
    """Every refusal on its field. Returns the timing when there is none."""
    problems = {
        Field.DATE: None if draft.date else "Choose a date.",
        Field.TIME: None if draft.time else "Choose a time.",
        Field.LENGTH: length_problem(draft.length),
        Field.MODE: None if draft.mode else "Choose how you will meet.",
        Field.PLACE: _place_needed(draft) or place_problem(draft.place),
        Field.LINK: link_problem(draft.link),
        Field.MESSAGE: _message_problem(draft.message),
        **roles.problems(circle, draft),
    }
    timing = None
    if draft.date and draft.time and draft.length and not problems[Field.LENGTH]:
        timing = timing_of(draft, circle.zone)
        problems[Field.DATE] = date_problem(db, circle, timing, now, itself)
    found = {field: sentence for field, sentence in problems.items() if sentence}
    if found or timing is None:
        raise Refused(found)
    return timing


def timing_of(draft: Draft, zone: str) -> Timing:
    """The instants of a draft that has a date, a time and a length."""
    if not (draft.date and draft.time and draft.length):
        raise ValueError("a draft without date, time or length has no instant")
    resolved = recurrence.to_utc(draft.date, draft.time, zone)
    return Timing(resolved, resolved.instant + timedelta(minutes=draft.length))


def date_problem(
    db: Session, circle: Circle, timing: Timing, now: datetime, itself: CoachingSession | None
) -> str | None:
    """Why a session of this circle cannot be then, in one sentence; the session in hand is left out."""
    if timing.starts_at <= now:
        return "This is in the past. Choose a date and time to come."
    if timing.starts_at > now + FARTHEST:
        return "This is over a year away. Choose a date within the next twelve months."
    overlapping = db.scalar(
        select(CoachingSession.starts_at).where(
            CoachingSession.workspace_id == circle.workspace_id,
            CoachingSession.circle_id == circle.id,
            CoachingSession.id != (itself.id if itself else 0),
            CoachingSession.state == SessionState.SCHEDULED,
            CoachingSession.starts_at < timing.ends_at,
            CoachingSession.ends_at > timing.starts_at,
        )
    )
    if overlapping is None:
        return None
    begins = overlapping.astimezone(ZoneInfo(circle.zone))
    day = f"{begins:%A}, {begins.day} {begins:%B}"
    return f"This overlaps with a session of the circle: {day} at {begins:%H:%M}."


def _place_needed(draft: Draft) -> str | None:
    if draft.place:
        return None
    if draft.mode is Mode.IN_PERSON:
        return "In person needs a place: which room?"
    return "By phone needs a number: who calls whom, on which one?" if draft.mode is Mode.PHONE else None


def _message_problem(message: str | None) -> str | None:
    too_long = message is not None and len(message) > LONGEST_MESSAGE
    return f"Keep the message within {LONGEST_MESSAGE} characters." if too_long else None


def _check_mode(
    db: Session, circle: Circle, draft: Draft, timing: Timing, itself: CoachingSession | None
) -> None:
    if draft.mode is None or not draft.mode.remote or draft.remote_reason:
        return
    if in_person.state(db, circle, before=timing.starts_at, itself=itself).due:
        raise ReasonNeeded


def _write(session: CoachingSession, draft: Draft, timing: Timing, by: Person | None, now: datetime) -> None:
    assert draft.date and draft.time and draft.length and draft.mode  # noqa: S101, PT018 - `_check` saw to it
    changed = (session.starts_at, session.length) != (timing.starts_at, draft.length)
    session.local_date, session.local_time = draft.date, draft.time
    session.zone = session.circle.zone
    session.length = draft.length
    session.starts_at, session.ends_at = timing.starts_at, timing.ends_at
    session.mode, session.place, session.link = draft.mode, draft.place, draft.link
    session.presenter_id, session.note_taker_id = draft.presenter, draft.note_taker
    if session.circle.kind is CircleKind.PAIR:
        session.note_taker_id = None
    session.open_time_only = session.open_time_only and draft.presenter is None
    reason = draft.remote_reason if draft.mode.remote else None
    if session.message != draft.message:
        session.message, session.message_by_id = draft.message, by.id if by and draft.message else None
    if session.remote_reason != reason:
        session.remote_reason, session.remote_reason_by_id = reason, by.id if by and reason else None
    if changed:
        session.planned_at = now


def _moved(db: Session, session: CoachingSession, before: SessionFacts, actor: Actor, now: datetime) -> None:
    session.plan_version += 1
    earlier = [*outbox.standing(db, session, *ABOUT_TIME), *reminders.standing(db, session)]
    searches.end_all(db, session, now)
    attendance.ask_anew(session)
    attendance.set_coming(session, actor.person.id, Coming.YES, now)
    db.flush()
    for person in roles.away_from(session) & {one.id for one in (before.presenter, before.note_taker) if one}:
        hand_on(db, session, person, now)
    outbox.void(db, session, "the session was moved", now, *ABOUT_TIME)
    outbox.refresh(db, [*outbox.standing(db, session, Outgoing.SESSION_CARD), *earlier], now)
    said = {"from": before.starts_at.isoformat(), "from_zone": before.zone}
    _tell(db, session, Outgoing.SESSION_MOVED, now, said, again=f":{session.plan_version}")
    _line(db, session, "moved", said, now)
    calendar_changed(db, session, now)
    reminders.lay_out(db, session, now)
    in_person.tell_if_later_due(db, session, now)
    _homes(db, session, now)


def _edited(db: Session, session: CoachingSession, before: SessionFacts, now: datetime) -> None:
    how = (before.mode, before.place, before.link) != (session.mode, session.place, session.link)
    searches.end_settled(db, session, now)
    outbox.refresh(db, outbox.standing(db, session, *NAMING_ROLES), now)
    outbox.refresh(db, reminders.standing(db, session), now)
    if how:
        _line(db, session, "place", {}, now)
        if session.starts_at - now < SOON:
            _tell(db, session, Outgoing.SESSION_PLACE, now, again=f":{session.sequence}")
        calendar_changed(db, session, now)
    for role in Role:
        holder = before.holder(role)
        if session.holder(role) not in (None, holder.id if holder else None):
            tell_taker(db, session, role, session.holder(role), now)
    reminders.lay_out(db, session, now)
    _homes(db, session, now)


def _tell(
    db: Session,
    session: CoachingSession,
    kind: Outgoing,
    now: datetime,
    said: dict[str, str] | None = None,
    again: str = "",
) -> None:
    for member in session.circle.members:
        _tell_one(db, session, kind, member.person, now, said, again)


def _tell_one(
    db: Session,
    session: CoachingSession,
    kind: Outgoing,
    person: Person,
    now: datetime,
    said: dict[str, str] | None = None,
    again: str = "",
) -> None:
    outbox.put(
        db,
        kind,
        f"{kind}:{session.id}:{person.id}{again}",
        workspace_id=session.workspace_id,
        session=session,
        # That it was called off is true for every plan before it.
        plan_version=None if kind in CALLED_OFF else session.plan_version,
        person=person,
        facts=dict(said or {}),
        due_at=_news_at(session, kind, person, now),
        expires_at=None if kind in CALLED_OFF else session.ends_at,
        now=now,
    )


def _news_at(session: CoachingSession, kind: Outgoing, person: Person, now: datetime) -> datetime:
    """At once, when somebody did it. What went on by itself wakes nobody: it waits for their next opening."""
    by_itself = kind is Outgoing.SESSION_NEWS and session.created_by_id is None
    return hours.after(now, people.hours(person)) if by_itself else now


def tell_taker(db: Session, session: CoachingSession, role: Role, taker: int | None, now: datetime) -> None:
    if taker is None:
        return
    outbox.put(
        db,
        Outgoing.ROLE_NEWS,
        f"role:{session.id}:{role}:{taker}:{session.revision}",
        workspace_id=session.workspace_id,
        session=session,
        person=taker,
        facts={"role": role.value},
        due_at=now,
        expires_at=session.starts_at,
        now=now,
    )


def _line(db: Session, session: CoachingSession, what: str, said: dict[str, str], now: datetime) -> None:
    """One line in the thread under the card."""
    outbox.put(
        db,
        Outgoing.THREAD_LINE,
        f"line:{session.id}:{what}:{session.sequence}",
        workspace_id=session.workspace_id,
        session=session,
        thread_of=outbox.card_of(db, session),
        facts={"what": what, **said},
        due_at=now,
        now=now,
    )


def calendar_changed(db: Session, session: CoachingSession, now: datetime) -> None:
    """Time, place or mode have changed, or it was called off: who took the calendar file gets the next."""
    session.sequence += 1
    session.changed_at = now
    for taker in [one for one in session.attendance if one.wants_calendar]:
        send_calendar_file(db, session, taker.person, now)


def send_calendar_file(db: Session, session: CoachingSession, person: Person, now: datetime) -> None:
    """The file as it is when it goes out; one that still waits would be the same, so it is enough."""
    waiting = outbox.standing(db, session, Outgoing.CALENDAR_FILE)
    if any(row.person_id == person.id and row.state is OutboxState.DUE for row in waiting):
        return
    outbox.put(
        db,
        Outgoing.CALENDAR_FILE,
        f"calendar:{session.id}:{person.id}:{uuid4().hex}",
        workspace_id=session.workspace_id,
        session=session,
        person=person,
        due_at=now,
        now=now,
    )


def _homes(db: Session, session: CoachingSession, now: datetime) -> None:
    outbox.home(db, [member.person for member in session.circle.members], now)

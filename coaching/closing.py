"""The end of a session: what happened is recorded, or assumed in time, and what comes next is put up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from coaching import (
    access,
    apart,
    dates,
    evaluations,
    history,
    in_person,
    outbox,
    people,
    proposals,
    reminders,
    roles,
    sessions,
)
from coaching.access import Actor, Right
from coaching.errors import NotAllowed, Refused
from coaching.installations import in_use
from coaching.rules import closing, states
from coaching.rules.agenda import choosing_begins
from coaching.rules.closing_facts import NextFacts, RecordFacts
from coaching.rules.facts import Draft, PersonFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, CircleState, Coming, Mode, Role, SessionState
from storage.models import Circle, CoachingSession, OutboxRow, Outgoing, Person

NEXT_HELPS_FOR = timedelta(days=1)
"""After the session: put up later than that, the line would only be noise."""
FEWEST = 2
RECORDABLE = (SessionState.SCHEDULED, SessionState.HELD, SessionState.MISSED)
SHOWING = (
    Outgoing.SESSION_CARD,
    Outgoing.SESSION_NEWS,
    Outgoing.SESSION_MOVED,
    Outgoing.STARTING_SOON,
    Outgoing.DID_YOU_MEET,
    Outgoing.EVALUATION,
    Outgoing.AGENDA,
    Outgoing.WHAT_COMES_NEXT,
)
"""Messages that read differently once it is known how the session went."""


@dataclass(frozen=True)
class Record:
    """How a session really was. People are our own ids."""

    mode: Mode | None
    attended: frozenset[int]
    presenter: int | None
    note_taker: int | None


# --- what happened ---


def open_record(db: Session, actor: Actor, session_id: int, now: datetime) -> RecordFacts:
    """What the form "We met" stands at: what is recorded, else what was planned."""
    session = access.session(db, actor, session_id, Right.RECORD)
    check_recordable(session, now)
    return facts(session, now)


def facts(session: CoachingSession, now: datetime) -> RecordFacts:
    asked = _asked(session)
    recorded = session.state is SessionState.HELD
    there = [
        one.person_id
        for one in session.attendance
        if (one.attended if recorded else session.coming(one.person_id) is not Coming.NO)
    ]
    return RecordFacts(
        session=sessions.facts(session),
        people=tuple(people.facts(one) for one in asked.values()),
        attended=tuple(there),
        presenter=session.presenter_id,
        note_taker=session.note_taker_id,
        mode=session.mode,
        state=session.state,
        correctable=closing.may_correct(session.ends_at, now),
    )


def record_met(db: Session, actor: Actor, session_id: int, record: Record, now: datetime) -> CoachingSession:
    """ "We met", by any member, with how it really was; also corrects what was recorded, for 90 days.

    Roles and the in-person rule count what was recorded from then on. Raises `Refused` or `NotAllowed`.
    """
    session = access.session(db, actor, session_id, Right.RECORD, lock=True)
    check_recordable(session, now)
    _check(session, record)
    evaluations.open_window(db, session, now)
    if session.state is not SessionState.HELD:
        session.state = states.check_move(session.state, SessionState.HELD)
    session.mode = record.mode or session.mode
    session.presenter_id = record.presenter
    session.note_taker_id = None if session.circle.kind is CircleKind.PAIR else record.note_taker
    evaluations.set_absent(db, session, _absences(session, record.attended))
    settle(db, session, record.attended, now, assumed=False)
    reminders.nudge_note_taker(db, session, now)
    return session


def record_missed(db: Session, actor: Actor, session_id: int, now: datetime) -> CoachingSession:
    """ "We did not meet", by any member. Nobody loses a turn; the evaluation is deleted unread."""
    session = access.session(db, actor, session_id, Right.RECORD, lock=True)
    if session.state is SessionState.MISSED and not session.assumed:
        return session
    check_recordable(session, now)
    _miss(db, session, now, assumed=False)
    return session


def check_recordable(session: CoachingSession, now: datetime) -> None:
    """Raises `NotAllowed` before a session has begun, after 90 days, and for one that was called off."""
    if session.state not in RECORDABLE:
        raise NotAllowed(f"This session was {session.state}. If you met all the same, that is a new session.")
    if session.starts_at > now:
        raise NotAllowed("This session has not begun, so there is nothing to record yet.")
    if not closing.may_correct(session.ends_at, now):
        raise NotAllowed("This session is over 90 days past, so what is recorded about it stays as it is.")


def unrecorded(db: Session, among: Sequence[Circle], now: datetime) -> list[CoachingSession]:
    """Sessions of these circles that have ended, and of which nobody has said what happened."""
    return list(
        db.scalars(
            select(CoachingSession)
            .where(
                CoachingSession.circle_id.in_([circle.id for circle in among]),
                CoachingSession.state == SessionState.SCHEDULED,
                CoachingSession.ends_at <= now,
            )
            .order_by(CoachingSession.ends_at, CoachingSession.id)
        )
    )


def assume_due(db: Session, now: datetime) -> bool:
    """Three days after their end, sessions that nobody has recorded: held or missed, marked as assumed.

    Whether there are more.
    """
    silent = db.scalars(_silent(), {"before": now - closing.RECORDED_WITHIN}).all()
    return apart.some(db, "session", silent, lambda id: _assume_unless_recorded(db, id, now))


@cache
def _silent() -> Select[int]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    return select(CoachingSession.id).where(
        CoachingSession.state == SessionState.SCHEDULED, CoachingSession.ends_at <= bindparam("before")
    )


def _assume_unless_recorded(db: Session, session_id: int, now: datetime) -> None:
    session = db.scalar(
        select(CoachingSession)
        .where(CoachingSession.id == session_id, CoachingSession.state == SessionState.SCHEDULED)
        .with_for_update(of=CoachingSession, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if session is not None and closing.is_time_to_assume(session.ends_at, now):
        _assume(db, session, now)


def _assume(db: Session, session: CoachingSession, now: datetime) -> None:
    asked = [one.person_id for one in session.attendance]
    said_yes = [one for one in asked if session.coming(one) is Coming.YES]
    answered, written = evaluations.anybody_answered(db, session), history.notes_written(db, session)
    outcome = closing.assume(said_yes, answered, written)
    if outcome.state is SessionState.MISSED:
        _miss(db, session, now, assumed=True)
        return
    session.state = states.check_move(session.state, outcome.state)
    for role in Role:
        holder = session.holder(role)
        if holder is not None and session.coming(holder) is Coming.NO:
            roles.give(session, role, None)  # nobody took it over, so nobody has had their turn
    settle(db, session, outcome.attended, now, assumed=True)


def _miss(db: Session, session: CoachingSession, now: datetime, *, assumed: bool) -> None:
    if session.state is not SessionState.MISSED:
        session.state = states.check_move(session.state, SessionState.MISSED)
        evaluations.discard(db, session, now)
        outbox.void(db, session, "the session did not take place", now, *SHOWING)
        outbox.refresh(db, reminders.standing(db, session), now)
        reminders.withdraw(db, session)
    settle(db, session, frozenset(), now, assumed=assumed)


def settle(
    db: Session, session: CoachingSession, attended: Collection[int], now: datetime, *, assumed: bool
) -> None:
    """What every record has in common: who was there, who is told, what is drawn anew."""
    for one in session.attendance:
        one.attended = one.person_id in attended
    session.recorded_at, session.assumed = now, assumed
    db.flush()
    outbox.refresh(db, outbox.standing(db, session, *SHOWING), now)
    outbox.refresh(db, reminders.standing(db, session), now)
    _correct_lines(db, session, now)
    in_person.tell_if_later_due(db, session, now)
    outbox.home(db, [member.person for member in session.circle.members], now)


def _correct_lines(db: Session, session: CoachingSession, now: datetime) -> None:
    """What other sessions of the circle say comes next may have changed with the turns."""
    outbox.refresh(db, outbox.lately(db, session.circle, Outgoing.WHAT_COMES_NEXT, now), now)


def _asked(session: CoachingSession) -> dict[int, Person]:
    """Those who were asked to the session, also when they have left since; and whoever had a role."""
    ever = {one.person_id: one.person for one in session.circle.memberships}
    asked = {one.person_id: one.person for one in session.attendance}
    roles = (session.presenter_id, session.note_taker_id)
    return asked | {one: ever[one] for one in roles if one is not None and one in ever}


def _absences(session: CoachingSession, attended: Collection[int]) -> dict[int, bool]:
    """Who is out of the evaluation by this record, or in it again. "I wasn't there" is not undone by it."""
    before = {one.person_id: one.attended for one in session.attendance}
    return {
        person: person not in attended
        for person, was_there in before.items()
        if person not in attended or was_there is False
    }


def _check(session: CoachingSession, record: Record) -> None:
    problems = record_problems(
        set(_asked(session)), record, "Choose among those who were asked to this session."
    )
    found = {field: sentence for field, sentence in problems.items() if sentence}
    if found:
        raise Refused(found)


def record_problems(possible: Collection[int], record: Record, others: str) -> dict[Field, str | None]:
    """What cannot have been, by field; `others` is said of people who are not among the possible ones."""
    problems = {
        Field.MODE: None if record.mode else "Choose how you met.",
        Field.ATTENDED: _attended_problem(record, possible, others),
        Field.PRESENTER: _holder_problem(record.presenter, record, possible, others),
        Field.NOTE_TAKER: _holder_problem(record.note_taker, record, possible, others),
    }
    if record.presenter is not None and record.presenter == record.note_taker:
        problems[Field.NOTE_TAKER] = "One person cannot present and take notes in the same session."
    return problems


def _attended_problem(record: Record, possible: Collection[int], others: str) -> str | None:
    if not record.attended <= set(possible):
        return others
    return "Tick at least two: one person alone is no session." if len(record.attended) < FEWEST else None


def _holder_problem(person: int | None, record: Record, possible: Collection[int], others: str) -> str | None:
    if person is None:
        return None
    if person not in possible:
        return others
    return None if person in record.attended else "Whoever did this was there: tick them above as well."


# --- what comes next ---


def put_up_next(db: Session, now: datetime) -> bool:
    """Once the third part of a session has begun, its thread says what comes next. Once per session.

    Whether there are more.
    """
    begun = db.execute(_begun(), {"now": now, "since": now - NEXT_HELPS_FOR})
    due = [id for id, starts_at, length, kind in begun if choosing_begins(starts_at, length, kind) <= now]
    return apart.some(db, "session", due, lambda id: _put_up(db, db.get_one(CoachingSession, id), now))


@cache
def _begun() -> Select[int, datetime, int, CircleKind]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    said = (
        select(OutboxRow.id)
        .where(
            OutboxRow.workspace_id == CoachingSession.workspace_id,
            OutboxRow.session_id == CoachingSession.id,
            OutboxRow.kind == Outgoing.WHAT_COMES_NEXT,
        )
        .exists()
    )
    return (
        select(CoachingSession.id, CoachingSession.starts_at, CoachingSession.length, Circle.kind)
        .join(Circle, Circle.id == CoachingSession.circle_id)
        .where(
            CoachingSession.state.in_([SessionState.SCHEDULED, SessionState.HELD]),
            CoachingSession.starts_at <= bindparam("now"),
            CoachingSession.ends_at > bindparam("since"),
            CoachingSession.planned_at < CoachingSession.ends_at,  # what was recorded afterwards has no card
            Circle.state == CircleState.ACTIVE,
            ~said,
            in_use(CoachingSession.workspace_id),
        )
    )


def _put_up(db: Session, session: CoachingSession, now: datetime) -> None:
    outbox.put(
        db,
        Outgoing.WHAT_COMES_NEXT,
        f"next:{session.id}",
        workspace_id=session.workspace_id,
        session=session,
        thread_of=outbox.card_of(db, session),
        due_at=now,
        expires_at=session.ends_at + NEXT_HELPS_FOR,
        now=now,
    )


def next_after(db: Session, session: CoachingSession, now: datetime) -> NextFacts:
    """What follows: the next date of the rhythm as proposed, or what is scheduled before it.

    This session counts as it stands.
    """
    circle = session.circle
    since = max(now, session.starts_at)
    day = dates.next_free(db, circle, since)
    following = _following(db, session)
    if following is not None and (day is None or following.local_date <= day):
        shown = sessions.facts(following)
        draft = proposals.draft_of(following)
        found = _next(session, shown.presenter, shown.note_taker, draft, shown.starts_at)
        return replace(found, scheduled=following.id, swapped=roles.swapped(db, following))
    draft = proposals.propose(db, circle, since)
    members = {one.person_id: people.facts(one.person) for one in circle.members}
    presenter, note_taker = members.get(draft.presenter or 0), members.get(draft.note_taker or 0)
    return _next(session, presenter, note_taker, draft, None)


def _next(
    session: CoachingSession,
    presenter: PersonFacts | None,
    note_taker: PersonFacts | None,
    draft: Draft,
    scheduled_at: datetime | None,
) -> NextFacts:
    circle = session.circle
    dated = draft.date is not None
    starts_at = scheduled_at or (sessions.timing_of(draft, circle.zone).starts_at if dated else None)
    return NextFacts(
        session_id=session.id,
        circle_id=circle.id,
        circle_name=circle.name,
        kind=circle.kind,
        day=draft.date,
        starts_at=starts_at,
        zone=circle.zone,
        mode=draft.mode,
        presenter=presenter,
        note_taker=note_taker,
        scheduled=None,
    )


def _following(db: Session, session: CoachingSession) -> CoachingSession | None:
    return db.scalar(
        select(CoachingSession)
        .where(
            CoachingSession.workspace_id == session.workspace_id,
            CoachingSession.circle_id == session.circle_id,
            CoachingSession.state.in_([SessionState.SCHEDULED, SessionState.HELD]),
            CoachingSession.starts_at > session.starts_at,
        )
        .order_by(CoachingSession.starts_at, CoachingSession.id)
        .limit(1)
    )

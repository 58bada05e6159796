"""A circle's rhythm goes on by itself: the next date is put up, asked about, and scheduled unless skipped."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import CompoundSelect, Select, bindparam, func, or_, select, union_all
from sqlalchemy.orm import Session

from coaching import access, apart, audit, dates, in_person, outbox, people, proposals, reminders, sessions
from coaching.access import Actor, Right
from coaching.errors import NotAllowed
from coaching.installations import in_use
from coaching.rules import recurrence, rhythm_plan, states
from coaching.rules.audit_facts import Deed
from coaching.rules.facts import Draft, ProposalFacts, ScheduleForm
from coaching.rules.rhythm_plan import Proposal, Step
from coaching.rules.terms import CircleState, ReminderKind, Rhythm, SessionState
from storage.models import Circle, CoachingSession, OutboxRow, OutboxState, Outgoing

COUNTED_AS_LAST = (SessionState.SCHEDULED, SessionState.HELD, SessionState.MISSED)
OVER = {
    SessionState.CANCELLED: "was cancelled",
    SessionState.SKIPPED: "was skipped",
    SessionState.MISSED: "did not take place",
}


# --- what the clock does ---


def plan_due(db: Session, now: datetime) -> bool:
    """Brings circles' next dates a step further. Safe to repeat, and in several workers at once.

    Whether there are more.
    """
    due = _to_look_at(db, now)
    return apart.some(db, "circle", due, lambda id: _locked(db, id, now, look_after))


def ask_for_next(db: Session, now: datetime) -> None:
    """Circles with no rhythm and nothing planned are asked after their last session, and once more."""
    found = _without_plans(db, now)
    apart.all_of(db, "circle", found, lambda id: _locked(db, id, now, _ask_for_next))


def _without_plans(db: Session, now: datetime) -> list[int]:
    first, last = min(rhythm_plan.WITHOUT_RHYTHM.values()), max(rhythm_plan.WITHOUT_RHYTHM.values())
    since, until = now - last - rhythm_plan.ASKED_AGAIN_AFTER, now + reminders.AHEAD - first
    return list(db.scalars(_met_last(), {"since": since, "until": until}))


@cache
def _met_last() -> Select[int]:
    # Made once, like the others below: the clock asks every few minutes, and making it takes longer than
    # running it.
    ended = func.max(CoachingSession.ends_at)
    return (
        select(CoachingSession.circle_id)
        .join(Circle, Circle.id == CoachingSession.circle_id)
        .where(
            Circle.state == CircleState.ACTIVE,
            Circle.rhythm == Rhythm.NONE,
            CoachingSession.state.in_(COUNTED_AS_LAST),
            in_use(Circle.workspace_id),
        )
        .group_by(CoachingSession.circle_id)
        .having(ended <= bindparam("until"), ended > bindparam("since"))
        .order_by(CoachingSession.circle_id)
    )


def _ask_for_next(db: Session, circle: Circle, now: datetime) -> None:
    session = db.scalar(
        select(CoachingSession)
        .where(
            CoachingSession.workspace_id == circle.workspace_id,
            CoachingSession.circle_id == circle.id,
            CoachingSession.state.in_(COUNTED_AS_LAST),
        )
        .order_by(CoachingSession.ends_at.desc(), CoachingSession.id.desc())
        .limit(1)
    )
    if session is not None:
        reminders.ask_for_next(db, session, now)


def _locked(
    db: Session, circle_id: int, now: datetime, work: Callable[[Session, Circle, datetime], None]
) -> None:
    circle = db.scalar(
        select(Circle)
        .where(Circle.id == circle_id)
        .with_for_update(of=Circle, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if circle is not None:  # else another worker is at it
        work(db, circle, now)


def look_after(db: Session, circle: Circle, now: datetime) -> None:
    """What is due about the dates of one circle, which must be locked. While it rests, none is proposed."""
    for session in sessions.undecided(db, circle):
        _advance(db, session, now)
    day = dates.next_free(db, circle, now) if circle.state is CircleState.ACTIVE else None
    if day is None or sessions.proposed_on(db, circle, day):
        return
    if _starts_at(circle, day) - rhythm_plan.PUT_UP <= now:
        _put_up(db, circle, day, now)


def _put_up(db: Session, circle: Circle, day: date, now: datetime) -> CoachingSession:
    """A row that stands for a date: its content is proposed anew whenever it is shown or scheduled."""
    session = sessions.put_down(db, circle, day, draft_for(db, circle, day, now), now)
    reminders.lay_out(db, session, now)
    return session


def _advance(db: Session, session: CoachingSession, now: datetime) -> None:
    circle, day = session.circle, session.rhythm_date
    if session.starts_at <= now:
        _end(db, session, now)
    elif day is None or circle.state is not CircleState.ACTIVE or not dates.is_free(db, circle, day):
        session.rhythm_date = None  # it is not this proposal's any more, and can be proposed anew
        _end(db, session, now)
    else:
        _follow(db, session, now)
        _step(db, session, day, now)


def _follow(db: Session, session: CoachingSession, now: datetime) -> None:
    """The circle has another usual time now, or another zone."""
    circle, day = session.circle, session.rhythm_date
    if day and session.starts_at != _starts_at(circle, day):
        sessions.put_down(db, circle, day, draft_for(db, circle, day, now), now)
        reminders.lay_out(db, session, now)
        sessions.proposal_settled(db, session, now)


def _step(db: Session, session: CoachingSession, day: date, now: datetime) -> None:
    match rhythm_plan.step(_proposal(db, session), now):
        case Step.SCHEDULE:
            draft = draft_for(db, session.circle, day, now)
            if not sessions.schedule_by_itself(db, session, draft, now):
                _lapse(db, session, now)  # another session of the circle is at that very time
        case Step.ASK_CIRCLE:
            _ask_circle(db, session, now)
        case Step.LAPSE:
            _lapse(db, session, now)
        case Step.WAIT:
            pass


def _ask_circle(db: Session, session: CoachingSession, now: datetime) -> None:
    outbox.put(
        db,
        Outgoing.DATE_ASK,
        f"date-ask:{session.id}",
        workspace_id=session.workspace_id,
        session=session,
        due_at=now,
        expires_at=session.starts_at,
        now=now,
    )


def _lapse(db: Session, session: CoachingSession, now: datetime) -> None:
    _end(db, session, now)
    audit.by_itself(db, Deed.LAPSED, session.circle, now, session)


def _end(db: Session, session: CoachingSession, now: datetime) -> None:
    """A date passes without a session. What was asked about it says so."""
    session.state = states.check_move(session.state, SessionState.SKIPPED)
    db.flush()
    outbox.void(db, session, "the date was given up", now, Outgoing.DATE_ASK)
    sessions.proposal_settled(db, session, now)
    reminders.lay_out(db, session, now)
    outbox.home(db, [member.person for member in session.circle.members], now)


@dataclass(frozen=True)
class _Proposed:
    """A date that waits for somebody, without looking closer."""

    session_id: int
    day: date | None
    """Of the rhythm."""
    starts_at: datetime

    def near(self, now: datetime) -> bool:
        return self.starts_at - rhythm_plan.SCHEDULED <= now


@dataclass(frozen=True)
class _Dates:
    """What is known of a circle's dates without looking closer."""

    proposed: Sequence[_Proposed]
    taken: Collection[date]
    asked: Mapping[int, tuple[datetime | None, datetime | None]]
    """When the convener was, and when the circle was, by the session; of those that are near."""


def _to_look_at(db: Session, now: datetime) -> list[int]:
    """Circles about which something is due, and none that only waits. It takes few statements for all."""
    proposed, taken = _waiting(db), _taken(db, now)
    asked = _asked(db, [one.session_id for each in proposed.values() for one in each if one.near(now)])
    circles = db.scalars(_with_a_rhythm(), {"proposed": list(proposed)})
    known = ((one, _Dates(proposed[one.id], taken[one.id], asked)) for one in circles)
    return [circle.id for circle, its in known if _may_be_due(circle, its, now)]


@cache
def _with_a_rhythm() -> Select[Circle]:
    left_over = Circle.id.in_(bindparam("proposed", expanding=True))
    return (
        select(Circle)
        .where(or_(Circle.state == CircleState.ACTIVE, left_over), in_use(Circle.workspace_id))
        .order_by(Circle.id)
    )


def _waiting(db: Session) -> defaultdict[int, list[_Proposed]]:
    found: defaultdict[int, list[_Proposed]] = defaultdict(list)
    for circle_id, id, day, starts_at in db.execute(_proposals()):
        found[circle_id].append(_Proposed(id, day, starts_at))
    return found


@cache
def _proposals() -> Select[int, int, date | None, datetime]:
    session = CoachingSession
    query = select(session.circle_id, session.id, session.rhythm_date, session.starts_at)
    return query.where(session.state == SessionState.PROPOSED)


def _taken(db: Session, now: datetime) -> defaultdict[int, set[date]]:
    yesterday = now.date() - timedelta(days=2)  # the zones of the world are at most a day apart
    taken: defaultdict[int, set[date]] = defaultdict(set)
    for circle_id, day in db.execute(_taken_since(), {"day": yesterday}):
        taken[circle_id].add(day)
    return taken


@cache
def _taken_since() -> CompoundSelect[int, date]:
    of_sessions, of_polls = dates.taken_dates()
    return union_all(of_sessions.where(CoachingSession.rhythm_date >= bindparam("day")), of_polls)


def _may_be_due(circle: Circle, known: _Dates, now: datetime) -> bool:
    try:
        return _is_due(circle, known, now)
    except (ValueError, LookupError, OSError, OverflowError):
        return True  # a zone that is none any more, say: a closer look says which circle


def _is_due(circle: Circle, known: _Dates, now: datetime) -> bool:
    if circle.state is not CircleState.ACTIVE:
        return True  # it has a proposal left
    rule = dates.rule_of(circle)
    for one in known.proposed:
        stands = one.day is not None and one.day not in known.taken and recurrence.is_date(rule, one.day)
        if not stands or one.day is None or _starts_at(circle, one.day) != one.starts_at:
            return True
        if one.near(now) and _next_step(circle, one, known, now) is not Step.WAIT:
            return True
    day = recurrence.next_date(rule, dates.today(circle, now), known.taken)
    there = {one.day for one in known.proposed}
    return day is not None and day not in there and _starts_at(circle, day) - rhythm_plan.PUT_UP <= now


def _next_step(circle: Circle, one: _Proposed, known: _Dates, now: datetime) -> Step:
    asked = known.asked.get(one.session_id, (None, None))
    return rhythm_plan.step(Proposal(one.starts_at, circle.ask_first, *asked), now)


def _starts_at(circle: Circle, day: date) -> datetime:
    return recurrence.to_utc(day, circle.usual_time, circle.zone).instant


def _proposal(db: Session, session: CoachingSession) -> Proposal:
    asked = _asked(db, [session.id])[session.id]
    return Proposal(session.starts_at, session.circle.ask_first, *asked)


def _asked(db: Session, sessions: Collection[int]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """When the convener was, and when the circle was. Read without a lock: what is rendered reads it too."""
    if not sessions:
        return {}
    told = select(OutboxRow.session_id, OutboxRow.finished_at).where(
        OutboxRow.session_id.in_(sessions),
        OutboxRow.kind == Outgoing.DATE_ASK,
        OutboxRow.state == OutboxState.SENT,
    )
    circles = dict(iter(db.execute(told)))
    conveners = reminders.said(db, sessions, ReminderKind.CONFIRM_DATE)
    return {id: (at, circles.get(id)) for id, at in conveners.items()}


# --- what people do ---


def confirm(db: Session, actor: Actor, circle_id: int, day: date, now: datetime) -> None:
    """ "Confirm": schedules what is proposed for a date of the rhythm. A second press changes nothing.

    Raises `NotAllowed` when the date is none any more, and as `sessions.schedule` does.
    """
    circle = access.circle(db, actor, circle_id, Right.SCHEDULE, lock=True)
    session = _on(db, circle, day)
    if session is not None and session.state in (SessionState.SCHEDULED, SessionState.HELD):
        return
    _check_open(db, circle, session, day, now)
    sessions.schedule(db, actor, circle_id, draft_for(db, circle, day, now), now)


def skip(db: Session, actor: Actor, circle_id: int, day: date, now: datetime) -> None:
    """ "Skip this month" for a date that is not scheduled yet. Everybody is told once.

    Raises `NotAllowed` when it has been scheduled meanwhile, or is no date any more.
    """
    circle = access.circle(db, actor, circle_id, Right.SCHEDULE, lock=True)
    session = _on(db, circle, day)
    if session is not None and session.state is SessionState.SKIPPED:
        return
    if session is not None and session.state is SessionState.SCHEDULED:
        raise NotAllowed(
            "This session has been scheduled meanwhile. “Skip this month” in the menu of its card skips it."
        )
    _check_open(db, circle, session, day, now)
    ended = session or sessions.put_down(db, circle, day, draft_for(db, circle, day, now), now)
    access.note(db, session_id=ended.id)
    _end(db, ended, now)
    sessions.tell_skipped(db, ended, now)


def open_form(db: Session, actor: Actor, circle_id: int, day: date, now: datetime) -> ScheduleForm:
    """ "Change": the form at what is proposed for a date, or for the next one when that is settled."""
    circle = access.circle(db, actor, circle_id, Right.SCHEDULE)
    free = dates.is_free(db, circle, day) and now < _starts_at(circle, day) <= now + sessions.FARTHEST
    draft = _proposed(db, circle, day, now) if free else None
    return proposals.open_form(db, actor, now, circle_id=circle_id, draft=draft)


def _check_open(
    db: Session, circle: Circle, session: CoachingSession | None, day: date, now: datetime
) -> None:
    sessions.check_active(circle)
    if session is not None and session.state in OVER:
        raise NotAllowed(
            f"This date {OVER[session.state]} meanwhile. If you meet all the same, that is a new session."
        )
    within = now < _starts_at(circle, day) <= now + sessions.FARTHEST
    if not within or not dates.is_free(db, circle, day):
        raise NotAllowed("This is no open date of the circle any more. /coach shows what is so now.")


def _on(db: Session, circle: Circle, day: date) -> CoachingSession | None:
    """Whatever fills or stands for a date of the rhythm."""
    return db.scalar(
        select(CoachingSession).where(
            CoachingSession.workspace_id == circle.workspace_id,
            CoachingSession.circle_id == circle.id,
            CoachingSession.rhythm_date == day,
        )
    )


# --- what is shown ---


def draft_for(db: Session, circle: Circle, day: date, now: datetime) -> Draft:
    """The session that is proposed for a date of the rhythm, as turns and in-person rule stand now."""
    return proposals.with_place(_proposed(db, circle, day, now))


def _proposed(db: Session, circle: Circle, day: date, now: datetime) -> Draft:
    return proposals.propose_at(db, circle, Draft(day, circle.usual_time, circle.usual_length), now)


def facts(db: Session, session: CoachingSession, now: datetime) -> ProposalFacts:
    """A date of the rhythm: as it is proposed now, or as it has been settled."""
    circle, day = session.circle, session.rhythm_date or session.local_date
    if session.state is not SessionState.PROPOSED:
        return _facts(session, day, proposals.draft_of(session), session.starts_at)
    draft = draft_for(db, circle, day, now)
    found = _proposal(db, session)
    # While it is being said, it has not been said yet.
    asked = replace(found, asked_at=found.asked_at or now, circle_asked_at=found.circle_asked_at or now)
    return replace(
        _facts(session, day, draft, _starts_at(circle, day)),
        ask_first=circle.ask_first,
        schedules_itself_at=rhythm_plan.schedules_itself_at(asked),
        lapses_at=rhythm_plan.lapses_at(asked),
        then_in_person=_then_in_person(db, session, draft, day, now),
    )


def _facts(session: CoachingSession, day: date, draft: Draft, starts_at: datetime) -> ProposalFacts:
    circle = session.circle
    members = {one.person_id: people.facts(one.person) for one in circle.members}
    return ProposalFacts(
        circle_id=circle.id,
        circle_name=circle.name,
        kind=circle.kind,
        day=day,
        state=session.state,
        starts_at=starts_at,
        zone=circle.zone,
        mode=draft.mode,
        presenter=members.get(draft.presenter or 0),
        note_taker=members.get(draft.note_taker or 0),
        withdrawn=session.rhythm_date is None,
    )


def _then_in_person(
    db: Session, session: CoachingSession, draft: Draft, day: date, now: datetime
) -> date | None:
    """The date after this one, if that should be in person once this one is remote."""
    circle = session.circle
    standing = in_person.state(db, circle, before=session.starts_at)
    if not standing.next_is_due or draft.mode is None or not draft.mode.remote:
        return None
    return next((one for one in dates.free_ones(db, circle, now, 3) if one > day), None)

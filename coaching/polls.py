"""Finding a time: a poll is opened, answered, closed, and one of its slots becomes the session.

Whoever wants to change a poll and a circle or a session locks those first, then the poll.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coaching import access, apart, attendance, dates, outbox, people, proposals, reminders, roles, sessions
from coaching.access import Actor, Right
from coaching.checks import length_problem
from coaching.errors import NotAllowed, NotFound, NotYours, Refused
from coaching.rules import hours, polling
from coaching.rules.facts import Draft, PersonFacts, PollWaiting
from coaching.rules.fields import Field
from coaching.rules.poll_facts import PollDraft, PollFacts, PollForm, SlotFacts
from coaching.rules.polling import FEWEST, MOST, Choice, Misses
from coaching.rules.terms import CircleState, Coming, PollState, SessionState
from coaching.sessions import Timing
from storage.models import (
    Circle,
    CoachingSession,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    Poll,
    PollAnswer,
    PollSlot,
)

LIVE = (PollState.OPEN, PollState.CLOSED)
"""Not decided and not dropped."""
SAYING = (
    Outgoing.POLL,
    Outgoing.POLL_REMINDER,
    Outgoing.POLL_CLOSED,
    Outgoing.POLL_UNDECIDED,
    Outgoing.POLL_LAPSED,
)
SLOT_FIELDS = tuple(Field(f"slot_{number}") for number in range(1, MOST + 1))
TIME_FIELDS = tuple(Field(f"time_{number}") for number in range(1, MOST + 1))


# --- opening ---


def open_form(
    db: Session, actor: Actor, now: datetime, *, circle_id: int | None = None, channel: str | None = None
) -> PollForm:
    """The form for a new session: the next date of the rhythm is its first slot.

    Raises `NotAllowed` when there is no circle that the actor may schedule in.
    """
    shown = proposals.open_form(db, actor, now, circle_id=circle_id, channel=channel)
    running = _running(db, actor.workspace_id, shown.circle.id, None, now)
    first = (shown.draft.date, shown.draft.time)
    draft = PollDraft((first, *[(None, shown.draft.time)] * (MOST - 1)), shown.draft.length)
    return PollForm(shown.circle, shown.choices, draft, running=running)


def open_for_session(db: Session, actor: Actor, session_id: int, now: datetime) -> PollForm:
    """The form for another time of a session, which stays as it is until the poll is decided."""
    shown = proposals.open_move(db, actor, session_id, now)
    session = access.session(db, actor, session_id, Right.SCHEDULE)
    running = _running(db, actor.workspace_id, shown.circle.id, session_id, now)
    draft = PollDraft(((None, shown.draft.time),) * MOST, shown.draft.length)
    return PollForm(shown.circle, (), draft, session_id, session.starts_at, running)


def open_poll(
    db: Session, actor: Actor, circle_id: int, session_id: int | None, draft: PollDraft, now: datetime
) -> Poll:
    """Asks the circle; whoever opens it is taken to be able to make all of its slots.

    Raises `Refused` with the fields that cannot be taken, and `NotAllowed` when a poll for the same is open.
    """
    session, circle = _locked(db, actor, circle_id, session_id, now)
    if _running(db, circle.workspace_id, circle.id, session_id, now):
        raise NotAllowed("Somebody was faster: a poll for this stands in the circle's conversation already.")
    timings = _check(db, circle, draft, now, session)
    first = min(timings, key=lambda one: one.starts_at)
    poll = Poll(
        workspace_id=circle.workspace_id,
        circle_id=circle.id,
        circle=circle,
        session_id=session_id,
        rhythm_date=None if session else _date_for(db, circle, first),
        opened_by_id=actor.person.id,
        opened_at=now,
        closes_at=polling.closes_at(now, first.starts_at, circle.zone),
        length=draft.length,
        state=PollState.OPEN,
        slots=[_slot(circle, one) for one in timings],
    )
    db.add(poll)
    db.flush()
    _write_answer(poll, actor.person, [one.id for one in poll.slots])
    db.flush()
    _put_card(db, poll, f"poll:{poll.id}", now)
    _put(db, poll, Outgoing.POLL_CLOSED, actor.person, poll.closes_at, now)
    _ask_missing(db, poll, now)
    _homes(db, poll, now)
    return poll


def _locked(
    db: Session, actor: Actor, circle_id: int, session_id: int | None, now: datetime
) -> tuple[CoachingSession | None, Circle]:
    """The session that another time is sought for, or none, and the circle. Others wait who want the same."""
    if session_id is None:
        circle = access.circle(db, actor, circle_id, Right.SCHEDULE, lock=True)
        sessions.check_active(circle)
        return None, circle
    session = access.session(db, actor, session_id, Right.SCHEDULE, lock=True)
    sessions.check_open(session, now)
    return session, session.circle


def _check(
    db: Session, circle: Circle, draft: PollDraft, now: datetime, session: CoachingSession | None
) -> list[Timing]:
    """Every refusal on its field. Returns the timings, the earliest first, when there is none."""
    problems: dict[Field, str] = {}
    timings: dict[datetime, Timing] = {}
    wrong_length = length_problem(draft.length)
    if wrong_length:
        problems[Field.LENGTH] = wrong_length
    for (day, at), date_field, time_field in zip(draft.slots, SLOT_FIELDS, TIME_FIELDS, strict=False):
        if day is None:
            continue
        if at is None:
            problems[time_field] = "Choose a time."
            continue
        timing = sessions.timing_of(Draft(day, at, draft.length if not wrong_length else 1), circle.zone)
        twice = timing.starts_at in timings
        wrong = "This is in the list already." if twice else None
        wrong = wrong or sessions.date_problem(db, circle, timing, now, session)
        if wrong:
            problems[date_field] = wrong
        timings[timing.starts_at] = timing
    if not problems and len(timings) < FEWEST:
        problems[_first_empty(draft)] = "Give at least two times to choose among."
    if problems:
        raise Refused(problems)
    return [timings[one] for one in sorted(timings)]


def _first_empty(draft: PollDraft) -> Field:
    filled = [day is not None for day, _ in draft.slots]
    return SLOT_FIELDS[filled.index(False) if False in filled else 0]


def _date_for(db: Session, circle: Circle, timing: Timing) -> date | None:
    """The date of the rhythm that the poll is for: it counts as filled while the poll is open."""
    return dates.filled_by(db, circle, Draft(date=timing.resolved.wall.date()))


def _slot(circle: Circle, timing: Timing) -> PollSlot:
    wall = timing.resolved.wall
    return PollSlot(
        workspace_id=circle.workspace_id,
        local_date=wall.date(),
        local_time=wall.time(),
        starts_at=timing.starts_at,
    )


# --- answering ---


def open_answer(db: Session, actor: Actor, poll_id: int, now: datetime) -> PollFacts:
    """Raises `NotAllowed` when there is nothing to answer any more."""
    poll = get(db, actor, poll_id)
    _check_open(db, poll, now)
    return facts(db, poll, now)


def answer(db: Session, actor: Actor, poll_id: int, slots: Collection[int], now: datetime) -> Poll:
    """Which slots one can make oneself; none of them is an answer too. It can be changed until it is over."""
    poll = get(db, actor, poll_id, lock=True)
    _check_open(db, poll, now)
    if not set(slots) <= {one.id for one in poll.slots}:
        raise NotFound
    _write_answer(poll, actor.person, slots)
    db.flush()
    if _is_over(poll, now):
        _close(db, poll, now)
        _homes(db, poll, now)
    else:
        mine = [
            row for row in _rows(db, poll) if row.person_id in (None, actor.person.id)
        ]  # the card, which all see, and one's own reminder
        outbox.refresh(db, mine, now)
        outbox.home(db, [actor.person], now)
    return poll


def _write_answer(poll: Poll, person: Person, slots: Collection[int]) -> None:
    mine = next((one for one in poll.answers if one.person_id == person.id), None)
    if mine is None:
        mine = PollAnswer(workspace_id=poll.workspace_id, person_id=person.id, person=person)
        poll.answers.append(mine)
    mine.slots = sorted(slots)


def _check_open(db: Session, poll: Poll, now: datetime) -> None:
    state = standing(db, poll, now)
    if state is PollState.CLOSED:
        raise NotAllowed("This poll is over: the answers are in, and a time is being chosen.")
    _check_live(state, poll)


def _check_live(state: PollState, poll: Poll) -> None:
    if state is PollState.DECIDED:
        chosen = next((one for one in poll.slots if one.id == poll.chosen_id), None)
        when = f": {_spoken(chosen.starts_at, poll.circle.zone)}" if chosen else ""
        raise NotAllowed(f"A time has been chosen already{when}. Nothing was changed.")
    if state is PollState.DROPPED:
        raise NotAllowed("This poll was closed without a time. Nothing was changed.")


def _spoken(moment: datetime, zone: str) -> str:
    here = moment.astimezone(ZoneInfo(zone))
    return f"{here:%A}, {here.day} {here:%B} at {here:%H:%M}"


# --- deciding ---


def open_choice(db: Session, actor: Actor, poll_id: int, now: datetime) -> PollFacts:
    """Raises `NotAllowed` when there is nothing to choose, or not by this person."""
    poll = get(db, actor, poll_id)
    _check_decider(poll, actor)
    _check_closed(db, poll, now)
    return facts(db, poll, now)


def pick(
    db: Session, actor: Actor, poll_id: int, slot_id: int | None, reason: str | None, now: datetime
) -> CoachingSession:
    """The chosen slot becomes the session, or the new time of the one that was to be moved.

    Who ticked it is coming. Raises `Refused` when the slot cannot be taken any more, and `ReasonNeeded` for
    a remote session where one in person is due and no reason is given; the poll is as before then.
    """
    poll = _to_decide(db, actor, poll_id, Right.SCHEDULE)
    _check_closed(db, poll, now)
    slot = next((one for one in poll.slots if one.id == slot_id), None)
    if slot is None:
        raise Refused({Field.SLOTS: "Choose one of the times."})
    session = db.get(CoachingSession, poll.session_id) if poll.session_id else None
    problem = sessions.date_problem(db, poll.circle, _timing(poll, slot), now, session)
    if problem:
        raise Refused({Field.SLOTS: problem})
    with db.begin_nested():  # all of it, or nothing when a reason is asked for
        _end(poll, PollState.DECIDED, now)  # so its date is free for the session
        poll.chosen_id = slot.id
        db.flush()
        draft = replace(_draft(db, poll, session, slot, now), remote_reason=reason)
        if session is None:
            session = sessions.schedule(db, actor, poll.circle_id, draft, now, fills=poll.rhythm_date)
        else:
            session = sessions.move(db, actor, session.id, session.revision, draft, now)
        _who_ticked_comes(db, poll, slot, session, now)
    _refresh(db, poll, now)
    _homes(db, poll, now)
    return session


def drop(db: Session, actor: Actor, poll_id: int, now: datetime) -> Poll:
    """ "Close without a session": nothing is scheduled or moved."""
    poll = _to_decide(db, actor, poll_id, Right.SEE)
    state = standing(db, poll, now)
    _check_live(state, poll)
    _end(poll, PollState.DROPPED, now)
    _refresh(db, poll, now)
    _homes(db, poll, now)
    return poll


def _to_decide(db: Session, actor: Actor, poll_id: int, right: Right) -> Poll:
    """The poll, its circle or session locked before it, for somebody who may decide it."""
    poll = get(db, actor, poll_id, right)
    _check_decider(poll, actor)
    if poll.session_id is None:
        access.circle(db, actor, poll.circle_id, right, lock=True)
    else:
        access.session(db, actor, poll.session_id, right, lock=True)
    return get(db, actor, poll_id, right, lock=True)


def _check_decider(poll: Poll, actor: Actor) -> None:
    if actor.person.id not in deciders(poll):
        raise NotYours("Whoever opened this poll, or a coaching lead, chooses the time.")


def _check_closed(db: Session, poll: Poll, now: datetime) -> None:
    state = standing(db, poll, now)
    if state is PollState.OPEN:
        raise NotAllowed(
            "This poll is still open: a time is chosen when all have answered, or when its time is up."
        )
    _check_live(state, poll)


def _timing(poll: Poll, slot: PollSlot) -> Timing:
    return sessions.timing_of(_at(poll, slot), poll.circle.zone)


def _at(poll: Poll, slot: PollSlot) -> Draft:
    """The moment that people ticked, on the wall of the circle's zone of now."""
    here = slot.starts_at.astimezone(ZoneInfo(poll.circle.zone))
    return Draft(here.date(), here.time(), poll.length)


def _draft(db: Session, poll: Poll, session: CoachingSession | None, slot: PollSlot, now: datetime) -> Draft:
    """Everything but the time as it is proposed for that date, or as it stands."""
    at = _at(poll, slot)
    if session is not None:
        return replace(proposals.draft_of(session), date=at.date, time=at.time, length=at.length)
    unable = _unable(poll, slot)
    return proposals.with_place(proposals.propose_at(db, poll.circle, at, now, unable=unable))


def _who_ticked_comes(
    db: Session, poll: Poll, slot: PollSlot, session: CoachingSession, now: datetime
) -> None:
    attendance.ask_anew(session)
    for one in poll.answers:
        if slot.id in one.slots:
            attendance.set_coming(session, one.person_id, Coming.YES, now)
    unable = _unable(poll, slot)
    if session.facilitator_id in unable:
        session.facilitator_id = roles.facilitator(db, session.circle, session, unable=unable)
    db.flush()
    reminders.lay_out(db, session, now)


def _unable(poll: Poll, slot: PollSlot) -> frozenset[int]:
    """Who has answered without ticking this slot: the next in line takes their turn."""
    return frozenset(one.person_id for one in poll.answers if slot.id not in one.slots)


# --- how it stands ---


def get(db: Session, actor: Actor, poll_id: int, right: Right = Right.SEE, *, lock: bool = False) -> Poll:
    """By a claimed id, through its circle. Raises `NotFound` for what is not there or not yours."""
    query = select(Poll).where(Poll.workspace_id == actor.workspace_id, Poll.id == poll_id)
    if lock:
        query = query.with_for_update(of=Poll).execution_options(populate_existing=True)
    poll = db.scalar(query)
    if poll is None:
        raise NotFound
    access.circle(db, actor, poll.circle_id, right)
    return poll


def standing(db: Session, poll: Poll, now: datetime) -> PollState:
    """What the poll is at this moment; the planner writes it down a little later."""
    if poll.state not in LIVE:
        return poll.state
    if _is_moot(db, poll, now):
        return PollState.DROPPED
    return PollState.CLOSED if now >= poll.closes_at else poll.state


def deciders(poll: Poll) -> frozenset[int]:
    """Whoever opened it, and the coaching leads, as far as they are in the circle."""
    return frozenset(
        one.person_id for one in poll.circle.members if one.lead or one.person_id == poll.opened_by_id
    )


def facts(db: Session, poll: Poll, now: datetime) -> PollFacts:
    """The poll as views show it. Answers of people who have left are not among them."""
    members = {one.person_id: one.person for one in poll.circle.members}
    answers = {one.person_id: frozenset(one.slots) for one in poll.answers if one.person_id in members}
    expected = _expected(poll.circle, now)
    session = db.get(CoachingSession, poll.session_id) if poll.session_id else None
    chosen = next((one for one in poll.slots if one.id == poll.chosen_id), None)

    def those(wanted: Callable[[int], bool]) -> tuple[PersonFacts, ...]:
        return tuple(people.facts(person) for number, person in members.items() if wanted(number))

    def slot_facts(slot: PollSlot) -> SlotFacts:
        can = those(lambda one: slot.id in answers.get(one, ()))
        return SlotFacts(slot.id, slot.starts_at, can, _misses(poll, slot, members.values()))

    slots = tuple(slot_facts(one) for one in poll.slots)
    ahead = [Choice(one.id, one.starts_at, len(one.can)) for one in slots if one.starts_at > now]
    best = polling.best(ahead)
    return PollFacts(
        id=poll.id,
        circle_id=poll.circle_id,
        circle_name=poll.circle.name,
        zone=poll.circle.zone,
        state=standing(db, poll, now),
        opened_by=people.facts(db.get_one(Person, poll.opened_by_id)),
        closes_at=poll.closes_at,
        moving=session.starts_at if session else None,
        slots=slots,
        none_fits=those(lambda one: answers.get(one) == frozenset()),
        missing=those(lambda one: one in expected and one not in answers),
        deciders=deciders(poll),
        best=best.id if best else None,
        chosen=chosen.starts_at if chosen else None,
    )


def waiting_for(db: Session, actor: Actor, mine: Sequence[Circle], now: datetime) -> list[PollWaiting]:
    """Polls in these circles that somebody has not answered, or was asked to decide."""
    me = actor.person.id
    live = db.scalars(
        select(Poll)
        .where(
            Poll.workspace_id == actor.workspace_id,
            Poll.circle_id.in_([circle.id for circle in mine]),
            Poll.state.in_(LIVE),
        )
        .order_by(Poll.closes_at, Poll.id)
    )
    waiting = []
    for poll in live:
        state = standing(db, poll, now)
        unanswered = all(one.person_id != me for one in poll.answers)
        mine_to_decide = any(one.id == me for one in _asked_to_decide(poll))
        if (state is PollState.OPEN and unanswered) or (state is PollState.CLOSED and mine_to_decide):
            waiting.append(PollWaiting(poll.id, poll.circle.name, poll.closes_at, state is PollState.CLOSED))
    return waiting


def _misses(
    poll: Poll, slot: PollSlot, members: Collection[Person]
) -> Mapping[Misses, tuple[PersonFacts, ...]]:
    ends_at = slot.starts_at + timedelta(minutes=poll.length)
    found: dict[Misses, tuple[PersonFacts, ...]] = {}
    for person in members:
        why = polling.misses(slot.starts_at, ends_at, people.hours(person))
        if why:
            found[why] = (*found.get(why, ()), people.facts(person))
    return found


def _running(
    db: Session, workspace_id: str, circle_id: int, session_id: int | None, now: datetime
) -> PollFacts | None:
    """The poll for this session, or for a new one of this circle, that is not decided yet."""
    found = db.scalars(
        select(Poll)
        .where(
            Poll.workspace_id == workspace_id,
            Poll.circle_id == circle_id,
            Poll.session_id == session_id if session_id else Poll.session_id.is_(None),
            Poll.state.in_(LIVE),
        )
        .order_by(Poll.id)
    )
    return next((facts(db, one, now) for one in found if standing(db, one, now) in LIVE), None)


def _is_moot(db: Session, poll: Poll, now: datetime) -> bool:
    """Nothing can come of it any more."""
    if poll.circle.state is not CircleState.ACTIVE or all(one.starts_at <= now for one in poll.slots):
        return True
    session = db.get(CoachingSession, poll.session_id) if poll.session_id else None
    return session is not None and (session.state is not SessionState.SCHEDULED or session.starts_at <= now)


def _is_over(poll: Poll, now: datetime) -> bool:
    answered = {one.person_id for one in poll.answers}
    return polling.is_over(now, poll.closes_at, _expected(poll.circle, now), answered)


def _expected(circle: Circle, now: datetime) -> set[int]:
    """Whose answer is waited for: members who are neither away today nor gone from Slack."""
    here = {one.person_id for one in circle.members if one.person.active}
    return here - people.away_at(circle, now)


# --- the clock ---


def close_due(db: Session, now: datetime) -> None:
    """Closes polls that are over, and ends those of which nothing can come. None waits for ever."""
    live = {poll.id: poll for poll in db.scalars(_live())}
    changed: set[int] = set()

    def bring_on(id: int) -> None:
        if _bring_on(db, live[id], now):
            changed.add(id)

    apart.all_of(db, "poll", live, bring_on)
    # Behind all cards: people who change a circle hold its cards first, too.
    apart.all_of(db, "poll", sorted(changed), lambda id: _homes(db, live[id], now))
    db.flush()


@cache
def _live() -> Select[Poll]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    return (
        select(Poll)
        .where(Poll.state.in_(LIVE))
        .order_by(Poll.closes_at, Poll.id)
        # Another worker, or a person, that holds one keeps it; this one goes on with the others.
        .with_for_update(of=Poll, skip_locked=True)
    )


def _bring_on(db: Session, poll: Poll, now: datetime) -> bool:
    """Whether it is something else now than it was."""
    before = poll.state
    if _is_moot(db, poll, now):
        _end(poll, PollState.DROPPED, now)
        _refresh(db, poll, now)
        _tell_lapsed(db, poll, now)
    elif poll.state is PollState.OPEN and _is_over(poll, now):
        _close(db, poll, now)
    _keep_card(db, poll, now)
    return poll.state is not before


def _keep_card(db: Session, poll: Poll, now: datetime) -> None:
    """The circle has another conversation: the card goes there, the one in the old one ends."""
    rows = outbox.about(db, poll.workspace_id, Outgoing.POLL, poll.id)
    stands = any(row.slack_channel == poll.circle.conversation for row in rows)
    if all(row.state is OutboxState.SENT for row in rows) and not stands:
        # One for each conversation, so that one which cannot be written to is tried once.
        _put_card(db, poll, f"poll:{poll.id}:{poll.circle.conversation or poll.circle.revision}", now)
        outbox.refresh(db, rows, now)


# --- what is said ---


def _ask_missing(db: Session, poll: Poll, now: datetime) -> None:
    """Halfway, once, in their own working hours. Who has answered by then, or is away, gets nothing."""
    halfway = polling.halfway(now, poll.closes_at)
    for member in poll.circle.members:
        due = polling.asks_at(halfway, poll.closes_at, people.hours(member.person))
        if due is not None and member.person_id != poll.opened_by_id:
            _put(db, poll, Outgoing.POLL_REMINDER, member.person, due, now, expires_at=poll.closes_at)


def _close(db: Session, poll: Poll, now: datetime) -> None:
    poll.state = PollState.CLOSED
    for row in outbox.about(db, poll.workspace_id, Outgoing.POLL_CLOSED, poll.id):
        row.due_at = min(row.due_at, now)
    for person in _asked_to_decide(poll):
        _put(db, poll, Outgoing.POLL_CLOSED, person, now, now)
    _remind_of_choosing(db, poll, now)
    _refresh(db, poll, now)


def _remind_of_choosing(db: Session, poll: Poll, now: datetime) -> None:
    """Once, whoever opened it, and the convener in case they have forgotten it."""
    moments = [one.starts_at for one in poll.slots]
    convener = roles.circle_convener(db, poll.circle, now)
    choosers = {one.id: one for one in _asked_to_decide(poll)}
    if convener is not None:
        choosers[convener] = db.get_one(Person, convener)
    for person in choosers.values():
        due = polling.chooser_asked_at(now, moments, people.hours(person))
        if due is not None:
            _put(db, poll, Outgoing.POLL_UNDECIDED, person, due, now, expires_at=max(moments))


def _tell_lapsed(db: Session, poll: Poll, now: datetime) -> None:
    """All its times have passed, and nobody has chosen. Where something else ended it, that was told."""
    session = db.get(CoachingSession, poll.session_id) if poll.session_id else None
    over = session is not None and not (session.state is SessionState.SCHEDULED and session.starts_at > now)
    convener = roles.circle_convener(db, poll.circle, now)
    if poll.circle.state is CircleState.ACTIVE and not over and convener is not None:
        person = db.get_one(Person, convener)
        _put(db, poll, Outgoing.POLL_LAPSED, person, hours.after(now, people.hours(person)), now)


def _asked_to_decide(poll: Poll) -> list[Person]:
    """Whoever opened it; once they are gone, the coaching leads."""
    opener = poll.circle.member(poll.opened_by_id)
    if opener and opener.person.active:
        return [opener.person]
    return [one.person for one in poll.circle.members if one.lead]


def _end(poll: Poll, state: PollState, now: datetime) -> None:
    poll.state = state
    poll.ended_at = now


def _refresh(db: Session, poll: Poll, now: datetime) -> None:
    """Every message that stands about the poll follows."""
    db.flush()
    outbox.refresh(db, _rows(db, poll), now)


def _homes(db: Session, poll: Poll, now: datetime) -> None:
    outbox.home(db, [member.person for member in poll.circle.members], now)


def _rows(db: Session, poll: Poll) -> list[OutboxRow]:
    return [row for kind in SAYING for row in outbox.about(db, poll.workspace_id, kind, poll.id)]


def _put_card(db: Session, poll: Poll, key: str, now: datetime) -> None:
    outbox.put(
        db,
        Outgoing.POLL,
        key,
        workspace_id=poll.workspace_id,
        circle_id=poll.circle_id,
        subject=poll.id,
        due_at=now,
        now=now,
    )


def _put(
    db: Session,
    poll: Poll,
    kind: Outgoing,
    person: Person,
    due_at: datetime,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    outbox.put(
        db,
        kind,
        f"{kind}:{poll.id}:{person.id}",
        workspace_id=poll.workspace_id,
        circle_id=poll.circle_id,
        subject=poll.id,
        person=person,
        due_at=due_at,
        expires_at=expires_at,
        now=now,
    )

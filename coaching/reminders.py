"""Laying out what is due about a session, and putting the bookkeeping of a person's day into one message."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from coaching import apart, history, outbox, people, roles
from coaching.dates import UNDECIDED
from coaching.rules import absence, hours, reminder_plan, rhythm_plan
from coaching.rules.places import TO_BE_AGREED
from coaching.rules.reminder_plan import Plan, Recipient
from coaching.rules.reminder_plan import Reminder as Planned
from coaching.rules.terms import (
    CircleKind,
    CircleState,
    Coming,
    MessageKind,
    Mode,
    ReminderKind,
    Rhythm,
    SessionState,
)
from storage.models import (
    ActionItem,
    Circle,
    CoachingSession,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    Poll,
    Reminder,
    Workspace,
)

AT_THE_SESSION = {
    ReminderKind.STARTING_SOON: Outgoing.STARTING_SOON,
    ReminderKind.EVALUATION: Outgoing.EVALUATION,
    ReminderKind.DID_YOU_MEET: Outgoing.DID_YOU_MEET,
}
OF_ANY_DATE = frozenset({ReminderKind.PREPARE_CASE, ReminderKind.PREPARE_CASE_AGAIN})
"""Once said they stand, with the new date, when the session is moved."""
LATE = timedelta(hours=1)
MOST_LATE = 100
AHEAD = timedelta(days=2)
"""How long before it is due a question is laid out that follows from nothing having happened."""
FEWEST = 2
ENDED = (OutboxState.SKIPPED, OutboxState.EXPIRED, OutboxState.DEAD)


def lay_out(db: Session, session: CoachingSession, now: datetime) -> None:
    """Brings the reminders of a session in line with what is so now. What was sent stays sent."""
    wanted = _wanted(db, session, now) if _meets(session.circle) else []
    _withdraw_others(db, session, wanted, now)
    laid_out = _laid_out(db, session)
    _add(
        db,
        session,
        [one for one in wanted if one.expires_at > now and (one.person_id, one.kind) not in laid_out],
        now,
    )


def _meets(circle: Circle) -> bool:
    """Sessions that were kept go on in a circle that is paused; with one member left there are none."""
    return circle.state is not CircleState.CLOSED and len(circle.members) >= FEWEST


def withdraw(db: Session, session: CoachingSession) -> None:
    """The session will not be, so nothing about it is due any more. What somebody has promised still is."""
    db.execute(
        delete(Reminder).where(
            Reminder.workspace_id == session.workspace_id,
            Reminder.session_id == session.id,
            Reminder.kind != ReminderKind.ACTION_DUE,
        )
    )


def add(db: Session, session: CoachingSession, one: Planned, now: datetime) -> None:
    """Something that does not follow from the session alone: an action that falls due."""
    _add(db, session, [one], now)


def nudge_note_taker(db: Session, session: CoachingSession, now: datetime) -> None:
    """It is recorded who took the notes: they are asked for them, also when somebody else was to."""
    laid_out = _laid_out(db, session)
    for one in _plan(db, session, now):
        asked = (one.person_id, one.kind) in laid_out
        if one.kind is ReminderKind.NOTES_NUDGE and one.due_at > now and not asked:
            _add(db, session, [one], now)


def take_back(db: Session, reminder: Reminder, row: OutboxRow, now: datetime) -> None:
    """It is not due any more; its message says the rest, or nothing."""
    db.delete(reminder)
    db.flush()
    _settle(db, row, now)


def of_message(db: Session, row: OutboxRow) -> list[Reminder]:
    """The reminders that one message carries, in order of their sessions."""
    return list(
        db.scalars(
            select(Reminder)
            .join(CoachingSession, CoachingSession.id == Reminder.session_id)
            .where(Reminder.workspace_id == row.workspace_id, Reminder.outbox_id == row.id)
            .order_by(CoachingSession.starts_at, Reminder.id)
        )
    )


def standing(
    db: Session, session: CoachingSession, kinds: Collection[ReminderKind] = tuple(ReminderKind)
) -> list[OutboxRow]:
    """Bookkeeping messages that people can see, or soon will, with something about this session in them."""
    carried = select(Reminder.outbox_id).where(
        Reminder.workspace_id == session.workspace_id,
        Reminder.session_id == session.id,
        Reminder.message_kind == MessageKind.BOOKKEEPING,
        Reminder.kind.in_(kinds),
    )
    return list(
        db.scalars(
            select(OutboxRow)
            .where(OutboxRow.id.in_(carried), OutboxRow.state.in_(outbox.STANDING))
            .order_by(OutboxRow.id)
            .with_for_update()
        )
    )


def said_at(db: Session, session: CoachingSession, kind: ReminderKind) -> datetime | None:
    """When something was said about a session; None while it waits."""
    return said(db, [session.id], kind)[session.id]


def said(db: Session, sessions: Collection[int], kind: ReminderKind) -> dict[int, datetime | None]:
    """The same of several, by their ids.

    What nobody is told, because they do without it, counts as said when the session was planned.
    """
    planned = select(CoachingSession.id, CoachingSession.planned_at).where(CoachingSession.id.in_(sessions))
    found: dict[int, datetime | None] = dict(iter(db.execute(planned)))
    told = (
        select(Reminder.session_id, Reminder.due_at, OutboxRow.state, OutboxRow.finished_at)
        .join(OutboxRow, OutboxRow.id == Reminder.outbox_id)
        .where(Reminder.session_id.in_(sessions), Reminder.kind == kind)
        .order_by(Reminder.id)  # the newest counts
    )
    for id, due_at, state, finished_at in db.execute(told):
        found[id] = max(due_at, finished_at or due_at) if state in (OutboxState.SENT, *ENDED) else None
    return found


def _wanted(db: Session, session: CoachingSession, now: datetime) -> list[Planned]:
    if session.state is SessionState.PROPOSED:
        return _question(db, session) if session.circle.state is CircleState.ACTIVE else []
    return _plan(db, session, now) if session.state is SessionState.SCHEDULED else []


def _question(db: Session, session: CoachingSession) -> list[Planned]:
    """What the convener is asked about a date of the rhythm that nobody has decided on yet."""
    asked = _convener(db, session, ReminderKind.CONFIRM_DATE)
    if asked is None or _asked_already(db, session, ReminderKind.CONFIRM_DATE):
        return []
    due_at = rhythm_plan.convener_asked_at(session.starts_at, session.planned_at, people.hours(asked))
    asking = _to(asked, session, ReminderKind.CONFIRM_DATE, due_at, session.starts_at)
    return [asking] if due_at < session.starts_at else []


def ask_for_next(db: Session, session: CoachingSession, now: datetime) -> None:
    """A circle without rhythm has nothing planned after this session: whoever convenes it is asked, twice."""
    asked = _convener(db, session, ReminderKind.NOTHING_PLANNED)
    if asked is None:
        return
    laid_out = {kind for _, kind in _laid_out(db, session)}
    for one in rhythm_plan.without_rhythm(session.ends_at, now, people.hours(asked)):
        if one.kind not in laid_out and one.due_at <= now + AHEAD:
            _add(db, session, [_to(asked, session, one.kind, one.due_at, one.expires_at)], now)


def _nothing_planned(db: Session, session: CoachingSession) -> bool:
    """Whether the circle still has no rhythm and nothing after this session, nor seeks a time for it."""
    circle = session.circle
    if circle.state is not CircleState.ACTIVE or circle.rhythm is not Rhythm.NONE:
        return False
    later = select(CoachingSession.id).where(
        CoachingSession.circle_id == circle.id,
        CoachingSession.state.in_([SessionState.SCHEDULED, SessionState.HELD]),
        CoachingSession.starts_at > session.starts_at,
    )
    poll = select(Poll.id).where(Poll.circle_id == circle.id, Poll.state.in_(UNDECIDED))
    return db.scalar(later.limit(1)) is None and db.scalar(poll.limit(1)) is None


def _asked_already(db: Session, session: CoachingSession, kind: ReminderKind) -> bool:
    """Somebody who is in the circle still has been asked: that is once."""
    asked = db.scalars(
        select(Reminder.person_id)
        .join(OutboxRow, OutboxRow.id == Reminder.outbox_id)
        .where(
            Reminder.workspace_id == session.workspace_id,
            Reminder.session_id == session.id,
            Reminder.kind == kind,
            OutboxRow.state == OutboxState.SENT,
        )
    )
    return any(session.circle.member(one) for one in asked)


def _convener(db: Session, session: CoachingSession, kind: ReminderKind) -> Person | None:
    """Whoever is asked about the session, unless the circle or they themselves do without the question."""
    convener = roles.convener(db, session.circle, session)
    if convener is None:
        return None
    person = db.get_one(Person, convener)
    return None if kind in (*session.circle.reminders_off, *person.reminders_off) else person


def _to(
    person: Person, session: CoachingSession, kind: ReminderKind, due_at: datetime, expires_at: datetime
) -> Planned:
    day = hours.local(due_at, people.hours(person)).date()
    return Planned(session.id, person.id, kind, MessageKind.BOOKKEEPING, due_at, expires_at, day)


def _plan(db: Session, session: CoachingSession, now: datetime) -> list[Planned]:
    """What the rule lays out for the session as it is now."""
    circle = session.circle
    plan = Plan(
        session_id=session.id,
        circle_kind=circle.kind,
        starts_at=session.starts_at,
        length=session.length,
        mode=session.mode,
        planned_at=session.planned_at,
        presenter=session.presenter_id,
        note_taker=session.note_taker_id,
        convener=roles.convener(db, circle, session),
        place_open=_place_open(session),
        asked_to_prepare=_asked_to_prepare(db, session),
        shared_a_case=history.shared_a_case(db, session),
        notes_written=session.starts_at <= now and history.notes_written(db, session),
    )
    members = [
        Recipient(
            member.person_id,
            people.hours(member.person),
            out=session.coming(member.person_id) is Coming.NO or not member.person.active,
            turned_off=frozenset(ReminderKind(kind) for kind in member.person.reminders_off),
            told_at=member.joined_at,
        )
        for member in circle.members
    ]
    return reminder_plan.reminders(plan, members, [ReminderKind(kind) for kind in circle.reminders_off])


def _place_open(session: CoachingSession) -> bool:
    return session.mode is Mode.IN_PERSON and session.place == TO_BE_AGREED


def _asked_to_prepare(db: Session, session: CoachingSession) -> frozenset[int]:
    """Who was asked before the session was moved: that is not said twice."""
    return frozenset(
        db.scalars(
            select(Reminder.person_id)
            .join(OutboxRow, OutboxRow.id == Reminder.outbox_id)
            .where(
                Reminder.workspace_id == session.workspace_id,
                Reminder.session_id == session.id,
                Reminder.kind == ReminderKind.PREPARE_CASE,
                Reminder.plan_version < session.plan_version,
                OutboxRow.state == OutboxState.SENT,
            )
        )
    )


def _withdraw_others(db: Session, session: CoachingSession, wanted: Iterable[Planned], now: datetime) -> None:
    """Takes back what is laid out and not due any more: an older plan, a role that moved, somebody's no."""
    keep = {(one.person_id, one.kind): one.due_at for one in wanted}
    for reminder, row in db.execute(
        select(Reminder, OutboxRow)
        .join(OutboxRow, OutboxRow.id == Reminder.outbox_id)
        .where(
            Reminder.workspace_id == session.workspace_id,
            Reminder.session_id == session.id,
            Reminder.kind != ReminderKind.ACTION_DUE,  # follows its action, not the plan of the session
        )
    ):
        current = reminder.plan_version == session.plan_version
        if row.state is OutboxState.SENT or (row.state is not OutboxState.DUE and current):
            continue  # what was said of an older plan is remembered too: some of it is not said twice
        wanted_at = keep.get((reminder.person_id, reminder.kind))
        put_off = wanted_at is not None and wanted_at <= now < reminder.due_at
        if current and (wanted_at == reminder.due_at or put_off):
            continue
        take_back(db, reminder, row, now)


def _settle(db: Session, row: OutboxRow, now: datetime) -> None:
    """A message that lost a reminder: due when the earliest of the others is, or not at all."""
    if row.state is not OutboxState.DUE:
        return
    earliest = db.scalar(select(func.min(Reminder.due_at)).where(Reminder.outbox_id == row.id))
    if earliest is None:
        row.state, row.outcome, row.finished_at = OutboxState.SKIPPED, "nothing left to say", now
    else:
        row.due_at = max(row.due_at, earliest)  # a day's message can carry what was due on an earlier one
    db.flush()


def _laid_out(db: Session, session: CoachingSession) -> set[tuple[int, ReminderKind]]:
    found = db.execute(
        select(Reminder.person_id, Reminder.kind).where(
            Reminder.workspace_id == session.workspace_id,
            Reminder.session_id == session.id,
            Reminder.plan_version == session.plan_version,
        )
    )
    return {(person, kind) for person, kind in found}


def _add(db: Session, session: CoachingSession, wanted: Sequence[Planned], now: datetime) -> None:
    """Each with the message that carries it. Together, because a session has two dozen of them."""
    new = _put_new(db, session, wanted, now)
    rows = [_row(db, session, one, new, now) for one in wanted]
    db.flush()
    if rows:
        db.execute(insert(Reminder), rows)


def _put_new(
    db: Session, session: CoachingSession, wanted: Sequence[Planned], now: datetime
) -> dict[str, int]:
    """Puts down all messages that are not there yet, and nearly none is. Their ids by key."""
    rows: dict[str, dict[str, Any]] = {}
    for one in wanted:
        key = _key(session, one)
        due_at, expires_at = one.due_at, one.expires_at
        if key in rows:  # bookkeeping of one day
            due_at, expires_at = min(rows[key]["due_at"], due_at), max(rows[key]["expires_at"], expires_at)
        rows[key] = _new_message(session, one, key, now) | {"due_at": due_at, "expires_at": expires_at}
    return outbox.put_all(db, list(rows.values()), now)


def _new_message(session: CoachingSession, one: Planned, key: str, now: datetime) -> dict[str, Any]:
    own = one.message_kind is not MessageKind.BOOKKEEPING
    return {
        "workspace_id": session.workspace_id,
        "kind": AT_THE_SESSION[one.kind] if own else Outgoing.BOOKKEEPING,
        "unique_key": key,
        "person_id": one.person_id,
        "circle_id": session.circle_id if own else None,
        "session_id": session.id if own else None,
        "plan_version": session.plan_version if own else None,
        "facts": {},
        "state": OutboxState.DUE,
        "attempts": 0,
        "created_at": now,
    }


def _row(
    db: Session, session: CoachingSession, one: Planned, new: Mapping[str, int], now: datetime
) -> dict[str, Any]:
    key = _key(session, one)
    if key in new:
        message, due_at, day = new[key], one.due_at, one.local_date
    elif one.message_kind is MessageKind.BOOKKEEPING:
        message, due_at, day = _day_message(db, session, one, now)
    else:
        message, due_at, day = _own_message(db, session, one), one.due_at, one.local_date
    return {
        "workspace_id": session.workspace_id,
        "circle_id": session.circle_id,
        "session_id": session.id,
        "plan_version": session.plan_version,
        "person_id": one.person_id,
        "kind": one.kind,
        "subject_id": one.subject_id,
        "message_kind": one.message_kind,
        "local_date": day,
        "due_at": due_at,
        "expires_at": one.expires_at,
        "outbox_id": message,
    }


def _key(session: CoachingSession, one: Planned) -> str:
    """Under which there is one message."""
    if one.message_kind is MessageKind.BOOKKEEPING:
        return day_key(one.person_id, one.local_date)
    # Evaluations and the convener's question are one per session, whatever was moved before.
    version = f":{session.plan_version}" if one.kind is ReminderKind.STARTING_SOON else ""
    return f"{AT_THE_SESSION[one.kind]}:{session.id}:{one.person_id}{version}"


def _own_message(db: Session, session: CoachingSession, one: Planned) -> int:
    """The one that is there already."""
    row = outbox.get(db, session.workspace_id, _key(session, one))
    if row.state in (*ENDED, OutboxState.DUE):
        _revive(row, one.due_at, one.expires_at)
        row.plan_version = session.plan_version
    return row.id


def _day_message(
    db: Session, session: CoachingSession, one: Planned, now: datetime
) -> tuple[int, datetime, date]:
    """The one message of a person's day. Once that is out, the next day's; or that one, edited silently."""
    message, waits = _message_of(db, session.workspace_id, one, one.local_date, one.due_at, now)
    if waits:
        return message, one.due_at, one.local_date
    person = db.get_one(Person, one.person_id)
    tomorrow = hours.next_working_day_at(max(one.due_at, now), time(8), people.hours(person))
    if tomorrow < one.expires_at:
        day = hours.local(tomorrow, people.hours(person)).date()
        later, _ = _message_of(db, session.workspace_id, one, day, tomorrow, now)
        return later, tomorrow, day
    outbox.refresh(db, [db.get_one(OutboxRow, message)], now)
    return message, one.due_at, one.local_date


def _message_of(
    db: Session, workspace_id: str, one: Planned | Reminder, day: date, due_at: datetime, now: datetime
) -> tuple[int, bool]:
    """The message of a person's day, with this in it from now on; and whether it is still to go out."""
    return _message(db, workspace_id, one, day_key(one.person_id, day), due_at, now)


def day_key(person_id: int, day: date) -> str:
    """Under which there is one message of a person's day."""
    return f"bookkeeping:{person_id}:{day.isoformat()}"


def _message(
    db: Session, workspace_id: str, one: Planned | Reminder, key: str, due_at: datetime, now: datetime
) -> tuple[int, bool]:
    """A new one is not read again: of a session's reminders nearly all are new."""
    new = outbox.put(
        db,
        Outgoing.BOOKKEEPING,
        key,
        workspace_id=workspace_id,
        person=one.person_id,
        due_at=due_at,
        expires_at=one.expires_at,
        now=now,
    )
    if new is not None:
        return new, True
    row = outbox.get(db, workspace_id, key)
    if row.state in ENDED:
        _revive(row, due_at, one.expires_at)
    elif row.state is OutboxState.DUE:
        row.due_at = min(row.due_at, due_at)
        row.expires_at = max(row.expires_at or one.expires_at, one.expires_at)
    return row.id, row.state is OutboxState.DUE


def carry_later(
    db: Session, reminder: Reminder, key: str, day: date, due_at: datetime, now: datetime
) -> None:
    """Another message says it, at another time; if that one is out already, it is edited."""
    message, waits = _message(db, reminder.workspace_id, reminder, key, due_at, now)
    reminder.outbox_id, reminder.due_at, reminder.local_date = message, due_at, day
    db.flush()
    if not waits:
        outbox.refresh(db, [db.get_one(OutboxRow, message)], now)


def _revive(row: OutboxRow, due_at: datetime, expires_at: datetime) -> None:
    """Ended without having been sent, and needed after all."""
    row.state = OutboxState.DUE
    row.due_at, row.expires_at, row.not_before = due_at, expires_at, None
    row.attempts, row.outcome, row.finished_at = 0, None, None


def drop(db: Session, session: CoachingSession, kind: ReminderKind) -> None:
    """Removes what is left of one kind, sent or not: afterwards nothing tells who was reminded."""
    db.execute(
        delete(Reminder).where(
            Reminder.workspace_id == session.workspace_id,
            Reminder.session_id == session.id,
            Reminder.kind == kind,
        )
    )


def session_of(db: Session, reminder: Reminder) -> CoachingSession:
    return db.get_one(CoachingSession, reminder.session_id)


def holds(db: Session, reminder: Reminder, now: datetime, *, sent: bool = False) -> bool:
    """Whether what was due still is, by what is so now. One that was sent stays until its session is over."""
    session = session_of(db, reminder)
    if reminder.kind is ReminderKind.ACTION_DUE:
        return _action_holds(db, reminder, session.circle, now, sent=sent)
    if not sent and _turned_off(db, reminder, session.circle):
        return False
    older = reminder.plan_version != session.plan_version
    if older and not (sent and reminder.kind in OF_ANY_DATE):
        return False
    if session.circle.member(reminder.person_id) is None:
        return False
    if reminder.kind is ReminderKind.CONFIRM_DATE:
        undecided = session.state is SessionState.PROPOSED
        return session.starts_at > now and (sent or undecided)
    if reminder.kind in rhythm_plan.WITHOUT_RHYTHM:
        return _nothing_planned(db, session)
    if session.coming(reminder.person_id) is Coming.NO:
        return False
    if reminder.kind is ReminderKind.AGREE_PLACE and not _place_open(session):
        return False
    if reminder.kind is ReminderKind.NOTES_NUDGE and not _notes_open(db, session, reminder.person_id):
        return False
    if reminder.kind in OF_ANY_DATE and not _case_open(db, session, reminder.person_id):
        return False
    person = db.get_one(Person, reminder.person_id)
    if reminder.kind is ReminderKind.EVALUATION_NUDGE and not sent and _asked_today(db, reminder, now):
        return False
    if not sent and absence.is_away([one.stretch for one in person.away], now, person.zone):
        return False
    if reminder.kind in reminder_plan.BEFORE_IT:
        return session.state is SessionState.SCHEDULED and session.starts_at > now
    if session.state not in (SessionState.SCHEDULED, SessionState.HELD):
        return False
    return sent or reminder_plan.still_useful(reminder, now)


def _turned_off(db: Session, reminder: Reminder, circle: Circle) -> bool:
    """By the circle, or by the person since it was laid out."""
    off = (*circle.reminders_off, *db.get_one(Person, reminder.person_id).reminders_off)
    return reminder_plan.unwanted(reminder.kind, {ReminderKind(kind) for kind in off})


def _asked_today(db: Session, nudge: Reminder, now: datetime) -> bool:
    """The evaluation itself was late and came on the day of its nudge: twice a day is nagging."""
    asked_at = db.scalar(
        select(func.max(OutboxRow.finished_at))
        .join(Reminder, Reminder.outbox_id == OutboxRow.id)
        .where(
            Reminder.session_id == nudge.session_id,
            Reminder.person_id == nudge.person_id,
            Reminder.kind == ReminderKind.EVALUATION,
            OutboxRow.state == OutboxState.SENT,
        )
    )
    of = people.hours(db.get_one(Person, nudge.person_id))
    return asked_at is not None and hours.local(asked_at, of).date() == hours.local(now, of).date()


def _notes_open(db: Session, session: CoachingSession, person_id: int) -> bool:
    """Whether it is still up to this person to write the notes."""
    return session.note_taker_id == person_id and not history.notes_written(db, session)


def _case_open(db: Session, session: CoachingSession, person_id: int) -> bool:
    """Whether it is still up to this person to prepare a case and to share it."""
    presents = session.circle.kind is CircleKind.PAIR or session.presenter_id == person_id
    return presents and person_id not in history.shared_a_case(db, session)


def _action_holds(db: Session, reminder: Reminder, circle: Circle, now: datetime, *, sent: bool) -> bool:
    """Open still, and its owner's still. One that was sent stays until it is done."""
    action, member = db.get(ActionItem, reminder.subject_id), circle.member(reminder.person_id)
    if action is None or action.done_at is not None or member is None:
        return False
    if action.owner_id != reminder.person_id or circle.state is CircleState.CLOSED:
        return False
    person = member.person
    if sent:
        return True
    off = ReminderKind.ACTION_DUE in (*circle.reminders_off, *person.reminders_off)
    resting = off or circle.state is not CircleState.ACTIVE
    away = absence.is_away([one.stretch for one in person.away], now, person.zone)
    return not resting and not away and reminder_plan.still_useful(reminder, now)


def waits_until(db: Session, row: OutboxRow, kind: MessageKind, now: datetime) -> datetime | None:
    """Until when a late message is held back, because its person has quiet hours; None: it is not.

    What happens at a session is said all the same where it would be too late by then.
    """
    opens_at = reminder_plan.waits_until(kind, row.due_at, now, people.hours(_recipient(db, row)))
    useless = opens_at is not None and row.expires_at is not None and row.expires_at <= opens_at
    return None if useless and kind is not MessageKind.BOOKKEEPING else opens_at


def _recipient(db: Session, row: OutboxRow) -> Person:
    return db.get_one(Person, row.person_id)


def gather_late(db: Session, now: datetime) -> bool:
    """After a time of being down: what was due earlier goes into today's message, in working hours.

    Whether there is more.
    """
    late, gathered = db.scalars(_late(), {"before": now - LATE}).all(), list[bool]()
    apart.all_of(db, "reminder", late, lambda id: gathered.append(_gather(db, id, now)))
    return len(late) == MOST_LATE and any(gathered)


def _gather(db: Session, reminder_id: int, now: datetime) -> bool:
    """Whether it went elsewhere."""
    reminder = db.get_one(Reminder, reminder_id)
    session = db.get_one(CoachingSession, reminder.session_id)
    person, row = db.get_one(Person, reminder.person_id), db.get_one(OutboxRow, reminder.outbox_id)
    due_at = hours.after(now, people.hours(person))
    one = Planned(
        session.id,
        person.id,
        reminder.kind,
        reminder.message_kind,
        due_at,
        reminder.expires_at,
        hours.local(due_at, people.hours(person)).date(),
    )
    if (one.local_date, due_at) == (reminder.local_date, now):
        return False  # today's own, a little late, and nothing against sending it
    if one.expires_at > due_at:
        message, _, day = _day_message(db, session, one, now)
        # Its own moment stays: that of several late ones only the newest is said, goes by it.
        reminder.outbox_id, reminder.local_date = message, day
    else:
        db.delete(reminder)
    db.flush()
    _settle(db, row, now)
    return True


@cache
def _late() -> Select[int]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    return (
        select(Reminder.id)
        .join(OutboxRow, OutboxRow.id == Reminder.outbox_id)
        .join(Workspace, Workspace.id == Reminder.workspace_id)
        .where(
            OutboxRow.kind == Outgoing.BOOKKEEPING,
            OutboxRow.state == OutboxState.DUE,
            OutboxRow.due_at < bindparam("before"),
            Workspace.paused_reason.is_(None),  # nothing is sent there, so nothing would get out of the way
        )
        # Those of earlier days first: today's own stay where they are.
        .order_by(OutboxRow.due_at, Reminder.id)
        .limit(MOST_LATE)
    )

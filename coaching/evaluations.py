"""Closing evaluations: opening their windows, answering them, closing them.

Nothing here writes down who answered, but for the receipt that is deleted when the window closes. So
answering puts no row into the outbox and leaves no line in a log; what must change for everybody changes
when the window closes, for all alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from random import Random, SystemRandom
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, String, bindparam, cast, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from coaching import access, apart, outbox, reminders, results, sessions
from coaching.access import Actor, Right
from coaching.errors import NotAllowed
from coaching.installations import in_use
from coaching.packs import Form, Pack
from coaching.rules import evaluation
from coaching.rules.agenda import closing_begins
from coaching.rules.closing_facts import EvaluationFacts, FormFacts, Standing
from coaching.rules.evaluation import Comment, Publish, Window
from coaching.rules.terms import CircleKind, CircleState, Coming, Promise, ReminderKind, SessionState
from storage.engine import leave_no_trace
from storage.models import (
    Circle,
    CoachingSession,
    EvaluationAnswer,
    EvaluationAsked,
    EvaluationReceipt,
    EvaluationWindow,
    Membership,
    OutboxRow,
    OutboxState,
    Outgoing,
    Reminder,
)
from storage.upsert import insert_if_absent

LONGEST_COMMENT = 3000
OVER = "the evaluation has closed"
"""How every message about a closed evaluation ends that is not needed any more, whoever it was for."""

ALREADY = "You have answered this evaluation. Nobody can find your answer, so it cannot be changed either."
TOO_LATE = "This evaluation has closed, so your answer was not taken. The next session has one again."
NOT_ASKED = "This evaluation asks those who were to come to the session, and you are not among them."
ABSENT = (
    "It was recorded that you were not at this session, so there is nothing to answer. "
    "If that is wrong, anybody in the circle can correct it."
)


@dataclass(frozen=True)
class Filled:
    """A form as somebody filled it in."""

    scores: Mapping[str, int]
    """By the id of the statement."""
    comments: Mapping[str, str]
    """By the id of the question; only what was written."""


# --- the clock ---


def open_due(db: Session, now: datetime) -> bool:
    """Opens the windows of sessions whose closing part has begun. Safe to repeat, and in two workers.

    Whether there are more.
    """
    begun = db.execute(_begun_without_window(), {"now": now, "since": now - evaluation.WINDOW})
    group = CircleKind.GROUP
    due = [id for id, starts_at, length in begun if closing_begins(starts_at, length, group) <= now]
    return apart.some(db, "session", due, lambda id: open_window(db, db.get_one(CoachingSession, id), now))


@cache
def _begun_without_window() -> Select[int, datetime, int]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    has_window = (
        select(EvaluationWindow.id)
        .where(
            EvaluationWindow.workspace_id == CoachingSession.workspace_id,
            EvaluationWindow.session_id == CoachingSession.id,
        )
        .exists()
    )
    members = select(func.count(Membership.id)).where(
        Membership.circle_id == CoachingSession.circle_id, Membership.left_at.is_(None)
    )
    return (
        select(CoachingSession.id, CoachingSession.starts_at, CoachingSession.length)
        .join(Circle, Circle.id == CoachingSession.circle_id)
        .where(
            CoachingSession.state == SessionState.SCHEDULED,
            CoachingSession.starts_at <= bindparam("now"),
            CoachingSession.ends_at > bindparam("since"),
            Circle.kind == CircleKind.GROUP,
            # Those that will never have one would be looked at until the window's time is over.
            Circle.state != CircleState.CLOSED,
            cast(Circle.reminders_off, String).not_like(f'%"{ReminderKind.EVALUATION}"%'),
            members.scalar_subquery() >= evaluation.FEWEST_MEMBERS,
            ~has_window,
            in_use(CoachingSession.workspace_id),
        )
    )


def open_window(db: Session, session: CoachingSession, now: datetime) -> None:
    """Asks all who have not said that they can't make it, once the closing part has begun.

    What the form promises is fixed here, by the size of the circle of now.
    """
    circle = session.circle
    opens_at = closing_begins(session.starts_at, session.length, circle.kind)
    closes_at = evaluation.window_closes(session.ends_at)
    promise = evaluation.promise_for(len(circle.members))
    if promise is None or not opens_at <= now < closes_at or not _evaluates(session):
        return
    new = insert_if_absent(
        db,
        EvaluationWindow,
        workspace_id=session.workspace_id,
        circle_id=circle.id,
        session_id=session.id,
        form_id=circle.form_id,
        promise=promise,
        opens_at=opens_at,
        closes_at=closes_at,
        waits=False,
    )
    if new:
        _ask(db, session)


def _evaluates(session: CoachingSession) -> bool:
    """Whether there is an evaluation at all: in a group of three or more that has not turned it off."""
    circle = session.circle
    if session.state is not SessionState.SCHEDULED or circle.state is CircleState.CLOSED:
        return False
    wanted = ReminderKind.EVALUATION not in circle.reminders_off
    large = evaluation.promise_for(len(circle.members)) is not None
    return wanted and large and circle.kind is CircleKind.GROUP


def _ask(db: Session, session: CoachingSession) -> None:
    window = _window(db, session)
    for member in session.circle.members:
        if window and session.coming(member.person_id) is not Coming.NO and member.person.active:
            db.add(
                EvaluationAsked(
                    window_id=window.id, person_id=member.person_id, workspace_id=session.workspace_id
                )
            )
    db.flush()


def close_due(db: Session, now: datetime, make_rng: Callable[[], Random] = SystemRandom) -> bool:
    """Closes windows whose time is up, or which everybody has answered. Each closes once.

    Whether there are more.
    """
    results.forget_waiting(db)
    ready = db.execute(_ready_to_close(), {"now": now}).all()
    first = {circle: id for id, circle in reversed(ready)}  # what waits after one is for the next
    return apart.some(
        db,
        "evaluation",
        first.values(),
        lambda id: _close_if_over(db, id, now, make_rng),
        further=len(first) < len(ready),
    )


def _close_if_over(db: Session, window_id: int, now: datetime, make_rng: Callable[[], Random]) -> None:
    window = db.scalar(
        select(EvaluationWindow)
        .where(EvaluationWindow.id == window_id, EvaluationWindow.closed_at.is_(None))
        # Another worker that is closing it keeps it; this one goes on with the others.
        .with_for_update(skip_locked=True, of=EvaluationWindow)
        .execution_options(populate_existing=True)
    )
    if window is None:
        return
    session = db.get_one(CoachingSession, window.session_id)
    asked, answered = _asked(db, session, window), _answered(db, window)
    if evaluation.is_over(window.closes_at, now, asked, answered):
        _close(db, session, window, len(asked.expected), now, make_rng())


@cache
def _ready_to_close() -> Select[int, int]:
    answered = (
        select(EvaluationReceipt.window_id)
        .where(
            EvaluationReceipt.window_id == EvaluationAsked.window_id,
            EvaluationReceipt.person_id == EvaluationAsked.person_id,
        )
        .exists()
    )
    waited_for = (
        select(EvaluationAsked.person_id)
        .join(Membership, Membership.person_id == EvaluationAsked.person_id)
        .where(
            EvaluationAsked.window_id == EvaluationWindow.id,
            Membership.circle_id == EvaluationWindow.circle_id,
            Membership.left_at.is_(None),
            ~EvaluationAsked.out,
            ~answered,
        )
        .exists()
    )
    return (
        select(EvaluationWindow.id, EvaluationWindow.circle_id)
        .where(
            EvaluationWindow.closed_at.is_(None),
            or_(EvaluationWindow.closes_at <= bindparam("now"), ~waited_for),
        )
        .order_by(EvaluationWindow.closes_at, EvaluationWindow.id)
    )


# --- people ---


def facts(db: Session, session: CoachingSession, person_id: int, now: datetime) -> EvaluationFacts:
    """How one person stands to the evaluation of a session."""
    window = _window(db, session)
    members = len(session.circle.members)
    return EvaluationFacts(
        session=sessions.facts(session),
        standing=_standing(db, session, window, person_id, now),
        promise=window.promise if window else evaluation.promise_for(members) or Promise.ANONYMOUS,
        closes_at=window.closes_at if window else evaluation.window_closes(session.ends_at),
        result_id=results.of_session(db, session),
        waits=window.waits if window else False,
    )


def open_form(
    db: Session, actor: Actor, session_id: int, pack: Pack, now: datetime
) -> tuple[EvaluationFacts, FormFacts]:
    """The form for somebody who may answer. Raises `NotAllowed` with the reason for everybody else."""
    session = access.session(db, actor, session_id, Right.SEE)
    shown = facts(db, session, actor.person.id, now)
    _check(session, shown.standing, actor.person.id)
    if closing_begins(session.starts_at, session.length, session.circle.kind) > now:
        raise NotAllowed("The evaluation opens in the last part of the session.")
    return shown, form_facts(_form(db, session, pack))


def answer(
    db: Session, actor: Actor, session_id: int, filled: Filled, pack: Pack, now: datetime
) -> CoachingSession:
    """Takes an answer, once per person. It is kept without a name and without a time.

    Raises `NotAllowed` when it comes too late, a second time, or from somebody who was not asked.
    """
    session, window, asked = _for_writing(db, actor, session_id, now)
    check_filled(pack.form(window.form_id, session.circle.kind), filled)
    receipt = {
        "window_id": window.id,
        "person_id": actor.person.id,
        "workspace_id": session.workspace_id,
    }
    if not insert_if_absent(db, EvaluationReceipt, **receipt):
        raise NotAllowed(ALREADY)
    asked.out = False  # "I wasn't there" was a slip
    _take(db, window, filled)
    return session


def was_not_there(db: Session, actor: Actor, session_id: int, now: datetime) -> CoachingSession:
    """Takes somebody out of those who are asked. Answering after all brings them back."""
    session, _, asked = _for_writing(db, actor, session_id, now)
    asked.out = True
    db.flush()
    return session


def own_message(db: Session, session: CoachingSession, person_id: int) -> OutboxRow | None:
    """The direct message that asked this person, if it stands."""
    rows = outbox.standing(db, session, Outgoing.EVALUATION)
    return next((one for one in rows if one.person_id == person_id and one.slack_ts), None)


def may_be_asked(db: Session, session: CoachingSession, person_id: int, now: datetime) -> bool:
    """Whether the evaluation still waits for this person."""
    window = _window(db, session)
    return window is not None and _standing(db, session, window, person_id, now) is Standing.OPEN


def anybody_answered(db: Session, session: CoachingSession) -> bool:
    """A trace that the session took place; whose, nobody knows."""
    window = _window(db, session)
    return window is not None and bool(window.answered or _answers(db, window))


# --- what was recorded about the session ---


def set_absent(db: Session, session: CoachingSession, absent: Mapping[int, bool]) -> None:
    """Who is recorded as absent is out, while the window is open; who is not any more is asked again."""
    window = _window(db, session)
    if window is None or window.closed_at is not None:
        return
    for person_id, out in absent.items():
        db.execute(
            update(EvaluationAsked)
            .where(EvaluationAsked.window_id == window.id, EvaluationAsked.person_id == person_id)
            .values(out=out)
        )


def discard(db: Session, session: CoachingSession, now: datetime) -> None:
    """The session did not take place: its evaluation closes at once, its answers are deleted unread."""
    window = _window(db, session, lock=True)
    if window is not None and window.closed_at is None:
        window.closed_at = now
        _forget(db, window)
        db.flush()
    _settle_messages(db, session, now)


def form_facts(form: Form) -> FormFacts:
    return FormFacts(
        form.title,
        tuple((one.id, one.text) for one in form.statements),
        tuple((one.id, one.text) for one in form.questions),
    )


# --- steps ---


def _window(db: Session, session: CoachingSession, *, lock: bool = False) -> EvaluationWindow | None:
    query = select(EvaluationWindow).where(
        EvaluationWindow.workspace_id == session.workspace_id, EvaluationWindow.session_id == session.id
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.scalar(query)


def _form(db: Session, session: CoachingSession, pack: Pack) -> Form:
    window = _window(db, session)
    return pack.form(window.form_id if window else session.circle.form_id, session.circle.kind)


def _standing(
    db: Session, session: CoachingSession, window: EvaluationWindow | None, person_id: int, now: datetime
) -> Standing:
    if now >= evaluation.window_closes(session.ends_at) or (window and window.closed_at):
        return Standing.CLOSED
    if window is None:
        # The message can be a moment ahead of the window.
        return Standing.OPEN if _evaluates(session) else Standing.CLOSED
    asked = db.get(EvaluationAsked, (window.id, person_id))
    if asked is None or session.circle.member(person_id) is None:
        return Standing.NOT_ASKED
    if db.get(EvaluationReceipt, (window.id, person_id)) is not None:
        return Standing.ANSWERED
    return Standing.OUT if asked.out else Standing.OPEN


def _check(session: CoachingSession, standing: Standing, person_id: int) -> None:
    """Raises `NotAllowed` unless an answer can be taken."""
    refusal = {Standing.ANSWERED: ALREADY, Standing.CLOSED: TOO_LATE, Standing.NOT_ASKED: NOT_ASKED}
    if standing in refusal:
        raise NotAllowed(refusal[standing])
    if standing is Standing.OUT and _recorded_absent(session, person_id):
        raise NotAllowed(ABSENT)


def _recorded_absent(session: CoachingSession, person_id: int) -> bool:
    """Recorded by somebody, that is: what the bot only assumes keeps nobody from answering."""
    recorded = session.recorded_at is not None and not session.assumed
    return recorded and any(one.person_id == person_id and not one.attended for one in session.attendance)


def _for_writing(
    db: Session, actor: Actor, session_id: int, now: datetime
) -> tuple[CoachingSession, EvaluationWindow, EvaluationAsked]:
    """The open window of a session, held so that it does not close meanwhile."""
    session = access.session(db, actor, session_id, Right.SEE)
    window = _window(db, session, lock=True)
    if window is None:  # the message was a moment ahead of it
        open_window(db, session, now)
        window = _window(db, session, lock=True)
    if window is None:
        raise NotAllowed(TOO_LATE)
    _check(session, _standing(db, session, window, actor.person.id, now), actor.person.id)
    return session, window, db.get_one(EvaluationAsked, (window.id, actor.person.id))


def check_filled(form: Form, filled: Filled) -> None:
    """Raises `NotAllowed` for what the form cannot have given."""
    whole = set(filled.scores) == {one.id for one in form.statements}
    if not whole or not all(score in evaluation.SCALE for score in filled.scores.values()):
        raise NotAllowed("Choose a number from 1 to 5 for every statement; nothing was sent yet.")
    known = set(filled.comments) <= {one.id for one in form.questions}
    if not known or any(len(words) > LONGEST_COMMENT for words in filled.comments.values()):
        raise NotAllowed(f"Keep each comment within {LONGEST_COMMENT} characters; nothing was sent yet.")


def _take(db: Session, window: EvaluationWindow, filled: Filled) -> None:
    """Keeps an answer, and writes all receipts and answers of the window anew, each in an order of its own.

    Left as they came, both would lie in the database in the order of answering, and PostgreSQL even marks
    the rows that one transaction has written: side by side they would say who answered what.
    """
    given = [(one.scores, one.comments) for one in _answers(db, window)]
    who = _answered(db, window)
    _forget_answers(db, window)
    ids = {"window_id": window.id, "workspace_id": window.workspace_id}
    db.execute(insert(EvaluationReceipt), [{**ids, "person_id": one} for one in sorted(who)])
    rows = [
        {**ids, "key": uuid4().hex, "circle_id": window.circle_id, "scores": score, "comments": words}
        for score, words in [*given, (dict(filled.scores), dict(filled.comments))]
    ]
    db.execute(insert(EvaluationAnswer), sorted(rows, key=lambda row: str(row["key"])))
    db.flush()


def _asked(db: Session, session: CoachingSession, window: EvaluationWindow) -> evaluation.Asked:
    """Whom the window asks. Who has left the circle can't answer any more, so nobody waits for them."""
    rows = db.scalars(select(EvaluationAsked).where(EvaluationAsked.window_id == window.id)).all()
    here = {member.person_id for member in session.circle.members}
    out = {one.person_id for one in rows if one.out or one.person_id not in here}
    return evaluation.Asked(frozenset(one.person_id for one in rows), frozenset(out))


def _answered(db: Session, window: EvaluationWindow) -> frozenset[int]:
    query = select(EvaluationReceipt.person_id).where(EvaluationReceipt.window_id == window.id)
    return frozenset(db.scalars(query))


def _answers(db: Session, window: EvaluationWindow) -> list[EvaluationAnswer]:
    query = select(EvaluationAnswer).where(
        EvaluationAnswer.workspace_id == window.workspace_id, EvaluationAnswer.window_id == window.id
    )
    return list(db.scalars(query))


def _close(
    db: Session, session: CoachingSession, window: EvaluationWindow, asked: int, now: datetime, rng: Random
) -> None:
    """All of the closing in one transaction: count, forget who, shuffle, publish or keep waiting."""
    circle = _locked_circle(db, session)
    answers = _answers(db, window)
    # Counting among those asked who was out and has answered all the same would tell that they have.
    window.closed_at, window.asked, window.answered = now, max(asked, len(answers)), len(answers)
    material = Window(
        [one.scores for one in answers],
        [Comment(*pair) for one in answers for pair in one.comments.items()],
        window.asked,
        window.promise,
    )
    outcome = evaluation.decide(material, results.waiting(db, circle), rng)
    _forget(db, window)
    results.clear_waiting(db, circle)
    if isinstance(outcome, Publish):
        results.publish(db, session, window, outcome, now)
    elif results.keeps_waiting(circle):
        window.waits = bool(answers)
        results.keep(db, circle, outcome.waiting)
    db.flush()
    _settle_messages(db, session, now)


def _locked_circle(db: Session, session: CoachingSession) -> Circle:
    """Two windows of one circle must not both take what waits in it."""
    return db.scalars(select(Circle).where(Circle.id == session.circle_id).with_for_update(of=Circle)).one()


def _forget(db: Session, window: EvaluationWindow) -> None:
    """All that a closed window holds no more. Whose row of those asked was written last, and that somebody
    is in it again, would tell that they have answered."""
    _forget_answers(db, window)
    db.execute(delete(EvaluationAsked).where(EvaluationAsked.window_id == window.id))
    leave_no_trace(db)


def _forget_answers(db: Session, window: EvaluationWindow) -> None:
    """The receipts, and the answers under the keys that they were given at their time."""
    db.execute(delete(EvaluationReceipt).where(EvaluationReceipt.window_id == window.id))
    db.execute(
        delete(EvaluationAnswer).where(
            EvaluationAnswer.workspace_id == window.workspace_id, EvaluationAnswer.window_id == window.id
        )
    )


def _settle_messages(db: Session, session: CoachingSession, now: datetime) -> None:
    """After a closing the messages of all say the same, and none tells who was reminded."""
    _forget_nudges(db, session, now)
    outbox.void(db, session, OVER, now, Outgoing.EVALUATION)
    outbox.refresh(db, outbox.standing(db, session, Outgoing.EVALUATION), now)
    outbox.home(db, [member.person for member in session.circle.members], now)


def _forget_nudges(db: Session, session: CoachingSession, now: datetime) -> None:
    """A nudge that was sent, and one that was not because of an answer, must look the same afterwards."""
    nudges = select(Reminder.outbox_id).where(
        Reminder.workspace_id == session.workspace_id,
        Reminder.session_id == session.id,
        Reminder.kind == ReminderKind.EVALUATION_NUDGE,
        Reminder.outbox_id.is_not(None),
    )
    carried = list(db.scalars(nudges))
    # Numbers are missing where edits of nudges were: between those of other reminders that would say whose.
    said = [row.id for row in reminders.standing(db, session)]
    edits = OutboxRow.target_id.in_(said) & OutboxRow.state.not_in(outbox.ON_ITS_WAY)
    db.execute(delete(OutboxRow).where(OutboxRow.workspace_id == session.workspace_id, edits))
    reminders.drop(db, session, ReminderKind.EVALUATION_NUDGE)
    others = select(Reminder.outbox_id).where(Reminder.outbox_id.in_(carried))
    # One that went out with other things in it stays for their sake; so does one that is still to go out.
    stays = OutboxRow.state.in_(outbox.STANDING) & OutboxRow.id.in_(others)
    rows = list(db.scalars(select(OutboxRow.id).where(OutboxRow.id.in_(carried), ~stays)))
    db.execute(delete(OutboxRow).where(OutboxRow.target_id.in_(rows)))
    db.execute(update(OutboxRow).where(OutboxRow.id.in_(rows)).values(**_ended(now)))


def _ended(now: datetime) -> dict[str, Any]:
    return {
        "state": OutboxState.SKIPPED,
        "outcome": OVER,
        "finished_at": now,
        "attempts": 0,
        "not_before": None,
        "claim_token": None,
        "lease_until": None,
        "slack_channel": None,
        "slack_ts": None,
    }

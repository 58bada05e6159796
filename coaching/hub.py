"""What somebody sees first: what comes, what waits for them, how their circles stand."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import (
    access,
    actions,
    cases,
    circles,
    closing,
    in_person,
    notes,
    polls,
    reflections,
    roles,
    sessions,
    swaps,
)
from coaching.access import Actor
from coaching.rules import evaluation
from coaching.rules.facts import CircleStanding, HubFacts, SessionFacts
from coaching.rules.terms import CircleKind, Coming, PersonKind, SessionState
from storage.models import Circle, CoachingSession, EvaluationAsked, EvaluationReceipt, EvaluationWindow

MOST_SESSIONS = 5
TURNS = 1
"""Sessions of each circle of which the roles are shown."""


def opened(db: Session, actor: Actor, now: datetime) -> HubFacts:
    """Somebody looks at their Home tab: from now on it follows what changes."""
    actor.person.home_opened_at = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return of_person(db, actor, now)


def of_person(db: Session, actor: Actor, now: datetime) -> HubFacts:
    mine = access.circles(db, actor)
    coming = _coming(db, mine, now)
    me = actor.person.id
    return HubFacts(
        person_id=me,
        may_create=actor.person.kind is PersonKind.FULL,
        coming=tuple(coming[:MOST_SESSIONS]),
        to_answer=tuple(one for one in coming if one.answer_of(me) is Coming.UNKNOWN),
        to_evaluate=(*_unanswered(db, actor, mine, now), *_to_look_back_at(db, actor, mine, now)),
        to_record=tuple(_unrecorded(db, actor, mine, now)),
        circles=tuple(_standing(db, one, coming, now) for one in mine),
        polls=tuple(polls.waiting_for(db, actor, mine, now)),
        swaps=tuple(swaps.waiting_for(db, actor, now)),
        cases=tuple(sessions.facts(one) for one in cases.to_prepare(db, actor, mine, now)),
        notes=tuple(sessions.facts(one) for one in notes.to_write(db, actor, mine, now)),
        actions=tuple(actions.waiting_for(db, actor, mine)),
    )


def _coming(db: Session, mine: Sequence[Circle], now: datetime) -> list[SessionFacts]:
    found = [session for circle in mine for session in sessions.scheduled(db, circle, now)]
    return [sessions.facts(one) for one in sorted(found, key=lambda one: (one.starts_at, one.id))]


def _unrecorded(db: Session, actor: Actor, mine: Sequence[Circle], now: datetime) -> list[SessionFacts]:
    """Ended, nobody has said what happened, and this person is the one who is asked."""
    silent = closing.unrecorded(db, mine, now)
    return [sessions.facts(one) for one in silent if roles.convener(db, one.circle, one) == actor.person.id]


def _unanswered(db: Session, actor: Actor, mine: Sequence[Circle], now: datetime) -> list[SessionFacts]:
    """Sessions whose evaluation waits for this person."""
    person = actor.person.id
    answered = select(EvaluationReceipt.window_id).where(EvaluationReceipt.person_id == person)
    found = db.scalars(
        select(CoachingSession)
        .join(EvaluationWindow, EvaluationWindow.session_id == CoachingSession.id)
        .join(EvaluationAsked, EvaluationAsked.window_id == EvaluationWindow.id)
        .where(
            EvaluationAsked.person_id == person,
            EvaluationAsked.out.is_(False),
            EvaluationWindow.workspace_id == actor.workspace_id,
            EvaluationWindow.circle_id.in_([circle.id for circle in mine]),
            EvaluationWindow.closed_at.is_(None),
            EvaluationWindow.closes_at > now,
            EvaluationWindow.id.not_in(answered),
        )
        .order_by(CoachingSession.ends_at)
    )
    return [sessions.facts(one) for one in found]


def _to_look_back_at(db: Session, actor: Actor, mine: Sequence[Circle], now: datetime) -> list[SessionFacts]:
    """Sessions of a pair that this person has not looked back at, as long as a group would be asked."""
    found = db.scalars(
        select(CoachingSession)
        .where(
            CoachingSession.circle_id.in_([one.id for one in mine if one.kind is CircleKind.PAIR]),
            CoachingSession.state.in_([SessionState.SCHEDULED, SessionState.HELD]),
            CoachingSession.starts_at <= now,
            CoachingSession.ends_at > now - evaluation.WINDOW,
        )
        .order_by(CoachingSession.ends_at)
    )
    return [sessions.facts(one) for one in found if reflections.waits_for(db, one, actor.person.id, now)]


def _standing(db: Session, circle: Circle, coming: Sequence[SessionFacts], now: datetime) -> CircleStanding:
    next_one = next((one for one in coming if one.circle_id == circle.id), None)
    sentences = " ".join(in_person.sentences(db, circle, now))
    return CircleStanding(circles.facts(circle), next_one, sentences, roles.upcoming(db, circle, now, TURNS))

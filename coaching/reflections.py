"""A pair's looking back: kept with its author, seen by them alone unless they share it. In no figure."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import access, evaluations, outbox, people, sessions
from coaching.access import Actor, Right
from coaching.errors import NotAllowed, NotFound
from coaching.evaluations import Filled
from coaching.packs import Pack
from coaching.rules.agenda import closing_begins
from coaching.rules.closing_facts import FormFacts, PairFacts, ReflectionFacts
from coaching.rules.facts import PersonFacts, SessionFacts
from coaching.rules.terms import CircleKind, Coming, SessionState
from storage.models import CoachingSession, OutboxRow, Outgoing, PairReflection, Person

V = TypeVar("V")


def is_pairs(session: CoachingSession) -> bool:
    """Whether looking back at this session is its two people's own affair."""
    return session.circle.kind is CircleKind.PAIR


def facts(db: Session, session: CoachingSession, person_id: int, pack: Pack) -> PairFacts:
    """What one of the two can see: their own, and their partner's where it is shared."""
    found = db.scalars(
        select(PairReflection).where(
            PairReflection.workspace_id == session.workspace_id, PairReflection.session_id == session.id
        )
    )
    visible = [_facts(db, session, one, person_id, pack) for one in found if _may_see(one, person_id)]
    return PairFacts(
        session=sessions.facts(session),
        mine=next((one for one in visible if one.mine), None),
        partners=next((one for one in visible if not one.mine), None),
    )


def open_form(
    db: Session, actor: Actor, session_id: int, pack: Pack, now: datetime
) -> tuple[SessionFacts, FormFacts, ReflectionFacts | None]:
    session = _session(db, actor, session_id, now)
    form = pack.form(session.circle.form_id, CircleKind.PAIR)
    mine = facts(db, session, actor.person.id, pack).mine
    return sessions.facts(session), evaluations.form_facts(form), mine


def keep(
    db: Session, actor: Actor, session_id: int, filled: Filled, pack: Pack, now: datetime
) -> CoachingSession:
    """Keeps what somebody wrote, or wrote anew. Whether it is shared stays as it was."""
    session = _session(db, actor, session_id, now)
    form = pack.form(session.circle.form_id, CircleKind.PAIR)
    evaluations.check_filled(form, filled)
    mine = _own(db, session, actor.person.id)
    if mine is None:
        mine = PairReflection(
            workspace_id=session.workspace_id, session_id=session.id, person_id=actor.person.id, shared=False
        )
        db.add(mine)
    mine.form_id, mine.scores, mine.comments = form.id, dict(filled.scores), dict(filled.comments)
    db.flush()
    outbox.home(db, [actor.person], now)
    return session


def waits_for(db: Session, session: CoachingSession, person_id: int, now: datetime) -> bool:
    """Whether somebody could look back at this session of their pair and has not; not for who can't come."""
    begun = closing_begins(session.starts_at, session.length, CircleKind.PAIR) <= now
    there = _was_asked(session, person_id) and session.coming(person_id) is not Coming.NO
    return begun and there and _own(db, session, person_id) is None


def share(db: Session, actor: Actor, session_id: int, shared: bool, now: datetime) -> CoachingSession:
    """Shows it to the partner, who is told; or takes that back. Only one's own."""
    session = access.session(db, actor, session_id, Right.SEE)
    mine = _own(db, session, actor.person.id)
    if mine is None:
        raise NotFound
    if mine.shared != shared:
        mine.shared = shared
        db.flush()
        _tell(db, session, mine, now)
    return session


def see(db: Session, actor: Actor, session_id: int, author_id: int, pack: Pack) -> ReflectionFacts:
    """One's own, or the partner's while it is shared. Raises `NotFound` for everything else."""
    session = access.session(db, actor, session_id, Right.SEE)
    found = _own(db, session, author_id)
    if found is None or not _may_see(found, actor.person.id) or not _was_asked(session, actor.person.id):
        raise NotFound
    return _facts(db, session, found, actor.person.id, pack)


def shared_by(db: Session, session: CoachingSession, author_id: int, pack: Pack) -> ReflectionFacts | None:
    """What the author shares with their partner now."""
    found = _own(db, session, author_id)
    return _facts(db, session, found, 0, pack) if found and found.shared else None


def author(db: Session, author_id: int) -> PersonFacts:
    return people.facts(db.get_one(Person, author_id))


def _session(db: Session, actor: Actor, session_id: int, now: datetime) -> CoachingSession:
    session = access.session(db, actor, session_id, Right.SEE)
    asked = _was_asked(session, actor.person.id)
    if not asked or not is_pairs(session) or session.state not in (SessionState.SCHEDULED, SessionState.HELD):
        raise NotAllowed("There is nothing to look back at here.")
    if closing_begins(session.starts_at, session.length, CircleKind.PAIR) > now:
        raise NotAllowed("Looking back comes at the end of the session.")
    return session


def _own(db: Session, session: CoachingSession, person_id: int) -> PairReflection | None:
    return db.scalar(
        select(PairReflection).where(
            PairReflection.workspace_id == session.workspace_id,
            PairReflection.session_id == session.id,
            PairReflection.person_id == person_id,
        )
    )


def _may_see(one: PairReflection, person_id: int) -> bool:
    return one.person_id == person_id or one.shared


def _was_asked(session: CoachingSession, person_id: int) -> bool:
    """Shared with the partner of that session, that is, and with nobody who joined later."""
    return any(one.person_id == person_id for one in session.attendance)


def _facts(
    db: Session, session: CoachingSession, one: PairReflection, viewer: int, pack: Pack
) -> ReflectionFacts:
    form = pack.form(one.form_id, CircleKind.PAIR)
    return ReflectionFacts(
        session=sessions.facts(session),
        author=author(db, one.person_id),
        mine=one.person_id == viewer,
        shared=one.shared,
        scores=_named(one.scores, {asked.id: asked.text for asked in form.statements}),
        comments=_named(one.comments, {asked.id: asked.text for asked in form.questions}),
    )


def _named(kept: Mapping[str, V], words: Mapping[str, str]) -> tuple[tuple[str, V], ...]:
    """By their words, in the order of the form; what the form has no more comes last."""
    ids = [one for one in words if one in kept] + [one for one in kept if one not in words]
    return tuple((words.get(one, one), kept[one]) for one in ids)


def _tell(db: Session, session: CoachingSession, mine: PairReflection, now: datetime) -> None:
    """The partner gets one message, which follows from then on whether it is shared."""
    for one in session.attendance:
        partner = one.person_id
        if partner == mine.person_id or session.circle.member(partner) is None:
            continue
        if mine.shared:
            outbox.put(
                db,
                Outgoing.REFLECTION_SHARED,
                f"reflection:{session.id}:{mine.person_id}:{partner}",
                workspace_id=session.workspace_id,
                session=session,
                person=partner,
                facts={"author": mine.person_id},
                due_at=now,
                now=now,
            )
    rows = outbox.standing(db, session, Outgoing.REFLECTION_SHARED, Outgoing.EVALUATION)
    outbox.refresh(db, [row for row in rows if _concerns(row, mine.person_id)], now)


def _concerns(row: OutboxRow, author_id: int) -> bool:
    return row.kind is Outgoing.EVALUATION or row.facts.get("author") == author_id

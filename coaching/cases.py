"""The case: who prepares it, what is kept, when the circle can read it, and what follows from that."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coaching import access, outbox, people, reminders, sessions
from coaching.access import Actor, Right
from coaching.errors import Changed, NotAllowed, NotYours, Refused
from coaching.packs import Pack
from coaching.rules.case_facts import MOST_TAGS, PARTS, CaseDraft, CaseFacts, CaseForm, TagChoices, TagFacts
from coaching.rules.fields import Field
from coaching.rules.terms import CircleKind, CircleState, Coming, SessionState
from storage.models import Case, Circle, CoachingSession, Outgoing, Person

LONGEST = 3000
"""Characters of each part."""
LONGEST_TITLE = 150
MOST_LISTED = 20
NOT_HELD = (SessionState.CANCELLED, SessionState.SKIPPED, SessionState.MISSED)
ELSEWHERE = (
    "You have saved this case in another window meanwhile, so this one was not saved. "
    "Copy what you typed here, open the case again, and you will see what is kept."
)

# --- who prepares ---


def may_prepare(session: CoachingSession, person_id: int, now: datetime) -> bool:
    """The presenter of a session that has not begun; in a pair each of the two."""
    return _is_presenter(session, person_id) and _is_open(session, now)


def _is_presenter(session: CoachingSession, person_id: int) -> bool:
    circle = session.circle
    if circle.member(person_id) is None:
        return False
    return circle.kind is CircleKind.PAIR or session.presenter_id == person_id


def _is_open(session: CoachingSession, now: datetime) -> bool:
    lives = session.circle.state is not CircleState.CLOSED
    return lives and session.state is SessionState.SCHEDULED and session.starts_at > now


def in_hand(db: Session, actor: Actor, now: datetime) -> CoachingSession | None:
    """The next session to which this person brings a case."""
    found = _coming(db, actor, access.circles(db, actor), now)
    return min(found, key=lambda one: (one.starts_at, one.id), default=None)


def to_prepare(db: Session, actor: Actor, mine: Sequence[Circle], now: datetime) -> list[CoachingSession]:
    """Coming sessions whose case waits for this person: they present, and have not shared one."""
    me = actor.person.id
    coming = [one for one in _coming(db, actor, mine, now) if one.coming(me) is not Coming.NO]
    shared = {
        one.session_id
        for one in _of_sessions(db, coming)
        if one.person_id == me and one.shared_at is not None
    }
    return [one for one in coming if one.id not in shared]


def _coming(db: Session, actor: Actor, mine: Sequence[Circle], now: datetime) -> list[CoachingSession]:
    found = [session for circle in mine for session in sessions.scheduled(db, circle, now)]
    return [one for one in found if may_prepare(one, actor.person.id, now)]


# --- reading ---


def read(db: Session, actor: Actor, case_id: int, pack: Pack, now: datetime) -> CaseFacts:
    """A case that is shared, for the members of its circle; also when that is closed."""
    case = access.case(db, actor, case_id)
    return _facts(case, pack, may_edit=case.person_id == actor.person.id and _is_open(case.session, now))


def shared(db: Session, session: CoachingSession) -> list[Case]:
    """What the circle can read for a session: its presenter's; in a pair each one's."""
    return [one for one in _of_sessions(db, [session]) if one.readable]


def newest(db: Session, actor: Actor, pack: Pack) -> tuple[CaseFacts, ...]:
    """The cases that this person can read, those of the latest sessions first."""
    mine = [one.id for one in access.circles(db, actor, closed=True)]
    found = db.scalars(
        _cases(actor.workspace_id)
        .join(CoachingSession, CoachingSession.id == Case.session_id)
        .where(CoachingSession.circle_id.in_(mine), Case.shared_at.is_not(None))
        .order_by(CoachingSession.starts_at.desc(), Case.id.desc())
    )
    readable = [one for one in found.unique() if one.readable]
    return tuple(_facts(one, pack) for one in readable[:MOST_LISTED])


def titles(db: Session, among: Sequence[CoachingSession]) -> dict[int, str]:
    """What the shared cases of these sessions are called, by session; a pair's two in one line."""
    found: dict[int, list[str]] = {}
    for one in _of_sessions(db, among):
        if one.readable:
            found.setdefault(one.session_id, []).append(one.title)
    return {session: " / ".join(called) for session, called in found.items()}


def facts_of(cases: Iterable[Case], pack: Pack) -> tuple[CaseFacts, ...]:
    return tuple(_facts(one, pack) for one in cases)


def _facts(case: Case, pack: Pack, *, may_edit: bool = False) -> CaseFacts:
    names = {one.id: one.name for one in _choices(pack, case.tags).all}
    return CaseFacts(
        id=case.id,
        session=sessions.facts(case.session),
        author=people.facts(case.person),
        title=case.title,
        texts=tuple(_texts(case).items()),
        tags=tuple(names[one] for one in case.tags),
        may_edit=may_edit,
    )


def _texts(case: Case) -> dict[Field, str]:
    kept = (case.situation, case.strengths, case.challenges, case.support, case.next_steps, case.feedback)
    return {part: words for part, words in zip(PARTS, kept, strict=True) if words}


def _choices(pack: Pack, chosen: Iterable[str]) -> TagChoices:
    """Of a principle and a value with the same id the first is meant."""
    principles = {one.id: one.name for one in pack.principles}
    values = {one.id: one.name for one in pack.values if one.id not in principles}
    others = {one: one for one in chosen if one not in {*principles, *values}}
    return TagChoices(_tags(principles), _tags(values), _tags(others))


def _tags(names: Mapping[str, str]) -> tuple[TagFacts, ...]:
    return tuple(TagFacts(id, name) for id, name in names.items())


# --- preparing ---


def open_form(db: Session, actor: Actor, session_id: int, pack: Pack, now: datetime) -> CaseForm:
    """The form as it was left. One that is new is filled with what was prepared for nothing so far.

    Raises `NotAllowed` with the reason.
    """
    session = access.session(db, actor, session_id, Right.RECORD)
    _check_may_prepare(session, actor, now)
    own = _own(db, session, actor)
    earlier = None if own else _never_presented(db, session, actor)
    kept = own or earlier
    return CaseForm(
        session=sessions.facts(session),
        draft=_draft(kept, is_shared=own is not None and own.shared_at is not None),
        revision=own.revision if own else 0,
        tags=_choices(pack, kept.tags if kept else ()),
        earlier=sessions.facts(earlier.session) if earlier else None,
    )


def _draft(kept: Case | None, *, is_shared: bool) -> CaseDraft:
    if kept is None:
        return CaseDraft()
    return CaseDraft(kept.title or None, _texts(kept), tuple(kept.tags), is_shared)


def save(
    db: Session, actor: Actor, session_id: int, revision: int, draft: CaseDraft, pack: Pack, now: datetime
) -> CoachingSession:
    """Keeps what is in the form, as a draft that nobody else sees or shared with the circle.

    Raises `Refused` with the fields, `NotAllowed`, and `Changed` for a window older than what is kept.
    """
    session = access.session(db, actor, session_id, Right.RECORD, lock=True)
    _check_may_prepare(session, actor, now)
    own = _own(db, session, actor)
    if (own.revision if own else 0) != revision:
        raise Changed(ELSEWHERE)
    _check(draft)
    source = own or _never_presented(db, session, actor)
    known = {one.id for one in _choices(pack, source.tags if source else ()).all}
    case = own or Case(
        workspace_id=session.workspace_id,
        session_id=session.id,
        session=session,
        person_id=actor.person.id,
        person=actor.person,
    )
    was_shared = case.shared_at is not None
    _write(case, draft, [one for one in draft.tags if one in known], now)
    db.add(case)
    db.flush()
    if was_shared is not draft.shared:
        _sharing_changed(db, session, actor.person, now)
    return session


def _check_may_prepare(session: CoachingSession, actor: Actor, now: datetime) -> None:
    """Raises `NotAllowed` with the reason why this person prepares nothing here, or nothing any more."""
    if session.state in NOT_HELD:
        raise NotAllowed(
            "This session was called off, so nothing is prepared for it. What you had prepared is kept, and "
            "stands in the form when you present the next time."
        )
    if session.state is not SessionState.SCHEDULED or session.starts_at <= now:
        raise NotAllowed("This session has begun, so its case stays as it is. It can still be read.")
    if not _is_presenter(session, actor.person.id):
        raise NotYours(
            "Somebody else presents at this session. Anything that you prepared is kept for you alone, and "
            "stands in the form when you present the next time."
        )


def _check(draft: CaseDraft) -> None:
    problems: dict[Field, str] = {
        part: f"This takes {LONGEST} characters at most. Move some of it to another field."
        for part, words in draft.texts.items()
        if len(words) > LONGEST
    }
    if draft.title and len(draft.title) > LONGEST_TITLE:
        problems[Field.TITLE] = f"A title takes {LONGEST_TITLE} characters at most."
    if len(draft.tags) > MOST_TAGS:
        problems[Field.TAGS] = f"Choose {MOST_TAGS} at most."
    if draft.shared and not draft.title:
        problems[Field.TITLE] = "Give it a title before you share it. A draft can do without."
    if draft.shared and Field.SITUATION not in draft.texts:
        problems[Field.SITUATION] = (
            "Say in brief what it is about before you share it. A draft can do without."
        )
    if problems:
        raise Refused(problems)


def _write(case: Case, draft: CaseDraft, tags: list[str], now: datetime) -> None:
    case.title = draft.title or ""
    case.situation, case.strengths, case.challenges, case.support, case.next_steps, case.feedback = (
        draft.texts.get(part, "") for part in PARTS
    )
    case.tags = tags
    case.updated_at = now
    case.shared_at = (case.shared_at or now) if draft.shared else None


def _sharing_changed(db: Session, session: CoachingSession, author: Person, now: datetime) -> None:
    """The thread says once that there is one, and follows; its author is reminded no more, or again."""
    _say_there(db, session, now)
    outbox.refresh(db, reminders.standing(db, session, reminders.OF_ANY_DATE), now)
    reminders.lay_out(db, session, now)
    outbox.home(db, [author], now)


def _say_there(db: Session, session: CoachingSession, now: datetime) -> None:
    card = outbox.card_of(db, session)
    lines = outbox.standing(db, session, Outgoing.CASE_SHARED)
    here = [one for one in lines if card and one.thread_of_id == card.id]
    if card is not None and not here and shared(db, session):
        outbox.put(
            db,
            Outgoing.CASE_SHARED,
            f"case:{session.id}:{uuid4().hex}",  # one that was taken back before it went out is no line
            workspace_id=session.workspace_id,
            session=session,
            thread_of=card,
            due_at=now,
            now=now,
        )
    outbox.refresh(db, lines, now)


# --- finding ---


def _own(db: Session, session: CoachingSession, actor: Actor) -> Case | None:
    return db.scalar(
        _cases(actor.workspace_id).where(Case.session_id == session.id, Case.person_id == actor.person.id)
    )


def _never_presented(db: Session, session: CoachingSession, actor: Actor) -> Case | None:
    """What this person prepared last in the circle, if its session was not held or its role went on."""
    last = db.scalars(
        _cases(actor.workspace_id)
        .join(CoachingSession, CoachingSession.id == Case.session_id)
        .where(
            CoachingSession.circle_id == session.circle_id,
            Case.session_id != session.id,
            Case.person_id == actor.person.id,
        )
        .order_by(Case.updated_at.desc(), Case.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return None
    lost = last.session.state in NOT_HELD or not _is_presenter(last.session, actor.person.id)
    return last if lost else None


def _of_sessions(db: Session, among: Sequence[CoachingSession]) -> list[Case]:
    if not among:
        return []
    found = db.scalars(
        _cases(among[0].workspace_id)
        .where(Case.session_id.in_([one.id for one in among]))
        .order_by(Case.session_id, Case.id)
    )
    return list(found.unique())


def _cases(workspace_id: str) -> Select[Case]:
    return select(Case).where(Case.workspace_id == workspace_id)

"""The notes of a session: who writes them, what is kept, who reads them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from coaching import access, actions, history, outbox, people, reminders, sessions
from coaching.access import Actor, Right
from coaching.errors import Changed, NotAllowed, NotYours, Refused
from coaching.rules import closing
from coaching.rules.facts import PersonFacts, SessionFacts
from coaching.rules.fields import Field
from coaching.rules.note_facts import (
    PARTS,
    ActionRow,
    NotesDraft,
    NotesForm,
    NotesPage,
    WrittenFacts,
)
from coaching.rules.terms import CircleKind, CircleState, ReminderKind, SessionState
from storage.models import Circle, CoachingSession, Notes, Outgoing

LONGEST = 3000
"""Characters of each part."""
NO_ROOM = (
    f"With what is written there already, this is longer than {LONGEST} characters. Shorten it here, or put "
    "it into another field by /coach notes."
)
WAITS_FOR = timedelta(days=14)
"""After a session: as long as that its notes wait for their writer in the hub."""
MOST_LISTED = 20
MOST_OFFERED = 100
BEGUN_OFFERED = 3
"""Of each circle: sessions that a message can be added to, besides the next one."""
NOTHING_TO_ADD_TO = (
    "You have no session to add this to. Notes are written by the note-taker of a session and by coaching "
    "leads, and in a pair by both; ask one of them to add it."
)
WRITABLE = (SessionState.SCHEDULED, SessionState.HELD)

# --- who writes ---


def may_write(session: CoachingSession, person_id: int) -> bool:
    """A group's note-taker and the leads; while nobody has the role, its facilitator too.

    In a pair each writes their own.
    """
    member = session.circle.member(person_id)
    if member is None:
        return False
    if _is_pairs(session) or member.lead:
        return True
    holder = session.note_taker_id if session.note_taker_id is not None else session.facilitator_id
    return holder == person_id


def is_open(session: CoachingSession, now: datetime) -> bool:
    """Whether anything can be written about it: it is to be, or was, and is not over 90 days past."""
    lives = session.circle.state is not CircleState.CLOSED and session.state in WRITABLE
    return lives and closing.may_correct(session.ends_at, now)


def to_write(db: Session, actor: Actor, mine: Sequence[Circle], now: datetime) -> list[CoachingSession]:
    """Sessions of these circles whose notes wait for this person: begun, and nothing written since."""
    found = db.scalars(
        _begun([one for one in mine if one.kind is CircleKind.GROUP], now).where(
            CoachingSession.note_taker_id == actor.person.id
        )
    )
    return [one for one in found.unique() if not history.notes_written(db, one)]


def in_hand(db: Session, actor: Actor, now: datetime) -> CoachingSession | None:
    """The session whose notes somebody would write now: the latest that waits for them, else the next."""
    mine = access.circles(db, actor)
    waiting = [*to_write(db, actor, mine, now), *_of_pairs(db, actor, mine, now)]
    if waiting:
        return max(waiting, key=lambda one: (one.starts_at, one.id))
    coming = [
        session
        for circle in mine
        for session in sessions.scheduled(db, circle, now)
        if session.note_taker_id == actor.person.id
        or (circle.kind is CircleKind.PAIR and session.starts_at <= now)
    ]
    return min(coming, key=lambda one: (one.starts_at, one.id), default=None)


def to_add_to(db: Session, actor: Actor, now: datetime) -> tuple[SessionFacts, ...]:
    """The sessions that this person may add words to: of each circle the last three and the next one.

    Raises `NotAllowed` when there is none.
    """
    found = [session for circle in access.circles(db, actor) for session in _near(db, actor, circle, now)]
    if not found:
        raise NotAllowed(NOTHING_TO_ADD_TO)
    newest_first = sorted(found, key=lambda one: (one.starts_at, one.id), reverse=True)
    return tuple(sessions.facts(one) for one in newest_first[:MOST_OFFERED])


def _near(db: Session, actor: Actor, circle: Circle, now: datetime) -> list[CoachingSession]:
    rows = db.scalars(
        select(CoachingSession)
        .where(
            CoachingSession.circle_id == circle.id,
            CoachingSession.state.in_(WRITABLE),
            CoachingSession.ends_at > now - closing.CORRECTED_WITHIN,
        )
        .order_by(CoachingSession.starts_at, CoachingSession.id)
    )
    mine = [one for one in rows.unique() if is_open(one, now) and may_write(one, actor.person.id)]
    begun = [one for one in mine if one.starts_at <= now]
    coming = [one for one in mine if one.starts_at > now]
    return [*begun[-BEGUN_OFFERED:], *coming[:1]]


def _of_pairs(db: Session, actor: Actor, mine: Sequence[Circle], now: datetime) -> list[CoachingSession]:
    """Sessions of their pairs that have begun and of which somebody has no notes: they may, and need not."""
    written = select(Notes.session_id).where(
        Notes.workspace_id == actor.workspace_id, Notes.person_id == actor.person.id
    )
    found = db.scalars(
        _begun([one for one in mine if one.kind is CircleKind.PAIR], now).where(
            CoachingSession.id.not_in(written)
        )
    )
    return list(found.unique())


def _begun(among: Sequence[Circle], now: datetime) -> Select[CoachingSession]:
    """Sessions of these circles that run, or were lately."""
    return (
        select(CoachingSession)
        .where(
            CoachingSession.circle_id.in_([one.id for one in among]),
            CoachingSession.state.in_(WRITABLE),
            CoachingSession.starts_at <= now,
            CoachingSession.ends_at > now - WAITS_FOR,
        )
        .order_by(CoachingSession.ends_at, CoachingSession.id)
    )


# --- reading ---


def read(db: Session, actor: Actor, session_id: int, now: datetime) -> NotesPage:
    """What was written about a session, for the members of its circle; also when that is closed."""
    session = access.session(db, actor, session_id, Right.SEE)
    me = actor.person.id
    return NotesPage(
        session=sessions.facts(session),
        written=_written(db, session),
        actions=tuple(actions.facts(one, me) for one in actions.of_session(db, session)),
        may_write=is_open(session, now) and may_write(session, me),
    )


def newest(db: Session, actor: Actor) -> tuple[SessionFacts, ...]:
    """The sessions with notes that this person can read, the newest first."""
    mine = [one.id for one in access.circles(db, actor, closed=True)]
    noted = select(Notes.session_id).where(Notes.workspace_id == actor.workspace_id)
    found = db.scalars(
        select(CoachingSession)
        .where(
            CoachingSession.workspace_id == actor.workspace_id,
            CoachingSession.circle_id.in_(mine),
            CoachingSession.id.in_(noted),
        )
        .order_by(CoachingSession.starts_at.desc(), CoachingSession.id.desc())
        .limit(MOST_LISTED)
    )
    return tuple(sessions.facts(one) for one in found.unique())


def _written(db: Session, session: CoachingSession) -> tuple[WrittenFacts, ...]:
    found = _all(db, session)
    by_id = people.with_ids(
        db, session.workspace_id, [id for one in found for id in (one.written_by_id, one.edited_by_id)]
    )
    return tuple(
        WrittenFacts(
            writer=people.facts(by_id[one.person_id or one.written_by_id]),
            written_at=one.written_at,
            editor=people.facts(by_id[one.edited_by_id]) if one.edited_by_id else None,
            edited_at=one.edited_at,
            texts=tuple(_texts(one).items()),
        )
        for one in found
    )


def _all(db: Session, session: CoachingSession) -> list[Notes]:
    return list(
        db.scalars(
            select(Notes)
            .where(Notes.workspace_id == session.workspace_id, Notes.session_id == session.id)
            .order_by(Notes.id)
        )
    )


def _texts(notes: Notes) -> dict[Field, str]:
    """What was written, by part."""
    kept = (notes.discussed, notes.offered, notes.ideas, notes.learning, notes.barriers)
    return {part: words for part, words in zip(PARTS, kept, strict=True) if words}


# --- writing ---


def open_form(
    db: Session, actor: Actor, session_id: int, now: datetime, draft: NotesDraft | None = None
) -> NotesForm:
    """The form as it is kept, or as it is filled in so far. Raises `NotAllowed` with the reason."""
    session = access.session(db, actor, session_id, Right.RECORD)
    _check_may_write(session, actor, now)
    notes = _own(db, session, actor)
    kept = actions.of_session(db, session)
    rows = tuple(
        ActionRow(one.what, one.owner_id, one.due_on, one.id, one.revision, one.done_at is not None)
        for one in kept
    )
    circle = session.circle
    left = {one.owner_id: people.facts(one.owner) for one in kept if circle.member(one.owner_id) is None}
    return NotesForm(
        session=sessions.facts(session),
        draft=_with_state(draft, rows) if draft else NotesDraft(_texts(notes) if notes else {}, rows),
        revision=notes.revision if notes else 0,
        people=(*(people.facts(one.person) for one in circle.members), *left.values()),
        for_another=_for_another(session, actor),
    )


def _with_state(draft: NotesDraft, kept: Sequence[ActionRow]) -> NotesDraft:
    """What is typed, beside what is known of the actions that were there."""
    done = {row.action_id for row in kept if row.done}
    return replace(draft, rows=tuple(replace(row, done=row.action_id in done) for row in draft.rows))


def save(
    db: Session, actor: Actor, session_id: int, revision: int, draft: NotesDraft, now: datetime
) -> CoachingSession:
    """Keeps what is in the form: the circle can read it from then on, and the thread says so, once.

    Raises `Refused` with the fields, `NotAllowed`, and `Changed` when somebody else was faster.
    """
    session = access.session(db, actor, session_id, Right.RECORD, lock=True)
    _check_may_write(session, actor, now)
    notes = _own(db, session, actor)
    if (notes.revision if notes else 0) != revision:
        raise Changed
    _check(db, session, draft, now)
    actions.write(db, session, draft.rows, now)
    _write(db, session, notes, actor, draft, now)
    return session


def add(db: Session, actor: Actor, session_id: int, words: str, now: datetime) -> CoachingSession:
    """Appends words to "What was discussed", with the rights of writing.

    Raises `Refused` when they do not fit any more, and `NotAllowed`.
    """
    session = access.session(db, actor, session_id, Right.RECORD, lock=True)
    _check_may_write(session, actor, now)
    notes = _own(db, session, actor)
    texts = _texts(notes) if notes else {}
    before = texts.get(Field.DISCUSSED)
    texts[Field.DISCUSSED] = f"{before}\n\n{words}" if before else words
    if len(texts[Field.DISCUSSED]) > LONGEST:
        raise Refused({Field.DISCUSSED: NO_ROOM})
    _write(db, session, notes, actor, NotesDraft(texts), now)
    return session


def _check_may_write(session: CoachingSession, actor: Actor, now: datetime) -> None:
    """Raises `NotAllowed` with the reason why this person writes nothing here, or nothing any more."""
    if not may_write(session, actor.person.id):
        raise NotYours("The note-taker of this session writes its notes; a coaching lead can, too.")
    if session.state is SessionState.MISSED:
        raise NotAllowed("It is recorded that you did not meet. If you did, put that right first.")
    if session.state not in WRITABLE:
        raise NotAllowed("This session was called off, so there is nothing to write down.")
    if not is_open(session, now):
        raise NotAllowed("This session is over 90 days past, so its notes stay as they are.")


def _check(db: Session, session: CoachingSession, draft: NotesDraft, now: datetime) -> None:
    problems: dict[Field, str | None] = {
        part: _too_long() if len(words) > LONGEST else None for part, words in draft.texts.items()
    }
    problems |= actions.problems(db, session, draft.rows, now)
    if not any(draft.texts.values()) and not any(row.what for row in draft.rows):
        problems[Field.DISCUSSED] = "Write down at least one thing, or an action below."
    found = {field: sentence for field, sentence in problems.items() if sentence}
    if found:
        raise Refused(found)


def _too_long() -> str:
    return f"This takes {LONGEST} characters at most. Move some of it to another field."


def _write(
    db: Session,
    session: CoachingSession,
    notes: Notes | None,
    actor: Actor,
    draft: NotesDraft,
    now: datetime,
) -> None:
    first = not _all(db, session)
    me = actor.person.id
    if notes is None:
        notes = Notes(
            workspace_id=session.workspace_id,
            session_id=session.id,
            person_id=me if _is_pairs(session) else None,
            written_by_id=me,
            written_at=now,
        )
        db.add(notes)
    notes.discussed, notes.offered, notes.ideas, notes.learning, notes.barriers = (
        draft.texts.get(part, "") for part in PARTS
    )
    if notes.written_by_id == me:
        notes.written_at = now
    else:
        notes.edited_by_id, notes.edited_at = me, now
    flag_modified(notes, "written_at")  # a new revision, also where only actions have changed
    db.flush()
    if first:
        _say_there(db, session, now)
    # Whoever was to be reminded of writing them is not any more.
    outbox.refresh(db, reminders.standing(db, session, (ReminderKind.NOTES_NUDGE,)), now)
    taker = session.circle.member(session.note_taker_id or 0)
    outbox.home(db, [actor.person, *([taker.person] if taker else [])], now)


def _say_there(db: Session, session: CoachingSession, now: datetime) -> None:
    """One line under the card. A session that was recorded afterwards has none."""
    card = outbox.card_of(db, session)
    if card is not None:
        outbox.put(
            db,
            Outgoing.NOTES_THERE,
            f"notes:{session.id}",
            workspace_id=session.workspace_id,
            session=session,
            thread_of=card,
            due_at=now,
            now=now,
        )


def _own(db: Session, session: CoachingSession, actor: Actor) -> Notes | None:
    """Those that this person would write: a group's one notes, or in a pair their own."""
    owner = actor.person.id if _is_pairs(session) else None
    return next((one for one in _all(db, session) if one.person_id == owner), None)


def _is_pairs(session: CoachingSession) -> bool:
    return session.circle.kind is CircleKind.PAIR


def _for_another(session: CoachingSession, actor: Actor) -> PersonFacts | None:
    if _is_pairs(session) or session.note_taker_id in (None, actor.person.id):
        return None
    return sessions.facts(session).note_taker

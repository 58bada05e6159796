"""What is stored about somebody: counted, and as one file. Nothing of others, no answer to an evaluation.

Who has answered an open evaluation is kept for its five days, and is in neither: a count that grows by one
when somebody answers would say so to whoever sees the page.
"""

import json
from datetime import date, datetime, time
from enum import Enum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from coaching import outbox
from coaching.access import Actor
from coaching.rules.keeping import Keeping
from coaching.rules.privacy_facts import StoredFacts
from storage.models import (
    ActionItem,
    Attendance,
    AuditEntry,
    Away,
    CalendarFeed,
    Case,
    Circle,
    CoachingSession,
    FormDraft,
    Installation,
    Invitation,
    Membership,
    Notes,
    OutboxRow,
    OutboxState,
    Outgoing,
    PairReflection,
    Person,
    Poll,
    PollAnswer,
    PollSlot,
    ProgrammeOwner,
    Reminder,
    RoleSwap,
    SwapAsk,
)

CASE_PARTS = ("title", "situation", "strengths", "challenges", "support", "next_steps", "feedback", "tags")
NOTE_PARTS = ("discussed", "offered", "ideas", "learning", "barriers")
REMARKS = ("message", "remote_reason", "closing_reason")
NOT_IN_HERE = (
    "Answers to evaluations are not in this file: they are kept without a name, so nobody can find yours. "
    "Nor is anything that others wrote."
)

Found = dict[str, Any]


def stored(db: Session, actor: Actor, keeping: Keeping) -> StoredFacts:
    """How much of each there is, for the person alone."""
    me = actor.person

    def count(*where: ColumnElement[bool]) -> int:
        return db.scalar(select(func.count()).where(*where)) or 0

    return StoredFacts(
        name=me.name,
        zone=me.zone,
        circles=count(Membership.person_id == me.id, Membership.left_at.is_(None)),
        circles_left=count(Membership.person_id == me.id, Membership.left_at.is_not(None)),
        sessions=count(_has_part(me)),
        answers=count(Attendance.person_id == me.id, Attendance.answered_at.is_not(None)),
        cases=count(Case.person_id == me.id),
        notes=count(_own_notes(me)),
        actions=count(ActionItem.owner_id == me.id),
        reflections=count(PairReflection.person_id == me.id),
        remarks=sum(count(_said(words, me)) for words in REMARKS),
        polls=count(_in_poll(me)),
        searches=count(_in_search(me)),
        swaps=count(_in_swap(me)),
        circles_made=count(Circle.created_by_id == me.id),
        away=count(Away.person_id == me.id),
        drafts=count(FormDraft.person_id == me.id),
        invitations=count(Invitation.person_id == me.id),
        reminders=count(Reminder.person_id == me.id),
        messages=count(OutboxRow.person_id == me.id),
        audit=count(AuditEntry.actor_id == me.id),
        calendar=bool(count(CalendarFeed.person_id == me.id)),
        owns_programme=bool(count(ProgrammeOwner.person_id == me.id)),
        installed=bool(count(_installed_it(me))),
        keeping=keeping,
    )


# What is counted is what the file holds: both go by these.


def _has_part(me: Person) -> ColumnElement[bool]:
    """Sessions that they were asked to, had a role in, scheduled or wrote something about."""
    asked = select(Attendance.session_id).where(Attendance.person_id == me.id)
    held = (
        CoachingSession.facilitator_id,
        CoachingSession.presenter_id,
        CoachingSession.note_taker_id,
        CoachingSession.created_by_id,
    )
    theirs = (*(column == me.id for column in held), *(_said(words, me) for words in REMARKS))
    here = CoachingSession.workspace_id == me.workspace_id
    return and_(here, or_(CoachingSession.id.in_(asked), *theirs))


def _in_poll(me: Person) -> ColumnElement[bool]:
    answered = select(PollAnswer.poll_id).where(PollAnswer.person_id == me.id)
    return or_(Poll.opened_by_id == me.id, Poll.id.in_(answered))


def _in_search(me: Person) -> ColumnElement[bool]:
    return or_(SwapAsk.holder_id == me.id, SwapAsk.asked_id == me.id, SwapAsk.taker_id == me.id)


def _in_swap(me: Person) -> ColumnElement[bool]:
    return or_(RoleSwap.one_id == me.id, RoleSwap.other_id == me.id)


def _installed_it(me: Person) -> ColumnElement[bool]:
    here = Installation.workspace_id == me.workspace_id
    return and_(here, Installation.installer_slack_id == me.slack_id)


def _own_notes(me: Person) -> ColumnElement[bool]:
    return or_(Notes.person_id == me.id, Notes.written_by_id == me.id)


def _said(words: str, me: Person) -> ColumnElement[bool]:
    """Old words go, and who wrote them stays."""
    by, text = getattr(CoachingSession, f"{words}_by_id"), getattr(CoachingSession, words)
    return and_(by == me.id, text.is_not(None))


# --- as a file ---


def send(db: Session, actor: Actor, now: datetime) -> None:
    """All of it to their own direct messages; one file that still waits is enough."""
    me = actor.person
    waiting = outbox.about(db, actor.workspace_id, Outgoing.DATA_FILE, me.id)
    if any(one.state is OutboxState.DUE for one in waiting):
        return
    outbox.put(
        db,
        Outgoing.DATA_FILE,
        f"{Outgoing.DATA_FILE}:{me.id}:{uuid4().hex}",
        workspace_id=actor.workspace_id,
        person=me,
        subject=me.id,
        due_at=now,
        now=now,
    )


def file_of(db: Session, me: Person, now: datetime) -> bytes:
    """JSON, indented, so that it reads without a program. Times are UTC."""
    found = {
        "about": {"made_at": now, "not_in_here": NOT_IN_HERE},
        "you": _profile(db, me),
        "circles": _circles(db, me),
        "circles_made": [_of(one, "name", "created_at") for one in _made(db, me)],
        "sessions": _sessions(db, me),
        "cases": _cases(db, me),
        "notes": _notes(db, me),
        "actions": _actions(db, me),
        "looking_back": _reflections(db, me),
        "polls": _polls(db, me),
        "searches_for_a_role": _searches(db, me),
        "roles_swapped": _swaps(db, me),
        "days_away": [_of(one, "first_day", "last_day", "created_at") for one in _all(db, Away, me)],
        "forms_begun": [_of(one, "form", "values", "at") for one in _all(db, FormDraft, me)],
        "asked_to_join": [_of(one, "invited_at", "answered_at") for one in _all(db, Invitation, me)],
        "reminders_to_come": [_of(one, "kind", "due_at") for one in _all(db, Reminder, me)],
        "messages_to_you": [
            _of(one, "kind", "due_at", "state", "finished_at") for one in _all(db, OutboxRow, me)
        ],
        "what_you_did": _entries(db, me),
    }
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain).encode()


def _profile(db: Session, me: Person) -> Found:
    feed = db.scalar(select(CalendarFeed).where(CalendarFeed.person_id == me.id))
    owner = db.get(ProgrammeOwner, (me.workspace_id, me.id))
    return {
        **_of(me, "slack_id", "name", "zone", "locale", "kind", "active", "workspace_admin"),
        **_of(me, "working_days", "workplace", "reminders_off", "home_opened_at", "looked_up_at"),
        "conversation": me.dm_channel,
        "calendar_address_made_at": feed.made_at if feed else None,
        "programme_owner_since": owner.named_at if owner else None,
        "installed_the_bot_at": db.scalar(select(Installation.installed_at).where(_installed_it(me))),
    }


def _circles(db: Session, me: Person) -> list[Found]:
    stays = db.scalars(select(Membership).where(Membership.person_id == me.id).order_by(Membership.id))
    names = ("lead", "joined_at", "left_at", "presenting_excused_until", "notes_excused_until")
    return [{"circle": one.circle.name, **_of(one, *names)} for one in stays]


def _sessions(db: Session, me: Person) -> list[Found]:
    """When they were, what this person was in them, and what they themselves wrote there."""
    query = select(CoachingSession).where(_has_part(me))
    found = db.scalars(query.order_by(CoachingSession.starts_at, CoachingSession.id))
    return [_session(one, me) for one in found.unique()]


def _session(one: CoachingSession, me: Person) -> Found:
    mine = next((each for each in one.attendance if each.person_id == me.id), None)
    roles = {
        "facilitator": one.facilitator_id,
        "presenter": one.presenter_id,
        "note_taker": one.note_taker_id,
    }
    return {
        **_at(one),
        **_of(one, "state", "mode", "length"),
        "your_roles": [role for role, holder in roles.items() if holder == me.id],
        "scheduled_by_you": one.created_by_id == me.id,
        **(_of(one, "place", "link") if one.created_by_id == me.id else {}),
        **(_of(mine, "coming", "answered_at", "attended", "wants_calendar") if mine else {}),
        **{
            f"your_{words}": getattr(one, words)
            for words in REMARKS
            if getattr(one, f"{words}_by_id") == me.id and getattr(one, words) is not None
        },
    }


def _cases(db: Session, me: Person) -> list[Found]:
    found = db.scalars(select(Case).where(Case.person_id == me.id).order_by(Case.id)).unique()
    return [{**_at(one.session), **_of(one, *CASE_PARTS, "shared_at", "updated_at")} for one in found]


def _notes(db: Session, me: Person) -> list[Found]:
    found = db.scalars(select(Notes).where(_own_notes(me)).order_by(Notes.id)).unique()
    # What a lead has changed in them since is not theirs, and cannot be told from it any more.
    return [
        {
            **_at(one.session),
            "written_at": one.written_at,
            "edited_by_others": one.edited_by_id is not None,
            **(_of(one, *NOTE_PARTS) if one.edited_by_id is None else {}),
        }
        for one in found
    ]


def _actions(db: Session, me: Person) -> list[Found]:
    found = db.scalars(select(ActionItem).where(ActionItem.owner_id == me.id).order_by(ActionItem.id))
    return [{**_at(one.session), **_of(one, "what", "due_on", "done_at")} for one in found.unique()]


def _reflections(db: Session, me: Person) -> list[Found]:
    rows = db.execute(
        select(PairReflection, CoachingSession)
        .join(CoachingSession, CoachingSession.id == PairReflection.session_id)
        .where(PairReflection.person_id == me.id)
        .order_by(PairReflection.id)
    ).unique()
    return [{**_at(session), **_of(one, "scores", "comments", "shared")} for one, session in rows]


def _polls(db: Session, me: Person) -> list[Found]:
    found = db.scalars(select(Poll).where(_in_poll(me)).order_by(Poll.id))
    return [_poll(one, me) for one in found.unique()]


def _poll(one: Poll, me: Person) -> Found:
    mine = next((each for each in one.answers if each.person_id == me.id), None)
    ticked: list[PollSlot] = [slot for slot in one.slots if mine and slot.id in mine.slots]
    return {
        "circle": one.circle.name,
        "opened_at": one.opened_at,
        "opened_by_you": one.opened_by_id == me.id,
        "you_can_make": [slot.starts_at for slot in ticked] if mine else None,
    }


def _made(db: Session, me: Person) -> list[Circle]:
    return list(db.scalars(select(Circle).where(Circle.created_by_id == me.id).order_by(Circle.id)).unique())


def _searches(db: Session, me: Person) -> list[Found]:
    found = db.scalars(select(SwapAsk).where(_in_search(me)).order_by(SwapAsk.id)).unique()
    return [
        {
            **_at(one.session),
            **_of(one, "role", "state", "opened_at", "ended_at"),
            "your_role": one.holder_id == me.id,
            "you_are_asked": one.asked_id == me.id,
            "you_took_it": one.taker_id == me.id,
        }
        for one in found
    ]


def _swaps(db: Session, me: Person) -> list[Found]:
    rows = db.execute(
        select(RoleSwap, CoachingSession)
        .join(CoachingSession, CoachingSession.id == RoleSwap.session_id)
        .where(_in_swap(me))
        .order_by(RoleSwap.id)
    ).unique()
    return [
        {**_at(session), **_of(one, "role"), "taken_over_by_you": one.other_id == me.id}
        for one, session in rows
    ]


def _entries(db: Session, me: Person) -> list[Found]:
    rows = db.execute(
        select(AuditEntry, Circle.name)
        .outerjoin(Circle, Circle.id == AuditEntry.circle_id)
        .where(AuditEntry.actor_id == me.id)
        .order_by(AuditEntry.id)
    )
    return [{**_of(one, "at", "action", "refused"), "circle": circle} for one, circle in rows]


def _all(db: Session, model: type[Any], me: Person) -> list[Any]:
    return list(db.scalars(select(model).where(model.person_id == me.id).order_by(model.id)).unique())


def _at(session: CoachingSession) -> Found:
    return {"circle": session.circle.name, "date": session.local_date, "time": session.local_time}


def _of(one: object, *names: str) -> Found:
    return {name: getattr(one, name) for name in names}


def _plain(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else str(value)

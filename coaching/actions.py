"""What people will do by when, as it was written down at a session; saying that it is done, or still open."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import access, dates, outbox, people, reminders
from coaching.access import Actor, Right
from coaching.errors import Changed, NotFound, NotYours, Refused
from coaching.rules import actions, hours
from coaching.rules.facts import ActionFacts
from coaching.rules.fields import Field
from coaching.rules.note_facts import BY_WHEN, MOST_ACTIONS, WHAT, WHO, ActionRow
from coaching.rules.reminder_plan import AFTER_THE_NEWS
from coaching.rules.reminder_plan import Reminder as Planned
from coaching.rules.terms import CircleState, MessageKind, ReminderKind
from storage.models import (
    ActionItem,
    Circle,
    CoachingSession,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    Reminder,
)

LONGEST = 300
"""Characters of what is to be done."""
NOT_YOURS = "Whoever has this action says how it stands, or the note-taker or a coaching lead for them."

# --- how they stand ---


def of_session(db: Session, session: CoachingSession) -> list[ActionItem]:
    """Those written down at this session, in the order of its notes."""
    return list(
        db.scalars(
            select(ActionItem)
            .where(ActionItem.workspace_id == session.workspace_id, ActionItem.session_id == session.id)
            .order_by(ActionItem.position, ActionItem.id)
        )
    )


def open_in(db: Session, circle: Circle) -> list[ActionItem]:
    """All that is open in a circle, by the day on which it falls due."""
    return list(
        db.scalars(
            select(ActionItem)
            .where(
                ActionItem.workspace_id == circle.workspace_id,
                ActionItem.circle_id == circle.id,
                ActionItem.done_at.is_(None),
            )
            .order_by(ActionItem.due_on, ActionItem.id)
        )
    )


def waiting_for(db: Session, actor: Actor, mine: Sequence[Circle]) -> list[ActionFacts]:
    """What this person has promised in these circles and not done yet, by day."""
    found = db.scalars(
        select(ActionItem)
        .where(
            ActionItem.workspace_id == actor.workspace_id,
            ActionItem.owner_id == actor.person.id,
            ActionItem.circle_id.in_([circle.id for circle in mine]),
            ActionItem.done_at.is_(None),
        )
        .order_by(ActionItem.due_on, ActionItem.id)
    )
    return [facts(one, actor.person.id) for one in found]


def page(db: Session, actor: Actor, circle_id: int) -> tuple[Circle, list[ActionFacts]]:
    """The open actions of a circle, for one of its members."""
    circle = access.circle(db, actor, circle_id, Right.SEE)
    return circle, [facts(one, actor.person.id) for one in open_in(db, circle)]


def facts(action: ActionItem, viewer_id: int) -> ActionFacts:
    circle = action.session.circle
    return ActionFacts(
        id=action.id,
        circle_id=circle.id,
        circle_name=circle.name,
        what=action.what,
        owner=people.facts(action.owner),
        owner_left=circle.member(action.owner_id) is None,
        due_on=action.due_on,
        done=action.done_at is not None,
        may_press=circle.state is not CircleState.CLOSED and may_press(action, viewer_id),
    )


def may_press(action: ActionItem, person_id: int) -> bool:
    """Its owner, whoever took the notes of that session, and the leads; as far as they are in the circle."""
    member = action.session.circle.member(person_id)
    return member is not None and (
        member.lead or person_id in (action.owner_id, action.session.note_taker_id)
    )


# --- what people say about one ---


def get(db: Session, actor: Actor, action_id: int, *, lock: bool = False) -> ActionItem:
    """One that this person may speak for. Raises `NotFound` for what is not theirs, and `NotAllowed`."""
    found = db.scalar(
        select(ActionItem).where(ActionItem.workspace_id == actor.workspace_id, ActionItem.id == action_id)
    )
    if found is None:
        raise NotFound
    # Whoever writes the notes of its session holds that too, and may be changing the same action.
    access.session(db, actor, found.session_id, Right.RECORD, lock=lock)
    if lock:
        db.refresh(found)
    if not may_press(found, actor.person.id):
        raise NotYours(NOT_YOURS)
    return found


def done(db: Session, actor: Actor, action_id: int, now: datetime) -> ActionItem:
    """ "Done". A second press changes nothing."""
    action = get(db, actor, action_id, lock=True)
    if action.done_at is None:
        action.done_at = now
        db.flush()
        _follow(db, action, now)
    return action


def still_open(db: Session, actor: Actor, action_id: int, due_on: date | None, now: datetime) -> ActionItem:
    """ "Still open": by another day, of which its owner is reminded once more. Also undoes "Done".

    Raises `Refused` on the day.
    """
    action = get(db, actor, action_id, lock=True)
    problem = actions.day_problem(due_on, dates.today(action.session.circle, now))
    if problem or due_on is None:
        raise Refused({Field.DATE: problem or ""})
    if (action.due_on, action.done_at) != (due_on, None):
        action.due_on, action.done_at = due_on, None
        db.flush()
        _follow(db, action, now, anew=True)
    return action


def _follow(db: Session, action: ActionItem, now: datetime, *, anew: bool = False) -> None:
    """Its reminder, and whatever shows it: the message of a day, the agenda, its owner's Home."""
    said = [row for _, row in _laid_out(db, action)]
    _lay_out(db, action, now, anew=anew)
    outbox.refresh(db, [row for row in said if row.state in outbox.STANDING], now)
    show(db, action.session.circle, [action.owner], now)


def show(db: Session, circle: Circle, owners: Sequence[Person], now: datetime) -> None:
    """How many are open stands in the agenda of a session that runs; whose they are, on their Home."""
    running = [row for row in outbox.lately(db, circle, Outgoing.AGENDA, now) if not _over(row, now)]
    outbox.refresh(db, running, now)
    outbox.home(db, owners, now)


def _over(row: OutboxRow, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


# --- writing them down ---


def problems(
    db: Session, session: CoachingSession, rows: Sequence[ActionRow], now: datetime
) -> dict[Field, str | None]:
    """What is wrong with the rows of the form, by field. What stood there already may stay as it is."""
    kept = {one.id: one for one in of_session(db, session)}
    found: dict[Field, str | None] = {}
    for number, row in enumerate(rows):
        if not row.what:
            continue
        before = kept.pop(row.action_id or 0, None)
        found[WHAT[number]] = _what_problem(row.what)
        found[WHO[number]] = _owner_problem(session.circle, row.owner, before)
        if before is None or before.due_on != row.due_on:
            found[BY_WHEN[number]] = actions.day_problem(row.due_on, dates.today(session.circle, now))
    others = kept.keys() - {row.action_id for row in rows}
    written = [number for number, row in enumerate(rows) if row.what]
    if written and len(written) + len(others) > MOST_ACTIONS:
        found[WHAT[written[-1]]] = f"A session keeps {MOST_ACTIONS} actions, and it has others by now."
    return found


def _what_problem(what: str) -> str | None:
    return f"Keep it within {LONGEST} characters." if len(what) > LONGEST else None


def _owner_problem(circle: Circle, owner: int | None, before: ActionItem | None) -> str | None:
    if owner is None:
        return "Choose who does it."
    stays = before is not None and before.owner_id == owner
    return None if stays or circle.member(owner) else "Choose somebody who is in the circle."


def write(db: Session, session: CoachingSession, rows: Sequence[ActionRow], now: datetime) -> None:
    """Keeps the rows of the form, which must have been checked. A row whose words are gone takes it away.

    Raises `Changed` when one was changed or taken away since the form was opened.
    """
    kept = {one.id: one for one in of_session(db, session)}
    before, owners = _revisions(kept.values()), [one.owner for one in kept.values()]
    last = max((one.position for one in kept.values()), default=0)
    for number, row in enumerate(rows, start=1):
        action = kept.get(row.action_id or 0)
        if action is not None:
            _change(db, action, row, now)
        elif row.what and row.action_id is not None:
            raise Changed
        elif row.what:
            owners.append(_new(db, session, row, last + number, now).owner)
    if _revisions(of_session(db, session)) != before:
        show(db, session.circle, owners, now)


def _revisions(found: Iterable[ActionItem]) -> list[tuple[int, int]]:
    """What tells whether anything about actions has changed."""
    return [(one.id, one.revision) for one in found]


def _new(db: Session, session: CoachingSession, row: ActionRow, position: int, now: datetime) -> ActionItem:
    action = ActionItem(
        workspace_id=session.workspace_id,
        circle_id=session.circle_id,
        session=session,
        position=position,
        what=row.what or "",
        owner=db.get_one(Person, row.owner),
        due_on=row.due_on,
    )
    db.add(action)
    db.flush()
    _lay_out(db, action, now, anew=True)
    return action


def _change(db: Session, action: ActionItem, row: ActionRow, now: datetime) -> None:
    before = (action.what, action.owner_id, action.due_on)
    if before == (row.what, row.owner, row.due_on):
        return
    if action.revision != row.revision:
        raise Changed
    if not row.what or row.owner is None or row.due_on is None:
        _remove(db, action, now)
        return
    action.what, action.owner, action.due_on = row.what, db.get_one(Person, row.owner), row.due_on
    db.flush()
    _follow(db, action, now, anew=before[1:] != (action.owner_id, action.due_on))


def _remove(db: Session, action: ActionItem, now: datetime) -> None:
    for reminder, row in _laid_out(db, action):
        reminders.take_back(db, reminder, row, now)
        outbox.refresh(db, [row] if row.state in outbox.STANDING else [], now)
    db.delete(action)
    db.flush()


# --- the one reminder ---


def follow(db: Session, person: Person, now: datetime) -> None:
    """Their days away, their working days or their zone are others: reminders that wait are laid out anew."""
    promised = db.scalars(
        select(ActionItem).where(
            ActionItem.workspace_id == person.workspace_id,
            ActionItem.owner_id == person.id,
            ActionItem.done_at.is_(None),
        )
    )
    for action in promised.unique().all():
        _lay_out(db, action, now)


def _lay_out(db: Session, action: ActionItem, now: datetime, *, anew: bool = False) -> None:
    """Brings the reminder in line with the action. What was said is said again only `anew`."""
    laid = _laid_out(db, action)
    waiting = [reminder for reminder, row in laid if row.state is OutboxState.DUE]
    if not anew and len(waiting) < len(laid):
        return
    wanted = _wanted(action)
    if not anew and wanted and wanted.due_at in [one.due_at for one in waiting]:
        return
    for reminder, row in laid:
        reminders.take_back(db, reminder, row, now)
    # What would come within a day of its being written down is not laid out: everybody has just heard it.
    soonest = now + AFTER_THE_NEWS if anew else now
    if wanted and wanted.expires_at > now and (wanted.due_at > soonest or (waiting and not anew)):
        reminders.add(db, action.session, wanted, now)


def _wanted(action: ActionItem) -> Planned | None:
    owner = action.owner
    if action.done_at is not None or not owner.active:
        return None
    person = people.hours(owner)
    due_at = actions.reminded_at(action.due_on, person)
    return Planned(
        action.session_id,
        owner.id,
        ReminderKind.ACTION_DUE,
        MessageKind.BOOKKEEPING,
        due_at,
        actions.ends_at(action.due_on, action.session.circle.zone),
        hours.local(due_at, person).date(),
        action.id,
    )


def _laid_out(db: Session, action: ActionItem) -> list[tuple[Reminder, OutboxRow]]:
    found = db.execute(
        select(Reminder, OutboxRow)
        .join(OutboxRow, OutboxRow.id == Reminder.outbox_id)
        .where(
            Reminder.workspace_id == action.workspace_id,
            Reminder.session_id == action.session_id,
            Reminder.kind == ReminderKind.ACTION_DUE,
            Reminder.subject_id == action.id,
        )
    )
    return [(reminder, row) for reminder, row in found]

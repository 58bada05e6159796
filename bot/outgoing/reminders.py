"""The bookkeeping message of a day, from those of its reminders that still hold."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.evaluations import nudge_part
from bot.outgoing.notes import action_part
from bot.outgoing.rhythm import confirm_part
from bot.outgoing.sending import message, recipient
from bot.views import inputs
from bot.views import reminders as views
from bot.views.reminders import Part
from bot.views.text import when
from coaching import reminders, sessions
from coaching.packs import Pack
from coaching.postponing import STAYS
from coaching.rules.reminder_plan import newest_only
from coaching.rules.terms import ReminderKind
from scheduler.messages import Content, Renderers, Skip
from storage.models import OutboxRow, OutboxState, Outgoing, Reminder

NOTHING = "nothing left to say"


def renderers(pack: Pack) -> Renderers:
    def bookkeeping(db: Session, row: OutboxRow, now: datetime) -> Content:
        sent = row.state is OutboxState.SENT
        holding = [one for one in reminders.of_message(db, row) if reminders.holds(db, one, now, sent=sent)]
        # It says all of the day, also what is due later in it, because there will be no second one; of
        # several late ones only the newest. A message that stands keeps the choice of when it went out.
        then = row.finished_at if sent and row.finished_at else now
        chosen = [*newest_only(holding, then), *(one for one in holding if one.due_at > then)]
        parts = [(one.kind, part) for one in chosen if (part := _part(db, one, now, pack)) is not None]
        at = datetime.fromisoformat(row.facts["put_off"]) if "put_off" in row.facts else None
        again = when(at, recipient(db, row).zone) if at else None
        if parts:
            may_wait = any(kind not in STAYS for kind, _ in parts)
            rest = again if at and at > now else None
            return message(views.bookkeeping([part for _, part in parts], may_wait=may_wait, rest=rest))
        if not sent:
            return Skip(NOTHING)
        return message(views.put_off(again) if again else views.nothing_left())

    return {Outgoing.BOOKKEEPING: bookkeeping}


def _part(db: Session, reminder: Reminder, now: datetime, pack: Pack) -> Part | None:
    session = reminders.session_of(db, reminder)
    if reminder.kind is ReminderKind.EVALUATION_NUDGE:
        nudge = nudge_part(db, reminder, now, pack)
        return Part(nudge[0], (inputs.buttons(*nudge[1]),)) if nudge else None
    if reminder.kind is ReminderKind.CONFIRM_DATE:
        return confirm_part(db, session, now)
    if reminder.kind is ReminderKind.ACTION_DUE:
        return action_part(db, reminder)
    return views.part_of(reminder.kind, sessions.facts(session), reminder.person_id)

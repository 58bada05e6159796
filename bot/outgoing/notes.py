"""The line in a session's thread that there are notes, and an action in the message of a day."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import message, session_of, stands_elsewhere
from bot.views import actions as action_views
from bot.views import notes as views
from bot.views.reminders import Part
from coaching import actions, sessions
from scheduler.messages import Content, Renderers, Skip
from storage.models import ActionItem, OutboxRow, Outgoing, Reminder


def there(db: Session, row: OutboxRow, _now: datetime) -> Content:
    session = session_of(db, row)
    if stands_elsewhere(row, session.circle):
        return Skip("the circle has left that conversation")
    return message(views.there(sessions.facts(session)))


def action_part(db: Session, reminder: Reminder) -> Part:
    """In the message of a day: what its owner said they would do."""
    found = actions.facts(db.get_one(ActionItem, reminder.subject_id), reminder.person_id)
    return Part(action_views.due(found), (action_views.buttons(found),))


RENDERERS: Renderers = {Outgoing.NOTES_THERE: there}

"""The line in a session's thread that there is a case."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import left_behind, message, session_of, stands_elsewhere
from bot.views import cases as views
from coaching import cases, sessions
from coaching.packs import Pack
from scheduler.messages import Content, Renderers, Skip
from storage.models import OutboxRow, OutboxState, Outgoing


def renderers(pack: Pack) -> Renderers:
    def there(db: Session, row: OutboxRow, _now: datetime) -> Content:
        session = session_of(db, row)
        if stands_elsewhere(row, session.circle):
            return left_behind(session.circle)
        found = cases.facts_of(cases.shared(db, session), pack)
        if not found and row.state is not OutboxState.SENT:
            return Skip("it was taken back")
        return message(views.there(sessions.facts(session), found))

    return {Outgoing.CASE_SHARED: there}

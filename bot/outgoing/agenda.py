"""The agenda at the start of a session."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import left_behind, message, session_of, stands_elsewhere
from bot.views import agenda as views
from coaching import agenda, erasing
from coaching.packs import Pack
from coaching.rules.terms import SessionState
from scheduler.messages import Content, Renderers, Skip
from storage.models import OutboxRow, Outgoing


def renderers(pack: Pack) -> Renderers:
    """The names of the parts and the norms come from the content pack."""

    def at_the_start(db: Session, row: OutboxRow, now: datetime) -> Content:
        session = session_of(db, row)
        if stands_elsewhere(row, session.circle):
            return left_behind(session.circle)
        over = session.ends_at <= now and not erasing.touched(session.circle)
        if session.state not in (SessionState.SCHEDULED, SessionState.HELD) or over:
            return Skip("the session is over, so it stands as it was")
        return message(views.agenda(agenda.facts(db, session, pack)))

    return {Outgoing.AGENDA: at_the_start}

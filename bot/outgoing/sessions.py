"""Messages about sessions: cards, news, reminders of the start."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import message, recipient, session_of, stands_elsewhere
from bot.views import sessions as views
from coaching import calendar, quorum, sessions
from coaching.rules.facts import SessionFacts
from coaching.rules.terms import Role, SessionState
from scheduler.messages import Content, File, Renderers, Skip
from storage.models import OutboxRow, OutboxState, Outgoing

OVER = "the session is not coming up any more"
LEFT = "not in the circle any more"


def card(db: Session, row: OutboxRow, _now: datetime) -> Content:
    session = session_of(db, row)
    if stands_elsewhere(row, session.circle):
        return message(views.card_elsewhere())
    return message(views.card(sessions.facts(session)))


def news(db: Session, row: OutboxRow, now: datetime) -> Content:
    """News of a session. Once it is over or has another time, an older message becomes one sentence."""
    session = session_of(db, row)
    shown, person = sessions.facts(session), recipient(db, row)
    if session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    if session.state is not SessionState.SCHEDULED or session.ends_at <= now:
        return message(views.over(shown)) if row.state is OutboxState.SENT else Skip(OVER)
    if row.plan_version != session.plan_version:
        return message(views.replaced(shown))
    links = calendar.links(shown)
    match row.kind:
        case Outgoing.SESSION_MOVED:
            earlier = datetime.fromisoformat(row.facts["from"])
            return message(views.moved(shown, person, links, earlier, row.facts["from_zone"]))
        case Outgoing.SESSION_PLACE:
            return message(views.new_place(shown, person, links))
        case _:
            return message(views.news(shown, person, links))


def cancelled(db: Session, row: OutboxRow, _now: datetime) -> Content:
    session = session_of(db, row)
    if session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    return message(views.cancelled(sessions.facts(session), session.closing_reason))


def skipped(db: Session, row: OutboxRow, _now: datetime) -> Content:
    session = session_of(db, row)
    if session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    return message(views.skipped(sessions.facts(session)))


def thread_line(db: Session, row: OutboxRow, _now: datetime) -> Content:
    shown = sessions.facts(session_of(db, row))
    if shown.state is not SessionState.SCHEDULED:
        return Skip(OVER)
    earlier = row.facts.get("from")
    at = datetime.fromisoformat(earlier) if earlier else None
    return message(views.thread_line(shown, row.facts["what"], at, row.facts.get("from_zone", shown.zone)))


def role_news(db: Session, row: OutboxRow, _now: datetime) -> Content:
    shown, person = sessions.facts(session_of(db, row)), recipient(db, row)
    role = Role(row.facts["role"])
    if shown.state is not SessionState.SCHEDULED:
        return Skip(OVER)
    if shown.role_of(person.id) is not role:
        gone = row.state is OutboxState.SENT and session_of(db, row).circle.member(person.id) is not None
        return message(views.role_gone(shown, role)) if gone else Skip("the role went to somebody else")
    return message(views.role_news(shown, role, person.slack_id))


def in_person_due(db: Session, row: OutboxRow, _now: datetime) -> Content:
    session = session_of(db, row)
    if session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    shown = sessions.facts(session)
    if shown.state is not SessionState.SCHEDULED or not shown.mode.remote:
        return Skip("it is in person now, or over")
    return message(views.later_due(shown))


def too_few(db: Session, row: OutboxRow, now: datetime) -> Content:
    session = session_of(db, row)
    if session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    shown, sent = sessions.facts(session), row.state is OutboxState.SENT
    if session.state is not SessionState.SCHEDULED or session.starts_at <= now:
        return message(views.over(shown)) if sent else Skip(OVER)
    if row.plan_version != session.plan_version:
        return message(views.replaced(shown))
    if row.facts.get("held") or quorum.is_short(session, now):
        return message(views.too_few(shown, held=bool(row.facts.get("held"))))
    return message(views.enough_again(shown)) if sent else Skip("enough can come")


def starting_soon(db: Session, row: OutboxRow, now: datetime) -> Content:
    session = session_of(db, row)
    if session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    shown = sessions.facts(session)
    if shown.state is not SessionState.SCHEDULED or not _concerns(shown, row.person_id):
        return message(views.over(shown)) if row.state is OutboxState.SENT else Skip(OVER)
    if row.state is OutboxState.SENT and shown.ends_at <= now:
        return Skip("it stands as it was")
    return message(views.starting_soon(shown))


def calendar_file(db: Session, row: OutboxRow, now: datetime) -> Content:
    session = session_of(db, row)
    if session.circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    shown = sessions.facts(session)
    return File(
        filename=f"session-{shown.local_date:%Y-%m-%d}.ics",
        title=calendar.title(shown),
        content=calendar.file_of(session, now),
        text=views.calendar_text(shown),
    )


def _concerns(shown: SessionFacts, person_id: int | None) -> bool:
    """In the circle still, and has not said no."""
    return any(one.id == person_id for one in (*shown.coming, *shown.unanswered))


RENDERERS: Renderers = {
    Outgoing.SESSION_CARD: card,
    Outgoing.SESSION_NEWS: news,
    Outgoing.SESSION_MOVED: news,
    Outgoing.SESSION_PLACE: news,
    Outgoing.SESSION_CANCELLED: cancelled,
    Outgoing.SESSION_SKIPPED: skipped,
    Outgoing.THREAD_LINE: thread_line,
    Outgoing.ROLE_NEWS: role_news,
    Outgoing.IN_PERSON_DUE: in_person_due,
    Outgoing.TOO_FEW: too_few,
    Outgoing.STARTING_SOON: starting_soon,
    Outgoing.CALENDAR_FILE: calendar_file,
}

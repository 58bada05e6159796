"""Messages about who is in a circle, whether it goes on, and where it can be written to."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import circle_of, message
from bot.views import channels as channel_views
from bot.views import circle_states as state_views
from bot.views import members as views
from bot.views.members import Handed
from coaching import circles, invitations, people, sessions
from coaching.rules.terms import CircleNews, CircleState, Role
from scheduler.messages import Content, Renderers, Skip
from storage.models import CoachingSession, Invitation, OutboxRow, OutboxState, Outgoing, Person

LEFT = "not in the circle any more"


def circle_news(db: Session, row: OutboxRow, _now: datetime) -> Content:
    circle = circle_of(db, row)
    member = circle.member(row.person_id or 0)
    if member is None:
        return Skip(LEFT)
    shown, what, sent = circles.facts(circle), CircleNews(row.facts["what"]), row.state is OutboxState.SENT
    match what:
        case CircleNews.PAUSED:
            until = date.fromisoformat(row.facts["until"])
            if circle.paused_until != until and not sent:
                return Skip("it goes on already, or rests until another day")
            return message(state_views.paused(shown, until, leads=member.lead))
        case CircleNews.GOING_ON:
            if circle.state is not CircleState.ACTIVE and not sent:
                return Skip("it does not go on any more")
            return message(state_views.going_on(shown))
        case CircleNews.CLOSED:
            return message(state_views.closed(circle.name, int(row.facts["sessions"])))
        case CircleNews.TWO_LEFT:
            return message(views.two_left(shown))
        case CircleNews.HANDED_OVER:
            by = db.get_one(Person, int(row.facts["by"]))
            return message(views.handed_over(shown, by.name)) if member.lead else Skip("leads it no more")


def invitation(db: Session, row: OutboxRow, _now: datetime) -> Content:
    circle, found = circle_of(db, row), db.get_one(Invitation, row.subject_id)
    sent = row.state is OutboxState.SENT
    if circle.member(row.person_id or 0) is not None:
        return message(views.joined(circle.name)) if sent else Skip("is in the circle again")
    if not invitations.is_open(circle, found):
        return message(views.invitation_over(circle.name)) if sent else Skip("the invitation is over")
    by = db.get_one(Person, found.invited_by_id)
    return message(views.invitation(circle.name, by.name, found.id))


def person_gone(db: Session, row: OutboxRow, _now: datetime) -> Content:
    circle = circle_of(db, row)
    if circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    gone = db.get_one(Person, int(row.facts["person"]))
    handed = [_handed(db, *one) for one in row.facts["handed"]]
    return message(views.person_gone(circles.facts(circle), gone.name, handed, led=bool(row.facts["led"])))


def _handed(db: Session, session: int, role: str, taker: int | None) -> Handed:
    found = people.facts(db.get_one(Person, taker)) if taker else None
    return sessions.facts(db.get_one(CoachingSession, session)), Role(role), found


def channel_lost(db: Session, row: OutboxRow, _now: datetime) -> Content:
    circle = circle_of(db, row)
    if circle.member(row.person_id or 0) is None:
        return Skip(LEFT)
    if circle.channel_lost_at is None and row.state is not OutboxState.SENT:
        return Skip("another channel was chosen")
    archived, small = bool(row.facts["archived"]), bool(row.facts["small"])
    return message(channel_views.lost(circles.facts(circle), archived=archived, small=small))


RENDERERS: Renderers = {
    Outgoing.CIRCLE_NEWS: circle_news,
    Outgoing.INVITATION: invitation,
    Outgoing.PERSON_GONE: person_gone,
    Outgoing.CHANNEL_LOST: channel_lost,
}

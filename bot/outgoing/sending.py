"""Steps that renderers share."""

from sqlalchemy.orm import Session

from bot.replies import Said
from bot.views.sessions import card_elsewhere
from coaching import erasing, people
from coaching.rules.facts import PersonFacts
from scheduler.messages import Content, Message, Skip
from storage.models import Circle, CoachingSession, OutboxRow, Person

LEFT_BEHIND = "the circle has left that conversation"


def message(said: Said) -> Message:
    return Message(said.text, said.as_json())


def session_of(db: Session, row: OutboxRow) -> CoachingSession:
    return db.get_one(CoachingSession, row.session_id)


def circle_of(db: Session, row: OutboxRow) -> Circle:
    return db.get_one(Circle, row.circle_id)


def stands_elsewhere(row: OutboxRow, circle: Circle) -> bool:
    """In a conversation that the circle has left, perhaps because somebody in it has left the circle."""
    return row.slack_channel is not None and row.slack_channel != circle.conversation


def left_behind(circle: Circle) -> Content:
    """For what stands in a conversation that the circle has left: nobody touches it, but for a name in it."""
    return message(card_elsewhere()) if erasing.touched(circle) else Skip(LEFT_BEHIND)


def recipient(db: Session, row: OutboxRow) -> PersonFacts:
    return people.facts(db.get_one(Person, row.person_id))

"""Messages about circles: the welcome, and the one when somebody was taken out."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import circle_of, message
from bot.views import circles as views
from coaching import circles
from coaching.packs import Pack
from scheduler.messages import Content, Renderers, Skip
from storage.models import OutboxRow, OutboxState, Outgoing


def renderers(pack: Pack) -> Renderers:
    """The norms in the welcome come from the content pack."""
    norms = [(norm.name, norm.words) for norm in pack.norms]

    def welcome(db: Session, row: OutboxRow, _now: datetime) -> Content:
        circle = circle_of(db, row)
        if circle.member(row.person_id or 0) is None:
            return Skip("left before it was sent")
        return message(views.welcome(circles.facts(circle), norms, row.person_id or 0))

    def farewell(db: Session, row: OutboxRow, _now: datetime) -> Content:
        circle = circle_of(db, row)
        came_back = circle.member(row.person_id or 0) is not None and row.state is not OutboxState.SENT
        return Skip("is in the circle again") if came_back else message(views.farewell(circle.name))

    return {
        Outgoing.WELCOME: welcome,
        Outgoing.MEMBER_LEFT: farewell,
        Outgoing.LEFT_IN_CHARGE: left_in_charge,
    }


def left_in_charge(db: Session, row: OutboxRow, _now: datetime) -> Content:
    circle = circle_of(db, row)
    member = circle.member(row.person_id or 0)
    if member is None or not member.lead:
        return Skip("does not lead the circle any more")
    return message(views.left_in_charge(circles.facts(circle)))

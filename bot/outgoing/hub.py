"""The Home tab, drawn anew because something of its owner's has changed."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.views import hub as views
from coaching import hub
from coaching.access import Actor
from scheduler.messages import Content, HomeView, Renderers
from storage.models import OutboxRow, Outgoing, Person


def home(db: Session, row: OutboxRow, now: datetime) -> Content:
    actor = Actor(row.workspace_id, db.get_one(Person, row.person_id))
    return HomeView(views.home(hub.of_person(db, actor, now)).to_dict())


RENDERERS: Renderers = {Outgoing.HOME: home}

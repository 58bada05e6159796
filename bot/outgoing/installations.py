"""What whoever installed the bot is told first."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import message
from bot.views import installations as views
from coaching import programme
from coaching.access import Actor
from scheduler.messages import Content, Renderers
from storage.models import OutboxRow, Outgoing, Person


def installed(db: Session, row: OutboxRow, _now: datetime) -> Content:
    person = db.get_one(Person, row.person_id)
    owner = programme.duty(db, Actor(row.workspace_id, person)).owner
    return message(views.installed(again=bool(row.facts["again"]), owner=owner))


RENDERERS: Renderers = {Outgoing.INSTALLED: installed}

"""Files of the coaching log, to who has asked for them."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing.sending import circle_of, recipient
from bot.views import log as views
from coaching import access, log
from coaching.access import Right
from scheduler.messages import Content, File, Renderers, Skip
from storage.models import OutboxRow, Outgoing, Person


def log_file(db: Session, row: OutboxRow, now: datetime) -> Content:
    circle, form = circle_of(db, row), str(row.facts["form"])
    if not access.may(circle, recipient(db, row).id, Right.EXPORT):
        return Skip("does not lead the circle any more")
    return File(
        filename=f"coaching-log-{now:%Y-%m-%d}.{form}",
        title="Coaching log",
        content=log.file_of(db, circle, form),
        text=views.log_text(circle.name),
    )


def hours_file(db: Session, row: OutboxRow, now: datetime) -> Content:
    """One's own, also of circles that one has left."""
    return File(
        filename=f"my-coaching-hours-{now:%Y-%m-%d}.csv",
        title="My coaching hours",
        content=log.hours_file(db, db.get_one(Person, row.person_id)),
        text=views.HOURS_TEXT,
    )


RENDERERS: Renderers = {Outgoing.LOG_FILE: log_file, Outgoing.HOURS_FILE: hours_file}

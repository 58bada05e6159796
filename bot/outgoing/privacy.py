"""All that is stored about somebody, to them alone."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.views import privacy as views
from coaching import privacy
from scheduler.messages import Content, File, Renderers
from storage.models import OutboxRow, Outgoing, Person


def data_file(db: Session, row: OutboxRow, now: datetime) -> Content:
    return File(
        filename=f"my-coaching-data-{now:%Y-%m-%d}.json",
        title="My coaching data",
        content=privacy.file_of(db, db.get_one(Person, row.person_id), now),
        text=views.FILE_TEXT,
    )


RENDERERS: Renderers = {Outgoing.DATA_FILE: data_file}

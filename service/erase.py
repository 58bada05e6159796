"""What `coach erase-person` and `coach erase-workspace` do, for whoever looks after the bot."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching import erasing, installations, removal
from service import keys
from service.clock import SystemClock
from service.settings import Settings
from storage.encryption import Cipher
from storage.engine import Database
from storage.models import Circle, Person, Workspace

FOR_GOOD = "This cannot be taken back. Add --yes to do it."
COPIES = "Copies that you made before hold it still."
STILL_THERE = (
    " The bot is still there, as far as the database tells: remove it in Slack first. With a bot token, stop"
    " the bot as well and take the token out of the settings: started with it again, it begins there anew."
)
TONIGHT = f"In the file of the database the next night's clean-up overwrites it. {COPIES}"
IN_TIME = f"In its files PostgreSQL overwrites it as it vacuums and goes on with its log. {COPIES}"


def person(settings: Settings, team: str, user: str, *, yes: bool) -> tuple[str, bool]:
    """What to say, and whether it was done."""
    database, now = _open(settings), SystemClock().now()
    keys.check(settings, database)  # sessions are read on the way
    with database.transaction() as db:
        name = erasing.known_as(db, team, user)
        if name is None:
            said, done = "Nobody by that id is known in that workspace, so there is nothing to erase.", False
        elif not yes:
            where = db.get_one(Workspace, team).name
            said, done = f"This erases {name} ({user}) in {where} ({team}). {FOR_GOOD}", False
        else:
            done = erasing.erase(db, team, user, now)
            said = f"Erased. {_when(settings)}"
    database.dispose()
    return said, done


def workspace(settings: Settings, team: str, *, yes: bool) -> tuple[str, bool]:
    """What to say, and whether it was done. In many small steps, the first of which stops all work there."""
    database, now = _open(settings), SystemClock().now()
    with database.reading() as db:
        found, still_there = _size(db, team), installations.is_there(db, team)
    if found is None:
        said, done = "No such workspace is known, so there is nothing to erase.", False
    elif not yes:
        there = STILL_THERE if still_there else ""
        said, done = f"This erases {found}.{there} {FOR_GOOD}", False
    else:
        said, done = _erase(database, team, now, _when(settings))
    database.dispose()
    return said, done


def _size(db: Session, team: str) -> str | None:
    workspace = db.get(Workspace, team)
    if workspace is None:
        return None
    circles = db.scalar(select(func.count()).where(Circle.workspace_id == team)) or 0
    people = db.scalar(select(func.count()).where(Person.workspace_id == team)) or 0
    those = f"{circles} circle{'s' * (circles != 1)} and {people} {'people' if people != 1 else 'person'}"
    return f"the workspace {workspace.name} ({team}) with {those}"


def _erase(database: Database, team: str, now: datetime, what_is_left: str) -> tuple[str, bool]:
    with database.transaction() as db:
        removal.close(db, team, now)
    more = True
    while more:
        try:
            with database.transaction() as db:
                more = removal.erase_some(db, team)
        except removal.InstalledAgain as stopped:
            return stopped.sentence, False
    return f"Erased. {what_is_left}", True


def _when(settings: Settings) -> str:
    return TONIGHT if settings.database_url.startswith("sqlite") else IN_TIME


def _open(settings: Settings) -> Database:
    return Database(settings.database_url, Cipher(keys.of(settings)))

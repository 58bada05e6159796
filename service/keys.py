"""The keys with which what members write is encrypted: from the settings, or from a file beside the database.

Nobody has to think of a key to begin with: on SQLite one is made at the first start. On PostgreSQL several
machines have to agree on it, so there it is set from outside.
"""

import os
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from service.settings import Settings, SettingsError
from storage import rotation
from storage.encryption import Cipher, Unreadable, new_key
from storage.engine import Database

NEEDED = (
    "COACH_ENCRYPTION_KEYS is missing: with PostgreSQL it should be a key that encrypts what members write,"
    " the same for all processes. `coach keys new` prints one."
)
MISSING_KEY = (
    "Some of what is stored was encrypted with a key that is missing. Put that key back:"
    " COACH_ENCRYPTION_KEYS takes several, separated by commas, and the first one encrypts."
)

NO_KEY_IN_FILE = (
    "The file {name} beside the database should hold the key that encrypts what members write, and does not."
    " Put it back from a copy."
)


def file_of(settings: Settings) -> Path | None:
    """Where the key lies that nobody has set: `coach.key` beside `coach.db`. None on PostgreSQL."""
    url = make_url(settings.database_url)
    if url.drivername != "sqlite" or not url.database:
        return None
    return Path(url.database).with_suffix(".key")


def of(settings: Settings) -> list[str]:
    """The keys that are there: those of the settings, then those of the file. The first one encrypts.

    Raises `SettingsError` on PostgreSQL without a key, and for a file that holds none.
    """
    file = file_of(settings)
    keys = [*settings.encryption_keys, *(_read(file) if file and file.exists() else [])]
    if not keys and file is None:
        raise SettingsError([NEEDED])
    return keys


def make(settings: Settings) -> Path | None:
    """Makes a key where there is none and needs to be one. The file that it was written to, if it was."""
    file = file_of(settings)
    if file is None or of(settings) or not file.parent.is_dir():
        return None
    # Only its owner may read it, from its first moment on; of two processes that start at once one is first.
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
            written.write(f"{new_key()}\n")
    except FileExistsError:
        return None
    return file


def _read(file: Path) -> list[str]:
    try:
        keys = file.read_text(encoding="ascii").split()
        Cipher(keys)
    except (OSError, ValueError):
        keys = []
    if not keys:
        raise SettingsError([NO_KEY_IN_FILE.format(name=file.name)])
    return keys


def problems(settings: Settings, database: Database) -> list[str]:
    """What is wrong with the keys, a line each, with what to do."""
    found = []
    if _lacks_a_key(settings, database):
        found.append(MISSING_KEY)
    file = file_of(settings)
    if file and file.exists() and file.stat().st_mode & 0o077:
        found.append(f"{file.name} can be read by others on this machine: chmod 600 {file.name}")
    return found


def notes(settings: Settings, database: Database) -> list[str]:
    """What is good to know about the keys, and no fault."""
    found = []
    file = file_of(settings)
    if file and not settings.encryption_keys:
        found.append(
            f"COACH_ENCRYPTION_KEYS is not set: the key is kept in {file.name} beside the database."
            " Whoever has both can read everything, so keep copies of them apart."
        )
    if count := _open_texts(database):
        texts = "1 text is" if count == 1 else f"{count} texts are"
        found.append(f"{texts} not encrypted yet: run coach keys rotate.")
    return found


def check(settings: Settings, database: Database) -> None:
    """Raises `SettingsError` where a key is missing: better not to start than to lose messages on the way."""
    if _lacks_a_key(settings, database):
        raise SettingsError([MISSING_KEY])


def rotate(settings: Settings, database: Database) -> int:
    """Encrypts everything with the first key. How many texts were changed. Raises `SettingsError`.

    In small transactions, so that it can be stopped, and run while the bot is at work.
    """
    cipher = Cipher(of(settings))
    changed = 0
    for column in rotation.columns():
        after: object = None
        while True:
            try:
                with database.transaction() as db:
                    batch = rotation.renew(db, column, cipher, after)
            except Unreadable:
                raise SettingsError([MISSING_KEY]) from None
            changed, after = changed + batch.changed, batch.last
            if after is None:
                break
    return changed


def _lacks_a_key(settings: Settings, database: Database) -> bool:
    try:
        with database.reading() as db:
            return rotation.unreadable(db, Cipher(of(settings)))
    except SQLAlchemyError:
        return False  # no tables yet, or away: that is said elsewhere


def _open_texts(database: Database) -> int:
    try:
        with database.reading() as db:
            return rotation.open_texts(db)
    except SQLAlchemyError:
        return 0

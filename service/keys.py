"""The keys with which what members write is encrypted: from the settings, or from a file beside the database.

Nobody has to think of a key to begin with: on SQLite one is made at the first start. On PostgreSQL several
machines have to agree on it, so there it is set from outside.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from coaching import installations
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
    " COACH_ENCRYPTION_KEYS takes several, separated by commas, and the first one encrypts; the file"
    " coach.key takes one a line."
    " Only if it is lost for good: coach keys abandon lets go of what nobody can read any more."
)

NO_KEY_IN_FILE = (
    "The file {name} beside the database should hold the key that encrypts what members write, and does not."
    " Put it back from a copy."
)


def file_of(settings: Settings) -> Path | None:
    """Where the key lies that nobody has set: `coach.key` beside `coach.db`. None on PostgreSQL."""
    file = settings.database_file
    return file.with_suffix(".key") if file else None


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
    if file is None or of(settings) or not file.parent.is_dir() or _is_anything_encrypted(settings):
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
    if _cannot_read_all(settings, database):
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


@dataclass(frozen=True)
class Lost:
    """How much cannot be read with the keys that are there."""

    texts: int = 0
    workspaces: int = 0
    """Those whose token it is."""

    def __add__(self, other: "Lost") -> "Lost":
        return Lost(self.texts + other.texts, self.workspaces + other.workspaces)

    def __bool__(self) -> bool:
        return bool(self.texts or self.workspaces)

    def __str__(self) -> str:
        """ "3 texts and the tokens of 2 workspaces"."""
        texts = "1 text" if self.texts == 1 else f"{self.texts} texts"
        tokens = (
            "the token of 1 workspace"
            if self.workspaces == 1
            else f"the tokens of {self.workspaces} workspaces"
        )
        return " and ".join(([texts] if self.texts else []) + ([tokens] if self.workspaces else []))


def lost(settings: Settings, database: Database) -> Lost:
    """Looks at everything that is encrypted. Raises `SettingsError`."""
    return _walk(settings, database.reading, lambda *_: None)


def abandon(settings: Settings, database: Database) -> Lost:
    """Lets go of what no key reads: a sentence stands in the place of texts, and workspaces install anew.

    In small transactions, so that it can be stopped and begun again. Raises `SettingsError`.
    """

    def give_up(db: Session, column: Column[str], cipher: Cipher, found: list[tuple[object, str]]) -> None:
        rotation.give_up(db, column, cipher, found)
        if _whose(column):
            for workspace_id, _ in found:
                installations.lose(db, str(workspace_id))

    return _walk(settings, database.transaction, give_up)


GiveUp = Callable[[Session, Column[str], Cipher, list[tuple[object, str]]], None]
Opened = AbstractContextManager[Session]


def _walk(settings: Settings, opened: Callable[[], Opened], give_up: GiveUp) -> Lost:
    cipher, total = Cipher(of(settings)), Lost()
    for column in rotation.columns():
        after: object = None
        while True:
            with opened() as db:
                found, after = rotation.unread(db, column, cipher, after)
                give_up(db, column, cipher, found)
            total += _count(column, len(found))
            if after is None:
                break
    return total


def _whose(column: Column[str]) -> bool:
    return column in rotation.TOKENS


def _count(column: Column[str], rows: int) -> Lost:
    if column is rotation.TOKENS[0]:
        return Lost(workspaces=rows)
    return Lost() if _whose(column) else Lost(texts=rows)  # a refresh token goes with the token


def _cannot_read_all(settings: Settings, database: Database) -> bool:
    """Looks at everything: when a key was taken out before all was written anew, only some of it is lost."""
    try:
        return bool(lost(settings, database))
    except SQLAlchemyError:
        return False  # as below


def _is_anything_encrypted(settings: Settings) -> bool:
    """Then a new key would read none of it, and might take the place of the right one in a copy."""
    if settings.no_database():
        return False
    database = Database(settings.database_url)
    lacks = _lacks_a_key(settings, database)
    database.dispose()
    return lacks


def _lacks_a_key(settings: Settings, database: Database) -> bool:
    """A quick look, for the start."""
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

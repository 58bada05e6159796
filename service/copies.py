"""Copies of the database: `coach backup` makes one of a SQLite file, `coach restore` puts one back.

PostgreSQL brings its own tools for both; what has to be settled after putting a copy back is the same, and
`coach restore --mark` does it there (docs/operations.md).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from coaching import restoring as things
from coaching.restoring import Erased, Latest
from scheduler import restoring as messages
from scheduler.restoring import Fate
from service import keys
from service.settings import Settings
from storage import faults, migrate
from storage.encryption import Cipher, Unreadable
from storage.engine import Database

SHARED_FIRST, SHARED_SIZE = 0x40000002, 510
"""The bytes of a database file on which SQLite keeps its locks: part of its file format."""
FIRST_BYTES = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm")
"""SQLite's own files beside a database."""

OTHER_ENGINE = (
    "DATABASE_URL names a PostgreSQL database: pg_dump and pg_restore copy it (docs/operations.md)."
)
IN_USE = "A bot, or another program, has {name} open: stop it first, then try again."
STILL_CONNECTED = (
    "Other programs are connected to the database: stop all processes of the bot, then try again."
)
NOT_OF_A_BOT = "This is a database, but none of a bot."
KEY_APART = (
    "What members wrote is encrypted in it, and the key is not in it ({where})."
    " Keep a copy of the key apart from this one: whoever has both can read everything."
)
HAS_THE_BOT_AGAIN = (
    "Workspaces that removed the bot after the copy was made count as having it again: erase each with"
    " `coach erase-workspace`."
)
ROTATES = (
    "Tokens that Slack renewed after the copy was made work no more: workspaces whose tokens rotate have to"
    " install the bot again."
)
ERASED_SINCE = "The database that was replaced did not have these any more. Were they erased, do it again:"


class CopyError(Exception):
    """A copy that cannot be made or put back: a sentence each in `lines`."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        super().__init__("\n".join(lines))


def backup(settings: Settings, file: Path) -> list[str]:
    """Writes a whole copy as of one moment, while the bot may be running. What to say about it.

    It is looked through before it gets its name, and only its owner may read it. Raises `CopyError`.
    """
    source = _database_file(settings)
    _must_exist(settings)
    _must_not_exist(file)
    with _in_sentences(f"The copy could not be written to {file}"), _finished(file) as unfinished:
        _copy(source, unfinished)
        _must_be_of_a_bot(unfinished)
        still_open = _open_evaluations(unfinished)
        _must_not_exist(file)
        os.replace(unfinished, file)
    where = "COACH_ENCRYPTION_KEYS" if settings.encryption_keys else str(source.with_suffix(".key"))
    said = [
        f"{file} is a whole copy of {source.name}, and was looked through.",
        KEY_APART.format(where=where),
    ]
    return [*said, *_about_evaluations(still_open)]


def restore(settings: Settings, file: Path, now: datetime) -> list[str]:
    """Puts a copy in the place of the database, with the newest schema and settled. What to say about it.

    What was there before is kept beside it, and where the bot was removed meanwhile it stays so. Nothing is
    changed when anything is wrong with the copy. Raises `CopyError`, and `SettingsError` when the key that
    reads the copy is missing.
    """
    target = _database_file(settings)
    if not file.is_file():
        raise CopyError(f"There is no file {file}.")
    _must_be_alone(target)
    with _in_sentences(f"{file} could not be put back"), _finished(target) as unfinished:
        _copy(file, unfinished)
        settled = _settled(settings, _address(unfinished), now, _latest(settings, target))
        _make_one_file(unfinished)
        aside = _put_in_place(unfinished, target, now)
    kept = [f"What was there before is kept as {aside.name}."] if aside else []
    return [f"{target.name} is what it was when {file.name} was made.", *kept, *settled]


def mark(settings: Settings, now: datetime) -> list[str]:
    """Settles a database that was put back by other tools. What to say about it.

    Raises `CopyError` while others use it, and `SettingsError` when the key that reads it is missing.
    """
    if settings.database_file:
        _must_exist(settings)
        _must_be_alone(settings.database_file)
    else:
        _must_be_alone_on_the_server(settings)
    return _settled(settings, settings.database_url, now, None)


def _latest(settings: Settings, file: Path) -> Latest | None:
    """What the database that is replaced knows better than its copy; None where it cannot be read."""
    if not _is_database(file):
        return None
    database = Database(_address(file), Cipher(keys.of(settings)))
    try:
        with database.reading() as db:
            return things.latest(db)
    except (SQLAlchemyError, sqlite3.Error, Unreadable):
        return None
    finally:
        database.dispose()


def _settled(settings: Settings, url: str, now: datetime, known: Latest | None) -> list[str]:
    """Brings what was put back to the newest schema, and ends what may have gone on since."""
    database = Database(url, Cipher(keys.of(settings)))
    try:
        problem = migrate.current_problem(database)
        if problem == faults.NO_TABLES:
            raise CopyError(NOT_OF_A_BOT)
        if problem and problem not in migrate.MENDED_BY_UPGRADE:
            raise CopyError(problem)
        keys.check(settings, database)
        migrate.upgrade(database)
        with database.transaction() as db:
            said = [*_carried(db, known), *_settle(db, now)]
        database.compact()
    finally:
        database.dispose()
    return [*said, "Start the bot now."]


def _carried(db: Session, known: Latest | None) -> list[str]:
    if known is not None:
        return _about_erased(things.carry_over(db, known))
    removed = [HAS_THE_BOT_AGAIN] if things.has_installations(db) else []
    return [*removed, *([ROTATES] if things.has_installations(db, renewed=True) else [])]


def _about_erased(erased: Erased) -> list[str]:
    commands = [f"  coach erase-workspace {team} --yes" for team in erased.workspaces]
    commands += [f"  coach erase-person {team} {who} --yes" for team, who in erased.people]
    return [ERASED_SINCE, *commands] if commands else []


def _settle(db: Session, now: datetime) -> list[str]:
    ended = things.settle(db, now)
    fates = messages.mark(db, now)
    dropped = fates[Fate.SKIPPED] + fates[Fate.TOO_LATE]
    return [
        f"Messages that were due before now and are not sent: {dropped};"
        f" looked up in Slack first: {fates[Fate.LOOKED_UP]}.",
        f"Evaluations that were open, and ended with their answers unread: {ended}.",
    ]


# --- files ---


def _database_file(settings: Settings) -> Path:
    if settings.database_file is None:
        raise CopyError(OTHER_ENGINE)
    return settings.database_file


def _must_exist(settings: Settings) -> None:
    if missing := settings.no_database():
        raise CopyError(missing)


def _must_be_of_a_bot(file: Path) -> None:
    """And not an empty one that some program made by looking for it."""
    with closing(sqlite3.connect(file)) as copy:
        tables = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    if tables is None:
        raise CopyError(NOT_OF_A_BOT)


def _address(file: Path) -> str:
    return URL.create("sqlite", database=str(file)).render_as_string()


def _must_not_exist(file: Path) -> None:
    if file.exists():
        raise CopyError(f"{file} is there already, and may be the only copy: choose another name.")


@contextmanager
def _finished(file: Path) -> Iterator[Path]:
    """A new file beside the place where it belongs when it is finished, readable by its owner alone."""
    unfinished = file.with_name(f".{file.name}.{token_hex(4)}")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield unfinished
        _keep_names(file.parent)
    finally:
        for one in (unfinished, *_beside(unfinished), Path(f"{unfinished}-journal")):
            one.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    """All of it as of one moment, into one file. Raises `CopyError` if it is not whole."""
    there = f"{source.resolve().as_uri()}?mode=rw"  # which makes no new file
    with closing(sqlite3.connect(there, uri=True)) as whole, closing(sqlite3.connect(target)) as copy:
        whole.backup(copy)
    _make_one_file(target)


def _make_one_file(file: Path) -> None:
    """Looked through, without a log beside it, and on the disk."""
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        [said] = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise CopyError("The database is broken: SQLite finds it inconsistent. Put an older copy back.")
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def _put_in_place(new: Path, target: Path, now: datetime) -> Path | None:
    """Where what was there before is now; None if there was nothing.

    A log that belongs to the old file must not lie beside the new one: SQLite would write it into it.
    """
    if not target.exists():
        os.replace(new, target)
        return None
    _empty_log(target)
    aside = target.with_name(f"{target.stem}-before-{now:%Y%m%d-%H%M%S}{target.suffix}")
    with _alone(target):
        os.link(target, aside)  # so that there is never a moment without a database
        for log, kept in zip(_beside(target), _beside(aside), strict=True):
            with suppress(FileNotFoundError):
                os.replace(log, kept)
        _give_to_owner_of(aside, new)
        os.replace(new, target)
    return aside


def _give_to_owner_of(known: Path, new: Path) -> None:
    """Where root puts a copy back, the user as whom the bot runs must be able to open it."""
    owner = known.stat()
    with suppress(PermissionError):
        os.chown(new, owner.st_uid, owner.st_gid)


def _empty_log(file: Path) -> None:
    """Brings a database up to date with its log. A broken one keeps it: something may be saved with it."""
    if not _is_database(file):
        return  # SQLite would throw its log away
    with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _is_database(file: Path) -> bool:
    if not file.exists():
        return False
    with file.open("rb") as opened:
        return opened.read(len(FIRST_BYTES)) == FIRST_BYTES


def _beside(file: Path) -> list[Path]:
    return [Path(f"{file}{end}") for end in BESIDE]


def _keep_names(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Nobody else has the database open, nor can while this lasts. Raises `CopyError`.

    By the lock that every connection keeps on it, so it also works on a file that is broken.
    """
    import fcntl

    with file.open("rb+") as opened:
        try:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
        except OSError:
            raise CopyError(IN_USE.format(name=file.name)) from None
        yield


def _must_be_alone(file: Path) -> None:
    if file.exists():
        with _alone(file):
            pass


def _must_be_alone_on_the_server(settings: Settings) -> None:
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    database = Database(settings.database_url)
    with database.reading() as db:
        count = db.scalar(others)
    database.dispose()
    if count:
        raise CopyError(STILL_CONNECTED)


# --- words ---


@contextmanager
def _in_sentences(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CopyError(f"{what}: {os.strerror(error.errno or 0).lower()}.") from error
    except sqlite3.Error as error:
        raise CopyError(f"{what}: SQLite says “{error}”.") from error


def _open_evaluations(file: Path) -> int:
    with closing(sqlite3.connect(file)) as copy:
        try:
            [count] = copy.execute(
                "SELECT count(*) FROM evaluation_windows WHERE closed_at IS NULL"
            ).fetchone()
        except sqlite3.Error:
            return 0  # from before there were any
    return int(count)


def _about_evaluations(count: int) -> list[str]:
    if not count:
        return []
    are = "An evaluation is" if count == 1 else f"{count} evaluations are"
    return [
        f"{are} open in it, and two such copies can tell who answered what (docs/privacy.md):"
        " do not keep it longer than you need it."
    ]

"""Which content pack runs: the one that is set, or, while that is wrong, the one that was right last."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from coaching import kept_packs
from coaching.kept_packs import Kept
from coaching.packs import NO_WORDS, SHIPPED, Pack, PackError, default_pack, load_pack, statements
from service.settings import Settings
from storage import migrate
from storage.engine import Database

log = structlog.get_logger(__name__)
LAST_GOOD = "The content pack cannot be used, so the one that was right last is. Mend this, then start again:"


def configured(settings: Settings, words: Mapping[str, str] = NO_WORDS) -> Pack:
    """The pack that is set, else the shipped one. Raises `PackError`."""
    if settings.coach_packs is None and not _reworded(words):
        return default_pack()  # read once per process
    return load_pack(settings.coach_packs or SHIPPED, words)


def _reworded(words: Mapping[str, str]) -> bool:
    return any(words.get(one, text) != text for one, text in statements(default_pack()).items())


def settle(settings: Settings, database: Database, now: datetime) -> Pack:
    """The pack to run with. A right one is kept; for a wrong one the kept one stands in, and the log says so.

    Raises `PackError` when nothing is kept. A database that is away or has no tables keeps nobody from
    starting: that is said elsewhere, and messages wait.
    """
    kept = read(database) or Kept()
    try:
        pack = configured(settings, kept.words)
    except PackError as error:
        if kept.pack is None:
            raise
        log.error(LAST_GOOD, reasons=error.lines)
        return kept.pack
    try:
        with database.transaction() as db:
            kept_packs.keep(db, pack, now)
    except SQLAlchemyError as error:
        log.warning("the content pack could not be kept", reason=type(error).__name__)
    return pack


def read(database: Database) -> Kept | None:
    """What is kept; None when the database cannot be read, or has no place for it yet."""
    try:
        with database.reading() as db:
            return kept_packs.read(db)
    except SQLAlchemyError:
        return None


def problems(settings: Settings, kept: Kept) -> list[str]:
    """What is wrong with the pack that is set, when a kept one stands in. Else it raises `PackError`."""
    try:
        configured(settings, kept.words)
    except PackError as error:
        if kept.pack is None:
            raise
        return [LAST_GOOD, *error.lines]
    return []


def check(settings: Settings | None, file: Path | None) -> list[str]:
    """What a right pack holds, in sentences. Raises `PackError`. Without `file`, the one that is set.

    Without settings, or with a database that cannot be read, only the pack itself is looked at.
    """
    path = file or (settings.coach_packs if settings else None) or SHIPPED
    kept = _kept(settings) if settings else None
    pack = load_pack(path, kept.words if kept else NO_WORDS)
    forms = ", ".join(f"{form.id} ({form.kind})" for form in pack.forms)
    return [
        f"{path} is in order: {pack.name}, with {len(pack.norms)} norms, {len(pack.principles)} principles"
        f" and {len(pack.values)} values. Forms: {forms}.",
        _compared(kept),
    ]


def _compared(kept: Kept | None) -> str:
    if kept is None:
        return "The words of its statements were compared with nothing: the database cannot be read."
    if not kept.words:
        return "The words of its statements were compared with nothing: no pack was used before."
    return "No statement has other words than before under its id."


def _kept(settings: Settings) -> Kept | None:
    """None when it cannot be read. Looking makes no database."""
    database = Database(settings.database_url)
    url = database.engine.url
    if url.drivername == "sqlite" and not Path(url.database or "").exists():
        return Kept()
    try:
        if migrate.current_problem(database) in migrate.MENDED_BY_UPGRADE:
            return read(database) or Kept()  # a schema without a place for packs has kept none
        return read(database)
    finally:
        database.dispose()

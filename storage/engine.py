"""The engine and the one place where transactions begin and end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from storage import doorbell, encryption, looks
from storage.encryption import Cipher
from storage.turns import TurnNotCome, Turns

BUSY_TIMEOUT_MS = 2_000
"""So long somebody waits for what somebody else is writing. Then the database counts as away."""
POSTGRESQL = {"connect_timeout": 2, "tcp_user_timeout": 5_000}
"""Seconds and milliseconds. A server that is silent counts as away: Slack waits three seconds for an answer,
so that there is still time to say so."""
AIR_PAGES = 1_000
"""Of SQLite, usually 4 KiB each."""
MOST_ERASED = 2**31 - 1
"""SQLite has 32 bits for the number of its own that we count with."""
READ_ONLY = "coach_read_only"


class Database:
    """Opens transactions; only the edges (a listener, a tick, a command) may call it."""

    def __init__(self, url: str, cipher: Cipher | None = None) -> None:
        """Without a cipher nothing is hidden: that is for tests, and for what reads no words."""
        self.engine = make_engine(url, cipher or Cipher())
        self._turns = Turns(BUSY_TIMEOUT_MS / 1000)
        self._write = sessionmaker(self.engine, expire_on_commit=False)
        options: dict[str, Any] = {READ_ONLY: True}
        if self.engine.dialect.name == "postgresql":
            options["postgresql_readonly"] = True
        self._read = sessionmaker(self.engine.execution_options(**options), expire_on_commit=False)

    @property
    def url(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Everything inside is kept together on leaving, or not at all when something is raised."""
        with self._in_turn(), self._write.begin() as db:
            yield db
            doorbell.carry(db, self.engine)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self.engine.dialect.name != "sqlite":
            yield
            return
        try:
            with self._turns.turn():
                yield
        except TurnNotCome as error:
            raise OperationalError("BEGIN IMMEDIATE", {}, error) from error

    @contextmanager
    def reading(self, *, hold: bool = False) -> Iterator[Session]:
        """A consistent look that takes no write lock.

        `hold`: several things are looked up that have most of what they need in common. SQLAlchemy lets go of
        what nobody refers to any more, and would read it again for the next one.
        """
        with self._read() as db:
            looks.begin(db)
            held: list[object] = []
            if hold:
                event.listen(db, "loaded_as_persistent", lambda _, one: held.append(one))
            yield db

    def compact(self) -> None:
        """Brings a SQLite file up to date with its log, and empties the log, which holds what was deleted.

        Afterwards the file alone can be copied. It is written anew where much of it is empty, and where
        something was erased (`leave_no_trace`). PostgreSQL looks after both itself.
        """
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                raw = connection.connection
                erased = _erased(raw)
                if _mostly_air(raw) or erased:
                    raw.execute("VACUUM")
                    _forget_erased(raw, erased)
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def dispose(self) -> None:
        self.engine.dispose()


def leave_no_trace(db: Session) -> None:
    """What this transaction deletes must be nowhere in the file after the next night.

    `secure_delete` overwrites rows, but where SQLite has moved some between pages a copy can be left behind
    (measured: of 1,800 rows one, and four entries of an index). Only writing the file anew leaves none.
    """
    if db.get_bind().dialect.name == "sqlite":
        connection = db.connection()
        count = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version={count % MOST_ERASED + 1}")


def _erased(connection: Any) -> int:
    """How often something was erased since the file was last written anew."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _forget_erased(connection: Any, count: int) -> None:
    """Unless something was erased meanwhile: of that, the file that was written may hold a trace."""
    connection.execute("BEGIN IMMEDIATE")
    if _erased(connection) == count:
        connection.execute("PRAGMA user_version=0")
    connection.execute("COMMIT")


def _mostly_air(connection: Any) -> bool:
    """Whether writing the file anew, which others wait for, gives back enough of the disk."""
    [pages] = connection.execute("PRAGMA page_count").fetchone()
    [free] = connection.execute("PRAGMA freelist_count").fetchone()
    return bool(free > AIR_PAGES and free * 4 > pages)


def make_engine(url: str, cipher: Cipher) -> Engine:
    engine = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
    encryption.use(engine, cipher)
    return engine


def _postgresql(url: str) -> Engine:
    if url.startswith("postgres://"):  # as some hosts write it
        url = url.replace("postgres://", "postgresql://", 1)
    # Errors of the database would otherwise quote what people typed.
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        hide_parameters=True,
        connect_args=POSTGRESQL,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # Not among the options of the connection: a pooler in between refuses those.
        connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
        connection.commit()

    return engine


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, pool_size=10, max_overflow=30, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own BEGIN comes too late and too weak; `begin` below says which one.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # a sent message must not be forgotten by a power cut
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not only unlinked
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred BEGIN that turns into a write fails at once when another writer was faster;
        # IMMEDIATE waits in line.
        read_only = connection.get_execution_options().get(READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine

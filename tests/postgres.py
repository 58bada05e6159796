"""A PostgreSQL server of the tests' own, and a fresh database with the newest schema for each test.

    with server() as postgres, postgres.fresh_database() as url: ...

COACH_TEST_POSTGRES names a server to use instead (a role that may create databases). Otherwise this machine's
binaries are started in a temporary folder, behind a Unix socket only.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url

from storage.engine import Database
from storage.migrate import upgrade

INSTALLED = Path("/usr/lib/postgresql")
IN_MEMORY, ROOM = Path("/dev/shm"), 2 << 30  # noqa: S108 - each server makes a folder of its own in it
"""Where a new database takes a tenth of the time that it takes on a disk; if so many bytes are free there."""

# Nothing in it outlives the tests, so it may be forgetful. It ends when its standard input does: then also
# when the tests are killed.
RUN = """
set -e
folder=$(mktemp -d -t coach-postgres.XXXXXX)
trap 'rm -rf "$folder"' EXIT
initdb -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
forgetful="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
pg_ctl -s -w -D "$folder/data" -l "$folder/log" \
    -o "-k $folder -c listen_addresses='' -c max_connections=200 $forgetful" start
echo "$folder"
cat >/dev/null
pg_ctl -s -D "$folder/data" -m immediate stop
"""


class Postgres:
    """A running server. `url` is its database for administration."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")
        self._template = f"coach_template_{uuid4().hex}"
        self._do(f"CREATE DATABASE {self._template}")
        database = Database(self._named(self._template))
        upgrade(database)
        database.dispose()

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The address of a database with the newest schema and no rows; it is dropped afterwards."""
        with self._database(self._template) as url:
            yield url

    @contextmanager
    def copy_of(self, name: str) -> Iterator[str]:
        """The address of a copy of one of our databases, to which nothing may be connected."""
        with self._database(name) as url:
            yield url

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """The same without a schema, for the tests of migrations."""
        with self._database("template1") as url:
            yield url

    @contextmanager
    def _database(self, template: str) -> Iterator[str]:
        name = f"coach_test_{uuid4().hex}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self._named(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._do(f"DROP DATABASE {self._template} WITH (FORCE)")
        self._admin.dispose()

    def _named(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


def missing() -> str | None:
    """Why the tests on PostgreSQL cannot run here, in one line; None when they can."""
    if os.environ.get("COACH_TEST_POSTGRES") or binaries():
        return None
    return "PostgreSQL is not installed here, and COACH_TEST_POSTGRES is not set"


@contextmanager
def server() -> Iterator[Postgres]:
    """A server for this process; starting one takes about two seconds. Ask `missing()` first."""
    given = os.environ.get("COACH_TEST_POSTGRES")
    if given:
        address = make_url(given).set(drivername="postgresql+psycopg")
        with _open(address.render_as_string(hide_password=False)) as postgres:
            yield postgres
    else:
        with (
            _started() as folder,
            _open(f"postgresql+psycopg://postgres@/postgres?host={folder}") as postgres,
        ):
            yield postgres


def not_installed() -> str | None:
    """Why no server can be started here, in one line; None when one can."""
    return None if binaries() else "PostgreSQL is not installed here"


class Restartable(Postgres):
    """A server that nobody else uses, and that forgets nothing that was committed when it is torn away."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        kept = "options=-csynchronous_commit%3Don"  # kept by the system, though not by the disk
        super().__init__(f"postgresql+psycopg://postgres@/postgres?host={folder}&{kept}")

    def restart(self) -> None:
        """As after a crash: nobody is waited for, and nothing is tidied up before. Back when it answers."""
        subprocess.run(
            [f"{binaries()}/pg_ctl", "-s", "-w", "-D", f"{self._folder}/data", "-m", "immediate", "restart"],
            user="postgres" if os.geteuid() == 0 else None,
            cwd="/",
            stdout=subprocess.DEVNULL,  # the new server would hold it open
            check=True,
        )
        self._admin.dispose()


@contextmanager
def restartable() -> Iterator[Restartable]:
    """Ask `not_installed()` first."""
    with _started() as folder:
        postgres = Restartable(folder)
        try:
            yield postgres
        finally:
            postgres.close()


@contextmanager
def _open(url: str) -> Iterator[Postgres]:
    postgres = Postgres(url)
    try:
        yield postgres
    finally:
        postgres.close()


@contextmanager
def _started() -> Iterator[str]:
    """Runs a server, and gives the folder of its socket."""
    with subprocess.Popen(
        ["sh", "-c", RUN],
        env={**os.environ, **_folder(), "PATH": f"{binaries()}:{os.environ['PATH']}"},
        user="postgres" if os.geteuid() == 0 else None,  # it refuses to run as root
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # an interrupt from the keyboard is for the tests alone
    ) as process:
        assert process.stdin
        assert process.stdout
        folder = process.stdout.readline().strip()
        if not folder:
            raise RuntimeError("PostgreSQL did not start: what it said stands above")
        try:
            yield folder
        finally:
            process.stdin.close()


def _folder() -> dict[str, str]:
    """Where the server keeps its files, for its environment."""
    fast = fast_folder()
    return {"TMPDIR": str(fast)} if fast else {}


def fast_folder() -> Path | None:
    """Where files are kept in memory, if there is room."""
    roomy = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM
    return IN_MEMORY if roomy else None


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL here; Debian keeps it off the search path."""
    newest_first = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: -float(path.parts[-3]))
    found = next(iter(newest_first), shutil.which("initdb"))
    return Path(found).resolve().parent if found else None

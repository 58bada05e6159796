"""The installed bot as processes of their own, beside a local workspace: how they start, and how they end."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import text

from demo import cast
from demo.faults import Fault
from demo.person import Person
from demo.records import Json
from demo.server import LocalWorkspace
from service.clock import SystemClock
from storage import migrate
from storage.encryption import new_key
from storage.engine import Database
from tests.storage.engines import empty_database
from tests.support.forks import coach

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
SECRET = "planted-secret"
KEY_NOTE = (
    "COACH_ENCRYPTION_KEYS is not set: the key is kept in coach.key beside the database."
    " Whoever has both can read everything, so keep copies of them apart.\n"
)
SLOW = "CREATE VIEW outbox AS SELECT * FROM slow WHERE (SELECT pg_sleep(600)) IS NOT NULL"
LONGEST_S = 60
"""For a machine that is busy; nothing here takes a tenth of it."""


class Installed:
    """A workspace, and a folder in which `coach` is set up for it."""

    def __init__(self, folder: Path, app_token: str = "") -> None:
        """With an `app_token` for Socket Mode, and then without the secret that requests are signed with."""
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = int(found.getsockname()[1])
        self.local = LocalWorkspace(
            cast.riverbend(SystemClock().now()),
            bot_url=f"http://127.0.0.1:{self.port}",
            signing_secret=SECRET,
            app_token=app_token,
        )
        self.folder = folder
        settings = {
            "SLACK_BOT_TOKEN": self.local.workspace.bot.token,
            **({"SLACK_APP_TOKEN": app_token} if app_token else {"SLACK_SIGNING_SECRET": SECRET}),
            "SLACK_API_URL": self.local.api_url,
            "COACH_DISK_IS_KEPT": "yes",  # whatever the tests run on
            "PORT": self.port,
        }
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    def begin(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "service", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        done = coach(*arguments, folder=self.folder, **environment)
        return done.returncode, done.stderr + done.stdout

    @contextmanager
    def running(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        process = self.begin(*arguments, **environment)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_S)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except ConnectionError:
            return False
        finally:
            connection.close()

    def wait_until_it_answers(self, process: subprocess.Popen[str]) -> None:
        while not self.answers():
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.02)


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    found = Installed(tmp_path)
    with found.local:
        yield found


@pytest.fixture
def behind_a_wall(tmp_path: Path) -> Iterator[Installed]:
    """Nobody can reach this one; it goes to Slack by itself."""
    found = Installed(tmp_path, "xapp-1-planted")
    with found.local:
        yield found


def test_doctor_is_content_before_the_first_start(installed: Installed) -> None:
    code, said = installed.run("doctor")
    first, *others = said.splitlines(keepends=True)
    assert first.startswith(f"There is no database at {installed.folder / 'coach.db'}. ")
    assert (code, "".join(others)) == (0, f"{KEY_NOTE}Everything is in order.\n")
    assert [one.name for one in installed.folder.iterdir()] == [".env"]


def test_doctor_says_all_that_is_wrong(installed: Installed) -> None:
    assert installed.run("doctor", DATABASE_URL="sqlite:///no/coach.db", SLACK_BOT_TOKEN="xoxb-another") == (
        1,
        f"{KEY_NOTE}The file that DATABASE_URL names cannot be used. May this user write in its folder?\n"
        "Slack refuses the bot token (invalid_auth). Copy it again from OAuth & Permissions.\n",
    )


def test_a_variable_that_is_misspelled_is_named_at_the_start(installed: Installed) -> None:
    process = installed.begin("serve", COACH_HEARTBEAT_URI="planted")
    installed.wait_until_it_answers(process)
    process.terminate()
    said = process.communicate(timeout=LONGEST_S)[0]
    assert "Did you mean COACH_HEARTBEAT_URL?" in said
    assert "planted" not in said


def test_doctor_says_that_slack_is_out_of_reach_and_no_more(installed: Installed) -> None:
    nobody = "http://127.0.0.1:9/api/"
    assert installed.run("migrate")[0] == 0
    assert installed.run("doctor", SLACK_API_URL=nobody) == (
        1,
        f"{KEY_NOTE}{nobody} does not answer. Is this machine allowed to reach it?\n",
    )


def test_doctor_says_what_is_wrong_with_an_app_token(behind_a_wall: Installed) -> None:
    assert behind_a_wall.run("migrate")[0] == 0
    assert behind_a_wall.run("doctor") == (0, f"{KEY_NOTE}Everything is in order.\n")
    assert behind_a_wall.run("doctor", SLACK_APP_TOKEN="xapp-another") == (
        1,
        f"{KEY_NOTE}Slack opens no socket for the app token (invalid_auth)."
        " Is Socket Mode switched on for the app?"
        ' Else make another token on "Basic Information", with the scope connections:write.\n',
    )


def test_a_request_under_way_is_answered_before_the_process_ends(installed: Installed) -> None:
    ends_after_its_answer(installed)


def test_a_request_over_a_socket_is_answered_before_the_process_ends(behind_a_wall: Installed) -> None:
    ends_after_its_answer(behind_a_wall)
    assert len(behind_a_wall.local.sockets.ever) == 1


def ends_after_its_answer(installed: Installed) -> None:
    asked = threading.Event()

    def note(_: Json) -> bool:
        asked.set()
        return True

    installed.local.workspace.faults.append(Fault("views.open", delay=0.5, when=note))
    with installed.running("serve") as process, ThreadPoolExecutor() as pool:
        installed.wait_until_it_answers(process)
        ana = Person(installed.local.url, cast.ANA)
        typing = pool.submit(ana.command, "/coach circle")
        assert asked.wait(LONGEST_S)
        process.send_signal(signal.SIGTERM)
        typing.result()
        process.wait(LONGEST_S)
    assert ana.has_modal
    assert ana.notices() == []


def test_a_worker_ends_when_it_is_told_to(installed: Installed) -> None:
    assert installed.run("migrate")[0] == 0
    with installed.running("worker") as process:
        assert process.stdout
        assert any("working" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONGEST_S) == 0


def test_a_worker_ends_in_time_even_when_its_database_does_not_answer(
    installed: Installed, tmp_path: Path
) -> None:
    """Python waits for a thread that waits, and hosts kill after ten seconds."""
    with empty_database("postgresql", tmp_path) as database:
        migrate.upgrade(database)
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE outbox RENAME TO slow"))
            connection.execute(text(SLOW))
        url = database.engine.url.render_as_string(False)
        with installed.running("worker", DATABASE_URL=url, COACH_ENCRYPTION_KEYS=new_key()) as process:
            wait_until_it_waits(database)
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=LONGEST_S)[0]
    assert "left without waiting any longer" in said
    assert process.returncode == 1


def wait_until_it_waits(database: Database) -> None:
    asleep = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    )
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        with database.engine.connect() as connection:
            if connection.scalar(asleep):
                return
        time.sleep(0.02)
    raise TimeoutError("the worker does not look for messages")


def test_a_socket_is_opened_by_who_answers_slack_and_not_by_a_worker(behind_a_wall: Installed) -> None:
    with behind_a_wall.running("serve", "--no-worker") as web:
        behind_a_wall.wait_until_it_answers(web)
        with behind_a_wall.running("worker") as worker:
            assert worker.stdout
            assert any("working" in line for line in worker.stdout)
            ana = Person(behind_a_wall.local.url, cast.ANA)
            ana.command("/coach circle")
            assert ana.has_modal
    assert len(behind_a_wall.local.sockets.ever) == 1

"""`coach doctor`: each thing broken once, beside a local workspace, and named with what to do."""

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from coaching import installations
from demo import cast
from demo.server import LocalWorkspace
from scheduler import resting
from service import doctor, looking_in
from service.clock import SystemClock
from service.looking_in import Seen
from service.manifest import SCOPES
from service.settings import Settings
from service.web import Watching, create_health
from storage.encryption import new_key
from storage.engine import Database
from storage.models import OutboxState, Outgoing
from tests.scheduler.world import TEAM, World
from tests.service.signing import Served
from tests.support import pasts

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def logs_again() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def workspace() -> Iterator[LocalWorkspace]:
    with LocalWorkspace(cast.riverbend(SystemClock().now()), bot_url=NOBODY, signing_secret="s") as local:
        yield local


@pytest.fixture
def local(workspace: LocalWorkspace) -> LocalWorkspace:
    workspace.load(cast.riverbend(SystemClock().now()))
    return workspace


@pytest.fixture
def healthy(local: LocalWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Settings with which all is well, and nothing to be said."""
    for name in [one for one in os.environ if one.startswith("COACH_")]:
        monkeypatch.delenv(name)
    shutil.copy(pasts.lived("sqlite", pasts.nothing).database, tmp_path / "coach.db")
    return {
        "database_url": f"sqlite:///{tmp_path / 'coach.db'}",
        "slack_bot_token": local.workspace.bot.token,
        "slack_signing_secret": "secret",
        "slack_api_url": local.api_url,
        "coach_encryption_keys": new_key(),
        "coach_disk_is_kept": True,
        "port": 9,
    }


def examined(healthy: dict[str, Any], **changed: Any) -> doctor.Findings:
    return doctor.examine(Settings(_env_file=None, **{**healthy, **changed}))


def problem(healthy: dict[str, Any], **changed: Any) -> str:
    [line] = examined(healthy, **changed).problems
    return line


def note(healthy: dict[str, Any], **changed: Any) -> str:
    found = examined(healthy, **changed)
    assert found.problems == []
    [line] = found.notes
    return line


def test_where_all_is_well_there_is_nothing_to_say(healthy: dict[str, Any]) -> None:
    assert examined(healthy) == doctor.Findings()


def test_a_schema_that_does_not_fit(healthy: dict[str, Any]) -> None:
    database = Database(healthy["database_url"])
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.dispose()
    assert "install the newer version" in problem(healthy)


def test_a_variable_that_is_misspelled_is_a_note(
    healthy: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_HEARTBEAT", "planted")
    said = note(healthy)
    assert said.startswith("COACH_HEARTBEAT is no setting")
    assert "planted" not in said


def test_a_full_disk(healthy: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(3 << 20))
    assert problem(healthy).startswith("Only 3 MB are free")


def test_a_token_that_slack_refuses(healthy: dict[str, Any]) -> None:
    assert "invalid_auth" in problem(healthy, slack_bot_token="xoxb-another")


def test_a_workspace_in_which_nothing_is_sent_is_named(healthy: dict[str, Any]) -> None:
    world = World(Database(healthy["database_url"]))
    with world.database.transaction() as db:
        resting.pause(db, TEAM, "invalid_auth", world.now)
    said = problem(healthy)
    assert said.startswith(f"{TEAM} ({TEAM}) is refused by Slack (invalid_auth), so nothing is sent there.")
    assert said.endswith("with a new bot token, restart.")
    with world.database.transaction() as db:
        installations.removed(db, TEAM, world.now, world.now)
    world.database.dispose()
    assert examined(healthy) == doctor.Findings()


def test_permissions_that_are_missing(healthy: dict[str, Any], local: LocalWorkspace) -> None:
    local.workspace.bot.scopes[:] = [*SCOPES[2:], "im:history"]
    said = problem(healthy)
    assert said.startswith(f"The bot token lacks {SCOPES[0]}, {SCOPES[1]}.")
    assert "Reinstall" in said


def test_an_optional_permission_is_a_note(healthy: dict[str, Any], local: LocalWorkspace) -> None:
    local.workspace.bot.scopes[:] = SCOPES
    assert note(healthy).startswith("The bot token does without im:history")


def test_a_broken_file_is_called_what_it_is(healthy: dict[str, Any], tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("a letter, not a database, and long enough to be read as one " * 20)
    found = examined(healthy | {"database_url": f"sqlite:///{broken}"}).problems
    assert found == ["The file that DATABASE_URL names is no database, or a broken one."]


def test_messages_that_were_given_up_and_those_that_wait(healthy: dict[str, Any]) -> None:
    now = SystemClock().now()
    world = World(Database(healthy["database_url"]), now - timedelta(hours=1))
    world.put(Outgoing.SESSION_NEWS, world.ana)
    world.put(Outgoing.SESSION_NEWS, world.bo, due_at=now)
    world.put(Outgoing.SESSION_NEWS, world.bo, state=OutboxState.DEAD, finished_at=now)
    world.database.dispose()
    given_up, waiting = examined(healthy).notes
    assert given_up.startswith("1 message was given up: ")
    # True before the first start too, after a copy was put back, say.
    assert waiting.startswith("Messages have waited for over 15 minutes (2 wait): once coach serve runs, ")


def test_an_address_that_nobody_answers_yet_is_a_note(healthy: dict[str, Any]) -> None:
    assert note(healthy, coach_public_url=NOBODY).startswith(f"Nobody answers at {NOBODY}/livez yet.")


@pytest.mark.parametrize(("status", "wrong"), [(200, True), (404, True), (502, False), (503, False)])
def test_an_address_at_which_something_else_answers(
    healthy: dict[str, Any], status: int, wrong: bool
) -> None:
    """What a proxy says when nothing runs behind it is a note."""
    with answering(status) as url:
        found = examined(healthy, coach_public_url=url)
    assert (len(found.problems), len(found.notes)) == ((1, 0) if wrong else (0, 1))


def test_a_bot_that_runs_says_itself_what_is_wrong(healthy: dict[str, Any]) -> None:
    complaint = "Due messages have not been looked for lately: see the log."
    with Served(create_health(lambda: [complaint], Watching(bytes))) as served:
        here = f"http://127.0.0.1:{served.port}"
        said = problem(healthy, port=served.port, coach_public_url=here)
        assert looking_in.at(here) is Seen.A_BOT
    assert said == f"The bot at port {served.port} says: {complaint}"


def test_a_worker_that_should_answer_and_does_not_is_named(healthy: dict[str, Any]) -> None:
    assert note(healthy, coach_worker_port=7) == (
        "No worker answers at port 7 (COACH_WORKER_PORT): start coach worker."
    )


@contextmanager
def answering(status: int) -> Iterator[str]:
    """The address of a page that is no bot."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"Welcome to the web server")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

"""The `coach` command as people run it: sentences and exit codes."""

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import app
from storage.engine import Database
from storage.models import OutboxState, Outgoing
from tests.scheduler.world import World
from tests.support.forks import coach

ROOT = Path(__file__).parents[2]
SLACK = {"SLACK_BOT_TOKEN": "xoxb-planted", "SLACK_SIGNING_SECRET": "planted-secret"}


def test_help_names_every_command() -> None:
    """In a process that has nothing imported yet."""
    starts = [sys.executable, "-W", "error", "-m", "service", "--help"]
    shown = subprocess.run(starts, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    for command in (
        "serve",
        "worker",
        "migrate",
        "doctor",
        "manifest",
        "demo",
        "packs",
        "outbox",
        "erase-person",
    ):
        assert f" {command} " in shown


def test_the_version_is_said_where_nothing_is_set(tmp_path: Path) -> None:
    [said] = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    done = coach("--version", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"coach {said}\n", "")


def test_the_manifest_is_printed_for_an_address(tmp_path: Path) -> None:
    told = coach("manifest", "--url", "https://coach.example.org", folder=tmp_path)
    assert (told.returncode, told.stdout) == (0, (ROOT / "manifest.yaml").read_text())
    set_before = coach("manifest", folder=tmp_path, COACH_PUBLIC_URL="https://coach.example.org/")
    assert set_before.stdout == told.stdout


def test_a_manifest_for_a_socket_needs_no_address(tmp_path: Path) -> None:
    done = coach("manifest", "--socket", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "socket_mode_enabled: true" in done.stdout
    for told, address in ((["--url", "https://coach.example.org"], ""), ([], "https://coach.example.org")):
        done = coach("manifest", "--socket", *told, folder=tmp_path, COACH_PUBLIC_URL=address)
        assert "- https://coach.example.org/slack/oauth_redirect" in done.stdout
        assert "/slack/events" not in done.stdout


@pytest.mark.parametrize("arguments", [["manifest"], ["manifest", "--url", "coach.example.org"]])
def test_a_manifest_without_an_address_is_refused(tmp_path: Path, arguments: list[str]) -> None:
    done = coach(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["serve", "worker", "doctor"])
def test_missing_settings_are_named_a_line_each(tmp_path: Path, command: str) -> None:
    done = coach(command, folder=tmp_path, LOG_LEVEL="loud")
    assert done.returncode == 2
    named = [line.split()[0] for line in done.stderr.splitlines()]
    assert named == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "LOG_LEVEL"]


def test_the_schema_is_made_and_made_again(tmp_path: Path) -> None:
    for _ in range(2):
        done = coach("migrate", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "coach.db").exists()


def test_a_database_that_is_away_is_a_sentence(tmp_path: Path) -> None:
    address = "postgresql://ana:planted-password@127.0.0.1:1/coach"
    done = coach("migrate", folder=tmp_path, DATABASE_URL=address)
    assert done.returncode == 1
    assert done.stderr.startswith("The database does not answer")
    assert "planted" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "outbox list",
        "outbox retry --all",
        "outbox drop --all",
        "erase-person T1 U1 --yes",
        "erase-workspace T1 --yes",
        "keys rotate",
        "keys abandon --yes",
        "backup copy.db",
        "restore --mark",
    ],
)
def test_where_there_is_no_database_none_is_made(tmp_path: Path, command: str) -> None:
    done = CliRunner().invoke(app, command.split(), env={"DATABASE_URL": f"sqlite:///{tmp_path}/coach.db"})
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"There is no database at {tmp_path}/coach.db. ")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "coach.db").write_text("a letter, not a database, and long enough to be read as one " * 20)
    done = coach("migrate", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("The file that DATABASE_URL names is no database")


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_file_that_cannot_be_made_is_a_sentence(tmp_path: Path, command: str) -> None:
    done = coach(command, folder=tmp_path, DATABASE_URL="sqlite:///not/there/coach.db", **SLACK)
    assert done.returncode == 1
    assert done.stderr.endswith(
        "The file that DATABASE_URL names cannot be used. May this user write in its folder?\n"
    )


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, environment in ((["serve"], {"PORT": port, **SLACK}), (["demo", "--port", port], {})):
            done = coach(*arguments, folder=tmp_path, **environment)
            assert done.returncode == 1
            assert done.stderr.startswith(f"Port {port} cannot be used")


def test_what_was_given_up_is_listed_tried_again_and_let_go(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path / 'coach.db'}").compact()
    early = coach("outbox", "list", folder=tmp_path)
    assert (early.returncode, early.stderr) == (1, "The database has no tables yet: run coach migrate.\n")
    (tmp_path / "coach.db").unlink()
    assert coach("migrate", folder=tmp_path).returncode == 0
    assert (tmp_path / "coach.db").stat().st_mode & 0o077 == 0
    assert coach("outbox", "list", folder=tmp_path).stdout == "No message was given up.\n"
    world = World(Database(f"sqlite:///{tmp_path / 'coach.db'}"))
    ended: dict[str, Any] = {"state": OutboxState.DEAD, "outcome": "no_text", "finished_at": world.now}
    for _ in range(2):
        world.put(Outgoing.SESSION_NEWS, world.ana, **ended)
    listed = coach("outbox", "list", "--most", "1", folder=tmp_path).stdout.splitlines()
    assert listed[1].split() == ["2", "2026-03-02", "09:00", "T1", "session_news", "no_text"]
    assert listed[2:] == ["… and 1 more: --most 2"]
    unnamed = coach("outbox", "retry", folder=tmp_path)
    assert (unnamed.returncode, unnamed.stderr) == (2, "Say which: their numbers, or --all.\n")
    for _ in range(2):
        world.put(Outgoing.REFRESH, world.ana, target_id=1, **ended)
    tried = coach("outbox", "retry", "1", "3", "4", "7", folder=tmp_path)
    assert (tried.returncode, tried.stdout) == (
        1,
        "2 messages will be tried once more. 1 message let go: a newer one of the same waits.\n",
    )
    assert tried.stderr == "7 stays: it is not among those that were given up.\n"
    assert coach("outbox", "drop", "--all", folder=tmp_path).stdout == "1 message let go.\n"
    assert [world.row(id).state for id in (1, 2)] == [OutboxState.DUE, OutboxState.SKIPPED]
    world.database.dispose()

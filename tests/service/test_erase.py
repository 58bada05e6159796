"""`coach erase-person` and `coach erase-workspace`, as whoever looks after the bot runs them."""

from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from coaching import installations
from coaching.installations import Granted, Pair
from storage import migrate
from storage.encryption import Cipher, new_key
from storage.engine import Database
from storage.models import Installation, Person, Workspace
from tests.coaching.closing_world import ANA, MADE, TEAM, World
from tests.support.forks import coach

KEY = new_key()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a database in which Ana's circle is."""
    database = Database(f"sqlite:///{tmp_path}/coach.db", Cipher([KEY]))
    migrate.upgrade(database)
    World(database)
    database.dispose()
    (tmp_path / "coach.key").write_text(KEY)
    return tmp_path


def count(folder: Path, where: object) -> int:
    database = Database(f"sqlite:///{folder}/coach.db")
    with database.reading() as db:
        found = db.scalar(select(func.count()).where(where)) or 0  # type: ignore[arg-type]
    database.dispose()
    return found


def test_a_person_is_erased_only_with_yes_and_only_once(folder: Path) -> None:
    asked = coach("erase-person", TEAM, ANA, folder=folder)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith(f"This erases Ana Torres ({ANA}) in Riverbend ({TEAM}). ")
    assert "--yes" in asked.stderr
    assert count(folder, Person.slack_id == ANA) == 1
    done = coach("erase-person", TEAM, ANA, "--yes", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert count(folder, Person.slack_id == ANA) == 0
    again = coach("erase-person", TEAM, ANA, "--yes", folder=folder)
    assert again.returncode == 1
    assert "nothing to erase" in again.stderr


def test_who_installed_the_bot_and_never_met_it_is_erased_too(folder: Path) -> None:
    who = "U0INSTALLER"
    database = Database(f"sqlite:///{folder}/coach.db", Cipher([KEY]))
    with database.transaction() as db:
        given = Granted(TEAM, "", None, "A1", "UBOT", "commands", who, Pair("xoxb-1", None, None))
        installations.install(db, given, MADE)
        db.execute(delete(Person).where(Person.slack_id == who))
    database.dispose()
    assert count(folder, Installation.installer_slack_id == who) == 1
    assert coach("erase-person", TEAM, who, folder=folder).stderr.startswith(
        f"This erases whoever installed the bot ({who}) in "
    )
    done = coach("erase-person", TEAM, who, "--yes", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert count(folder, Installation.installer_slack_id == who) == 0
    assert count(folder, Installation.workspace_id == TEAM) == 1
    assert coach("erase-person", TEAM, who, "--yes", folder=folder).returncode == 1


def test_a_workspace_is_erased_only_with_yes(folder: Path) -> None:
    asked = coach("erase-workspace", TEAM, folder=folder)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith(
        f"This erases the workspace Riverbend ({TEAM}) with 1 circle and 6 people."
    )
    assert "remove it in Slack first" in asked.stderr
    done = coach("erase-workspace", TEAM, "--yes", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert count(folder, Workspace.id == TEAM) == count(folder, Person.workspace_id == TEAM) == 0
    assert "No such workspace" in coach("erase-workspace", TEAM, "--yes", folder=folder).stderr


def test_what_was_encrypted_with_a_key_that_is_gone_can_be_erased_too(folder: Path) -> None:
    """Nobody can read it any more, and it can go all the same."""
    (folder / "coach.key").write_text(new_key())
    done = coach("erase-workspace", TEAM, "--yes", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")

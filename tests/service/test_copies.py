"""`coach backup` and `coach restore` on a SQLite file: whole, private, never at the cost of what is there."""

import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coaching import erasing, installations, removal
from coaching.installations import Granted, Pair
from service import copies
from service.cli import app
from service.copies import CopyError
from service.settings import Settings, SettingsError
from storage import faults, migrate
from storage.encryption import Cipher, new_key
from storage.engine import Database
from storage.models import (
    EvaluationWindow,
    FormDraft,
    Installation,
    OutboxState,
    Outgoing,
    Person,
    Workspace,
)
from tests.scheduler.world import START, TEAM, World
from tests.service.test_processes import Installed, installed  # noqa: F401 - a fixture
from tests.support import pasts
from tests.support.forks import coach

WORDS = {"title": "what Ana confided"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bot was set up here; Ana has begun to write something."""
    (tmp_path / "coach.key").write_text(new_key())
    shutil.copy(pasts.lived("sqlite", pasts.nothing).database, tmp_path / "coach.db")
    database = opened(tmp_path)
    world = World(database)
    with database.transaction() as db:
        db.add(FormDraft(workspace_id=TEAM, person_id=world.ana, form="circle", values=WORDS, at=START))
    database.dispose()
    return tmp_path


def opened(folder: Path, file: str = "coach.db") -> Database:
    return Database(f"sqlite:///{folder / file}", Cipher([(folder / "coach.key").read_text()]))


def settings(folder: Path) -> Settings:
    return Settings(_env_file=None, database_url=f"sqlite:///{folder / 'coach.db'}")


def rename(folder: Path, name: str, file: str = "coach.db") -> None:
    database = opened(folder, file)
    with database.transaction() as db:
        db.get_one(Workspace, TEAM).name = name
    database.dispose()


def name_in(folder: Path, file: str = "coach.db") -> str:
    database = opened(folder, file)
    with database.reading() as db:
        found = db.get_one(Workspace, TEAM).name
    database.dispose()
    return found


def files(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_a_copy_is_whole_and_one_file_that_only_its_owner_reads(folder: Path) -> None:
    open_database = opened(folder)
    with open_database.transaction() as db:  # stands in the log beside the file
        db.get_one(Workspace, TEAM).name = "Newest"
    done = coach("backup", "copy.db", folder=folder)
    open_database.dispose()
    assert (done.returncode, done.stderr) == (0, "")
    assert "coach.key" in done.stdout
    assert "evaluation" not in done.stdout
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    (folder / "elsewhere").mkdir()
    moved = (folder / "copy.db").rename(folder / "elsewhere" / "copy.db")
    assert files(folder) == {"coach.db", "coach.key", "elsewhere"}
    with closing(sqlite3.connect(moved)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT name FROM workspaces").fetchall() == [("Newest",)]
    assert b"confided" not in moved.read_bytes()


def test_a_copy_says_that_an_evaluation_is_open_in_it(folder: Path) -> None:
    database = opened(folder)
    with database.transaction() as db:
        window = {"workspace_id": TEAM, "circle_id": 1, "session_id": 1, "form_id": "group"}
        db.add(EvaluationWindow(**window, promise="anonymous", opens_at=START, closes_at=START))
    database.dispose()
    assert "An evaluation is open in it" in "".join(copies.backup(settings(folder), folder / "copy.db"))


def test_a_copy_never_takes_the_place_of_another_file(folder: Path) -> None:
    for file in (folder / "coach.db", folder / "coach.key"):
        before = file.read_bytes()
        with pytest.raises(CopyError, match="is there already"):
            copies.backup(settings(folder), file)
        assert file.read_bytes() == before
    assert files(folder) == {"coach.db", "coach.key"}


def test_a_copy_that_cannot_be_written_is_a_sentence(folder: Path) -> None:
    with pytest.raises(CopyError, match=r"could not be written to .*: no such file or directory"):
        copies.backup(settings(folder), folder / "not" / "there.db")


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with pytest.raises(CopyError, match="There is no database at"):
        copies.backup(settings(tmp_path), tmp_path / "copy.db")
    with pytest.raises(CopyError, match="There is no database at"):
        copies.mark(settings(tmp_path), START)
    assert files(tmp_path) == set()


def test_a_database_that_somebody_made_by_looking_for_it_is_not_copied(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'coach.db'}")
    assert migrate.current_problem(database) == faults.NO_TABLES
    database.dispose()
    with pytest.raises(CopyError, match="none of a bot"):
        copies.backup(settings(tmp_path), tmp_path / "copy.db")
    assert files(tmp_path) == {"coach.db"}


def test_postgresql_has_tools_of_its_own(tmp_path: Path) -> None:
    away = Settings(_env_file=None, database_url="postgresql://127.0.0.1:1/coach")
    (tmp_path / "copy").touch()
    with pytest.raises(CopyError, match="pg_dump"):
        copies.backup(away, tmp_path / "another")
    with pytest.raises(CopyError, match="pg_dump"):
        copies.restore(away, tmp_path / "copy", START)


@pytest.mark.parametrize("arguments", [[], ["copy.db", "--mark"]])
def test_restoring_needs_to_know_which_copy(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, ["restore", *arguments])
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)


def test_a_copy_is_put_back_and_what_was_there_is_kept(folder: Path) -> None:
    copies.backup(settings(folder), folder / "copy.db")
    rename(folder, "Later")
    done = coach("restore", "copy.db", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert name_in(folder) == TEAM
    [aside] = files(folder) - {"coach.db", "coach.key", "copy.db"}
    assert aside in done.stdout
    assert name_in(folder, aside) == "Later"
    assert stat.S_IMODE((folder / "coach.db").stat().st_mode) == 0o600


LATER = START + timedelta(hours=3)
GONE, ROTATES, NEW = "T0GONE", "T0ROTATES", "T0NEW"


def install(database: Database, team: str, pair: Pair) -> None:
    with database.transaction() as db:
        granted = Granted(team, team, None, "A1", "UBOT", "chat:write", "UANA", pair)
        installations.install(db, granted, START)


def installed_in_two(folder: Path) -> None:
    database = opened(folder)
    install(database, GONE, Pair("xoxb-gone", None, None))
    install(database, ROTATES, Pair("xoxe.1", "xoxe-1-used", START + timedelta(hours=4)))
    database.dispose()


def goes_on(folder: Path) -> None:
    """One workspace removes the bot, another's token is renewed, and a third one installs it."""
    database = opened(folder)
    with database.transaction() as db:
        installations.removed(db, GONE, LATER, LATER)
        lease = installations.claim_renewal(db, ROTATES, LATER)
        assert lease
        assert installations.renewed(db, lease, Pair("xoxe.2", "xoxe-2", LATER + timedelta(hours=12)))
    install(database, NEW, Pair("xoxb-new", None, None))
    database.dispose()


def tokens(folder: Path) -> dict[str, tuple[str, str | None]]:
    database = opened(folder)
    with database.reading() as db:
        found = {one.workspace_id: (one.bot_token, one.refresh_token) for one in db.query(Installation)}
    database.dispose()
    return found


def test_removals_and_tokens_since_the_copy_are_carried_over(folder: Path) -> None:
    installed_in_two(folder)
    copies.backup(settings(folder), folder / "copy.db")
    goes_on(folder)
    said = copies.restore(settings(folder), folder / "copy.db", LATER)
    assert tokens(folder) == {ROTATES: ("xoxe.2", "xoxe-2"), NEW: ("xoxb-new", None)}
    database = opened(folder)
    with database.reading() as db:
        gone = db.get_one(Workspace, GONE)
        assert (gone.uninstalled_at, gone.paused_reason) == (LATER, installations.REMOVED)
    database.dispose()
    assert copies.HAS_THE_BOT_AGAIN not in said


def test_who_was_erased_since_the_copy_is_named(folder: Path) -> None:
    """Also who came again: what they had erased stands in the copy."""
    installed_in_two(folder)
    copies.backup(settings(folder), folder / "copy.db")
    database = opened(folder)
    with database.transaction() as db:
        first, second, third = (one.slack_id for one in db.query(Person).order_by(Person.id).limit(3))
        erasing.erase(db, TEAM, first, START)
        again = db.query(Person).filter_by(slack_id=third).one()
        erasing.erase(db, TEAM, second, START)
        db.add(Person(workspace_id=TEAM, slack_id=second, name="", zone="UTC", kind=again.kind))
    with database.transaction() as db:
        removal.close(db, GONE, START)
        while removal.erase_some(db, GONE):
            pass
    database.dispose()
    said = copies.restore(settings(folder), folder / "copy.db", LATER)
    assert [one.strip() for one in said if one.startswith("  ")] == [
        f"coach erase-workspace {GONE} --yes",
        f"coach erase-person {TEAM} {first} --yes",
        f"coach erase-person {TEAM} {second} --yes",
    ]
    assert set(tokens(folder)) == {ROTATES}


def lost(folder: Path) -> None:
    (folder / "coach.db").unlink()


def begun_anew(folder: Path) -> None:
    lost(folder)
    database = opened(folder)
    migrate.upgrade(database)
    database.dispose()


def with_another_key(folder: Path) -> None:
    """What was installed since cannot be read with the key that reads the copy."""
    database = Database(f"sqlite:///{folder / 'coach.db'}", Cipher([new_key()]))
    install(database, NEW, Pair("xoxb-new", None, None))
    database.dispose()


@pytest.mark.parametrize("happens", [lost, begun_anew, with_another_key])
def test_what_cannot_be_carried_over_is_said(folder: Path, happens: Callable[[Path], None]) -> None:
    installed_in_two(folder)
    copies.backup(settings(folder), folder / "copy.db")
    happens(folder)
    said = copies.restore(settings(folder), folder / "copy.db", LATER)
    assert {copies.HAS_THE_BOT_AGAIN, copies.ROTATES} <= set(said)
    assert set(tokens(folder)) == {GONE, ROTATES}


def test_nor_is_anything_by_other_tools(folder: Path) -> None:
    assert copies.HAS_THE_BOT_AGAIN not in copies.mark(settings(folder), START)
    installed_in_two(folder)
    assert {copies.HAS_THE_BOT_AGAIN, copies.ROTATES} <= set(copies.mark(settings(folder), START))


def test_a_copy_is_put_back_where_there_is_no_database(folder: Path) -> None:
    copies.backup(settings(folder), folder / "copy.db")
    (folder / "coach.db").unlink()
    copies.restore(settings(folder), folder / "copy.db", START)
    assert name_in(folder) == TEAM
    assert files(folder) == {"coach.db", "coach.key", "copy.db"}


def test_a_copy_takes_the_place_of_a_broken_database_and_its_log(folder: Path) -> None:
    """The log of the old file, which SQLite would write into the new one, must not stay beside it."""
    copies.backup(settings(folder), folder / "copy.db")
    broken = {"coach.db": b"no database " * 1000, "coach.db-wal": b"no log", "coach.db-shm": b""}
    for file, content in broken.items():
        (folder / file).write_bytes(content)
    copies.restore(settings(folder), folder / "copy.db", START)
    assert name_in(folder) == TEAM
    aside = f"coach-before-{START:%Y%m%d-%H%M%S}.db"
    assert (folder / aside).read_bytes() == broken["coach.db"]
    assert (folder / f"{aside}-wal").read_bytes() == broken["coach.db-wal"]
    assert {"coach.db-wal", "coach.db-shm"}.isdisjoint(files(folder))


@pytest.mark.parametrize("content", [b"", b"a letter, and no database " * 400], ids=["empty", "a letter"])
def test_what_is_no_copy_changes_nothing(folder: Path, content: bytes) -> None:
    (folder / "copy.db").write_bytes(content)
    before = (folder / "coach.db").read_bytes()
    with pytest.raises(CopyError):
        copies.restore(settings(folder), folder / "copy.db", START)
    assert (folder / "coach.db").read_bytes() == before
    assert files(folder) == {"coach.db", "coach.key", "copy.db"}


def test_a_copy_that_is_broken_inside_changes_nothing(folder: Path) -> None:
    copies.backup(settings(folder), folder / "copy.db")
    content = bytearray((folder / "copy.db").read_bytes())
    content[5 * 4096 : 9 * 4096] = b"\xff" * (4 * 4096)
    (folder / "copy.db").write_bytes(content)
    with pytest.raises(CopyError):
        copies.restore(settings(folder), folder / "copy.db", START)
    assert name_in(folder) == TEAM
    assert files(folder) == {"coach.db", "coach.key", "copy.db"}


def test_a_copy_of_an_older_version_is_brought_up_to_date(folder: Path) -> None:
    database = opened(folder)
    migrate.downgrade(database, "0004")
    database.dispose()
    copies.backup(settings(folder), folder / "copy.db")
    copies.restore(settings(folder), folder / "copy.db", START)
    database = opened(folder)
    assert migrate.current_problem(database) is None
    database.dispose()
    assert name_in(folder) == TEAM


def test_a_copy_of_a_newer_version_is_refused(folder: Path) -> None:
    copies.backup(settings(folder), folder / "copy.db")
    with closing(sqlite3.connect(folder / "copy.db")) as copy, copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CopyError, match="newer than this program"):
        copies.restore(settings(folder), folder / "copy.db", START)


def test_a_copy_that_nobody_could_read_is_refused(folder: Path) -> None:
    copies.backup(settings(folder), folder / "copy.db")
    (folder / "coach.key").write_text(new_key())
    before = (folder / "coach.db").read_bytes()
    with pytest.raises(SettingsError, match="key that is missing"):
        copies.restore(settings(folder), folder / "copy.db", START)
    assert (folder / "coach.db").read_bytes() == before


def test_a_database_that_was_put_back_by_hand_is_settled(folder: Path) -> None:
    database = opened(folder)
    world = World.__new__(World)
    world.database, world.now, world.circle = database, START, 1
    card = world.put(Outgoing.SESSION_CARD)
    database.dispose()
    assert copies.mark(settings(folder), START)
    assert world.row(card).state is OutboxState.SKIPPED
    database.dispose()


@pytest.mark.long
def test_a_bot_at_work_is_copied_and_not_replaced(installed: Installed, tmp_path: Path) -> None:  # noqa: F811
    with installed.running("serve") as process:
        installed.wait_until_it_answers(process)
        copies.backup(settings(tmp_path), tmp_path / "copy.db")
        with pytest.raises(CopyError, match=r"has coach.db open"):
            copies.restore(settings(tmp_path), tmp_path / "copy.db", START)
        with pytest.raises(CopyError, match=r"has coach.db open"):
            copies.mark(settings(tmp_path), START)
        assert installed.answers()
    assert copies.restore(settings(tmp_path), tmp_path / "copy.db", START)

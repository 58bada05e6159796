"""Keys: made where none is set, asked for where several machines must agree, never missed without a word."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from coaching.installations import REINSTALL, Granted, Pair, install
from service import keys
from service.settings import Settings, SettingsError
from storage import rotation
from storage.encryption import Cipher, new_key
from storage.engine import Database
from storage.models import CoachingSession, FormDraft, Installation, Workspace
from tests.scheduler.world import START
from tests.service.test_cli import SLACK
from tests.storage.test_encryption import WORDS, drafted, kept, read
from tests.support.forks import coach


def settings(folder: Path, *set_keys: str) -> Settings:
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder}/coach.db",
        coach_encryption_keys=SecretStr(",".join(set_keys)),
    )


def problems(found: Settings) -> list[str]:
    database = Database(found.database_url)
    try:
        return keys.problems(found, database)
    finally:
        database.dispose()


def test_on_sqlite_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = keys.make(settings(tmp_path))
    assert file == tmp_path / "coach.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [made] = keys.of(settings(tmp_path))
    Cipher([made])
    assert keys.make(settings(tmp_path)) is None
    assert keys.of(settings(tmp_path)) == [made]


def test_a_key_that_is_set_comes_first_and_none_is_made(tmp_path: Path) -> None:
    own = new_key()
    assert keys.make(settings(tmp_path, own)) is None
    assert list(tmp_path.iterdir()) == []
    keys.make(settings(tmp_path))
    assert keys.of(settings(tmp_path, own))[0] == own
    assert len(keys.of(settings(tmp_path, own))) == 2


@pytest.mark.parametrize("content", ["", "not a key\n"])
def test_a_file_that_lost_its_key_is_not_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "coach.key").write_text(content)
    with pytest.raises(SettingsError, match="should hold the key"):
        keys.make(settings(tmp_path))
    assert (tmp_path / "coach.key").read_text() == content


def test_a_file_that_others_can_read_is_named(tmp_path: Path) -> None:
    keys.make(settings(tmp_path))
    assert problems(settings(tmp_path)) == []
    (tmp_path / "coach.key").chmod(0o640)
    [line] = problems(settings(tmp_path))
    assert line.endswith("chmod 600 coach.key")


def test_no_new_key_takes_the_place_of_one_that_was_lost(tmp_path: Path) -> None:
    drafted(settings(tmp_path).database_url, new_key())
    assert keys.make(settings(tmp_path)) is None
    assert not (tmp_path / "coach.key").exists()
    assert problems(settings(tmp_path)) == [keys.MISSING_KEY]


def test_a_missing_key_is_named_and_keeps_the_bot_from_starting(tmp_path: Path) -> None:
    lost = new_key()
    drafted(settings(tmp_path).database_url, lost)
    other = settings(tmp_path, new_key())
    assert problems(other) == [keys.MISSING_KEY]
    done = coach("worker", folder=tmp_path, COACH_ENCRYPTION_KEYS=new_key(), **SLACK)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, keys.MISSING_KEY)
    assert lost not in done.stderr


def test_postgresql_asks_for_a_key(tmp_path: Path) -> None:
    done = coach("worker", folder=tmp_path, DATABASE_URL="postgresql://ana@127.0.0.1:1/coach", **SLACK)
    assert (done.returncode, done.stderr.strip()) == (2, keys.NEEDED)


def test_a_wrong_key_is_named_and_not_shown(tmp_path: Path) -> None:
    done = coach("worker", folder=tmp_path, COACH_ENCRYPTION_KEYS=f"{new_key()},planted", **SLACK)
    assert done.returncode == 2
    assert done.stderr.startswith("COACH_ENCRYPTION_KEYS cannot be used")
    assert "planted" not in done.stderr


def test_keys_are_printed_and_rotated_by_command(tmp_path: Path) -> None:
    old = coach("keys", "new", folder=tmp_path).stdout.strip()
    new = coach("keys", "new", folder=tmp_path).stdout.strip()
    url = settings(tmp_path).database_url
    drafted(url)  # from before there was a key
    for known in (old, f"{new}, {old}"):
        done = coach("keys", "rotate", folder=tmp_path, COACH_ENCRYPTION_KEYS=known)
        assert (done.returncode, done.stdout) == (
            0,
            "Everything is encrypted with the first key now; 1 text was not before.\n",
        )
        assert "draft" not in kept(url)
    assert read(url, new) == WORDS
    done = coach("keys", "rotate", folder=tmp_path, COACH_ENCRYPTION_KEYS=old)
    assert (done.returncode, done.stderr.strip()) == (2, keys.MISSING_KEY)


def test_a_key_that_was_taken_out_before_all_was_written_anew_is_missed(tmp_path: Path) -> None:
    """The first text of the column can be read, and another one cannot."""
    old, new = new_key(), new_key()
    found = settings(tmp_path, new)
    drafted(found.database_url, old)
    keys.rotate(settings(tmp_path, new, old), database := Database(found.database_url))
    database.dispose()
    database = Database(found.database_url, Cipher([old]))
    with database.transaction() as db:
        row = db.execute(select(FormDraft.workspace_id, FormDraft.person_id)).one()
        db.add(
            FormDraft(
                workspace_id=row.workspace_id, person_id=row.person_id, form="case", values={}, at=START
            )
        )
    database.dispose()
    assert problems(found) == [keys.MISSING_KEY]
    assert problems(settings(tmp_path, new, old)) == []


def test_what_a_lost_key_encrypted_is_let_go_of_when_that_is_meant(tmp_path: Path) -> None:
    lost, new = new_key(), new_key()
    url = settings(tmp_path).database_url
    drafted(url, lost)
    _with_words_and_a_token(url, lost)
    refused = coach("keys", "abandon", folder=tmp_path, COACH_ENCRYPTION_KEYS=new)
    assert refused.returncode == 1
    assert "2 texts and the token of 1 workspace cannot be read" in refused.stdout
    assert problems(settings(tmp_path, new)) == [keys.MISSING_KEY]
    done = coach("keys", "abandon", "--yes", folder=tmp_path, COACH_ENCRYPTION_KEYS=new)
    assert done.returncode == 0
    assert "Given up: 2 texts and the token of 1 workspace." in done.stdout
    assert problems(settings(tmp_path, new)) == []
    database = Database(url, Cipher([new]))
    with database.reading() as db:
        assert db.scalars(select(FormDraft)).all() == []
        assert db.scalars(select(Installation)).all() == []
        assert db.scalars(select(CoachingSession.message)).one() == rotation.LOST
        assert db.scalars(select(Workspace.paused_reason)).one() == REINSTALL
    database.dispose()
    again = coach("keys", "abandon", folder=tmp_path, COACH_ENCRYPTION_KEYS=new)
    assert again.stdout == "Everything can be read. Nothing was changed.\n"


def test_letting_go_leaves_what_can_be_read_as_it_is(tmp_path: Path) -> None:
    lost, new = new_key(), new_key()
    url = settings(tmp_path).database_url
    drafted(url, new)
    _with_words_and_a_token(url, lost)
    found = settings(tmp_path, new)
    database = Database(url)
    assert keys.abandon(found, database) == keys.Lost(texts=1, workspaces=1)
    assert keys.lost(found, database) == keys.Lost()
    database.dispose()
    assert read(url, new) == WORDS


def test_keys_are_changed_for_tokens_too(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    url = settings(tmp_path).database_url
    drafted(url, old)
    _with_words_and_a_token(url, old)
    database = Database(url)
    assert keys.rotate(settings(tmp_path, new, old), database) == 4
    database.dispose()
    database = Database(url, Cipher([new]))
    with database.reading() as db:
        kept = db.scalars(select(Installation)).one()
        assert (kept.bot_token, kept.refresh_token) == ("xoxb-1", "xoxe-1")
    database.dispose()


def _with_words_and_a_token(url: str, key: str) -> None:
    database = Database(url, Cipher([key]))
    with database.transaction() as db:
        db.scalars(select(CoachingSession)).one().message = WORDS
        pair = Pair("xoxb-1", "xoxe-1", START)
        install(db, Granted("T1", "Riverbend", None, "A1", "UBOT", "", "UANA", pair), START)
    database.dispose()

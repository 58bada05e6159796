"""Keys: made where none is set, asked for where several machines must agree, never missed without a word."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from service import keys
from service.settings import Settings, SettingsError
from storage.encryption import Cipher, new_key
from storage.engine import Database
from tests.service.test_cli import SLACK, coach
from tests.storage.test_encryption import WORDS, drafted, kept, read


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

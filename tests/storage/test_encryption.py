"""What members write lies encrypted in the tables, and can be written anew with other keys."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from storage import migrate, rotation
from storage.encryption import MARK, Cipher, EncryptedJson, EncryptedText, Unreadable, new_key
from storage.engine import Database
from storage.models import CoachingSession, FormDraft, Person
from tests.scheduler.world import World
from tests.storage.engines import ENGINES, empty_url

OLD, NEW = new_key(), new_key()
WORDS = "Ana’s draft: “a family that …” 🌱 שלום\r\n=1+1"


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_url(request.param, tmp_path) as url:
        yield url


def opened(url: str, *keys: str) -> Database:
    return Database(url, Cipher(keys))


def drafted(url: str, *keys: str) -> None:
    """A database in which somebody has begun a form."""
    database = opened(url, *keys)
    migrate.upgrade(database)
    world = World(database)
    with database.transaction() as db:
        ana = db.get_one(Person, world.ana)
        db.add(
            FormDraft(
                workspace_id=ana.workspace_id,
                person_id=ana.id,
                form="circle",
                values={"name": WORDS},
                at=datetime(2026, 12, 8, tzinfo=UTC),
            )
        )
    database.dispose()


def read(url: str, *keys: str) -> str:
    database = opened(url, *keys)
    try:
        with database.reading() as db:
            return str(db.query(FormDraft).one().values["name"])
    finally:
        database.dispose()


def kept(url: str) -> str:
    """The text as it lies in the table."""
    database = opened(url)
    with database.engine.connect() as connection:
        found = str(connection.scalar(text('SELECT "values" FROM form_drafts')))
    database.dispose()
    return found


def rotated(url: str, *keys: str) -> int:
    database = opened(url)
    try:
        with database.transaction() as db:
            return sum(rotation.renew(db, one, Cipher(keys), None).changed for one in rotation.columns())
    finally:
        database.dispose()


def test_words_are_hidden_in_the_table_and_come_back_as_they_were(url: str) -> None:
    drafted(url, OLD)
    assert kept(url).startswith(MARK)
    assert "draft" not in kept(url)
    assert read(url, OLD) == WORDS
    assert read(url, NEW, OLD) == WORDS


def test_without_its_key_nothing_is_made_up(url: str) -> None:
    drafted(url, OLD)
    for keys in [(NEW,), ()]:
        with pytest.raises(Unreadable):
            read(url, *keys)


def test_what_was_written_before_there_was_a_key_can_be_read_and_hidden(url: str) -> None:
    drafted(url)
    assert "draft" in kept(url)
    assert read(url, NEW) == WORDS
    assert rotated(url, NEW) == 1
    assert "draft" not in kept(url)
    assert read(url, NEW) == WORDS


def test_after_a_rotation_the_old_key_is_not_needed(url: str) -> None:
    drafted(url, OLD)
    assert rotated(url, NEW, OLD) == 1
    assert read(url, NEW) == WORDS
    before = kept(url)
    assert rotated(url, NEW, OLD) == 0
    assert kept(url) == before


def test_a_rotation_without_the_old_key_changes_nothing(url: str) -> None:
    drafted(url, OLD)
    before = kept(url)
    with pytest.raises(Unreadable):
        rotated(url, NEW)
    assert kept(url) == before


def test_the_schema_goes_back_and_forth_without_losing_what_is_hidden(url: str) -> None:
    drafted(url, OLD)
    database = opened(url, OLD)
    migrate.downgrade(database, "0002")
    migrate.upgrade(database)
    database.dispose()
    assert read(url, OLD) == WORDS


def test_all_that_members_write_is_encrypted() -> None:
    """Cases, notes, actions, comments, reasons, drafts of forms; and messages to a circle."""
    assert {f"{one.table.name}.{one.name}" for one in rotation.columns()} >= {
        "action_items.what",
        *(f"cases.{one}" for one in ("title", "situation", "strengths", "challenges", "support")),
        *(f"cases.{one}" for one in ("next_steps", "feedback")),
        *(f"notes.{one}" for one in ("discussed", "offered", "ideas", "learning", "barriers")),
        *(f"coaching_sessions.{one}" for one in ("message", "remote_reason", "closing_reason")),
        "evaluation_answers.comments",
        "evaluation_comments.words",
        "pair_reflections.comments",
        "form_drafts.values",
    }


@given(st.text())
def test_any_text_comes_back(words: str) -> None:
    assert Cipher([OLD]).read(Cipher([OLD]).hide(words)) == words


@given(st.text())
def test_what_is_hidden_does_not_tell_when_it_was_written(words: str) -> None:
    """Fernet's tokens carry the second in which they were made, readable without a key: bytes 1 to 8."""
    token = Cipher([OLD]).hide(words).removeprefix(MARK)
    assert urlsafe_b64decode(token)[1:9] == bytes(8)


def test_the_same_words_look_different_each_time() -> None:
    cipher = Cipher([OLD])
    assert cipher.hide(WORDS) != cipher.hide(WORDS)


def test_columns_can_be_reused_between_engines() -> None:
    assert EncryptedText.cache_ok
    assert EncryptedJson.cache_ok


def test_of_what_no_key_reads_a_sentence_or_nothing_is_left(url: str) -> None:
    drafted(url, OLD)
    database = opened(url, OLD)
    with database.transaction() as db:
        db.query(CoachingSession).one().message = WORDS
    database.dispose()
    database = opened(url, NEW)
    with database.transaction() as db:
        for column in rotation.columns():
            found, after = rotation.unread(db, column, Cipher([NEW]), None)
            assert after is None
            rotation.give_up(db, column, Cipher([NEW]), found)
        assert not rotation.unreadable(db, Cipher([NEW]))
        assert db.query(FormDraft).count() == 0
        assert db.query(CoachingSession).one().message == rotation.LOST
    database.dispose()

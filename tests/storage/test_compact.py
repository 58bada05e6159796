"""What is left of deleted rows in a SQLite file."""

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from storage.engine import Database, leave_no_trace

ROWS = 3_000


@pytest.mark.long
def test_nothing_of_what_was_deleted_is_left_once_the_file_is_written_anew(tmp_path: Path) -> None:
    """Overwriting alone is not enough: where SQLite has moved rows between pages, copies of some stay."""
    file, chance = tmp_path / "test.db", Random(1)
    database = Database(f"sqlite:///{file}")
    with database.transaction() as db:
        db.execute(text("CREATE TABLE words (id INTEGER PRIMARY KEY, said TEXT, part INT, place TEXT)"))
        db.execute(text("CREATE INDEX ix ON words (part, place)"))
        for number in range(ROWS):
            length = chance.choice([0, 20, 200, 900, 3000])
            row = {"id": number, "said": f"planted{number}." + "x" * length, "part": chance.randrange(1000)}
            db.execute(text("INSERT INTO words VALUES (:id, :said, :part, 'at' || :id || '.')"), row)
    gone = [number for number in range(ROWS) if chance.random() < 0.2]
    with database.transaction() as db:
        db.execute(text("DELETE FROM words WHERE id = :id"), [{"id": number} for number in gone])
        leave_no_trace(db)
    database.compact()
    lying_there = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert [one for one in gone if f"planted{one}.".encode() in lying_there] == []
    assert [one for one in gone if f"at{one}.".encode() in lying_there] == []
    database.dispose()


def test_what_is_erased_while_the_file_is_written_anew_is_not_forgotten(tmp_path: Path) -> None:
    database, other = (Database(f"sqlite:///{tmp_path / 'test.db'}") for _ in range(2))
    erased: list[bool] = []

    def erase_after_vacuum(statement: str) -> None:
        if erased or not vacuumed(statement):
            return
        erased.append(True)
        with other.transaction() as db:
            leave_no_trace(db)

    with database.transaction() as db:
        leave_no_trace(db)
    with database.engine.connect() as connection:  # the pool hands out the same one again
        connection.connection.driver_connection.set_trace_callback(erase_after_vacuum)  # type: ignore[union-attr]
    database.compact()
    assert erased
    assert marked(other)
    other.compact()
    assert not marked(other)
    database.dispose()
    other.dispose()


def vacuumed(statement: str) -> bool:
    """Whether this is the first that is said once the file is written anew."""
    return statement.startswith(("BEGIN", "PRAGMA user_version="))


def marked(database: Database) -> bool:
    with database.reading() as db:
        return bool(db.scalar(text("PRAGMA user_version")))

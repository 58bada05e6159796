"""What is left of deleted rows in a SQLite file."""

from pathlib import Path
from random import Random

from sqlalchemy import text

from storage.engine import Database, leave_no_trace

ROWS = 3_000


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

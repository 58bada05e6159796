"""What somebody with the database, its file or the log can find out about who answered an evaluation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from coaching.rules.terms import PersonKind
from storage.engine import Database
from storage.models import EvaluationAnswer, Person
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, WINDOW_END, World

WORDS = "a sentence that nobody else would write"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def keys(world: World) -> set[str]:
    with world.reading() as db:
        return set(db.scalars(select(EvaluationAnswer.key)))


def on_disk(database: Database) -> bytes:
    """The file and whatever lies beside it, as a person with the disk reads them."""
    database.compact()
    file = Path(database.engine.url.database or "")
    return b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))


def test_each_answer_writes_those_before_it_anew(world: World) -> None:
    world.answer(ANA)
    first = keys(world)
    world.answer(BO)
    second = keys(world)
    assert (len(first), len(second)) == (1, 2)
    assert not first & second


def test_postgresql_says_neither_in_what_order_people_answered_nor_what_was_written_together(
    world: World,
) -> None:
    if world.database.engine.dialect.name != "postgresql":
        return  # SQLite keeps these tables in the order of their keys
    for number, who in enumerate((ELI, CHIDI, ANA, DEE, BO), start=1):
        world.answer(who, score=number % 5 + 1, now=WINDOW_END.replace(hour=number))
    with world.reading() as db:
        written = "SELECT xmin::text FROM {0} UNION SELECT xmin::text FROM {1}"
        marks = db.scalars(text(written.format("evaluation_receipts", "evaluation_answers"))).all()
        assert len(marks) == 1
        receipts = db.scalars(text("SELECT person_id FROM evaluation_receipts ORDER BY ctid")).all()
        assert list(receipts) == sorted(receipts)
        answers = db.scalars(text("SELECT key FROM evaluation_answers ORDER BY ctid")).all()
        assert list(answers) == sorted(answers)


def test_what_was_deleted_is_not_on_the_disk_any_more(world: World) -> None:
    if world.database.engine.dialect.name != "sqlite":
        return  # PostgreSQL keeps deleted rows until it vacuums
    for who in (ANA, BO, CHIDI):
        world.answer(who, said=f"{WORDS}, says {who}")
    given = keys(world)
    lying_there = on_disk(world.database)
    assert WORDS.encode() in lying_there
    assert all(key.encode() in lying_there for key in given)
    world.missed()
    left = on_disk(world.database)
    assert WORDS.encode() not in left
    assert not any(key.encode() in left for key in given)


def test_the_keys_of_answers_do_not_outlive_their_window_on_the_disk(world: World) -> None:
    if world.database.engine.dialect.name != "sqlite":
        return  # PostgreSQL keeps deleted rows until it vacuums
    for who in (ANA, BO, CHIDI, DEE):
        world.answer(who, said=f"{WORDS}, says {who}")
    given = keys(world)
    world.tick(WINDOW_END)
    left = on_disk(world.database)
    assert WORDS.encode() in left  # four have answered, so the result shows what they wrote
    assert not any(key.encode() in left for key in given)


def test_an_error_of_the_database_does_not_say_what_was_typed(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        _keep(
            database,
            Person(workspace_id="T0NOWHERE", slack_id="U0", name=WORDS, zone="Etc/UTC", kind=PersonKind.FULL),
        )
    assert WORDS not in str(caught.value)


def _keep(database: Database, person: Person) -> None:
    with database.transaction() as db:
        db.add(person)

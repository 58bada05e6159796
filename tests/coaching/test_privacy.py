"""What somebody with the database, its file or the log can find out about who answered an evaluation."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from coaching import circles, reflections
from coaching.circles import CirclePlan
from coaching.errors import NotAllowed
from coaching.rules.terms import PersonKind, Rhythm
from storage.engine import Database
from storage.models import Circle, EvaluationAnswer, Membership, Person
from tests.coaching.closing_world import ANA, BO, CHIDI, CLOSING, DEE, ELI, ENDS, MADE, WINDOW_END, World

WORDS = "a sentence that nobody else would write"


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


def at_once(*works: Callable[[], object]) -> list[str]:
    """Does all at the same moment, each in a thread of its own; the names of their errors, "" for none."""
    begin = Barrier(len(works))

    def one(work: Callable[[], object]) -> str:
        begin.wait()
        try:
            work()
        except Exception as error:
            return type(error).__name__
        return ""

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(one, works))


def test_pressing_send_twice_at_once_gives_one_answer(world: World) -> None:
    world.tick(CLOSING)
    assert at_once(*[lambda: world.answer(ANA)] * 4) == ["", *["NotAllowed"] * 3]
    assert len(keys(world)) == 1


def test_all_answering_at_once_lose_no_answer(world: World) -> None:
    works = [partial(world.answer, one) for one in world.members]
    assert at_once(*works) == [""] * len(works)
    assert len(keys(world)) == len(works)


def test_two_who_schedule_at_once_make_one_session(world: World) -> None:
    day = date(2027, 1, 12)
    assert at_once(lambda: world.schedule(day), lambda: world.schedule(day)) == ["", "Refused"]


def test_two_who_edit_a_circle_at_once_do_not_overwrite_each_other(world: World) -> None:
    def rename(name: str) -> None:
        with world.database.transaction() as db:
            plan = CirclePlan(
                name=name,
                members=world.members,
                channel=None,
                rhythm=Rhythm.SAME_WEEKDAY,
                starts_on=date(2026, 12, 8),
                usual_time=time(10),
            )
            circles.edit(db, world.actor(db), world.circle, revision, plan, None, MADE)

    revision = world.of().circle.revision
    assert at_once(lambda: rename("One"), lambda: rename("Two")) == ["", "Changed"]


def test_who_comes_after_a_session_of_a_pair_cannot_look_back_at_it(database: Database) -> None:
    world = World(database, members=(ANA, BO))
    with database.transaction() as db:
        circle = db.get_one(Circle, world.circle)
        chidi = world.actor(db, CHIDI).person
        circle.member(world.actor(db, BO).person.id).left_at = ENDS  # type: ignore[union-attr]
        circle.memberships.append(
            Membership(workspace_id=circle.workspace_id, person=chidi, position=2, joined_at=ENDS)
        )
    with pytest.raises(NotAllowed), database.transaction() as db:
        reflections.open_form(db, world.actor(db, CHIDI), world.session, world.pack, ENDS)

"""What somebody with the database, its files and the log can find out about who answered what.

People answer by real requests. Then the database is read as an attacker would: all rows of all tables as they
lie there, with what the engine notes about each, the file and its write-ahead log, and the lines of the log.
`docs/privacy.md` says what remains possible while an evaluation is open; these tests hold it to that.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.ids import Action, View
from coaching.packs import default_pack
from coaching.rules.audit_facts import Deed
from demo import cast
from demo.person import Person
from demo.records import Json
from service.demo import Demo
from storage.base import Base
from storage.encryption import MARK
from tests.bot.test_closing import STATEMENTS, all_asked
from tests.storage.engines import ENGINES
from tests.support import pasts
from tests.support.pasts import Beginning
from tests.support.people import People, accepted
from tests.support.signed import Forger

QUESTIONS = [one.text for one in default_pack().form("group").questions]
WORDS = "words that {} alone would choose"
ANSWERED = {"evaluation_answers", "evaluation_receipts"}
OF_EVALUATIONS = [one for one in Action if one.value.startswith(("evaluation.", "trends."))]
NEXT_DAY, CLOSED = "2026-12-09 10:01", "2026-12-13 12:01"
KEY = re.compile(r"[0-9a-f]{32}")

Rows = dict[str, list[tuple[object, ...]]]
"""By table, in the order in which they lie there."""


@pytest.fixture
def beginning() -> Beginning:
    return all_asked


def rows_of(demo: Demo, *tables: str) -> Rows:
    """All that the engine gives: rows in their physical order, with where they lie and what wrote them."""
    postgresql = demo.coach.database.engine.dialect.name == "postgresql"
    found = {}
    with demo.coach.database.reading() as db:
        for name in tables or Base.metadata.tables:
            hidden = "ctid::text AS place, xmin::text AS written_by, " if postgresql else ""
            order = "ORDER BY ctid" if postgresql else ""
            found[name] = [tuple(one) for one in db.execute(text(f"SELECT {hidden}* FROM {name} {order}"))]  # noqa: S608
    return found


def column(demo: Demo, table: str, name: str) -> list[object]:
    order = "ORDER BY ctid" if demo.coach.database.engine.dialect.name == "postgresql" else ""
    with demo.coach.database.reading() as db:
        return list(db.scalars(text(f"SELECT {name} FROM {table} {order}")))  # noqa: S608


def on_disk(demo: Demo) -> bytes:
    """The file and whatever lies beside it, after the nightly checkpoint; nothing on PostgreSQL."""
    database = demo.coach.database
    if database.engine.dialect.name != "sqlite":
        return b""
    database.compact()
    file = Path(database.engine.url.database or "")
    return b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))


def invitation(person: Person) -> Json:
    """The message that asked this person, whatever it says by now; reminders come after it."""
    about = ("evaluation", "answered", "weren't")
    return next(one for one in person.dm() if any(word in one["text"] for word in about))


def answers(person: Person, score: int, button: str = "Answer") -> None:
    """By the form, with words under every question."""
    person.click(button, in_=invitation(person))
    choices = {1: "1 – strongly disagree", 5: "5 – strongly agree"}
    person.fill(dict.fromkeys(STATEMENTS, choices.get(score, str(score))))
    person.fill({one: WORDS.format(person.user_id) for one in QUESTIONS})
    accepted(person)


def comes_after_all(person: Person, score: int) -> None:
    """Has pressed "I wasn't there" by mistake."""
    person.click("I wasn't there", in_=invitation(person))
    answers(person, score, "I was there")


def test_an_answer_leaves_no_trace_but_itself_and_a_receipt(people: People) -> None:
    """Of any two people who answer, everything else looks the same before and after."""
    demo, logged = people.demo, []
    for score, person in enumerate((people.dee, people.bo, people.eli), start=3):
        person.click("Answer", in_=invitation(person))
        person.close(everything=True)
        before = rows_of(demo)
        with capture_logs() as logs:
            answers(person, score)
            demo.settle()
        logged.append([{name: value for name, value in one.items() if name != "ms"} for one in logs])
        after = rows_of(demo)
        assert {name for name in before if before[name] != after[name]} == ANSWERED
    assert logged[0] == logged[1] == logged[2] != []
    assert set().union(*(one for line in logged for one in line)) <= {"event", "log_level", "kind", "status"}
    nothing_joins_them(demo)


def test_the_audit_log_knows_of_no_evaluation(people: People, forger: Forger) -> None:
    """Not who opened one, answered it, put it off, was not there, came too late or was refused."""
    demo = people.demo
    before = rows_of(demo, "audit_entries")
    people.dee.click("Answer", in_=invitation(people.dee))
    people.dee.close(everything=True)
    answers(people.dee, 5)
    comes_after_all(people.bo, 4)
    answers(people.eli, 3)
    for person in (cast.DEE, cast.GUS):
        for action in OF_EVALUATIONS:
            forger.click(person, action, "1")
        for form in (View.EVALUATION, View.REFLECTION):
            forger.submit(person, form, {"session": 1}, {"reason": "Ha"}, view_id=f"V{person}{form}")
    people.wait(CLOSED)
    forger.click(cast.GUS, Action.SEE_RESULT, "1:1")
    new = set(rows_of(demo, "audit_entries")["audit_entries"]) - set(before["audit_entries"])
    assert {deed for one in new for deed in Deed if deed.value in one} == set()


def nothing_joins_them(demo: Demo) -> None:
    """While it is open: who has answered in the order of people, answers in that of their random keys."""
    receipts, keys = (
        column(demo, "evaluation_receipts", "person_id"),
        column(demo, "evaluation_answers", "key"),
    )
    assert receipts == sorted(receipts, key=str)
    assert keys == sorted(keys, key=str)
    if demo.coach.database.engine.dialect.name == "postgresql":
        written = [column(demo, one, "xmin::text") for one in ANSWERED]
        assert len({mark for marks in written for mark in marks}) == 1
    tokens = [str(one) for one in column(demo, "evaluation_answers", "comments")]
    assert all(token.startswith(MARK) for token in tokens)
    assert {_time_in(token) for token in tokens} == {0}
    lying_there = on_disk(demo)
    assert WORDS.partition("{")[0].encode() not in lying_there


def _time_in(token: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(token.removeprefix(MARK))[1:9])


@contextmanager
def story(engine: str, folder: Path, at_once: list[str], later: list[str]) -> Iterator[Demo]:
    """The same five days, but for who answers: some before the reminder of the next day, some after it."""
    folder.mkdir()
    with pasts.database(engine, all_asked, folder) as url, pasts.running(url, all_asked) as demo:
        people = People(demo)
        everybody: dict[str, Person] = {one.user_id: one for one in people.five}
        for score, one in enumerate(at_once, start=2):
            answers(everybody[one], score)
        people.wait(NEXT_DAY)
        comes_after_all(everybody[later[0]], 5)
        for one in later[1:]:
            answers(everybody[one], 1)
        assert on_disk(demo).count(WORDS.partition("{")[0].encode()) == 0
        given = set(column(demo, "evaluation_answers", "key"))
        people.wait(CLOSED)
        assert given.isdisjoint(column(demo, "evaluation_answers", "key"))
        left = on_disk(demo)
        assert not [one for one in given if str(one).encode() in left]
        assert WORDS.partition("{")[0].encode() not in left
        yield demo


def what_is_left(demo: Demo) -> dict[str, list[str]]:
    """All rows, without what is random in them, and without the answers themselves."""
    apart = ("evaluation_answers", "evaluation_comments", "evaluation_results")
    names = [one for one in Base.metadata.tables if one not in apart]
    with demo.coach.database.reading() as db:
        tables = {one: db.execute(text(f"SELECT * FROM {one}")).mappings() for one in names}  # noqa: S608
        return {name: sorted(_without_chance(dict(one)) for one in rows) for name, rows in tables.items()}


def _without_chance(row: Mapping[str, object]) -> str:
    shown = {name: "there" if name == "slack_ts" and value else value for name, value in row.items()}
    return KEY.sub("KEY", str(shown))


@pytest.mark.parametrize("engine", ENGINES)
def test_once_it_has_closed_all_is_the_same_whoever_has_answered(engine: str, tmp_path: Path) -> None:
    ana, bo, dee, eli = cast.ANA, cast.BO, cast.DEE, cast.ELI
    with story(engine, tmp_path / "one", [dee, ana], [eli, bo]) as demo:
        first = what_is_left(demo)
        nothing_is_left_to_join(demo)
    with story(engine, tmp_path / "two", [eli, bo], [dee, ana]) as demo:
        second = what_is_left(demo)
    for name in first:
        assert first[name] == second[name], name


def nothing_is_left_to_join(demo: Demo) -> None:
    """Answers and comments in the order of new random keys, all written by one transaction; no people."""
    assert column(demo, "evaluation_receipts", "person_id") == []
    assert column(demo, "evaluation_asked", "person_id") == []
    for table in ("evaluation_answers", "evaluation_comments"):
        keys = column(demo, table, "key")
        assert len(keys) >= 4
        assert keys == sorted(keys, key=str)
    assert set(column(demo, "evaluation_answers", "window_id")) == {None}
    assert {_time_in(str(one)) for one in column(demo, "evaluation_comments", "words")} == {0}
    if demo.coach.database.engine.dialect.name == "postgresql":
        marks = [column(demo, one, "xmin::text") for one in ("evaluation_answers", "evaluation_comments")]
        assert len({mark for several in marks for mark in several}) == 1

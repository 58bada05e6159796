"""The whole round, on both databases: run, copy, go on, put the copy back, run. Nothing twice, nothing old,
and what falls due later goes out. PostgreSQL is copied by its own tools, as docs/operations.md says."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Select, func, make_url, select

from demo import cast
from demo.person import Person
from demo.records import Json
from service import copies
from service.demo import KEY, Demo
from service.settings import Settings
from storage.models import EvaluationAnswer, EvaluationReceipt, EvaluationWindow
from tests import postgres
from tests.bot.test_closing import answers
from tests.bot.test_swaps import news
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.instants import wall
from tests.support.pasts import Beginning
from tests.support.people import ROOM, People

pytestmark = pytest.mark.long

MONDAY, TUESDAY = "2026-12-07", "2026-12-08"
LINK = "https://meet.example/one"


def a_session(people: People) -> None:
    """On Monday, and it is Wednesday before; Bo presents and has been asked for the case."""
    people.circle(starts_on=MONDAY)
    people.session(date=MONDAY, mode="Video", link=LINK, presenter="Bo", note_taker="Eli")
    people.wait("2026-12-02 11:00")


@pytest.fixture
def beginning() -> Beginning:
    return a_session


class Round:
    """A bot that can be stopped, put back and started beside the same workspace."""

    def __init__(self, url: str, beginning: Beginning, folder: Path) -> None:
        self._url = url
        self._copy = folder / "copy"
        self._settings = Settings(_env_file=None, database_url=url, coach_encryption_keys=KEY)
        with pasts.running(url, beginning) as demo:
            self._workspace, self._now = demo.workspace.workspace, demo.clock.now()

    @contextmanager
    def at_work(self) -> Iterator[People]:
        with Demo(self._workspace, self._url, self._now) as demo:
            yield People(demo)
            self._now = demo.clock.now()

    def copy(self) -> None:
        """While the bot is at work."""
        if self._url.startswith("sqlite"):
            copies.backup(self._settings, self._copy)
        else:
            self._run("pg_dump", "--format=custom", f"--file={self._copy}", self._address)

    def put_back(self) -> None:
        if self._url.startswith("sqlite"):
            copies.restore(self._settings, self._copy, self._now)
            return
        self._run(
            "psql", "--quiet", "--command", "DROP SCHEMA public CASCADE; CREATE SCHEMA public", self._address
        )
        into = f"--dbname={self._address}"
        self._run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", into, self._copy)
        copies.mark(self._settings, self._now)

    @property
    def _address(self) -> str:
        """As PostgreSQL's own tools read it."""
        return make_url(self._url).set(drivername="postgresql").render_as_string(hide_password=False)

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [f"{postgres.binaries()}/{program}", *arguments],
            check=True,
            env=os.environ | {"PGOPTIONS": "-c client_min_messages=warning"},
        )

    def scopes(self, *scopes: str) -> None:
        self._workspace.bot.scopes[:] = scopes


@pytest.fixture
def round(database_url: str, beginning: Beginning, tmp_path: Path) -> Round:
    return Round(database_url, beginning, tmp_path)


def texts(people: People) -> Counter[tuple[str, str]]:
    """What stands in every direct message, in the circle's channel and in its threads, and how often."""
    found = Counter[tuple[str, str]]()
    for person in people.five:
        found.update((person.user_id, one["text"]) for one in person.dm())
    for one in people.ana.messages(ROOM):
        found[ROOM, one["text"]] += 1
        found.update((one["ts"], answer["text"]) for answer in people.ana.thread(ROOM, one["ts"]))
    return found


def with_words(person: Person, words: str) -> list[Json]:
    return [one for one in person.dm() if words in one["text"]]


@pytest.mark.parametrize("look_up", [True, False], ids=["looked up", "not looked up"])
def test_nothing_is_sent_twice_and_what_falls_due_later_goes_out(round: Round, look_up: bool) -> None:
    round.scopes(*cast.REQUIRED_SCOPES, *([cast.LOOK_UP_SCOPE] if look_up else []))
    with round.at_work() as people:
        round.copy()
        people.wait(f"{MONDAY} 09:50")  # on Friday all heard of it, and at 9:45 once more
        before = texts(people)
    round.put_back()
    with round.at_work() as people:
        people.demo.settle()
        assert texts(people) == before
        people.wait(f"{MONDAY} 10:52")
        new = texts(people) - before
        assert max(new.values()) == 1
        assert [len(with_words(one, "evaluation")) for one in people.five] == [1] * 5
        card = people.card()
        assert any("The agenda" in one["text"] for one in people.ana.thread(ROOM, card["ts"])), new


@ON_SQLITE
def test_what_was_lost_on_the_way_is_sent_after_a_look(round: Round) -> None:
    """The bot stopped right after the copy, so nobody was reminded; some of it still helps, later too."""
    with round.at_work() as people:
        round.copy()
        before = texts(people)
    with round.at_work() as people:
        people.demo.clock.move(wall("2026-12-04 18:30"))  # down meanwhile
    round.put_back()
    with round.at_work() as people:
        people.demo.settle()
        assert {who for who, _ in texts(people) - before} == {
            people.chidi.user_id
        }  # half past five in Chicago
        people.wait(f"{MONDAY} 09:05")
        new = texts(people) - before
        assert {who for who, _ in new} == {one.user_id for one in people.five}
        assert set(new.values()) == {1}


def test_an_evaluation_that_was_open_ends_without_a_second_result(round: Round) -> None:
    with round.at_work() as people:
        people.wait(f"{MONDAY} 10:52")
        for one in people.five[:4]:
            answers(one)
        round.copy()
        answers(people.five[4])
        people.wait(f"{TUESDAY} 09:30")
        before = texts(people)
        assert any("result" in text.lower() for _, text in before)
    round.put_back()
    with round.at_work() as people:
        people.wait("2026-12-14 12:00")
        again = {text for _, text in texts(people) - before if "result" in text.lower()}
        assert again == set()
        with people.demo.coach.database.reading() as db:
            kept = [
                db.scalar(select(func.count()).select_from(one))
                for one in (EvaluationAnswer, EvaluationReceipt)
            ]
            assert kept == [0, 0]
            assert db.scalar(still_open()) == 0


@ON_SQLITE
def test_a_session_that_went_by_since_the_copy_is_not_opened_again(round: Round) -> None:
    with round.at_work() as people:
        people.wait(f"{MONDAY} 09:40")
        round.copy()
        people.wait(f"{MONDAY} 11:30")
        before = texts(people)
    round.put_back()
    with round.at_work() as people:
        people.demo.settle()
        assert texts(people) == before
        with people.demo.coach.database.reading() as db:
            assert db.scalar(still_open()) == 0
        people.wait("2026-12-09 12:00")
        assert not [text for _, text in texts(people) - before if "evaluation" in text.lower()]


@ON_SQLITE
def test_who_was_asked_to_take_a_role_is_not_asked_again_on_the_same_day(round: Round) -> None:
    with round.at_work() as people:
        for button in ("Can't make it", "Swap a role"):
            [mine] = news(people.bo, "You present.")
            people.bo.click(button, in_=mine)
        people.demo.settle()
        round.copy()
        people.wait("2026-12-03 15:00")
        [(asked, message)] = [(one, ask) for one in people.five for ask in with_words(one, "Could you")]
        asked.click("Take it", in_=message)
        people.demo.settle()
        before = texts(people)
    round.put_back()
    with round.at_work() as people:
        people.wait("2026-12-03 18:00")
        assert not [text for _, text in texts(people) - before if "Could you" in text]
        people.wait("2026-12-04 18:00")
        assert [1 for _, text in texts(people) - before if "Could you" in text] == [1], texts(people) - before


def still_open() -> Select[int]:
    """How many evaluations can be answered."""
    return select(func.count()).select_from(EvaluationWindow).where(EvaluationWindow.closed_at.is_(None))

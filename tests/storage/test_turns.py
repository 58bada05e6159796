"""Writers of one process come in the order in which they asked, and none is kept waiting for ever."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import engine as engines
from storage.engine import Database
from storage.turns import TurnNotCome, Turns

WITHIN_S = 30
"""For a machine that is busy; nothing here takes a hundredth of it."""


@contextmanager
def somebody_has(turns: Turns) -> Iterator[threading.Event]:
    """Somebody else has the turn, until told to pass it on."""
    taken, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with turns.turn():
            taken.set()
            let_go.wait(WITHIN_S)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(WITHIN_S)
    yield let_go
    let_go.set()
    thread.join(WITHIN_S)


def test_they_come_in_the_order_in_which_they_asked() -> None:
    turns, came = Turns(WITHIN_S), list[int]()

    def write(number: int) -> None:
        with turns.turn():
            came.append(number)

    threads = []
    with somebody_has(turns):
        for number in range(20):
            threads.append(threading.Thread(target=write, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:  # the next one asks when this one waits
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join(WITHIN_S)
    assert came == list(range(20))


def test_who_waits_in_vain_is_told_and_is_in_nobodys_way() -> None:
    turns = Turns(0.01)
    with somebody_has(turns) as let_go:
        with pytest.raises(TurnNotCome), turns.turn():
            pass
        let_go.set()
    with turns.turn():
        pass


def test_the_turn_is_passed_on_after_a_failure() -> None:
    turns = Turns(0.01)
    with pytest.raises(ZeroDivisionError), turns.turn():
        _ = 1 / 0
    with turns.turn():
        pass


def test_a_database_that_is_busy_too_long_reads_as_one_that_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 10)
    database = Database(f"sqlite:///{tmp_path}/test.db")
    with somebody_has(database._turns), pytest.raises(OperationalError), database.transaction():
        pass
    with database.transaction() as db:
        assert db.scalar(text("SELECT 1")) == 1
    database.dispose()

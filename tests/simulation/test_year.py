"""Much happens in a few simulated months, and nothing goes wrong. `make simulate` lives a whole year."""

import shutil
from datetime import timedelta
from pathlib import Path
from random import Random

from service.demo import Demo
from simulation.__main__ import START
from simulation.diary import Diary, Sent
from simulation.people import Habits, town
from simulation.year import Year
from storage.models import Outgoing
from tests.support import pasts

EVENTFUL = Habits(
    answers=0.5,
    says_no=0.2,
    takes=0.2,
    goes_away=0.03,
    skips=0.005,
    moves=0.05,
    cancels=0.005,
    leaves=0.01,
    joins=0.03,
)


def test_nothing_goes_wrong_in_an_eventful_spring(tmp_path: Path) -> None:
    url = f"sqlite:///{shutil.copy(pasts.lived('sqlite', pasts.nothing).database, tmp_path / 'coach.db')}"
    with Demo(town(START, 8), url, START) as demo:
        year = Year(demo, Random(7), (2, 4), EVENTFUL)
        year.live(timedelta(days=66))
        assert year.problems() == []
        kinds = {one.kind for one in year.diary.sent.values()}
        assert {Outgoing.BOOKKEEPING, Outgoing.SESSION_NEWS, Outgoing.EVALUATION} <= kinds
        assert year.held() >= 2


def test_the_diary_notices_what_should_not_be() -> None:
    """A second bookkeeping message of a day, and a reminder that comes twice."""
    diary = Diary()
    moment = START
    for number in range(2):
        diary.sent[number] = Sent(Outgoing.BOOKKEEPING, 1, moment, moment.date(), ())
    assert list(diary.of_one_day()) == [f"person 1 got 2 bookkeeping messages on {moment.date()}"]

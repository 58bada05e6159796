"""What holds for published results, whatever circles live through.

Members come and go, some answer, some sessions do not take place. Answers can be told apart by their scores.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from coaching import circles, closing, evaluations, members, people, sessions, trends
from coaching.circles import CirclePlan
from coaching.errors import NotAllowed, NotFound
from coaching.evaluations import Filled
from coaching.rules.facts import Draft
from coaching.rules.terms import Mode, Rhythm
from storage.engine import Database
from storage.models import Circle, EvaluationAnswer, EvaluationResult
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, GUS, MADE, STARTS, TEAM, World
from tests.support.databases import ON_SQLITE

OTHERS = (BO, CHIDI, DEE, ELI, GUS)
some = st.sets(st.sampled_from(OTHERS[1:]), max_size=2)
"""Ana and Bo stay: with one member left a circle would pause."""
years = count()


@dataclass(frozen=True)
class Month:
    """One session: who joins and leaves before it, who answers, who leaves then, whether they met at all."""

    join: set[str]
    leave: set[str]
    answer: list[str]
    leave_after: set[str]
    met: bool


months = st.builds(
    Month,
    join=some,
    leave=some,
    answer=st.lists(st.sampled_from([ANA, *OTHERS]), unique=True, max_size=6),
    leave_after=some,
    met=st.sampled_from([True, True, True, False]),
)


@dataclass
class Life:
    """A circle of its own, and what was answered in which session."""

    world: World
    made: datetime
    circle: int = 0
    answered: dict[int, set[int]] = field(default_factory=dict)
    missed: set[int] = field(default_factory=set)
    tags: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        with self.world.database.transaction() as db:
            plan = CirclePlan(
                name="Practice circle",
                members=(ANA, BO, CHIDI, DEE),
                channel=None,
                rhythm=Rhythm.NONE,
                starts_on=self.made.date(),
                usual_time=time(10),
                in_person_every=0,
            )
            self.circle = circles.create(db, self.world.actor(db), plan, None, self.made).id

    def lives(self, number: int, month: Month) -> None:
        day = self.made.date() + timedelta(days=28 * (number + 1))
        at = datetime.combine(day, STARTS.timetz())
        self.changes(month.join, month.leave, at - timedelta(days=20))
        session = self.schedules(day, at - timedelta(days=20))
        self.world.tick(at + timedelta(minutes=50))
        self.answered[session] = {
            tag for who in month.answer if (tag := self.answers(who, session, at + timedelta(hours=1)))
        }
        self.changes(set(), month.leave_after, at + timedelta(hours=2))
        if not month.met:
            self.missed.add(session)
            with self.world.database.transaction() as db:
                closing.record_missed(db, self.world.actor(db), session, at + timedelta(hours=3))
        self.world.tick(at + timedelta(days=6))

    def changes(self, join: set[str], leave: set[str], now: datetime) -> None:
        with self.world.database.transaction() as db:
            circle = db.get_one(Circle, self.circle)
            here = {one.person.slack_id for one in circle.members}
            members.add(circle, people.known(db, TEAM, sorted(join - here)), [], now)
        for who in sorted(leave & (here | join)):
            with self.world.database.transaction() as db:
                members.leave(db, self.world.actor(db, who), self.circle, now)

    def schedules(self, day: date, now: datetime) -> int:
        with self.world.database.transaction() as db:
            draft = Draft(day, time(10), 60, Mode.VIDEO)
            return sessions.schedule(db, self.world.actor(db), self.circle, draft, now).id

    def answers(self, who: str, session: int, now: datetime) -> int | None:
        """The tag of the answer, if it was taken."""
        tag, form = next(self.tags), self.world.pack.form("group")
        scores = {one.id: tag // 5**place % 5 + 1 for place, one in enumerate(form.statements)}
        with suppress(NotAllowed, NotFound), self.world.database.transaction() as db:
            filled = Filled(scores, {})
            evaluations.answer(db, self.world.actor(db, who), session, filled, self.world.pack, now)
            return tag
        return None

    def tag_of(self, answer: EvaluationAnswer) -> int:
        form = self.world.pack.form("group")
        return sum((answer.scores[one.id] - 1) * 5**place for place, one in enumerate(form.statements))


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    database = Database(database_url)
    yield World(database)
    database.dispose()


@pytest.mark.long
@ON_SQLITE
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a life takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(months, min_size=1, max_size=4))
@example(
    history=[
        Month({ELI}, set(), [ANA, DEE], {DEE}, True),
        Month({GUS}, set(), [ANA, BO, CHIDI, ELI], set(), False),
        Month(set(), set(), [CHIDI], set(), True),
        Month(set(), {GUS}, [ELI, BO, ANA], {ELI}, True),
    ]
)
def test_results_hold_whole_windows_apart_and_all_that_is_shown_is_made_of_them(
    world: World, history: list[Month]
) -> None:
    life = Life(world, MADE + timedelta(days=365 * next(years)))
    for number, month in enumerate(history):
        life.lives(number, month)
    with world.reading() as db:
        here = EvaluationAnswer.circle_id == life.circle
        kept = db.scalars(select(EvaluationAnswer).where(here)).all()
        found = db.scalars(
            select(EvaluationResult)
            .where(EvaluationResult.circle_id == life.circle)
            .order_by(EvaluationResult.id)
        ).all()
        everything = [life.tag_of(one) for one in kept]
        assert len(everything) == len(set(everything)), "an answer is in one result, or waits"
        for result in found:
            holds_whole_windows(life, result, [one for one in kept if one.result_id == result.id])
        large = {one for one, tags in life.answered.items() if len(tags) >= 3} - life.missed
        assert {one.session_id for one in found} == large
        shown = trends.facts(db, db.get_one(Circle, life.circle), world.pack)
        for statement, line in zip(world.pack.form("group").statements, shown.trends, strict=False):
            figures = [one.figures[statement.id] for one in found]
            assert line.averages == tuple(one["total"] / one["count"] for one in figures)


def holds_whole_windows(life: Life, result: EvaluationResult, answers: list[EvaluationAnswer]) -> None:
    """Its own of three or more, and of those that waited each whole; the figures are their sums."""
    tags, own = {life.tag_of(one) for one in answers}, life.answered[result.session_id]
    assert len(own) >= 3
    assert own <= tags
    small = [one for one in life.answered.values() if len(one) < 3 and one & tags]
    assert own.union(*small) == tags
    assert result.answered == len(answers) <= result.asked
    for statement, figure in result.figures.items():
        scores = [one.scores[statement] for one in answers]
        assert (figure["count"], figure["total"]) == (len(scores), sum(scores))
        assert figure["spread"] is None or figure["spread"] == [scores.count(score) for score in range(1, 6)]

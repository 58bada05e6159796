"""Days that follow each other: the clock goes on, people do what they do, what has arrived is noted."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.rules.terms import Mode, SessionState, SwapState
from service.demo import Demo
from simulation.diary import Diary
from simulation.people import Habits, Life
from storage.models import Circle, CoachingSession, SwapAsk

DAY = timedelta(days=1)
HEAD = (
    "circle",
    "began",
    "now",
    "held",
    "skipped",
    "called off",
    "missed",
    "in person",
    "presented",
    "swaps",
)


class Year:
    """Several circles living side by side."""

    def __init__(self, demo: Demo, rng: Random, sizes: tuple[int, ...], habits: Habits | None = None) -> None:
        self.demo = demo
        self.life = Life(demo, rng, habits or Habits())
        self.diary = Diary()
        self.life.begin(sizes)

    def live(self, length: timedelta) -> None:
        """Goes on so far, a day at a time."""
        end = self.demo.clock.now() + length
        while self.demo.clock.now() < end:
            self.demo.live_until(min(end, self.demo.clock.now() + DAY), step=timedelta(hours=6))
            self.life.a_day()
            self.demo.settle()
            with self.demo.coach.database.reading() as db:
                self.diary.note(db, self.demo.clock.now())

    def problems(self) -> list[str]:
        with self.demo.coach.database.reading() as db:
            return list(self.diary.problems(db, list(self.life.circles), self.demo.clock.now()))

    def held(self) -> int:
        """How many sessions took place."""
        with self.demo.coach.database.reading() as db:
            query = select(func.count()).where(CoachingSession.state == SessionState.HELD)
            return db.scalar(query) or 0

    def table(self) -> Iterator[str]:
        """A line per circle, and one for all."""
        yield "  ".join(f"{name:>10}" for name in HEAD)
        with self.demo.coach.database.reading() as db:
            for circle, size in self.life.circles.items():
                yield "  ".join(f"{cell:>10}" for cell in _row(db, db.get_one(Circle, circle), size))
        refused = self.life.refused.total()
        yield f"{self.diary.messages_to_people()} direct messages; {refused} things were refused"


def _row(db: Session, circle: Circle, size: int) -> tuple[str | int, ...]:
    states = Counter(
        db.scalars(select(CoachingSession.state).where(CoachingSession.circle_id == circle.id)).all()
    )
    held = db.scalars(
        select(CoachingSession).where(
            CoachingSession.circle_id == circle.id, CoachingSession.state == SessionState.HELD
        )
    ).all()
    in_person = sum(one.mode is Mode.IN_PERSON for one in held)
    turns = Counter(one.presenter_id for one in held)
    through = [one.person_id for one in circle.memberships if one.founding and one.left_at is None]
    counts = [turns[person] for person in through] or [0]
    swaps = db.scalar(
        select(func.count())
        .select_from(SwapAsk)
        .join(CoachingSession, CoachingSession.id == SwapAsk.session_id)
        .where(CoachingSession.circle_id == circle.id, SwapAsk.state == SwapState.TAKEN)
    )
    return (
        circle.name,
        size,
        len(circle.members),
        len(held),
        states[SessionState.SKIPPED],
        states[SessionState.CANCELLED],
        states[SessionState.MISSED],
        f"{in_person / len(held):.0%}" if held else "-",
        f"{min(counts)}-{max(counts)}",
        swaps or 0,
    )

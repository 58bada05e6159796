"""The programme page: sums over all circles of one closed quarter, and nothing that is anybody's own.

Averages are sums of whole published results from at least three circles each. A quarter is shown, and
its averages with it, only when it can get no further result: nobody finds one circle's by looking before and
after it came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coaching.rules.terms import Mode, SessionState

FEWEST_CIRCLES = 3
QUARTERS = 8
MOST_AT_ONCE = 10
"""Owners to name in one form."""
SETTLES = timedelta(days=7)
"""After a quarter: evaluations are open for five days, and it ends a day later somewhere else on earth."""
PLANNED = frozenset({SessionState.SCHEDULED, SessionState.HELD, SessionState.MISSED, SessionState.CANCELLED})


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int
    """1 to 4."""

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def at(cls, key: int) -> "Quarter":
        """The one with this key."""
        return cls(key // 4, key % 4 + 1)

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def after(self) -> date:
        """The first day that is no longer in it."""
        return self.next.first

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    @property
    def key(self) -> int:
        """One number, which fits into a button."""
        return self.year * 4 + self.number - 1


def closed(today: date, since: date) -> tuple[Quarter, ...]:
    """The last ones that can be shown, newest first: `today` by UTC, and none that ended before `since`."""
    quarter = Quarter.of(today - SETTLES)
    found = []
    for _ in range(QUARTERS):
        quarter = quarter.before
        found.append(quarter)
    return tuple(one for one in found if since < one.after)


@dataclass(frozen=True)
class Met:
    """A session of the quarter, by its circle's own calendar."""

    circle: int
    state: SessionState
    mode: Mode
    moved: bool
    people: frozenset[int]
    """Who was in the circle when it was to begin."""


@dataclass(frozen=True)
class Published:
    """A result of a session of the quarter: per statement the sum of its answers, and how many."""

    circle: int
    figures: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Sums:
    people: int
    planned: int
    held: int
    moved: int
    missed: int
    in_person: int
    """Of those held."""
    results: int
    averages: Mapping[str, float]
    """By statement; without those that fewer than three circles have answered."""
    withheld: bool
    """Whether there are such statements, or results that are still to come."""


def circles(sessions: Sequence[Met]) -> int:
    return len({one.circle for one in sessions if one.state in PLANNED})


def sums(sessions: Sequence[Met], results: Sequence[Published], *, settled: bool) -> Sums | None:
    """None under three circles: then only their number is told. `settled`: no evaluation is open any more."""
    planned = [one for one in sessions if one.state in PLANNED]
    if circles(planned) < FEWEST_CIRCLES:
        return None
    held = [one for one in planned if one.state is SessionState.HELD]
    averages = _averages(results) if settled else {}
    return Sums(
        people=len({person for one in planned for person in one.people}),
        planned=len(planned),
        held=len(held),
        moved=sum(one.moved for one in planned),
        missed=sum(one.state is SessionState.MISSED for one in planned),
        in_person=sum(one.mode is Mode.IN_PERSON for one in held),
        results=len(results),
        averages=averages,
        withheld=not settled or any(one not in averages for result in results for one in result.figures),
    )


def _averages(results: Sequence[Published]) -> dict[str, float]:
    found = {}
    for statement in dict.fromkeys(one for result in results for one in result.figures):
        of_it = [result for result in results if statement in result.figures]
        if len({result.circle for result in of_it}) >= FEWEST_CIRCLES:
            totals, counts = zip(*(result.figures[statement] for result in of_it), strict=True)
            found[statement] = sum(totals) / sum(counts)
    return found

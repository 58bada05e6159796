"""What a closing evaluation may show, and when. Nothing here knows who has written what.

A result is published for a window in which at least three people answered. Averages need three answers, the
spread and comments four; a circle of three shows everything from three, and its form says so beforehand.
Answers of a smaller window wait and join the circle's next result whole, so that every answer is in exactly
one published result.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from coaching.rules.terms import Promise

FEWEST_MEMBERS = 3
"""Of a circle whose evaluations do not rest."""
FOR_A_RESULT = 3
FOR_SPREAD_AND_COMMENTS = 4
WINDOW = timedelta(hours=5 * 24)
"""From the planned end of the session."""
SCALE = range(1, 6)
"""1 strongly disagree to 5 strongly agree."""

Scores = Mapping[str, int]
"""The id of a statement to 1..5."""


@dataclass(frozen=True, order=True)
class Comment:
    question: str
    """The id of the question."""
    words: str


@dataclass(frozen=True)
class Window:
    """What one closed window holds. Comments are parted from the scores that came with them."""

    answers: Sequence[Scores]
    comments: Sequence[Comment]
    asked: int
    """How many were asked and are not out."""
    promise: Promise
    """Fixed when the window opened."""


@dataclass(frozen=True)
class Waiting:
    """What a circle has from earlier windows that could not be shown."""

    answers: Sequence[Scores] = ()
    comments: Sequence[Comment] = ()
    windows: int = 0
    """From how many windows the waiting answers are."""
    asked: int = 0
    """How many were asked in those windows."""


@dataclass(frozen=True)
class Figure:
    """What a result shows of one statement."""

    count: int
    total: int
    spread: tuple[int, ...] | None
    """How many chose 1, 2, 3, 4 and 5; None when too few answered for that."""

    @property
    def average(self) -> float:
        return self.total / self.count


@dataclass(frozen=True)
class Publish:
    """A result: `answered` of `asked`, from `windows` sessions."""

    answered: int
    asked: int
    windows: int
    figures: Mapping[str, Figure]
    """By statement, only those that enough people answered."""
    comments: tuple[Comment, ...]
    """To be shown, in random order."""
    answers: tuple[Scores, ...]
    """All that the result consists of, in random order: this is how they are kept under it."""
    waiting: Waiting
    """What still waits: comments, if they cannot be shown yet; never answers."""


@dataclass(frozen=True)
class Wait:
    """Too few answered. Everything of the circle that waits now, in random order."""

    waiting: Waiting


@dataclass(frozen=True)
class Asked:
    """Whom an open window asks. Out is who said "I wasn't there" or is recorded as absent."""

    people: frozenset[int]
    out: frozenset[int] = field(default=frozenset())

    @property
    def expected(self) -> frozenset[int]:
        return self.people - self.out


def promise_for(members: int) -> Promise | None:
    """What the form promises in a circle of this size; None when its evaluations rest."""
    if members < FEWEST_MEMBERS:
        return None
    return Promise.NAMES_NOT_KEPT if members == FEWEST_MEMBERS else Promise.ANONYMOUS


def window_closes(ends_at: datetime) -> datetime:
    """When the window of a session that was planned to end then closes at the latest."""
    return ends_at + WINDOW


def is_over(closes_at: datetime, now: datetime, asked: Asked, answered: Collection[int]) -> bool:
    """Whether a window closes: its time is up, or everyone who was asked and is not out has answered."""
    return now >= closes_at or asked.expected <= set(answered)


def keeps_waiting(members: int, closed: bool) -> bool:
    """Whether a circle's waiting answers stay; if not they are deleted unread."""
    return members >= FEWEST_MEMBERS and not closed


def decide(window: Window, waiting: Waiting, rng: Random) -> Publish | Wait:
    """What a window that has closed comes to. In production `rng` is a `SystemRandom`."""
    if len(window.answers) < FOR_A_RESULT:
        return Wait(_joined(window, waiting, rng))
    answers = [*waiting.answers, *window.answers]
    enough = len(answers) >= FOR_SPREAD_AND_COMMENTS
    # Comments that wait were mostly written under the stricter promise, so they always need four.
    shown = [
        *(window.comments if enough or window.promise is Promise.NAMES_NOT_KEPT else ()),
        *(waiting.comments if enough else ()),
    ]
    held_back = [] if enough else _rest([*window.comments, *waiting.comments], shown)
    return Publish(
        answered=len(answers),
        # Somebody can be recorded as absent after having answered.
        asked=max(window.asked + waiting.asked, len(answers)),
        windows=1 + waiting.windows,
        # Answers that waited may have been given under the stricter promise.
        figures=_figures(answers, Promise.ANONYMOUS if waiting.answers else window.promise),
        comments=tuple(_shuffled(shown, rng)),
        answers=tuple(_shuffled(answers, rng)),
        waiting=Waiting(comments=tuple(_shuffled(held_back, rng))),
    )


def _joined(window: Window, waiting: Waiting, rng: Random) -> Waiting:
    counts = bool(window.answers)
    return Waiting(
        answers=tuple(_shuffled([*waiting.answers, *window.answers], rng)),
        comments=tuple(_shuffled([*waiting.comments, *window.comments], rng)),
        windows=waiting.windows + counts,
        asked=waiting.asked + (window.asked if counts else 0),
    )


def _figures(answers: Sequence[Scores], promise: Promise) -> dict[str, Figure]:
    """By statement. One that some have not answered, or not been asked, is judged by its own count."""
    statements = sorted({statement for answer in answers for statement in answer})
    chosen = {one: [answer[one] for answer in answers if one in answer] for one in statements}
    return {one: _figure(scores, promise) for one, scores in chosen.items() if len(scores) >= FOR_A_RESULT}


def _figure(scores: Sequence[int], promise: Promise) -> Figure:
    with_spread = len(scores) >= FOR_SPREAD_AND_COMMENTS or promise is Promise.NAMES_NOT_KEPT
    counted = Counter(scores)
    spread = tuple(counted[step] for step in SCALE) if with_spread else None
    return Figure(len(scores), sum(scores), spread)


def _rest(everything: Iterable[Comment], shown: Iterable[Comment]) -> list[Comment]:
    return list((Counter(everything) - Counter(shown)).elements())


T = TypeVar("T", Comment, Scores)


def _shuffled(items: Iterable[T], rng: Random) -> list[T]:
    """In an order that says nothing about the order in which they came."""
    ordered = sorted(items, key=_content)
    rng.shuffle(ordered)
    return ordered


def _content(item: Comment | Scores) -> str:
    return repr(item) if isinstance(item, Comment) else repr(sorted(item.items()))

"""What the benchmarks have in common: how much is measured, where, and in turns."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class CannotRun(Exception):
    """This machine lacks what a measurement needs; says what, in one line."""


@dataclass(frozen=True)
class Bench:
    """One run of the benchmarks."""

    full: bool
    folder: Path
    """Empty at the start, gone at the end."""

    def either(self, quick: T, full: T) -> T:
        """How much of something is measured."""
        return full if self.full else quick


def in_turns(rounds: int, *measures: Callable[[], None]) -> None:
    """A B A B, so that a busy moment of the machine meets all of them."""
    for _ in range(rounds):
        for measure in measures:
            measure()


def times(many: int, work: Callable[[], object]) -> Iterator[float]:
    """Milliseconds of each."""
    for _ in range(many):
        started = time.perf_counter()
        work()
        yield (time.perf_counter() - started) * 1000

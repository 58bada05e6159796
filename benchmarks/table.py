"""What was measured, beside its floor and its target: one table, for a terminal and for Markdown."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

ENOUGH_FOR_PERCENTILES = 20
HEADINGS = ("what", "unit", "ours", "spread", "floor", "ratio", "target", "ok")
NONE = "-"


@dataclass(frozen=True)
class Row:
    """One comparison. `floor` is empty where there is nothing to compare with."""

    what: str
    unit: str
    ours: Sequence[float]
    floor: Sequence[float] = ()
    targets: "Sequence[Target]" = ()

    @property
    def ratio(self) -> float | None:
        return median(self.ours) / median(self.floor) if self.floor else None

    @property
    def ok(self) -> bool | None:
        """None where there is no target."""
        return all(one.met(self) for one in self.targets) if self.targets else None

    def cells(self) -> list[str]:
        ratio, ok = self.ratio, self.ok
        return [
            self.what,
            self.unit,
            figure(median(self.ours)),
            spread(self.ours),
            figure(median(self.floor)) if self.floor else NONE,
            f"{figure(ratio)}x" if ratio is not None else NONE,
            ", ".join(one.words for one in self.targets) or NONE,
            NONE if ok is None else "ok" if ok else "NOT",
        ]


@dataclass(frozen=True)
class Target:
    """What a row should reach, in words and as a check."""

    words: str
    met: Callable[[Row], bool]


def ratio_at_most(bound: float) -> Target:
    return Target(f"<= {bound:g}x", lambda row: row.ratio is not None and row.ratio <= bound)


def ratio_at_least(bound: float) -> Target:
    return Target(f">= {bound:g}x", lambda row: row.ratio is not None and row.ratio >= bound)


def p99_below(bound: float) -> Target:
    """In the unit of the row."""
    return Target(f"p99 < {bound:g}", lambda row: percentile(row.ours, 99) < bound)


def median_at_most(bound: float) -> Target:
    """In the unit of the row."""
    return Target(f"<= {bound:g}", lambda row: median(row.ours) <= bound)


def percentile(values: Sequence[float], which: int) -> float:
    return quantiles(values, n=100, method="inclusive")[which - 1] if len(values) > 1 else values[0]


def spread(values: Sequence[float]) -> str:
    """The 5th to the 95th percentile, or the smallest to the largest of a few."""
    if len(values) >= ENOUGH_FOR_PERCENTILES:
        return f"p5 {figure(percentile(values, 5))} - p95 {figure(percentile(values, 95))}"
    return f"{figure(min(values))} - {figure(max(values))}" if len(values) > 1 else NONE


def figure(value: float) -> str:
    """With as many digits as say something."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def render(rows: Iterable[Row]) -> str:
    table = [list(HEADINGS), *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [_line(cells, widths) for cells in table]
    return "\n".join([lines[0], _line(["-" * width for width in widths], widths), *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)) + " |"

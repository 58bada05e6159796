"""Pictures of figures: one result, and how averages go on over several.

Each is drawn on a figure of its own, without matplotlib's shared state, and comes out the same for the same
figures. It has an opaque ground and a frame, so that it reads in light and dark mode; what is said by colour
is said by place, number, shape or stroke too. matplotlib is loaded with the first picture, because that takes
a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from coaching.rules.closing_facts import ResultFacts, StatementResult, Trend, TrendsFacts
from coaching.rules.evaluation import SCALE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

WIDTH = 460
"""In points, like all measures here; a point becomes two pixels, so that it is sharp on a phone."""
MARGIN = 20
TEXT, SMALL, TINY, LARGE = 14.0, 11.5, 10.5, 16.0
LINE = 1.28
"""From one line of text to the next, in sizes of its letters."""
POINTS_PER_INCH = 72
SUBPIXELS = 64
"""In which the library measures letters."""
PIXELS_PER_INCH = 144

GROUND, INK, QUIET, EDGE = "#ffffff", "#1d2733", "#5a6675", "#9aa5b1"
BAR, TRACK, COLUMN = "#1f5fa8", "#e9edf2", "#b9cde4"
COLOURS = ("#1f5fa8", "#b3460b", "#00735c", "#8a2e6b", "#4a4a4a")
STROKES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "X")

STEP = 44
"""Of the bar's scale, which begins at nothing and ends at 5."""
COLUMNS = 308
COLUMN_STEP, COLUMN_WIDTH, TALLEST = 27, 19, 22
ROW = 46
"""The bar and the columns of a statement, below its words."""

BESIDE = "its words stand in the text"
"""Where the letters for a statement are missing."""

_drawing = Lock()
"""Letters are measured in caches that all pictures share."""


def result(shown: ResultFacts, title: str, under_title: str) -> bytes:
    """A PNG: for each statement its words, a bar with the average, and how many chose which number."""
    with _drawing:
        return sheet_of_result(shown, title, under_title).png()


def trends(shown: TrendsFacts, title: str) -> bytes:
    """A PNG: a line for each statement, from result to result, in panels of a few lines each."""
    with _drawing:
        return sheet_of_trends(shown, title).png()


@dataclass
class Sheet:
    """What is drawn so far, from the top down."""

    y: float = MARGIN
    """Where the next thing begins, from the top edge."""
    texts: list[tuple[float, float, str, float, str, str, str]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float, str, str]] = field(default_factory=list)
    strokes: list[tuple[Sequence[float], Sequence[float], str, float, object]] = field(default_factory=list)
    marks: list[tuple[float, float, str, str, float]] = field(default_factory=list)

    def write(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        align: str = "left",
    ) -> None:
        """A line of text whose letters stand around the height `y`."""
        self.texts.append((x, y, words, size, "bold" if bold else "normal", colour, align))

    def paragraph(
        self, words: str, size: float, *, x: float = MARGIN, bold: bool = False, colour: str = INK
    ) -> None:
        """Wrapped between `x` and the right margin; what comes next stands below it."""
        for line in wrapped(words, WIDTH - MARGIN - x, size, bold=bold):
            self.write(x, self.y + size * LINE / 2, line, size, bold=bold, colour=colour)
            self.y += size * LINE

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, edge: str | None = None
    ) -> None:
        self.boxes.append((x, y, width, height, colour, edge or colour))

    def stroke(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, width: float = 1.0, kind: object = "-"
    ) -> None:
        self.strokes.append((xs, ys, colour, width, kind))

    def mark(self, x: float, y: float, shape: str, colour: str, size: float = 8.0) -> None:
        self.marks.append((x, y, shape, colour, size))

    def png(self) -> bytes:
        kept = BytesIO()
        # Without the version of the program in it, the same figures give the same bytes.
        self.figure().savefig(kept, format="png", dpi=PIXELS_PER_INCH, metadata={"Software": None})
        return kept.getvalue()

    def figure(self) -> Figure:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        height = self.y + MARGIN
        figure = Figure(figsize=(WIDTH / POINTS_PER_INCH, height / POINTS_PER_INCH), facecolor=GROUND)
        FigureCanvasAgg(figure)
        page = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        page.set_axis_off()
        for x, y, width, tall, colour, edge in self.boxes:
            page.add_patch(Rectangle((x, y), width, tall, facecolor=colour, edgecolor=edge, linewidth=1))
        for xs, ys, colour, thick, kind in self.strokes:
            page.add_line(Line2D(xs, ys, color=colour, linewidth=thick, linestyle=kind))  # type: ignore[arg-type]
        for x, y, shape, colour, size in self.marks:
            page.add_line(
                Line2D([x], [y], color=colour, marker=shape, markersize=size, markeredgecolor=GROUND)
            )
        for x, y, words, letters, weight, colour, align in self.texts:
            font = _font(letters, bold=weight == "bold")
            page.text(x, y, words, fontproperties=font, color=colour, ha=align, va="center", parse_math=False)
        frame = Rectangle((1, 1), WIDTH - 2, height - 2, facecolor="none", edgecolor=EDGE, linewidth=1)
        page.add_patch(frame)
        return figure


# --- one result ---


def sheet_of_result(shown: ResultFacts, title: str, under_title: str) -> Sheet:
    sheet = Sheet()
    sheet.paragraph(_drawable(title) or "Closing evaluation", LARGE, bold=True)
    sheet.paragraph(under_title, SMALL, colour=QUIET)
    for number, one in enumerate(shown.statements, start=1):
        sheet.y += 12
        sheet.paragraph(_label(one.words, number), TEXT)
        sheet.y += 4
        _bar(sheet, one)
        _columns(sheet, one)
        sheet.y += ROW
    spread = any(one.spread for one in shown.statements)
    how = "Bar and diamond: the average, of 5." + (" Columns: how many chose 1 to 5." if spread else "")
    sheet.y += 8
    sheet.paragraph(f"{how} 1 is strongly disagree, 5 strongly agree.", TINY, colour=QUIET)
    return sheet


def _bar(sheet: Sheet, one: StatementResult) -> None:
    """From nothing to the average on a track to 5, with the figure beside it."""
    middle, whole = sheet.y + ROW / 2 - 3, STEP * SCALE[-1]
    sheet.box(MARGIN, middle - 8, whole, 16, TRACK, EDGE)
    sheet.box(MARGIN, middle - 8, one.average * STEP, 16, BAR)
    for step in SCALE[:-1]:
        sheet.stroke([MARGIN + step * STEP] * 2, [middle + 9, middle + 13], EDGE)
    sheet.mark(MARGIN + one.average * STEP, middle, "D", INK, 11)
    sheet.write(MARGIN + whole + 12, middle, f"{one.average:.1f}", LARGE, bold=True)


def _columns(sheet: Sheet, one: StatementResult) -> None:
    """Five columns, each with its number and with how many chose it."""
    if one.spread is None:
        return
    ground, most = sheet.y + ROW - 13, max(one.spread)
    sheet.stroke([COLUMNS - 3, COLUMNS + COLUMN_STEP * len(SCALE) - 5], [ground] * 2, EDGE)
    for place, (score, count) in enumerate(zip(SCALE, one.spread, strict=True)):
        x, tall = COLUMNS + place * COLUMN_STEP, TALLEST * count / most
        if count:
            sheet.box(x, ground - tall, COLUMN_WIDTH, tall, COLUMN, QUIET)
            sheet.write(x + COLUMN_WIDTH / 2, ground - tall - 7, str(count), SMALL, bold=True, align="center")
        sheet.write(x + COLUMN_WIDTH / 2, ground + 8, str(score), TINY, colour=QUIET, align="center")


# --- several results ---

PANEL, LINES_IN_PANEL = 190, len(MARKERS)
LEFT, RIGHT = MARGIN + 22, WIDTH - 74
APART = 14
"""What two labels at the ends of lines need."""


def sheet_of_trends(shown: TrendsFacts, title: str) -> Sheet:
    sheet = Sheet()
    sheet.paragraph(_drawable(title) or "Closing evaluations", LARGE, bold=True)
    sheet.paragraph("Averages: 1 is strongly disagree, 5 strongly agree.", SMALL, colour=QUIET)
    numbered = list(enumerate(shown.trends, start=1))
    for first in range(0, len(numbered), LINES_IN_PANEL):
        _panel(sheet, shown, numbered[first : first + LINES_IN_PANEL])
    return sheet


def _panel(sheet: Sheet, shown: TrendsFacts, lines: Sequence[tuple[int, Trend]]) -> None:
    """A chart of some lines, and below it what each of them stands for."""
    top, xs = sheet.y + 14, list(_places(len(shown.days)))
    for score in SCALE:
        y = _height(top, score)
        sheet.stroke([LEFT, RIGHT], [y, y], TRACK if score > SCALE[0] else EDGE)
        sheet.write(LEFT - 10, y, str(score), TINY, colour=QUIET, align="right")
    for x, day in zip(xs, shown.days, strict=True):
        sheet.write(x, top + PANEL + 13, f"{day.day} {day:%b}", TINY, colour=QUIET, align="center")
        sheet.write(x, top + PANEL + 26, f"{day.year}", TINY, colour=QUIET, align="center")
    ends = []
    for place, (number, trend) in enumerate(lines):
        points = [(x, one) for x, one in zip(xs, trend.averages, strict=True) if one is not None]
        heights = [_height(top, one) for _, one in points]
        sheet.stroke([x for x, _ in points], heights, COLOURS[place], 1.8, STROKES[place])
        for (x, _), y in zip(points, heights, strict=True):
            sheet.mark(x, y, MARKERS[place], COLOURS[place])
        ends.append((points[-1][0], heights[-1], f"{number}:  {points[-1][1]:.1f}", COLOURS[place]))
    _end_labels(sheet, ends, top + PANEL)
    sheet.y = top + PANEL + 42
    for place, (number, trend) in enumerate(lines):
        y = sheet.y + TEXT * LINE / 2
        sheet.stroke([MARGIN, MARGIN + 34], [y, y], COLOURS[place], 1.8, STROKES[place])
        sheet.mark(MARGIN + 17, y, MARKERS[place], COLOURS[place])
        sheet.write(MARGIN + 44, y, str(number), TEXT, bold=True)
        sheet.paragraph(_drawable(trend.words) or BESIDE.capitalize(), TEXT, x=MARGIN + 68)
        sheet.y += 3


def _end_labels(sheet: Sheet, ends: Sequence[tuple[float, float, str, str]], lowest: float) -> None:
    """At the right edge, pushed apart where lines end at the same height; a thin stroke leads to each."""
    ordered = sorted(ends, key=lambda one: one[1])
    heights = _apart([one[1] for one in ordered], lowest)
    for (x, y, words, colour), height in zip(ordered, heights, strict=True):
        sheet.stroke([x + 6, RIGHT + 12], [y, height], colour, 0.7)
        sheet.write(RIGHT + 16, height, words, SMALL, bold=True, colour=colour)


def _apart(heights: Sequence[float], lowest: float) -> list[float]:
    """From the top down: none nearer than `APART` to the next, the last no lower than `lowest`."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + APART) if placed else height)
    limit = lowest
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], limit)
        limit = placed[place] - APART
    return placed


def _places(count: int) -> Iterator[float]:
    inner = 24
    step = (RIGHT - LEFT - 2 * inner) / max(1, count - 1)
    return (LEFT + inner + place * step for place in range(count))


def _height(top: float, score: float) -> float:
    return top + PANEL * (SCALE[-1] - score) / (SCALE[-1] - SCALE[0])


# --- words ---


def _label(words: str, number: int) -> str:
    """The words of a statement; where their letters are missing, which one it is in the text beside."""
    return _drawable(words) or f"Statement {number} ({BESIDE})"


def _drawable(words: str) -> str | None:
    known = _letters()
    shown = " ".join(words.split())
    return shown if all(ord(letter) in known for letter in shown) else None


def wrapped(words: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines no wider than `width`; a word that is wider is broken."""
    lines = [""]
    for piece in _pieces(words.split(), width, size, bold=bold):
        longer = f"{lines[-1]} {piece}".strip()
        if lines[-1] and _width(longer, size, bold=bold) > width:
            lines.append(piece)
        else:
            lines[-1] = longer
    return lines


def _pieces(words: Iterable[str], width: float, size: float, *, bold: bool) -> Iterator[str]:
    for word in words:
        rest = word
        while _width(rest, size, bold=bold) > width:
            fits = next(n for n in range(len(rest) - 1, 0, -1) if _width(rest[:n], size, bold=bold) <= width)
            yield rest[:fits]
            rest = rest[fits:]
        yield rest


def _width(words: str, size: float, *, bold: bool) -> float:
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(_font(size, bold=bold)))
    font.set_size(size, POINTS_PER_INCH)
    font.set_text(words)
    return font.get_width_height()[0] / SUBPIXELS


def _font(size: float, *, bold: bool) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    # matplotlib brings this one along, so that pictures are alike on every machine.
    return FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")


@cache
def _letters() -> frozenset[int]:
    """What both weights of the font can show."""
    from matplotlib.font_manager import findfont, get_font

    shown = [get_font(findfont(_font(TEXT, bold=bold))).get_charmap() for bold in (False, True)]
    return frozenset(shown[0]) & frozenset(shown[1])

"""What goes with a picture in words: its title, the line above it, and all it shows for who does not see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.views.evaluations import answered
from bot.views.text import escape, shortened, spoken_day, when
from bot.views.trends import averages, days
from coaching.rules.closing_facts import ResultFacts, StatementResult, TrendsFacts

LONGEST_ALT, LONGEST_TEXT = 1000, 4000
"""Slack's limits."""
CUT = "The text beside this picture has all figures."


@dataclass(frozen=True)
class PictureWords:
    day: date
    title: str
    """Plain text."""
    under_title: str
    text: str
    """Slack's markup."""
    alt: str
    """Plain text."""


def result(shown: ResultFacts) -> PictureWords:
    day = shown.starts_at.astimezone(ZoneInfo(shown.zone)).date()
    head = (
        f"Bars of the closing evaluation of {shown.circle_name}, {spoken_day(day)}. "
        f"{answered(shown).capitalize()}. Averages of 5; in brackets, how many chose which number."
    )
    return PictureWords(
        day=day,
        title=f"Result of {spoken_day(day)}",
        under_title=f"{spoken_day(day)}. {answered(shown).capitalize()}.",
        text=f"The result of {when(shown.starts_at, shown.zone)} as a picture.",
        alt=alt(head, [(one.words, _figures(one)) for one in shown.statements]),
    )


def trends(shown: TrendsFacts) -> PictureWords:
    """The line above it has all figures, as far as a message takes them."""
    head = (
        f"Lines of the averages of {shown.circle_name}, from {spoken_day(shown.days[0])} to "
        f"{spoken_day(shown.days[-1])}, the newest last."
    )
    said = [f"*{escape(shown.circle_name)}*: averages from result to result, as a picture.", days(shown)]
    lines = [f"{escape(one.words.rstrip('.'))}: {averages(one)}" for one in shown.trends]
    while len("\n".join([*said, *lines])) > LONGEST_TEXT:
        lines = [*lines[:-2], "`/coach trends` has the rest."]
    return PictureWords(
        day=shown.days[-1],
        title=f"Averages up to {spoken_day(shown.days[-1])}",
        under_title="",
        text="\n".join([*said, *lines]),
        alt=alt(head, [(one.words, averages(one)) for one in shown.trends]),
    )


def _figures(one: StatementResult) -> str:
    spread = ", ".join(f"{score}: {count}" for score, count in enumerate(one.spread or (), start=1) if count)
    return f"{one.average:.1f}" + (f" ({spread})" if spread else "")


def alt(head: str, lines: Sequence[tuple[str, str]]) -> str:
    """Each line's words and figures. Where Slack's limit is too tight, words are shortened, figures are not."""
    longest = max(len(words) for words, _ in lines)
    for length in range(longest, 0, -1):
        whole = _joined(head, [(shortened(words, length), figures) for words, figures in lines])
        if len(whole) <= LONGEST_ALT:
            return whole
    return f"{head} {CUT}"


def _joined(head: str, lines: Sequence[tuple[str, str]]) -> str:
    return " ".join([head, *(f"{words.rstrip('.')}: {figures}." for words, figures in lines)])

"""How averages go on over time, as text; the same as a picture goes to who asks for it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.ids import Action
from bot.replies import Said
from bot.views import inputs, notices
from bot.views.choosing import which_circle
from bot.views.fitting import sections
from bot.views.text import escape, listed, section, small, spoken_day
from coaching.rules.closing_facts import Trend, TrendsFacts
from coaching.rules.terms import CircleKind

FEWEST = 2
NONE = "–"
PAIRS = "Looking back in a pair stays with whoever wrote it, so there are no trends of it."


def see_trends(circle_id: int) -> ButtonElement:
    return inputs.button("Trends", Action.SHOW_TRENDS, circle_id)


def page(shown: TrendsFacts, *, on_its_way: bool = False) -> View:
    """A line for each statement, newest last."""
    head = section(f"*{escape(shown.circle_name)}*")
    if len(shown.days) < FEWEST:
        return notices.page([head, section(_too_few(shown))], "Trends")
    blocks: list[Block] = [
        head,
        section(days(shown)),
        *sections(f"*{escape(one.words)}*\n{averages(one)}" for one in shown.trends),
        small(_how_to_read(shown)),
        section("The picture is on its way to your messages with me.")
        if on_its_way
        else inputs.buttons(inputs.button("As a picture", Action.TRENDS_PICTURE, shown.circle_id)),
    ]
    return notices.page(blocks, "Trends")


def days(shown: TrendsFacts) -> str:
    """ "The results of Tuesday, 8 December 2026, and Tuesday, 12 January 2027."""
    return f"The results of the sessions on {listed([spoken_day(day) for day in shown.days])}:"


def averages(one: Trend) -> str:
    return " → ".join(NONE if average is None else f"{average:.1f}" for average in one.averages)


def _how_to_read(shown: TrendsFacts) -> str:
    gaps = any(average is None for one in shown.trends for average in one.averages)
    missing = f" {NONE} stands where it was not asked, or too few answered it." if gaps else ""
    return (
        "Averages of 5, the newest last; 1 is strongly disagree, 5 strongly agree. Each is that of a whole "
        f"result.{missing}"
    )


def _too_few(shown: TrendsFacts) -> str:
    if shown.kind is CircleKind.PAIR and not shown.days:
        return PAIRS
    so_far = "one so far" if shown.days else "none yet"
    return f"Trends begin with the second result of an evaluation. In this circle there is {so_far}."


def choose_circle(choices: Sequence[tuple[int, str]]) -> Said:
    return which_circle("Which circle's trends would you like to see?", choices, Action.SHOW_TRENDS)


def only_pairs() -> Said:
    return Said(PAIRS, [section(PAIRS)])

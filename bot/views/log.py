"""The coaching log, and somebody's own hours."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, Option, StaticSelectElement
from slack_sdk.models.views import View

from bot.ids import Action
from bot.replies import Said
from bot.views import inputs, notices
from bot.views.choosing import which_circle
from bot.views.fitting import sections
from bot.views.text import (
    escape,
    listed,
    minutes,
    mode,
    option_text,
    plain,
    section,
    small,
    spoken_day,
    spoken_time,
)
from coaching.rules.log_facts import HoursFacts, LogEntry, LogFacts
from coaching.rules.terms import CircleKind

ON_ITS_WAY = "The file is on its way to your messages with me."
NO_HOURS = "No session that you were at is recorded yet. Whoever convenes a session records who was there."
SHOWN_YEARS = 10
ON_A_LINE = 6


def see_log(circle_id: int) -> ButtonElement:
    return inputs.button("Coaching log", Action.SHOW_LOG, circle_id)


def page(shown: LogFacts, *, on_its_way: bool = False) -> View:
    """Ten sessions, the newest first; years and pages turn in place."""
    blocks: list[Block] = [
        section(f"*{escape(shown.circle_name)}*\n{_count(shown)}"),
        *_years(shown),
        *[block for one in shown.entries for block in sections(_entry(one, shown.kind))],
        *_turn(shown),
        *([section(ON_ITS_WAY)] if on_its_way else []),
        inputs.buttons(*_buttons(shown)),
    ]
    return notices.page(blocks, "Coaching log")


def _count(shown: LogFacts) -> str:
    when = f" in {shown.year}" if shown.year else ""
    if not shown.held and not shown.not_held:
        return "No session is over yet. Each one stands here once it is."
    held = "1 session" if shown.held == 1 else f"{shown.held} sessions"
    not_held = f"; {shown.not_held} did not take place" if shown.not_held else ""
    return f"{held} held{when}{not_held}."


def _years(shown: LogFacts) -> list[Block]:
    if len(shown.years) < 2:
        return []
    options = [_year(shown.circle_id, None), *(_year(shown.circle_id, one) for one in shown.years[:90])]
    chosen = next((one for one in options if one.value == f"{shown.circle_id}:{shown.year or 0}"), options[0])
    menu = StaticSelectElement(
        action_id=Action.LOG_YEAR.value,
        options=options,
        initial_option=chosen,
        placeholder=plain("Which year?"),
    )
    return [ActionsBlock(elements=[menu])]


def _year(circle_id: int, year: int | None) -> Option:
    return Option(value=f"{circle_id}:{year or 0}", text=option_text(str(year) if year else "All years"))


def _entry(one: LogEntry, kind: CircleKind) -> list[str]:
    at = spoken_time(one.at, one.zone)
    assumed = " Nobody said what happened, so this is assumed." if one.assumed else ""
    lines = [
        f"*{spoken_day(one.day)}*, {at}, {minutes(one.length)}, {mode(one.mode)}.{assumed}",
        *_roles(one, kind),
        *_there([escape(name) for name in one.there]),
    ]
    return [*lines, f"Case: “{escape(one.title)}”"] if one.title else lines


def _there(names: Sequence[str]) -> list[str]:
    """All of them: in a large circle on several lines, because a line has to fit into a block."""
    if len(names) <= ON_A_LINE:
        return [f"There: {listed(names) or 'nobody is noted'}"]
    lines = [", ".join(names[first : first + ON_A_LINE]) for first in range(0, len(names), ON_A_LINE)]
    return [f"There: {lines[0]},", *(f"{line}," for line in lines[1:-1]), lines[-1]]


def _roles(one: LogEntry, kind: CircleKind) -> list[str]:
    if kind is CircleKind.PAIR:
        return [f"Coached first: {escape(one.presenter)}"] if one.presenter else []
    had = [("Presenter", one.presenter), ("Note-taker", one.note_taker), ("Facilitator", one.facilitator)]
    line = " · ".join(f"{role}: {escape(name)}" for role, name in had if name)
    return [line] if line else []


def _turn(shown: LogFacts) -> list[Block]:
    if shown.pages == 1:
        return []
    here = f"{shown.circle_id}:{shown.year or 0}"
    newer = [inputs.button("Newer", Action.LOG_PAGE, f"{here}:{shown.page - 1}")] if shown.page else []
    last = shown.page == shown.pages - 1
    older = [] if last else [inputs.button("Older", Action.LOG_PAGE, f"{here}:{shown.page + 1}")]
    # A block takes each action once, so each button has its own.
    return [
        small(f"Page {shown.page + 1} of {shown.pages}."),
        *(inputs.buttons(one) for one in [*newer, *older]),
    ]


def _buttons(shown: LogFacts) -> list[ButtonElement]:
    met = [inputs.button("We already met", Action.ALREADY_MET, shown.circle_id)]
    files = [
        inputs.button("As CSV", Action.LOG_CSV, shown.circle_id),
        inputs.button("As JSON", Action.LOG_JSON, shown.circle_id),
    ]
    return [
        *([] if shown.closed else met),
        *(files if shown.may_export and shown.held else []),
        my_hours(),
    ]


def my_hours() -> ButtonElement:
    return inputs.button("My hours", Action.MY_HOURS)


def choose_circle(choices: Sequence[tuple[int, str]]) -> Said:
    """In several circles: which one's log? One's own hours are of all."""
    question = "Which circle's log would you like to see?" if choices else "You are in no circle now."
    return which_circle(question, choices, Action.SHOW_LOG, my_hours())


def hours(shown: HoursFacts, roles: Sequence[str], *, on_its_way: bool = False) -> View:
    """By year and role, for oneself alone."""
    blocks: list[Block] = [
        small("Only you see this. It counts the sessions at which you were, in all your circles.")
    ]
    if not shown.sessions:
        return notices.page([*blocks, section(NO_HOURS)], "My hours")
    for year in shown.years[:SHOWN_YEARS]:
        lines = [f"*{year}*: {_spoken(shown.minutes(year))} in all"]
        lines += [
            f"{role}: {_spoken(shown.minutes(year, role))}" for role in roles if shown.minutes(year, role)
        ]
        blocks += sections(lines)
    if len(shown.years) > SHOWN_YEARS:
        blocks.append(small("Earlier years are in the file."))
    blocks.append(
        section(ON_ITS_WAY) if on_its_way else inputs.buttons(inputs.button("As CSV", Action.HOURS_CSV))
    )
    return notices.page(blocks, "My hours")


def _spoken(count: int) -> str:
    """ "3 hours 30 minutes"."""
    whole, rest = divmod(count, 60)
    parts = [f"{whole} {'hour' if whole == 1 else 'hours'}"] if whole else []
    parts += [f"{rest} minutes"] if rest or not whole else []
    return " ".join(parts)


def log_text(circle: str) -> str:
    return f"Here is the coaching log of {escape(circle)}. Titles of cases stand in it, so keep it as you would the notes."


HOURS_TEXT = (
    "Here are your hours: when, in which circle, how long and in which role. No content stands in it."
)

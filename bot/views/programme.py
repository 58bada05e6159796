"""The programme page: sums over all circles, the same for owners and for every member; and its owners."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    Option,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.views import inputs, notices
from bot.views.audit import see_sums
from bot.views.fitting import sections
from bot.views.inputs import entry
from bot.views.text import escape, names, option_text, plain, section, small
from coaching.rules.facts import PersonFacts
from coaching.rules.fields import Field
from coaching.rules.programme import FEWEST_CIRCLES, MOST_AT_ONCE, Quarter, Sums
from coaching.rules.programme_facts import ProgrammeDuty, ProgrammeFacts

TITLE = "Programme"
WHAT_IT_IS = (
    "This is what leadership sees, and all of it: sums over all circles here, the same for owners and for everybody "
    "in a circle. No names of circles or people, no reasons, nothing that anybody wrote. It is there to learn "
    "from, and ranks nobody."
)
NOTHING_YET = (
    "There is nothing to see yet. A quarter of the year stands here a week after it has ended, "
    "once circles have had sessions in it."
)
OWNER = (
    "A programme owner sees the programme page without being in a circle, and can make 50 circles a day. "
    "They see sums only, and never the circles themselves."
)
NAMES_FIRST = "You look after this workspace in Slack, so you can name the first one."
NAME_FIRST = "Name the first programme owner"
MONTHS = {1: "January to March", 2: "April to June", 3: "July to September", 4: "October to December"}


def what_leadership_sees() -> ButtonElement:
    return inputs.button("What leadership sees", Action.SHOW_PROGRAMME)


def page(shown: ProgrammeFacts, may: ProgrammeDuty) -> View:
    """One closed quarter; others turn in place."""
    blocks: list[Block] = [
        small(WHAT_IT_IS),
        *_quarter(shown),
        inputs.buttons(see_sums()),
        *_about_owners(may),
    ]
    return notices.page(blocks, TITLE)


def _quarter(shown: ProgrammeFacts) -> list[Block]:
    if shown.quarter is None:
        return [section(NOTHING_YET)]
    head = section(f"*{spoken(shown.quarter)}*")
    return [head, *_choice(shown.quarters, shown.quarter), *_sums(shown)]


def spoken(quarter: Quarter) -> str:
    return f"{MONTHS[quarter.number]} {quarter.year}"


def _choice(quarters: Sequence[Quarter], quarter: Quarter) -> list[Block]:
    if len(quarters) == 1:
        return []
    options = [Option(value=str(one.key), text=option_text(spoken(one))) for one in quarters]
    menu = StaticSelectElement(
        action_id=Action.PROGRAMME_QUARTER.value,
        options=options,
        initial_option=options[quarters.index(quarter)],
        placeholder=plain("Which quarter?"),
    )
    return [ActionsBlock(elements=[menu])]


def _sums(shown: ProgrammeFacts) -> list[Block]:
    found = shown.sums
    if found is None:
        return [
            section(f"Circles with sessions: *{shown.circles}*"),
            small(
                f"Under {FEWEST_CIRCLES} circles nothing more is shown, "
                "because sums would tell about single circles."
            ),
        ]
    return [section(_figures(shown.circles, found)), *_averages(shown.averages, found)]


def _figures(circles: int, found: Sums) -> str:
    lines = [
        f"Circles with sessions: *{circles}*",
        f"People in them: *{found.people}*",
        f"Sessions planned: *{found.planned}*",
        f"Held: *{found.held}*{_in_person(found)}",
        f"Moved to another time: *{found.moved}*",
        f"Missed: *{found.missed}*",
        f"Evaluations with a result: *{found.results}*",
    ]
    return "\n".join(lines)


def _in_person(found: Sums) -> str:
    return f", {round(100 * found.in_person / found.held)}% of them in person" if found.held else ""


def _averages(averages: Sequence[tuple[str, float]], found: Sums) -> list[Block]:
    lines = [f"{escape(words)} *{average:.1f}*" for words, average in averages]
    head = section("*Averages of the evaluations*, from 1, strongly disagree, to 5, strongly agree")
    why = small(
        f"An average is shown once at least {FEWEST_CIRCLES} circles have a result with it, and "
        "every evaluation of the quarter is over."
    )
    return [*([head, *sections(lines)] if lines else []), *([why] if found.withheld or not lines else [])]


def _about_owners(may: ProgrammeDuty) -> list[Block]:
    if may.names_first:
        return [*_no_owner_yet()]
    if not may.owner:
        return []
    stop = ConfirmObject(
        title=plain("Stop being an owner?"),
        text=plain("If you are in a circle you still see this page. Other owners can add you again."),
        confirm=plain("Stop"),
        deny=plain("Stay"),
    )
    return [
        inputs.buttons(
            inputs.button("Add programme owners", Action.NAME_OWNERS),
            inputs.button("Stop being an owner", Action.STEP_DOWN, asks=stop),
        )
    ]


def _no_owner_yet() -> list[Block]:
    return [
        section(f"This workspace has no programme owner yet. {OWNER} {NAMES_FIRST}"),
        inputs.buttons(inputs.button(NAME_FIRST, Action.NAME_OWNERS)),
    ]


def no_owner_yet() -> View:
    """For somebody who looks after the workspace and is in no circle."""
    return notices.page(_no_owner_yet(), TITLE)


def owners(may: ProgrammeDuty) -> View:
    most = 1 if may.names_first else MOST_AT_ONCE
    label = "First programme owner" if may.names_first else "Programme owners to add"
    return View(
        type="modal",
        callback_id=Form.PROGRAMME_OWNERS.value,
        title=plain("Programme owners"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[
            section(OWNER),
            entry(
                Field.OWNERS,
                label,
                inputs.people(most=most),
                hint="Full members of this workspace, no guests.",
            ),
        ],
    )


def named(owners: Sequence[PersonFacts]) -> View:
    own = "owns" if len(owners) == 1 else "own"
    words = f"{names(owners)} {own} the programme page from now on. Tell them: `/coach programme` shows it."
    return notices.page([section(words)], TITLE)


def stepped_down() -> View:
    return notices.notice("You are no programme owner any more. The others go on.", TITLE)

"""Days away: one's own list, and a form to add some."""

from datetime import date

from slack_sdk.models.blocks import Block, DividerBlock, SectionBlock
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.views import inputs
from bot.views.inputs import entry
from bot.views.text import markdown, plain, section, small, spoken_day
from coaching.rules.facts import AwayFacts
from coaching.rules.fields import Field
from coaching.rules.zones import place_of

MOST_SHOWN = 40


def form(shown: AwayFacts) -> View:
    """`/coach away`. The fields are empty each time it is drawn anew, so that nothing is added twice."""
    fresh = "-".join(str(one) for one, _, _ in shown.stretches[-3:]) or "0"
    return View(
        type="modal",
        callback_id=Form.AWAY.value,
        title=plain("Days away"),
        submit=plain("Add these days"),
        close=plain("Close"),
        blocks=[
            *_stretches(shown),
            DividerBlock(),
            section("*Add days*"),
            entry(Field.FIRST_DAY, "First day", inputs.day(), fresh=fresh),
            entry(Field.LAST_DAY, "Last day", inputs.day(), hint="You are still away on it.", fresh=fresh),
            small(
                "While you are away I send you no reminders, and sessions count as “Can't make it” by themselves. "
                "Roles you have on these days go to the next in line at once; you are first again next time. "
                f"Days are meant by your calendar ({place_of(shown.zone)})."
            ),
        ],
    )


def _stretches(shown: AwayFacts) -> list[Block]:
    if not shown.stretches:
        return [section("You have no days away entered.")]
    listed = [
        SectionBlock(
            text=markdown(_days(first, last)), accessory=inputs.button("End it", Action.END_AWAY, away_id)
        )
        for away_id, first, last in shown.stretches[:MOST_SHOWN]
    ]
    ends = "“End it” makes today your first day back, or takes back what has not begun."
    return [section("*Your days away*"), *listed, small(ends)]


def _days(first: date, last: date) -> str:
    return spoken_day(first) if first == last else f"{spoken_day(first)} to {spoken_day(last)}"

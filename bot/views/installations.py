"""What whoever installed the bot reads first."""

from bot.ids import Action
from bot.replies import Said
from bot.views import inputs
from bot.views.text import section, small

FIRST = (
    "Thank you for bringing me here. I look after circles of colleagues who coach each other: their sessions, "
    "their turns, and a reminder in time."
)
BACK = (
    "I am here again, and I have found everything as it was: circles, sessions, notes and settings. "
    "What fell due while I was away is not sent any more."
)
STEPS = (
    "*What comes next*\n"
    "• Type `/coach` wherever you are. It shows what is coming up, and everything I can do.\n"
    "• Make a circle: three or more people who meet around a case, or two as a pair. Every full member of this "
    "workspace can do that, also for others.\n"
    "• Should it have a channel of its own, invite me there first: `/invite @Coach`."
)
AGAIN = (
    "*What comes next*\n"
    "• Type `/coach` to see what is coming up.\n"
    "• Circles with a channel: look whether I am still in there, and if not, `/invite @Coach`."
)
OWNER = (
    "*The programme page.* You are its owner here: `/coach programme` shows sums over all circles by quarter, "
    "never names or words, and there you can name further owners."
)
WHO_SEES_WHAT = (
    "Who sees what: cases and notes are read by the members of their circle alone, not by the admins of "
    "this workspace. Evaluations carry no names. I read no messages."
)


def installed(*, again: bool, owner: bool) -> Said:
    """`again`: the workspace had the bot before. `owner`: of the programme page."""
    parts = [BACK, AGAIN] if again else [FIRST, STEPS]
    if owner:
        parts.append(OWNER)
    buttons = [
        inputs.button("Make a circle", Action.NEW_CIRCLE, 0),
        inputs.button("Help", Action.SHOW_HELP, 0),
    ]
    blocks = [*map(section, parts), small(WHO_SEES_WHAT), inputs.buttons(*buttons)]
    return Said("\n".join([*parts, WHO_SEES_WHAT]), blocks)

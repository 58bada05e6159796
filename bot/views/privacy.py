"""What is stored about somebody, who sees it, how long it stays; and being erased."""

import json

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.ids import Action
from bot.ids import View as Form
from bot.views import inputs, notices
from bot.views.text import escape, listed, plain, section, small
from coaching.rules.keeping import AUDIT_MONTHS
from coaching.rules.privacy_facts import StoredFacts
from coaching.rules.zones import place_of

TITLE = "Privacy"
ON_ITS_WAY = "The file is on its way to your messages with me."
FILE_TEXT = "All that is stored about you, as one file. Nobody else gets it."
WHO_SEES = (
    "*Who sees what*\n"
    "Your circles see your name, your roles, whether you come and whether you were there, and what you share with "
    "them: your case once it is shared, notes, actions. Everybody in the channel of a circle sees when it meets and "
    "who has which role. A draft, and a pair's looking back that is not shared, are yours alone. Programme owners "
    "see sums over all circles, never names or words. Circles that you are not in see nothing."
)
ANONYMOUS = (
    "*What nobody can find*\n"
    "Your answers to evaluations are kept without your name and without a time. So I cannot show them to you, "
    "change them or delete them. While an evaluation is open it is noted that you have answered, apart from the "
    "answer; that is deleted when it closes."
)
WHO_RUNS_IT = (
    "*Who runs this*\n"
    "Whoever installed me for your organisation keeps the database and its copies. What you write about your work is "
    "encrypted in it, but whoever has the database and its key could read it. Names, dates, places, links and figures are not "
    "encrypted, because I have to search them. Ask your Slack administrators who that is. Through me administrators see no "
    "more than others do; what stands in Slack itself they may be able to read or delete there."
)
ERASE = (
    "*What goes:* your name and your Slack id, your cases, the notes that you wrote, your actions, your looking back, "
    "messages and reasons that you wrote, your answers, days away, settings, calendar address, and all that I know of "
    "messages to you. You leave all your circles. Roles in sessions to come pass on to others, and where you were the "
    "only coaching lead, somebody else becomes one."
)
STAYS = (
    "*What stays, without your name:* when your circles met, and who had which role, because turns are counted from it. "
    "In your place it says “Somebody who was erased”. Notes that somebody else began stay theirs, also where "
    "you edited them."
)
CANNOT = (
    "*What I cannot find:* your answers to evaluations, because they have no name. What stands in Slack itself: the "
    "messages that you received, what you wrote there, files that I sent, and what others remember. Copies of the database that were made before, until "
    "whoever runs me deletes them."
)
NEW_PERSON = "If you use me again afterwards, you are somebody new to me."
SURE = (
    "*Erase you for good?* This cannot be taken back, not even by whoever runs me. Take “My data” first, "
    "if you want to keep something."
)
DONE = (
    "You are erased. You are in no circle any more, and nothing that is stored here has your name. If you use me again, "
    "you are somebody new to me."
)
NOBODY = "Nothing is stored about you any more."


def page(shown: StoredFacts, *, on_its_way: bool = False) -> View:
    """What is stored, in words and figures, and what can be done about it."""
    blocks: list[Block] = [
        section(f"*What is stored about you*\n{_stored(shown)}"),
        section(WHO_SEES),
        section(ANONYMOUS),
        section(f"*How long*\n{_how_long(shown)}"),
        section(WHO_RUNS_IT),
        *([section(ON_ITS_WAY)] if on_its_way else []),
        inputs.buttons(
            *([] if on_its_way else [inputs.button("My data", Action.MY_DATA)]),
            inputs.button("Erase me", Action.ERASE_ME, style="danger"),
        ),
        small("“My data” sends you one file with all of it, what you wrote among it, and nothing of others."),
    ]
    return notices.page(blocks, TITLE)


def _stored(shown: StoredFacts) -> str:
    once = [
        "your Slack id, name and locale",
        "whether you are a guest, or an admin of this workspace",
        f"your time zone ({place_of(shown.zone)})",
        "your working days, workplace and which reminders you want",
        "the day on which you last opened my Home tab",
        *(["that you have a calendar address"] if shown.calendar else []),
        *(["that you are a programme owner"] if shown.owns_programme else []),
        *(["that you installed me"] if shown.installed else []),
    ]
    counted = [
        _many(shown.circles, "circle that you are in", "circles that you are in"),
        _many(shown.circles_left, "circle that you have left", "circles that you have left"),
        _many(shown.sessions, "session", "sessions"),
        _many(shown.answers, "answer whether you come", "answers whether you come"),
        _many(shown.cases, "case", "cases"),
        _many(shown.notes, "set of notes", "sets of notes"),
        _many(shown.actions, "action", "actions"),
        _many(shown.reflections, "look back", "looks back"),
        _many(shown.remarks, "message to a circle or reason", "messages to circles and reasons"),
        _many(shown.polls, "poll", "polls"),
        _many(shown.searches, "search for somebody to take a role", "searches for somebody to take a role"),
        _many(shown.swaps, "swap of roles", "swaps of roles"),
        _many(shown.circles_made, "circle that you made", "circles that you made"),
        _many(shown.away, "stretch of days away", "stretches of days away"),
        _many(shown.drafts, "form that you have begun", "forms that you have begun"),
        _many(shown.invitations, "invitation to come back", "invitations to come back"),
        _many(shown.reminders, "reminder", "reminders"),
        _many(shown.messages, "message to you (when, not what)", "messages to you (when, not what)"),
        _many(shown.audit, "entry of what you did here", "entries of what you did here"),
    ]
    there = [one for one in counted if one]
    return f"{escape(shown.name)}: {listed(once)}.\n{listed(there) or 'Nothing else'}."


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}" if count else ""


def _how_long(shown: StoredFacts) -> str:
    keeping = shown.keeping
    words = (
        f"What was written about a session goes {_months(keeping.words)} after it"
        if keeping.words
        else "What was written about a session stays while I am installed"
    )
    closed = (
        f"A circle that was closed goes altogether after {_months(keeping.closed)}"
        if keeping.closed
        else "A circle that was closed stays while I am installed"
    )
    return (
        f"{words}; dates and roles stay. {closed}. Who did what is kept for {_months(AUDIT_MONTHS)}, messages "
        "for 30 days or as long as their session can be corrected, forms that you have begun for a day. All else "
        "stays until you are erased, or two weeks after I am removed from Slack."
    )


def _months(count: int) -> str:
    return "1 month" if count == 1 else f"{count} months"


def erase(*, sure: bool = False) -> View:
    """Asked twice, in the same place."""
    first: list[Block] = [section(ERASE), section(STAYS), section(CANNOT), small(NEW_PERSON)]
    return View(
        type="modal",
        callback_id=Form.ERASE_ME.value,
        private_metadata=json.dumps({"sure": sure}),
        title=plain("Erase me"),
        submit=plain("Erase me for good" if sure else "Erase me"),
        close=plain("Keep me"),
        blocks=[section(SURE), *first] if sure else first,
    )


def erased(*, now: bool) -> View:
    """`now`: it was this click. Otherwise there was nothing left to erase."""
    return View(
        type="modal",
        title=plain(TITLE),
        close=plain("Close"),
        clear_on_close=True,  # what stands below speaks of somebody who is no more
        blocks=[section(DONE if now else NOBODY)],
    )

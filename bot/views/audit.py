"""What was done to a circle, for its coaching leads; and how often, for whoever sees the programme page."""

from collections.abc import Mapping

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.ids import Action
from bot.views import inputs, notices
from bot.views.fitting import sections
from bot.views.text import escape, section, small, spoken_day, when
from coaching.rules.audit_facts import BY_ITSELF, AuditEntryFacts, AuditPage, AuditWeek, Count, Deed
from coaching.rules.programme import FEWEST_CIRCLES

TITLE = "What was done"
WORDS: Mapping[Deed, tuple[str, str]] = {
    Deed.LOOK: ("looked into the circle", "look into the circle"),
    Deed.MAKE_CIRCLE: ("made the circle", "make a circle"),
    Deed.CHANGE_CIRCLE: ("changed the circle or who is in it", "change the circle"),
    Deed.LEAVE_CIRCLE: ("left the circle", "leave the circle"),
    Deed.JOIN_CIRCLE: ("came back to the circle", "come back to the circle"),
    Deed.HAND_OVER: ("handed the circle over", "hand the circle over"),
    Deed.GO_ON_AS_PAIR: ("made the circle a pair", "make the circle a pair"),
    Deed.PAUSE: ("paused the circle", "pause the circle"),
    Deed.GO_ON: ("let the circle go on", "let the circle go on"),
    Deed.CLOSE: ("closed the circle", "close the circle"),
    Deed.TAKE_LOG: ("took the coaching log as a file", "take the coaching log as a file"),
    Deed.SCHEDULE: ("scheduled a session", "schedule a session"),
    Deed.MOVE: ("moved or changed a session", "move or change a session"),
    Deed.CANCEL: ("cancelled a session", "cancel a session"),
    Deed.SKIP: ("skipped a date", "skip a date"),
    Deed.HOLD: ("kept a session to which few can come", "keep a session to which few can come"),
    Deed.RECORD_MET: ("recorded that you met", "record that you met"),
    Deed.RECORD_NOT_MET: ("recorded that you did not meet", "record that you did not meet"),
    Deed.ALREADY_MET: ("recorded a session afterwards", "record a session afterwards"),
    Deed.OPEN_POLL: ("opened a poll for a time", "open a poll for a time"),
    Deed.CHOOSE_TIME: ("chose the time of a poll", "choose the time of a poll"),
    Deed.DROP_POLL: ("closed a poll without a time", "close a poll without a time"),
    Deed.ASK_SWAP: ("asked to swap a role", "ask to swap a role"),
    Deed.TAKE_ROLE: ("took a role", "take a role"),
    Deed.NAME_TAKER: ("asked somebody to take a role", "ask somebody to take a role"),
    Deed.LEAVE_OPEN: ("chose open time only", "choose open time only"),
    Deed.EXCUSE: ("excused somebody from a role", "excuse somebody from a role"),
    Deed.END_EXCUSE: ("ended an excuse", "end an excuse"),
    Deed.SHARE_CASE: ("shared a case, or changed a shared one", "prepare a case"),
    Deed.WRITE_NOTES: ("wrote in the notes", "write in the notes"),
    Deed.ACTION_DONE: ("said that an action is done", "say that an action is done"),
    Deed.ACTION_LATER: ("gave an action another day", "give an action another day"),
    Deed.NAME_OWNERS: ("named programme owners", "name programme owners"),
    Deed.STEP_DOWN: ("stopped being a programme owner", "stop being a programme owner"),
    Deed.REMOVE_BOT: ("removed the bot, or ended its token", "remove the bot, or end its token"),
    Deed.BRING_BACK_BOT: ("brought the bot back", "bring the bot back"),
    Deed.SCHEDULED_ITSELF: ("scheduled a session as proposed", "schedule a session as proposed"),
    Deed.LAPSED: ("let a date pass without a session", "let a date pass without a session"),
    Deed.WENT_ON: ("let the circle go on, its pause being over", "let a circle go on after its pause"),
    Deed.PERSON_GONE: ("took out somebody who has left Slack", "take out somebody who has left Slack"),
}
"""What somebody did, and what they tried to do."""
WHO_SEES_IT = (
    "Who did what to this circle, for its coaching leads. Nothing that anybody wrote stands here, and nothing about "
    "evaluations. Entries are kept for twelve months."
)
SUMS = (
    "How often what was done in all circles here, by days in UTC. No names of circles or people, and nothing about "
    "evaluations. Like the programme page it is the same for programme owners and for everybody in a circle."
)
NOTHING = "Nothing was done in this week."
FEW = (
    f"Under {FEWEST_CIRCLES} circles did something in this week, so what they did is not counted here: "
    "it would tell about single circles."
)
UNKNOWN = "Somebody who is not kept here any more"


def see_audit(circle_id: int) -> ButtonElement:
    return inputs.button(TITLE, Action.SHOW_AUDIT, circle_id)


def see_sums() -> ButtonElement:
    return inputs.button(TITLE, Action.SHOW_AUDIT_SUMS)


def page(shown: AuditPage) -> View:
    """Twenty acts, the newest first; pages turn in place."""
    lines = [_line(one, shown.zone) for one in shown.entries] or ["Nothing has been done here yet."]
    blocks: list[Block] = [
        section(f"*{escape(shown.circle_name)}*"),
        small(WHO_SEES_IT),
        *sections(lines),
        *_turn(shown),
    ]
    return notices.page(blocks, TITLE)


def _line(one: AuditEntryFacts, zone: str) -> str:
    """ "8 December 2026 at 10:00: Ana Torres scheduled a session (Tuesday, 12 January 2027)." """
    unnamed = "The bot" if one.deed in BY_ITSELF else UNKNOWN
    did, to_do = WORDS[one.deed]
    act = f"tried to {to_do}" if one.refused else did
    session = f" ({spoken_day(one.day)})" if one.day else ""
    refusal = " and was refused" if one.refused else ""
    return f"{when(one.at, zone)}: {escape(one.by) or unnamed} {act}{session}{refusal}."


def _turn(shown: AuditPage) -> list[Block]:
    if shown.pages == 1:
        return []
    here, last = shown.circle_id, shown.page == shown.pages - 1
    newer = [inputs.button("Newer", Action.AUDIT_PAGE, f"{shown.page - 1}:{here}")] if shown.page else []
    older = [] if last else [inputs.button("Older", Action.AUDIT_PAGE, f"{shown.page + 1}:{here}")]
    # A block takes each action once, so each button has its own.
    return [
        small(f"Page {shown.page + 1} of {shown.pages}."),
        *(inputs.buttons(one) for one in [*newer, *older]),
    ]


def week(shown: AuditWeek) -> View:
    """Seven days, the newest first; weeks turn in place."""
    lines = [line for day, counts in shown.days.items() for line in (f"*{spoken_day(day)}*", *_sums(counts))]
    blocks: list[Block] = [
        small(SUMS),
        section(f"*Week from {spoken_day(shown.monday)}*"),
        *sections(lines or ([] if shown.few else [NOTHING])),
        *([small(FEW)] if shown.few else []),
    ]
    for words, monday in (("Newer", shown.newer), ("Older", shown.older)):
        if monday:
            blocks.append(inputs.buttons(inputs.button(words, Action.AUDIT_WEEK, monday.isoformat())))
    return notices.page(blocks, TITLE)


def _sums(counts: Mapping[Deed, Count]) -> list[str]:
    return [f"• {_subject(deed)}: {_times(count)}" for deed, count in counts.items()]


def _subject(deed: Deed) -> str:
    _, to_do = WORDS[deed]
    return f"the bot by itself: {to_do}" if deed in BY_ITSELF else to_do


def _times(count: Count) -> str:
    parts = [f"{count.done}"] if count.done else []
    parts += [f"{count.refused} refused"] if count.refused else []
    return ", ".join(parts)

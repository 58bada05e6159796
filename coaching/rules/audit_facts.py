"""What was done to circles, as the audit log keeps and shows it: acts and moments, never any content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Deed(StrEnum):
    """What an act is called in the log. Nothing about evaluations is here, and nothing may come."""

    LOOK = "look"
    """Only ever refused: who may look, or answer for themself, leaves no trace."""

    MAKE_CIRCLE = "make_circle"
    CHANGE_CIRCLE = "change_circle"
    """Its settings, or who is in it."""
    LEAVE_CIRCLE = "leave_circle"
    JOIN_CIRCLE = "join_circle"
    HAND_OVER = "hand_over"
    GO_ON_AS_PAIR = "go_on_as_pair"
    PAUSE = "pause"
    GO_ON = "go_on"
    CLOSE = "close"
    TAKE_LOG = "take_log"

    SCHEDULE = "schedule"
    MOVE = "move"
    """When, where or how it takes place."""
    CANCEL = "cancel"
    SKIP = "skip"
    HOLD = "hold"
    RECORD_MET = "record_met"
    RECORD_NOT_MET = "record_not_met"
    ALREADY_MET = "already_met"

    OPEN_POLL = "open_poll"
    CHOOSE_TIME = "choose_time"
    DROP_POLL = "drop_poll"

    ASK_SWAP = "ask_swap"
    TAKE_ROLE = "take_role"
    NAME_TAKER = "name_taker"
    LEAVE_OPEN = "leave_open"
    EXCUSE = "excuse"
    END_EXCUSE = "end_excuse"

    SHARE_CASE = "share_case"
    WRITE_NOTES = "write_notes"
    ACTION_DONE = "action_done"
    ACTION_LATER = "action_later"

    NAME_OWNERS = "name_owners"
    STEP_DOWN = "step_down"

    REMOVE_BOT = "remove_bot"
    """Who it was, Slack does not say."""
    BRING_BACK_BOT = "bring_back_bot"

    SCHEDULED_ITSELF = "scheduled_itself"
    """The bot, because nobody objected."""
    LAPSED = "lapsed"
    WENT_ON = "went_on"
    PERSON_GONE = "person_gone"
    """Somebody who has left Slack is not in the circle any more."""


BY_ITSELF = (Deed.SCHEDULED_ITSELF, Deed.LAPSED, Deed.WENT_ON, Deed.PERSON_GONE)
"""What the bot does without anybody. In all others, nobody's name means that it is not kept any more."""
OF_A_SESSION = (
    Deed.SCHEDULE,
    Deed.MOVE,
    Deed.CANCEL,
    Deed.SKIP,
    Deed.HOLD,
    Deed.RECORD_MET,
    Deed.RECORD_NOT_MET,
    Deed.ALREADY_MET,
    Deed.OPEN_POLL,
    Deed.CHOOSE_TIME,
    Deed.DROP_POLL,
    Deed.ASK_SWAP,
    Deed.TAKE_ROLE,
    Deed.NAME_TAKER,
    Deed.LEAVE_OPEN,
    Deed.SHARE_CASE,
    Deed.WRITE_NOTES,
    Deed.ACTION_DONE,
    Deed.ACTION_LATER,
    Deed.SCHEDULED_ITSELF,
    Deed.LAPSED,
)
OF_THE_WORKSPACE = (Deed.LOOK, Deed.MAKE_CIRCLE, Deed.NAME_OWNERS, Deed.STEP_DOWN)
"""What can be refused without being about a circle."""


@dataclass
class About:
    """What a request turns out to be about while it is carried out; `access` writes it down."""

    deed: Deed | None
    """None for what is not logged."""
    circle_id: int | None = None
    session_id: int | None = None


@dataclass(frozen=True)
class AuditEntryFacts:
    deed: Deed
    at: datetime
    by: str
    """Empty for the bot itself, and for somebody who is not kept any more."""
    day: date | None
    """Of the session, in the circle's calendar."""
    refused: bool


@dataclass(frozen=True)
class AuditPage:
    """One page of what was done to a circle, the newest first."""

    circle_id: int
    circle_name: str
    zone: str
    entries: tuple[AuditEntryFacts, ...]
    page: int
    """From 0."""
    pages: int


@dataclass(frozen=True)
class Count:
    done: int = 0
    refused: int = 0


@dataclass(frozen=True)
class AuditWeek:
    """What was done in a workspace in a week, in sums: no circles and no people."""

    monday: date
    """In UTC, as the days are."""
    days: Mapping[date, Mapping[Deed, Count]] = field(default_factory=dict)
    few: bool = False
    """Under three circles did anything, so only what is about no circle is counted."""
    newer: date | None = None
    older: date | None = None
    """The mondays beside it that are kept."""

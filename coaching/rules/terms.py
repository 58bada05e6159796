"""The words of the field, spelt once. Every layer uses these and no others."""

from enum import StrEnum


class CircleKind(StrEnum):
    GROUP = "group"
    """Three or more people who meet around a case."""
    PAIR = "pair"
    """Two people who coach each other in turn."""


class CircleState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class PersonKind(StrEnum):
    FULL = "full"
    GUEST = "guest"
    BOT = "bot"


class Rhythm(StrEnum):
    """How the dates of a circle follow each other."""

    SAME_WEEKDAY = "same_weekday"
    SAME_DATE = "same_date"
    FOUR_WEEKS = "four_weeks"
    NONE = "none"


class Mode(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"

    @property
    def remote(self) -> bool:
        return self is not Mode.IN_PERSON


class Role(StrEnum):
    PRESENTER = "presenter"
    """Brings a case to a group session; in a pair, the one who is coached first."""
    NOTE_TAKER = "note_taker"


class SessionState(StrEnum):
    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    HELD = "held"
    MISSED = "missed"


class Coming(StrEnum):
    """What a member has said about one session."""

    UNKNOWN = "unknown"
    YES = "yes"
    NO = "no"


class WhoMaySchedule(StrEnum):
    MEMBERS = "members"
    LEADS = "leads"


class Promise(StrEnum):
    """What an evaluation promises its writers; fixed when its window opens."""

    ANONYMOUS = "anonymous"
    NAMES_NOT_KEPT = "names_not_kept"
    """A circle of three: names are not kept, but the others may still work out who said what."""


class ReminderKind(StrEnum):
    """The rows of the table of reminders that concern scheduled sessions."""

    PREPARE_CASE = "prepare_case"
    PREPARE_CASE_AGAIN = "prepare_case_again"
    LISTEN_FOR = "listen_for"
    TOMORROW = "tomorrow"
    STARTING_SOON = "starting_soon"
    EVALUATION = "evaluation"
    DID_YOU_MEET = "did_you_meet"
    EVALUATION_NUDGE = "evaluation_nudge"
    NOTES_NUDGE = "notes_nudge"


class MessageKind(StrEnum):
    """The three kinds of direct message, which differ in when they may be sent."""

    NEWS = "news"
    AT_THE_SESSION = "at_the_session"
    BOOKKEEPING = "bookkeeping"

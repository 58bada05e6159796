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


class CircleNews(StrEnum):
    """What members are told about their circle as a whole."""

    PAUSED = "paused"
    GOING_ON = "going_on"
    CLOSED = "closed"
    TWO_LEFT = "two_left"
    """To the leads of a group of which two are left."""
    HANDED_OVER = "handed_over"
    """To whoever leads it now."""


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


class PollState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """All have answered, or the time is up: somebody picks."""
    DECIDED = "decided"
    DROPPED = "dropped"


class SwapState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DROPPED = "dropped"
    """Its holder comes after all, the role went elsewhere, or the session is not any more."""


class WhoMaySchedule(StrEnum):
    MEMBERS = "members"
    LEADS = "leads"


class Promise(StrEnum):
    """What an evaluation promises its writers; fixed when its window opens."""

    ANONYMOUS = "anonymous"
    NAMES_NOT_KEPT = "names_not_kept"
    """A circle of three: names are not kept, but the others may still work out who said what."""


class ReminderKind(StrEnum):
    """The rows of the table of reminders. All hang on a session, be it proposed, scheduled or held."""

    PREPARE_CASE = "prepare_case"
    PREPARE_CASE_AGAIN = "prepare_case_again"
    LISTEN_FOR = "listen_for"
    TOMORROW = "tomorrow"
    STARTING_SOON = "starting_soon"
    EVALUATION = "evaluation"
    DID_YOU_MEET = "did_you_meet"
    EVALUATION_NUDGE = "evaluation_nudge"
    NOTES_NUDGE = "notes_nudge"
    ACTION_DUE = "action_due"
    """An action that somebody has; hangs on the session at which it was written down."""
    CONFIRM_DATE = "confirm_date"
    """A date of the rhythm that nobody has confirmed yet; hangs on the proposed session."""
    AGREE_PLACE = "agree_place"
    """In person, and where is still to be agreed."""
    NOTHING_PLANNED = "nothing_planned"
    """A circle with no rhythm and nothing planned; hangs on its last session."""
    STILL_NOTHING_PLANNED = "still_nothing_planned"


class MessageKind(StrEnum):
    """The three kinds of direct message, which differ in when they may be sent."""

    NEWS = "news"
    AT_THE_SESSION = "at_the_session"
    BOOKKEEPING = "bookkeeping"

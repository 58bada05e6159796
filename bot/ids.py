"""Every id that goes to Slack and comes back. A test holds that each is registered once and shown."""

from enum import StrEnum


class Action(StrEnum):
    """Buttons, menus and pickers that answer at once."""

    NEW_CIRCLE = "circle.new"
    EDIT_CIRCLE = "circle.edit"
    SHOW_CIRCLE = "circle.show"
    MORE_SETTINGS = "circle.more_settings"
    CHANGE_CIRCLE_FORM = "circle.change_form"
    CHOOSE_POSITION = "circle.choose_position"
    LEAVE_CIRCLE = "circle.leave"
    PAUSE_CIRCLE = "circle.pause"
    GO_ON = "circle.go_on"
    CLOSE_CIRCLE = "circle.close"
    HAND_OVER = "circle.hand_over"
    GO_ON_AS_PAIR = "circle.go_on_as_pair"
    JOIN = "circle.join"

    SCHEDULE = "session.schedule"
    CHOOSE_CIRCLE = "session.choose_circle"
    ATTEND = "session.attend"
    DECLINE = "session.decline"
    HOW_TO_JOIN = "session.how_to_join"
    CALENDAR_FILE = "session.calendar_file"
    MORE = "session.more"
    LINK = "link"
    """A button that only opens an address; Slack reports the click all the same."""

    RECORD_MET = "closing.met"
    RECORD_NOT_MET = "closing.not_met"
    ALREADY_MET = "closing.already_met"
    CHOOSE_CIRCLE_MET = "closing.choose_circle"
    CONFIRM_DATE = "rhythm.confirm"
    CHANGE_DATE = "rhythm.change"
    SKIP_DATE = "rhythm.skip"
    AGREE_PLACE = "rhythm.agree_place"
    ANSWER_EVALUATION = "evaluation.answer"
    WAS_NOT_THERE = "evaluation.was_not_there"
    NOT_NOW = "evaluation.not_now"
    SEE_RESULT = "evaluation.see_result"
    SHOW_LOG = "log.show"
    LOG_YEAR = "log.year"
    LOG_PAGE = "log.page"
    LOG_CSV = "log.csv"
    LOG_JSON = "log.json"
    MY_HOURS = "log.my_hours"
    HOURS_CSV = "log.hours_csv"

    PUT_OFF = "reminders.put_off"

    SHOW_AUDIT = "audit.show"
    AUDIT_PAGE = "audit.page"
    SHOW_AUDIT_SUMS = "audit.sums"
    AUDIT_WEEK = "audit.week"

    SHOW_TRENDS = "trends.show"
    TRENDS_PICTURE = "trends.picture"
    SHOW_PROGRAMME = "programme.show"
    PROGRAMME_QUARTER = "programme.quarter"
    NAME_OWNERS = "programme.name_owners"
    STEP_DOWN = "programme.step_down"

    SHARE_REFLECTION = "evaluation.share_reflection"
    UNSHARE_REFLECTION = "evaluation.unshare_reflection"
    SEE_REFLECTION = "evaluation.see_reflection"
    SEE_PARTNERS_REFLECTION = "evaluation.see_partners_reflection"

    SHOW_PRIVACY = "privacy.show"
    MY_DATA = "privacy.my_data"
    ERASE_ME = "privacy.erase_me"

    SHOW_CALENDAR = "calendar.show"
    MAKE_CALENDAR = "calendar.make"
    STOP_CALENDAR = "calendar.stop"

    FIND_A_TIME = "poll.open"
    CHOOSE_POLL_CIRCLE = "poll.choose_circle"
    PICK_TIMES = "poll.answer"
    CHOOSE_TIME = "poll.choose"
    DROP_POLL = "poll.drop"

    SWAP_ROLE = "swap.ask"
    """For whoever has a role, in one press; the entry of the menu asks which role."""
    TAKE_ROLE = "swap.take"
    NO_THANKS = "swap.no_thanks"
    NAME_TAKER = "swap.name"
    OPEN_TIME_ONLY = "swap.open_time_only"
    VOLUNTEER_TO_PRESENT = "swap.volunteer_to_present"
    VOLUNTEER_FOR_NOTES = "swap.volunteer_for_notes"

    PREPARE_CASE = "case.prepare"
    READ_CASE = "case.read"
    LIST_CASES = "case.list"

    WRITE_NOTES = "notes.write"
    ANOTHER_ACTION = "notes.another_action"
    READ_NOTES = "notes.read"
    LIST_NOTES = "notes.list"
    OPEN_ACTIONS = "action.list"
    """An action here is what somebody will do by when, not a click."""
    ACTION_DONE = "action.done"
    ACTION_STILL_OPEN = "action.still_open"

    SHOW_ROLES = "hub.roles"
    EXCUSE = "roles.excuse"
    END_EXCUSE = "roles.end_excuse"
    HOLD_IT = "session.hold_it"
    RESCHEDULE = "session.reschedule"
    SHOW_HELP = "hub.help"
    SETTINGS = "hub.settings"
    AWAY = "away.open"
    END_AWAY = "away.end"


class MenuItem(StrEnum):
    """The entries of a session's menu "More"; each goes out as `word:id of the session`."""

    SWAP_A_ROLE = "swap_a_role"
    RESCHEDULE = "reschedule"
    FIND_ANOTHER_TIME = "find_another_time"
    SKIP = "skip"
    CANCEL = "cancel"


class Shortcut(StrEnum):
    """Entries that the bot has in the menu of every message; the manifest names them."""

    ADD_TO_NOTES = "add_to_notes"


class View(StrEnum):
    """Modals that can be submitted."""

    CIRCLE = "circle"
    CIRCLE_SETTINGS = "circle_settings"
    CIRCLE_PREVIEW = "circle_preview"
    EDIT_CIRCLE = "edit_circle"
    SCHEDULE = "schedule"
    CANCEL = "cancel"
    SKIP = "skip"
    LEAVE = "leave"
    PAUSE = "pause"
    CLOSE_CIRCLE = "close_circle"
    HAND_OVER = "hand_over"
    RECORD_MET = "record_met"
    RECORD_NOT_MET = "record_not_met"
    EXCUSE = "excuse"
    ALREADY_MET = "already_met"
    EVALUATION = "evaluation"
    REFLECTION = "reflection"
    PROGRAMME_OWNERS = "programme_owners"
    SETTINGS = "settings"
    ERASE_ME = "erase_me"
    CASE = "case"
    NOTES = "notes"
    ADD_TO_NOTES = "add_to_notes"
    STILL_OPEN = "still_open"
    POLL = "poll"
    POLL_ANSWER = "poll_answer"
    POLL_CHOICE = "poll_choice"
    AWAY = "away"
    SWAP = "swap"
    NAME_TAKER = "name_taker"


class Options(StrEnum):
    """Menus whose options are fetched while somebody types."""

    ZONE = "zone"


INPUT = "value"
"""The action id of every plain input: the block id says which field it is."""


def field_of(block_id: str) -> str:
    """A field that the bot refills gets a new block id (`date.2`); this is its name again."""
    return block_id.split(".", 1)[0]


def action_of(action_id: str) -> str:
    """Buttons with an address are numbered within their row (`link.2`); this is their one id again."""
    return Action.LINK.value if action_id.startswith(f"{Action.LINK}.") else action_id

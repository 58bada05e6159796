"""The table of section 2 of the product, for everything that can be pressed, typed, chosen or sent off.

One line each: which right it asks for, of what, and for whom among those who have the right. Whatever is
registered needs its line here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.ids import Action, MenuItem, Options, Shortcut, View
from bot.routes import UNKNOWN_WORD
from bot.views import cases as case_views
from bot.views import circle_states
from coaching import actions, drafts, swaps
from coaching.access import Right
from coaching.packs import default_pack
from demo.cast import ANA, BO, GUS
from demo.records import Json

OF_A_CIRCLE = (Right.SEE, Right.SCHEDULE, Right.RECORD, Right.EXPORT, Right.AUDIT, Right.EDIT)
PAIR = "pair"


@dataclass(frozen=True)
class Needs:
    """What it takes. Words in braces are ids of the past in `tests/rights/past.py`."""

    right: Right | None
    """None: it says the same to everybody, and nothing of anybody's is in it."""
    about: str = ""
    """What a button carries; of a form, what stands in its metadata, as `circle={circle},revision=1`."""
    only: str = ""
    """Of those with the right these alone: whose role, draft or invitation it is. Separated by commas."""
    others: str = ""
    """What the rest of them read; empty: that it is not there."""
    idle: str = ""
    """Who may, and nothing comes of it now: it is so already, or there is nothing of theirs."""
    of: str = ""
    """A pair's, or nothing in a circle although it has an id."""
    fields: Mapping[str, Json | str] = field(default_factory=dict)


EVERYONE = "lead,member,guest inside"
NOTES = "The note-taker of this session writes its notes"
OWN_DRAFT = Needs(Right.ONESELF, "{draft}", only="lead", others=drafts.GONE)
DECIDES: dict[str, Any] = {"only": "lead,member", "others": "Whoever opened this poll, or a coaching lead"}
WRITES: dict[str, Any] = {"only": "lead,member", "others": NOTES}
CHOOSES: dict[str, Any] = {"only": "lead", "others": swaps.NOT_THE_CHOOSER}
PRESENTS: dict[str, Any] = {"only": "member", "others": "Somebody else presents at this session"}
HAS_ACTION: dict[str, Any] = {"only": "lead,member", "others": actions.NOT_YOURS}


def picked(value: str) -> Json:
    return {"selected_option": {"value": value}}


def several(*values: str) -> Json:
    return {"selected_options": [{"value": one} for one in values]}


def day(text: str) -> Json:
    return {"selected_date": text}


def at(text: str) -> Json:
    return {"selected_time": text}


def users(*people: str) -> Json:
    return {"selected_users": list(people)}


SESSION_FIELDS: dict[str, Json | str] = {
    "date": day("2027-03-09"),
    "time": at("10:00"),
    "length": "60",
    "mode": picked("video"),
    "link": "https://meet.example/new",
    "remote_reason": "It is far",
}
RECORD_FIELDS: dict[str, Json | str] = {
    "mode": picked("video"),
    "attended": several("{ana}", "{bo}"),
    "presenter": picked("{ana}"),
    "note_taker": picked("{bo}"),
}
CIRCLE_FIELDS: dict[str, Json | str] = {
    "name": "New",
    "members": users(ANA, BO, GUS),
    "rhythm": picked("same_weekday"),
    "starts_on": day("2027-01-12"),
    "usual_time": at("10:00"),
}
PACK = default_pack()
STATEMENTS, LOOKS_BACK = (
    {one.id: picked("4") for one in PACK.form(form).statements} for form in ("group", "pair")
)

COMMANDS: dict[str, Needs] = {
    "": Needs(Right.ONESELF),
    "help": Needs(None),
    UNKNOWN_WORD: Needs(None),
    "settings": Needs(Right.ONESELF),
    "schedule": Needs(Right.ONESELF),
    "poll": Needs(Right.ONESELF),
    "circle": Needs(Right.MAKE),
    "circles": Needs(Right.ONESELF),
    "roles": Needs(Right.ONESELF),
    "case": Needs(Right.ONESELF),
    "notes": Needs(Right.ONESELF),
    "log": Needs(Right.ONESELF),
    "trends": Needs(Right.ONESELF),
    "programme": Needs(Right.PROGRAMME),
    "calendar": Needs(Right.ONESELF),
    "away": Needs(Right.ONESELF),
    "leave": Needs(Right.ONESELF),
    "privacy": Needs(Right.ONESELF),
}

ACTIONS: dict[str, Needs] = {
    Action.NEW_CIRCLE: Needs(Right.MAKE),
    Action.EDIT_CIRCLE: Needs(Right.EDIT, "{circle}"),
    Action.SHOW_CIRCLE: Needs(Right.SEE, "{circle}"),
    Action.MORE_SETTINGS: OWN_DRAFT,
    Action.CHANGE_CIRCLE_FORM: OWN_DRAFT,
    Action.CHOOSE_POSITION: Needs(Right.ONESELF, "draft={draft}", only="lead", others=drafts.GONE),
    Action.LEAVE_CIRCLE: Needs(Right.SEE, "{circle}"),
    Action.PAUSE_CIRCLE: Needs(Right.EDIT, "{circle}"),
    Action.GO_ON: Needs(Right.EDIT, "{circle}", idle="lead"),
    Action.CLOSE_CIRCLE: Needs(Right.EDIT, "{circle}"),
    Action.HAND_OVER: Needs(Right.EDIT, "{circle}"),
    Action.GO_ON_AS_PAIR: Needs(Right.EDIT, "{circle}", idle="lead"),
    Action.JOIN: Needs(Right.ONESELF, "{invitation}", only="ex-member"),
    Action.SCHEDULE: Needs(Right.SCHEDULE, "{circle}"),
    Action.CHOOSE_CIRCLE: Needs(Right.SCHEDULE, "{circle}"),
    Action.ATTEND: Needs(Right.SEE, "{coming}"),
    Action.DECLINE: Needs(Right.SEE, "{coming}"),
    Action.HOW_TO_JOIN: Needs(Right.SEE, "{coming}"),
    Action.CALENDAR_FILE: Needs(Right.SEE, "{coming}"),
    Action.LINK: Needs(None),
    Action.RECORD_MET: Needs(Right.RECORD, "{ended}"),
    Action.RECORD_NOT_MET: Needs(Right.RECORD, "{ended}"),
    Action.ALREADY_MET: Needs(Right.RECORD, "{circle}"),
    Action.CHOOSE_CIRCLE_MET: Needs(Right.RECORD, "{circle}"),
    Action.CONFIRM_DATE: Needs(Right.SCHEDULE, "2027-02-09:{circle}"),
    Action.CHANGE_DATE: Needs(Right.SCHEDULE, "2027-02-09:{circle}"),
    Action.SKIP_DATE: Needs(Right.SCHEDULE, "2027-02-09:{circle}"),
    Action.AGREE_PLACE: Needs(Right.SCHEDULE, "{coming}"),
    Action.RESCHEDULE: Needs(Right.SCHEDULE, "{coming}"),
    Action.HOLD_IT: Needs(Right.SCHEDULE, "{coming}", idle=EVERYONE),
    Action.ANSWER_EVALUATION: Needs(Right.SEE, "{ended}"),
    Action.WAS_NOT_THERE: Needs(Right.SEE, "{ended}"),
    Action.NOT_NOW: Needs(Right.SEE, "{ended}"),
    Action.SEE_RESULT: Needs(Right.SEE, "{result}:1"),
    Action.SHOW_LOG: Needs(Right.SEE, "{circle}"),
    Action.LOG_YEAR: Needs(Right.SEE, "{circle}:2026"),
    Action.LOG_PAGE: Needs(Right.SEE, "{circle}:0:0"),
    Action.LOG_CSV: Needs(Right.EXPORT, "{circle}"),
    Action.LOG_JSON: Needs(Right.EXPORT, "{circle}"),
    Action.MY_HOURS: Needs(Right.ONESELF),
    Action.HOURS_CSV: Needs(Right.ONESELF),
    Action.SHOW_PRIVACY: Needs(Right.ONESELF),
    Action.MY_DATA: Needs(Right.ONESELF),
    Action.ERASE_ME: Needs(None),  # of oneself, whoever one is; it is asked first
    Action.PUT_OFF: Needs(Right.ONESELF, "hour", idle="all"),
    Action.SHOW_AUDIT: Needs(Right.AUDIT, "{circle}"),
    Action.AUDIT_PAGE: Needs(Right.AUDIT, "0:{circle}"),
    Action.SHOW_AUDIT_SUMS: Needs(Right.PROGRAMME),
    Action.AUDIT_WEEK: Needs(Right.PROGRAMME, "2026-12-07"),
    Action.SHOW_TRENDS: Needs(Right.SEE, "{circle}"),
    Action.TRENDS_PICTURE: Needs(Right.SEE, "{circle}"),
    Action.SHOW_PROGRAMME: Needs(Right.PROGRAMME),
    Action.PROGRAMME_QUARTER: Needs(Right.PROGRAMME, "8105"),
    Action.NAME_OWNERS: Needs(Right.OWNERS),
    Action.STEP_DOWN: Needs(Right.OWNERS, "oneself", idle="owner"),
    Action.SHARE_REFLECTION: Needs(Right.SEE, "{together}", only="lead", idle="lead", of=PAIR),
    Action.UNSHARE_REFLECTION: Needs(Right.SEE, "{together}", only="lead", of=PAIR),
    Action.SEE_REFLECTION: Needs(Right.SEE, "{together}:{ana}", of=PAIR),
    Action.SEE_PARTNERS_REFLECTION: Needs(Right.SEE, "{together}:{ana}", of=PAIR),
    Action.SHOW_CALENDAR: Needs(Right.ONESELF),
    Action.MAKE_CALENDAR: Needs(Right.ONESELF),
    Action.STOP_CALENDAR: Needs(Right.ONESELF, idle="all"),
    Action.FIND_A_TIME: Needs(Right.SCHEDULE, "{circle}"),
    Action.CHOOSE_POLL_CIRCLE: Needs(Right.SCHEDULE, "{circle}"),
    Action.PICK_TIMES: Needs(Right.SEE, "{poll}"),
    Action.CHOOSE_TIME: Needs(Right.SEE, "{closed}", **DECIDES),
    Action.DROP_POLL: Needs(Right.SEE, "{closed}", **DECIDES),
    Action.SWAP_ROLE: Needs(Right.SEE, "{coming}", idle="lead,guest inside"),
    Action.TAKE_ROLE: Needs(Right.SEE, "{swap}", idle="lead"),
    Action.NO_THANKS: Needs(Right.SEE, "{swap}", idle=EVERYONE),
    Action.NAME_TAKER: Needs(Right.SEE, "{swap}", **CHOOSES),
    Action.OPEN_TIME_ONLY: Needs(Right.SEE, "{swap}", **CHOOSES, idle="lead"),
    Action.VOLUNTEER_TO_PRESENT: Needs(Right.SEE, "2027-01-12:{ended}", idle="member"),
    Action.VOLUNTEER_FOR_NOTES: Needs(Right.SEE, "2027-01-12:{ended}", idle="lead"),
    Action.PREPARE_CASE: Needs(Right.RECORD, "{coming}", **PRESENTS),
    Action.READ_CASE: Needs(Right.SEE, "{case}"),
    Action.LIST_CASES: Needs(Right.ONESELF),
    Action.WRITE_NOTES: Needs(Right.RECORD, "{ended}", **WRITES),
    Action.ANOTHER_ACTION: Needs(Right.RECORD, "session={ended},revision=1", **WRITES),
    Action.READ_NOTES: Needs(Right.SEE, "{ended}"),
    Action.LIST_NOTES: Needs(Right.ONESELF),
    Action.OPEN_ACTIONS: Needs(Right.SEE, "{circle}"),
    Action.ACTION_DONE: Needs(Right.RECORD, "{action}", **HAS_ACTION),
    Action.ACTION_STILL_OPEN: Needs(Right.RECORD, "{action}", **HAS_ACTION),
    Action.SHOW_ROLES: Needs(Right.SEE, "{circle}"),
    Action.EXCUSE: Needs(Right.EDIT, "{circle}"),
    Action.END_EXCUSE: Needs(Right.EDIT, "{fay}:note_taker:{circle}"),
    Action.SHOW_HELP: Needs(None),
    Action.SETTINGS: Needs(Right.ONESELF),
    Action.AWAY: Needs(Right.ONESELF),
    Action.END_AWAY: Needs(Right.ONESELF, "{away}", only="lead"),
}

MENU: dict[str, Needs] = {
    MenuItem.SWAP_A_ROLE: Needs(Right.SEE, "{coming}"),
    MenuItem.RESCHEDULE: Needs(Right.SCHEDULE, "{coming}"),
    MenuItem.FIND_ANOTHER_TIME: Needs(Right.SCHEDULE, "{coming}"),
    MenuItem.SKIP: Needs(Right.SCHEDULE, "{coming}"),
    MenuItem.CANCEL: Needs(Right.SCHEDULE, "{coming}"),
}

VIEWS: dict[str, Needs] = {
    View.CIRCLE: Needs(Right.MAKE, fields=CIRCLE_FIELDS),
    View.CIRCLE_SETTINGS: Needs(
        Right.ONESELF, "draft={draft}", only="lead", others=drafts.GONE, fields={"usual_length": "90"}
    ),
    View.CIRCLE_PREVIEW: Needs(Right.ONESELF, "draft={draft}", only="lead", others=drafts.GONE),
    View.EDIT_CIRCLE: Needs(Right.EDIT, "circle={circle},revision={revision}", fields={"name": "New"}),
    View.SCHEDULE: Needs(Right.SCHEDULE, "circle={circle}", fields=SESSION_FIELDS),
    View.CANCEL: Needs(Right.SCHEDULE, "session={coming}", fields={"reason": "Ha"}),
    View.SKIP: Needs(Right.SCHEDULE, "session={coming}"),
    View.LEAVE: Needs(Right.SEE, "circle={circle}"),
    View.PAUSE: Needs(
        Right.EDIT,
        "circle={circle},revision={revision}",
        fields={"date": day("2027-06-01"), "choice": picked(circle_states.CANCEL)},
    ),
    View.CLOSE_CIRCLE: Needs(Right.EDIT, "circle={circle},revision={revision},sure=1"),
    View.HAND_OVER: Needs(Right.EDIT, "circle={circle}", fields={"person": picked("{bo}")}),
    View.RECORD_MET: Needs(Right.RECORD, "session={ended}", fields=RECORD_FIELDS),
    View.RECORD_NOT_MET: Needs(Right.RECORD, "session={ended}"),
    View.EXCUSE: Needs(
        Right.EDIT,
        "circle={circle}",
        fields={"person": picked("{bo}"), "role": picked("presenter"), "date": day("2027-05-01")},
    ),
    View.ALREADY_MET: Needs(
        Right.RECORD,
        "circle={circle}",
        fields={**RECORD_FIELDS, "date": day("2026-11-24"), "length": "60"},
    ),
    View.EVALUATION: Needs(Right.SEE, "session={ended}", fields=STATEMENTS),
    View.REFLECTION: Needs(Right.SEE, "session={together}", of=PAIR, fields=LOOKS_BACK),
    View.PROGRAMME_OWNERS: Needs(Right.OWNERS, fields={"owners": users(GUS)}),
    View.ERASE_ME: Needs(None),
    View.SETTINGS: Needs(Right.ONESELF, fields={"workplace": "Here", "working_days": several("0", "1")}),
    View.CASE: Needs(
        Right.RECORD,
        "session={coming},revision=0",
        **PRESENTS,
        fields={"title": "Ha", "situation": "Ha", "share": picked(case_views.SHARED)},
    ),
    View.NOTES: Needs(Right.RECORD, "session={ended},revision=1", **WRITES, fields={"discussed": "Ha"}),
    View.ADD_TO_NOTES: Needs(
        Right.RECORD, **WRITES, of="a field", fields={"choice": picked("{ended}"), "discussed": "Ha"}
    ),
    View.STILL_OPEN: Needs(Right.RECORD, "action={action}", **HAS_ACTION, fields={"date": day("2027-01-05")}),
    View.POLL: Needs(
        Right.SCHEDULE,
        "circle={circle}",
        idle=EVERYONE,
        fields={
            "slot_1": day("2027-04-01"),
            "time_1": at("10:00"),
            "slot_2": day("2027-04-02"),
            "time_2": at("10:00"),
            "length": "60",
        },
    ),
    View.POLL_ANSWER: Needs(Right.SEE, "poll={poll}", fields={"slots": several("{slot}")}),
    View.POLL_CHOICE: Needs(
        Right.SEE, "poll={closed}", **DECIDES, fields={"slots": picked("{chosen}"), "remote_reason": "Far"}
    ),
    View.AWAY: Needs(Right.ONESELF, fields={"first_day": day("2027-07-01"), "last_day": day("2027-07-05")}),
    View.SWAP: Needs(
        Right.SEE, "session={coming}", idle="guest inside", fields={"role": picked("presenter")}
    ),
    View.NAME_TAKER: Needs(Right.SEE, "swap={swap}", **CHOOSES, fields={"person": picked("{fay}")}),
}

OPTIONS: dict[str, Needs] = {Options.ZONE: Needs(None)}
SHORTCUTS: dict[str, Needs] = {Shortcut.ADD_TO_NOTES: Needs(Right.ONESELF)}
EVENTS: dict[str, Needs] = {"app_home_opened": Needs(Right.ONESELF)}

NOBODYS_EVENTS = {
    "user_change",
    "channel_archive",
    "group_archive",
    "channel_left",
    "group_left",
    "app_uninstalled",
    "tokens_revoked",
}
"""Slack says these of itself, and nobody is behind them who could have a right or not."""

TABLES: dict[str, dict[str, Needs]] = {
    "commands": COMMANDS,
    "actions": ACTIONS,
    "menu": MENU,
    "views": VIEWS,
    "options": OPTIONS,
    "shortcuts": SHORTCUTS,
    "events": EVENTS,
}
"""By the names of the tables in `bot.routes.Routes`."""


def surfaces() -> Iterator[tuple[str, str, Needs]]:
    """Kind, id and needs of everything."""
    for kind, table in TABLES.items():
        for key, needs in table.items():
            yield kind, str(key), needs

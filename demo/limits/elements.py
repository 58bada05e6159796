"""Block elements: buttons, menus, pickers, inputs."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from demo.limits.checks import (
    Check,
    anything,
    both,
    by_type,
    flag,
    listed,
    matching,
    number,
    one_of,
    problem,
    shape,
    string,
    url,
)
from demo.limits.rich_text import RICH_TEXT
from demo.limits.texts import (
    CONFIRM,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    PLAIN_OPTION,
    RICH_OPTION,
    TYPE,
    initial_among_options,
    options_or_groups,
    plain,
)

ACTION_ID = string(255)
ID = string(255)
SOME = number(1, 100)


def _is_date(value: object, place: str) -> Iterator[str]:
    try:
        good = isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        good = False
    if not good:
        yield problem("must be a date as YYYY-MM-DD", place)


def _is_zone(value: object, place: str) -> Iterator[str]:
    try:
        ZoneInfo(str(value))
    except (ValueError, OSError, LookupError):
        yield problem("must be an IANA time zone", place)


def _element(required: dict[str, Check], optional: dict[str, Check]) -> Check:
    """What all interactive elements share; ids that are left out Slack makes up."""
    return shape({"type": TYPE, **required}, {"action_id": ACTION_ID, "confirm": CONFIRM, **optional})


def _field(required: dict[str, Check], optional: dict[str, Check]) -> Check:
    """What all that can be filled in shares."""
    return _element(required, {"focus_on_load": flag, "placeholder": plain(150), **optional})


def _menu(optional: dict[str, Check]) -> Check:
    offers = {"options": listed(PLAIN_OPTION, 100), "option_groups": listed(OPTION_GROUP, 100)}
    return both(_field({}, {**offers, **optional}), options_or_groups, initial_among_options)


def _boxes(optional: dict[str, Check]) -> Check:
    """Up to ten boxes or radio buttons; there is nothing to hold a placeholder."""
    required = {"options": listed(RICH_OPTION, 10)}
    return both(_element(required, {"focus_on_load": flag, **optional}), initial_among_options)


def _text_lengths(element: object, place: str) -> Iterator[str]:
    """The lengths must leave something to type, and what stands there at first must fit."""
    if not isinstance(element, dict):
        return
    least, most = element.get("min_length") or 0, element.get("max_length") or 3000
    if not isinstance(least, int) or not isinstance(most, int):
        return
    if least > most:
        yield problem("min_length is over max_length", place)
    initial = element.get("initial_value")
    if isinstance(initial, str) and initial and not least <= len(initial) <= most:
        yield problem(f"must have {least} to {most} characters", f"{place}/initial_value")


def _number_bounds(element: object, place: str) -> Iterator[str]:
    if not isinstance(element, dict):
        return
    try:
        least, most = float(element.get("min_value") or "-inf"), float(element.get("max_value") or "inf")
    except ValueError:
        return
    if least > most:
        yield problem("min_value is over max_value", place)


CONVERSATION_FILTER = shape(
    {},
    {
        "include": listed(one_of("im", "mpim", "private", "public"), 4),
        "exclude_bot_users": flag,
        "exclude_external_shared_channels": flag,
    },
)
DISPATCH = shape({}, {"trigger_actions_on": listed(one_of("on_enter_pressed", "on_character_entered"), 2)})
CONVERSATIONS = {"filter": CONVERSATION_FILTER, "default_to_current_conversation": flag}
FIGURE = matching(r"-?\d+(\.\d+)?", "a number in a string")
TYPED = {"dispatch_action_config": DISPATCH}
SEVERAL = {"max_selected_items": SOME}

IMAGE = shape(
    {"type": TYPE, "alt_text": string(2000)},
    {"image_url": url, "slack_file": shape({}, {"id": ID, "url": url})},
)

ELEMENTS: dict[str, Check] = {
    "image": IMAGE,
    "button": _element(
        {"text": plain(75)},
        {
            "url": url,
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "accessibility_label": string(75),
        },
    ),
    "workflow_button": _element(
        {"text": plain(75), "workflow": anything}, {"style": one_of("primary", "danger")}
    ),
    "overflow": _element({"options": listed(OVERFLOW_OPTION, 5)}, {}),
    "static_select": _menu({"initial_option": PLAIN_OPTION}),
    "multi_static_select": _menu({"initial_options": listed(PLAIN_OPTION, 100), **SEVERAL}),
    "external_select": _field({}, {"initial_option": PLAIN_OPTION, "min_query_length": number(0, 3000)}),
    "multi_external_select": _field(
        {}, {"initial_options": listed(PLAIN_OPTION, 100), "min_query_length": number(0, 3000), **SEVERAL}
    ),
    "users_select": _field({}, {"initial_user": ID}),
    "multi_users_select": _field({}, {"initial_users": listed(ID, 100), **SEVERAL}),
    "conversations_select": _field(
        {}, {"initial_conversation": ID, "response_url_enabled": flag, **CONVERSATIONS}
    ),
    "multi_conversations_select": _field(
        {}, {"initial_conversations": listed(ID, 100), **CONVERSATIONS, **SEVERAL}
    ),
    "channels_select": _field({}, {"initial_channel": ID, "response_url_enabled": flag}),
    "multi_channels_select": _field({}, {"initial_channels": listed(ID, 100), **SEVERAL}),
    "datepicker": _field({}, {"initial_date": _is_date}),
    "timepicker": _field(
        {},
        {"initial_time": matching(r"([01]\d|2[0-3]):[0-5]\d", "a time as HH:mm"), "timezone": _is_zone},
    ),
    "datetimepicker": _element(
        {}, {"focus_on_load": flag, "initial_date_time": number(1_000_000_000, 9_999_999_999)}
    ),
    "checkboxes": _boxes({"initial_options": listed(RICH_OPTION, 10)}),
    "radio_buttons": _boxes({"initial_option": RICH_OPTION}),
    "plain_text_input": both(
        _field(
            {},
            {
                "initial_value": string(3000, 0),
                "multiline": flag,
                "min_length": number(0, 3000),
                "max_length": number(1, 3000),
                **TYPED,
            },
        ),
        _text_lengths,
    ),
    "number_input": both(
        _field(
            {"is_decimal_allowed": flag},
            {"initial_value": FIGURE, "min_value": FIGURE, "max_value": FIGURE, **TYPED},
        ),
        _number_bounds,
    ),
    "email_text_input": _field({}, {"initial_value": string(3000, 0), **TYPED}),
    "url_text_input": _field({}, {"initial_value": string(3000, 0), **TYPED}),
    "rich_text_input": _field({}, {"initial_value": RICH_TEXT, **TYPED}),
    "file_input": _element({}, {"filetypes": listed(string(20), 100), "max_files": number(1, 10)}),
}

SINGLE_MENUS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
MENUS = SINGLE_MENUS | {f"multi_{kind}" for kind in SINGLE_MENUS}
CHOICES = {"checkboxes", "radio_buttons", "datepicker", "timepicker"}
ONLY_IN_MODALS = {"number_input", "email_text_input", "url_text_input", "file_input"}

IN_SECTION = by_type(
    ELEMENTS, MENUS | CHOICES | {"button", "workflow_button", "overflow", "image"}, "beside a section"
)
IN_ACTIONS = by_type(
    ELEMENTS,
    SINGLE_MENUS | CHOICES | {"button", "workflow_button", "overflow", "datetimepicker"},
    "in an actions block",
)
IN_INPUT = by_type(
    ELEMENTS,
    MENUS | CHOICES | ONLY_IN_MODALS | {"plain_text_input", "rich_text_input", "datetimepicker"},
    "in an input block",
)

"""Slack's limits: each rule once at its limit and once broken."""

from collections.abc import Callable
from typing import Any

import pytest

from demo.limits import Surface, is_metadata, problems_of_blocks, problems_of_message, problems_of_options
from demo.limits import problems_of_view as view_problems

Json = dict[str, Any]


def plain(letters: int = 4) -> Json:
    return {"type": "plain_text", "text": "x" * letters}


def mrkdwn(letters: int = 4) -> Json:
    return {"type": "mrkdwn", "text": "x" * letters}


def option(name: str = "a", **more: Any) -> Json:
    return {"text": plain(), "value": name, **more}


def options(count: int) -> list[Json]:
    return [option(str(n)) for n in range(count)]


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": plain(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def buttons(count: int) -> list[Json]:
    return [button(action_id=str(n)) for n in range(count)]


def field(kind: str, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": {"type": kind, **more}}


def menu(**more: Any) -> Json:
    return {"type": "static_select", **more}


def confirm(title: int = 4, text: int = 4, yes: int = 4, no: int = 4) -> Json:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no)}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain(),
        "submit": plain(),
        "blocks": list(blocks) or [section()],
        **more,
    }


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def line(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


SIZES: dict[str, tuple[Callable[[int], Json], int]] = {
    "section text": (lambda n: section(text=mrkdwn(n)), 3000),
    "section fields": (lambda n: section(fields=[plain()] * n), 10),
    "section field": (lambda n: section(fields=[plain(n)]), 2000),
    "header": (lambda n: {"type": "header", "text": plain(n)}, 150),
    "context elements": (lambda n: {"type": "context", "elements": [plain()] * n}, 10),
    "actions elements": (lambda n: actions(*buttons(n)), 25),
    "button text": (lambda n: actions(button(text=plain(n))), 75),
    "button value": (lambda n: actions(button(value="x" * n)), 2000),
    "button label": (lambda n: actions(button(accessibility_label="x" * n)), 75),
    "action_id": (lambda n: actions(button(action_id="x" * n)), 255),
    "block_id": (lambda n: section(block_id="x" * n), 255),
    "overflow options": (lambda n: section(accessory={"type": "overflow", "options": options(n)}), 5),
    "select options": (lambda n: actions(menu(options=options(n))), 100),
    "option groups": (
        lambda n: actions(menu(option_groups=[{"label": plain(), "options": options(1)}] * n)),
        100,
    ),
    "options in a group": (
        lambda n: actions(menu(option_groups=[{"label": plain(), "options": options(n)}])),
        100,
    ),
    "group label": (lambda n: actions(menu(option_groups=[{"label": plain(n), "options": options(1)}])), 75),
    "option text": (lambda n: actions(menu(options=[option(text=plain(n))])), 75),
    "option value": (lambda n: actions(menu(options=[option("x" * n)])), 150),
    "option description": (lambda n: actions(menu(options=[option(description=plain(n))])), 75),
    "checkboxes": (lambda n: actions({"type": "checkboxes", "options": options(n)}), 10),
    "radio buttons": (lambda n: actions({"type": "radio_buttons", "options": options(n)}), 10),
    "placeholder": (lambda n: actions(menu(options=options(1), placeholder=plain(n))), 150),
    "confirm title": (lambda n: actions(button(confirm=confirm(title=n))), 100),
    "confirm text": (lambda n: actions(button(confirm=confirm(text=n))), 300),
    "confirm yes": (lambda n: actions(button(confirm=confirm(yes=n))), 30),
    "confirm no": (lambda n: actions(button(confirm=confirm(no=n))), 30),
    "image alt text": (
        lambda n: {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "x" * n},
        2000,
    ),
    "image title": (
        lambda n: {
            "type": "image",
            "image_url": "https://example.com/a.png",
            "alt_text": "x",
            "title": plain(n),
        },
        2000,
    ),
    "input label": (lambda n: {**field("plain_text_input"), "label": plain(n)}, 2000),
    "input hint": (lambda n: {**field("plain_text_input"), "hint": plain(n)}, 2000),
    "markdown": (lambda n: {"type": "markdown", "text": "x" * n}, 12_000),
}


@pytest.mark.parametrize("name", SIZES)
def test_a_block_may_be_so_large_and_no_larger(name: str) -> None:
    make, most = SIZES[name]
    assert problems_of_blocks([make(most)]) == []
    [problem] = problems_of_blocks([make(most + 1)])
    assert str(most) in problem
    assert problem.endswith("]")


VIEW_SIZES: dict[str, tuple[Callable[[int], Json], int]] = {
    "title": (lambda n: modal(title=plain(n)), 24),
    "submit": (lambda n: modal(submit=plain(n)), 24),
    "close": (lambda n: modal(close=plain(n)), 24),
    "private_metadata": (lambda n: modal(private_metadata="x" * n), 3000),
    "callback_id": (lambda n: modal(callback_id="x" * n), 255),
    "external_id": (lambda n: modal(external_id="x" * n), 255),
    "blocks": (lambda n: modal(*[section()] * n), 100),
    "max_length": (lambda n: modal(field("plain_text_input", max_length=n)), 3000),
    "min_length": (lambda n: modal(field("plain_text_input", min_length=n)), 3000),
    "initial_value": (lambda n: modal(field("plain_text_input", initial_value="x" * n)), 3000),
    "initial_value under max_length": (
        lambda n: modal(field("plain_text_input", initial_value="x" * n, max_length=200)),
        200,
    ),
    "files": (lambda n: modal(field("file_input", max_files=n)), 10),
}


@pytest.mark.parametrize("name", VIEW_SIZES)
def test_a_view_may_be_so_large_and_no_larger(name: str) -> None:
    make, most = VIEW_SIZES[name]
    assert view_problems(make(most)) == []
    assert view_problems(make(most + 1)) != []


def test_a_message_holds_50_blocks() -> None:
    assert problems_of_blocks([section()] * 50) == []
    assert len(problems_of_blocks([section()] * 51)) == 1


def test_a_home_holds_100_blocks() -> None:
    assert problems_of_blocks([section()] * 100, Surface.HOME) == []
    assert len(problems_of_blocks([section()] * 101, Surface.HOME)) == 1


GOOD_BLOCKS: dict[str, Json] = {
    "divider": {"type": "divider"},
    "text of a mrkdwn box": actions({"type": "checkboxes", "options": [option(text=mrkdwn())]}),
    "picture beside a section": section(
        accessory={"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A tree"}
    ),
    "picture of a Slack file": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A tree"},
    "link in an overflow": actions({"type": "overflow", "options": [option(url="https://example.com")]}),
    "initial option": actions(menu(options=options(3), initial_option=option("1"))),
    "initial option in a group": actions(
        menu(option_groups=[{"label": plain(), "options": options(2)}], initial_option=option("1"))
    ),
    "date": actions({"type": "datepicker", "initial_date": "2028-02-29"}),
    "time": actions({"type": "timepicker", "initial_time": "23:59", "timezone": "Europe/Berlin"}),
    "moment": actions({"type": "datetimepicker", "initial_date_time": 1_800_000_000}),
    "conversations": section(
        accessory={"type": "conversations_select", "filter": {"include": ["public", "private"]}}
    ),
    "rich text": rich(
        line({"type": "text", "text": "Hello ", "style": {"bold": True}}, {"type": "user", "user_id": "U1"}),
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [line({"type": "text", "text": "a"})],
        },
        {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://example.com"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a"}]},
    ),
    "date in rich text": rich(line({"type": "date", "timestamp": 1_800_000_000, "format": "{date_long}"})),
    "absent things as null": section(accessory=None, fields=None, block_id=None),
}


@pytest.mark.parametrize("name", GOOD_BLOCKS)
def test_slack_takes(name: str) -> None:
    assert problems_of_blocks([GOOD_BLOCKS[name]]) == []


BAD_BLOCKS: dict[str, tuple[Json, str]] = {
    "no type": ({}, "unknown type"),
    "a type that is no text": ({"type": ["section"]}, "unknown type"),
    "unknown block": ({"type": "sektion", "text": plain()}, "unknown type: sektion"),
    "unknown element": (actions({"type": "knob"}), "unknown type: knob"),
    "unknown field": (section(colour="red"), "unknown field: colour"),
    "empty section": ({"type": "section"}, "text or fields"),
    "empty text": (section(text=mrkdwn(0)), "must not be empty"),
    "text that is a string": (section(text="hello"), "unknown type"),
    "text of another type": (section(text={"type": "html", "text": "x"}), "unknown type: html"),
    "text that is a number": (section(text={"type": "mrkdwn", "text": 5}), "must be a string"),
    "emoji in mrkdwn": (section(text={**mrkdwn(), "emoji": True}), "unknown field: emoji"),
    "mrkdwn in a header": ({"type": "header", "text": mrkdwn()}, "mrkdwn cannot stand here"),
    "mrkdwn on a button": (actions(button(text=mrkdwn())), "mrkdwn cannot stand here"),
    "no words on a button": (actions({"type": "button"}), "missing required field: text"),
    "style": (actions(button(style="green")), "primary, danger"),
    "button to nowhere": (actions(button(url="javascript:1")), "http or https"),
    "no actions": (actions(), "1 to 25"),
    "no context": ({"type": "context", "elements": []}, "1 to 10"),
    "no options": (actions(menu(options=[])), "1 to 100"),
    "neither options nor groups": (actions(menu()), "either options or option_groups"),
    "options and groups": (
        actions(menu(options=options(1), option_groups=[{"label": plain(), "options": options(1)}])),
        "either options or option_groups",
    ),
    "no boxes": (actions({"type": "checkboxes", "options": []}), "1 to 10"),
    "no overflow": (actions({"type": "overflow", "options": []}), "1 to 5"),
    "option without value": (actions(menu(options=[{"text": plain()}])), "missing required field: value"),
    "link in a select": (actions(menu(options=[option(url="https://a.example")])), "unknown field: url"),
    "mrkdwn in a select": (actions(menu(options=[option(text=mrkdwn())])), "cannot stand here"),
    "initial option elsewhere": (
        actions(menu(options=options(2), initial_option=option("9"))),
        "one of the options",
    ),
    "initial boxes elsewhere": (
        actions({"type": "checkboxes", "options": options(2), "initial_options": [option("9")]}),
        "one of the options",
    ),
    "initial radio elsewhere": (
        actions({"type": "radio_buttons", "options": options(2), "initial_option": option("9")}),
        "one of the options",
    ),
    "date in words": (actions({"type": "datepicker", "initial_date": "29/02/2028"}), "YYYY-MM-DD"),
    "day that is not": (actions({"type": "datepicker", "initial_date": "2027-02-29"}), "YYYY-MM-DD"),
    "time in words": (actions({"type": "timepicker", "initial_time": "9:00"}), "HH:mm"),
    "hour that is not": (actions({"type": "timepicker", "initial_time": "24:00"}), "HH:mm"),
    "zone that is not": (actions({"type": "timepicker", "timezone": "Berlin"}), "IANA"),
    "zone of a date": (
        actions({"type": "datepicker", "timezone": "Europe/Berlin"}),
        "unknown field: timezone",
    ),
    "moment in milliseconds": (actions({"type": "datetimepicker", "initial_date_time": 10**12}), "between"),
    "picture without alt text": ({"type": "image", "image_url": "https://a.example/a.png"}, "alt_text"),
    "picture of nothing": ({"type": "image", "alt_text": "A tree"}, "either image_url or slack_file"),
    "text field in actions": (
        actions({"type": "plain_text_input"}),
        "plain_text_input cannot stand in an actions",
    ),
    "many in actions": (
        actions({"type": "multi_users_select"}),
        "multi_users_select cannot stand in an actions",
    ),
    "text field beside text": (
        section(accessory={"type": "plain_text_input"}),
        "cannot stand beside a section",
    ),
    "button in a form field": (field("button", text=plain()), "button cannot stand in an input"),
    "picture in actions": (
        actions({"type": "image", "image_url": "https://a.example/a.png", "alt_text": "x"}),
        "image cannot stand in an actions",
    ),
    "address in a message": (field("url_text_input"), "stands in modals only"),
    "focus in a message": (field("plain_text_input", focus_on_load=True), "modals and Home only"),
    "answer address in a message": (
        actions({"type": "conversations_select", "response_url_enabled": True}),
        "input blocks of modals only",
    ),
    "rich text without parts": (rich(), "1 to"),
    "rich text with loose words": (rich({"type": "text", "text": "x"}), "unknown type: text"),
    "empty words in rich text": (rich(line({"type": "text", "text": ""})), "must not be empty"),
    "list without style": (
        rich({"type": "rich_text_list", "elements": [line({"type": "text", "text": "a"})]}),
        "missing required field: style",
    ),
    "list of words": (
        rich({"type": "rich_text_list", "style": "bullet", "elements": [{"type": "text", "text": "a"}]}),
        "unknown type: text",
    ),
}


@pytest.mark.parametrize("name", BAD_BLOCKS)
def test_slack_refuses(name: str) -> None:
    block, sentence = BAD_BLOCKS[name]
    problems = problems_of_blocks([block])
    assert any(sentence in problem for problem in problems), problems


def test_ids_may_not_repeat() -> None:
    assert problems_of_blocks([section(block_id="a"), section(block_id="b")]) == []
    [problem] = problems_of_blocks([section(block_id="a"), section(block_id="a")])
    assert "block_id 'a'" in problem
    assert problems_of_blocks([actions(button()), actions(button())]) == []
    [problem] = problems_of_blocks([actions(button(), button())])
    assert "action_id 'go'" in problem


def test_something_else_than_a_list_is_refused() -> None:
    assert "must be a list" in problems_of_blocks("blocks")[0]
    assert "unknown type" in problems_of_blocks(["block"])[0]


GOOD_VIEWS: dict[str, Json] = {
    "a form": modal(field("plain_text_input")),
    "no submit without inputs": {"type": "modal", "title": plain(), "blocks": [section()]},
    "home": {"type": "home", "blocks": [section()], "callback_id": "home", "private_metadata": ""},
    "all inputs": modal(
        field("number_input", is_decimal_allowed=False, min_value="15", max_value="240"),
        field("email_text_input"),
        field("url_text_input", placeholder=plain(150)),
        field("rich_text_input", initial_value=rich(line({"type": "text", "text": "a"}))),
        field("multi_users_select", max_selected_items=30, initial_users=["U1"]),
        field("multi_static_select", options=options(3), initial_options=[option("2")]),
        field("external_select", min_query_length=2),
        field("conversations_select", response_url_enabled=True, default_to_current_conversation=True),
        field("datepicker", focus_on_load=True),
    ),
}


@pytest.mark.parametrize("name", GOOD_VIEWS)
def test_slack_takes_the_view(name: str) -> None:
    assert view_problems(GOOD_VIEWS[name]) == []


BAD_VIEWS: dict[str, tuple[Any, str]] = {
    "nothing": (None, "must be an object"),
    "other type": ({"type": "dialog", "title": plain(), "blocks": [section()]}, "modal, home"),
    "no title": ({"type": "modal", "blocks": [section()]}, "missing required field: title"),
    "no blocks": ({"type": "modal", "title": plain()}, "missing required field: blocks"),
    "empty blocks": ({"type": "home", "blocks": []}, "at least one block"),
    "form without submit": (modal(field("plain_text_input"), submit=None), "needs submit"),
    "mrkdwn title": (modal(title=mrkdwn()), "cannot stand here"),
    "home with a title": ({"type": "home", "title": plain(), "blocks": [section()]}, "unknown field: title"),
    "home with submit": ({"type": "home", "submit": plain(), "blocks": [section()]}, "unknown field: submit"),
    "metadata as an object": (modal(private_metadata={"id": 1}), "must be a string"),
    "two in focus": (
        modal(field("plain_text_input", focus_on_load=True), field("datepicker", focus_on_load=True)),
        "more than one element",
    ),
    "lengths the wrong way round": (
        modal(field("plain_text_input", min_length=9, max_length=8)),
        "min_length is over max_length",
    ),
    "no room to type": (modal(field("plain_text_input", max_length=0)), "between 1 and 3000"),
    "initial text too short": (
        modal(field("plain_text_input", initial_value="x", min_length=2)),
        "2 to 3000",
    ),
    "numbers as numbers": (modal(field("number_input", is_decimal_allowed=True, min_value=1)), "in a string"),
    "bounds the wrong way round": (
        modal(field("number_input", is_decimal_allowed=True, min_value="9", max_value="8")),
        "min_value is over max_value",
    ),
    "number of no kind": (modal(field("number_input")), "is_decimal_allowed"),
    "markdown": (modal({"type": "markdown", "text": "x"}), "markdown cannot stand in a modal"),
    "answer address beside text": (
        modal(section(accessory={"type": "channels_select", "response_url_enabled": True})),
        "input blocks of modals only",
    ),
    "address on Home": ({"type": "home", "blocks": [field("url_text_input")]}, "stands in modals only"),
}


@pytest.mark.parametrize("name", BAD_VIEWS)
def test_slack_refuses_the_view(name: str) -> None:
    view, sentence = BAD_VIEWS[name]
    problems = view_problems(view)
    assert any(sentence in problem for problem in problems), problems


def test_a_view_weighs_250_kilobytes_at_most() -> None:
    heavy = modal(*[section(text=mrkdwn(3000)) for _ in range(84)])
    assert any("250000 bytes" in problem for problem in view_problems(heavy))


def test_a_message_says_something_in_4000_letters() -> None:
    assert problems_of_message("x" * 4000) == []
    assert "4000" in problems_of_message("x" * 4001)[0]
    assert "needs text or blocks" in problems_of_message("")[0]
    assert problems_of_message(None, [section()]) == []


def test_the_blocks_of_a_message_hold_13000_letters_together() -> None:
    full = [section(text=mrkdwn(3000))] * 4
    assert problems_of_message("x", [*full, section(text=mrkdwn(1000))]) == []
    assert "13000" in problems_of_message("x", [*full, section(text=mrkdwn(1001))])[0]


def test_letters_count_in_every_kind_of_block() -> None:
    long = rich(line({"type": "text", "text": "x" * 11_000}))
    assert "13000" in problems_of_message("x", [long, section(text=mrkdwn(2001))])[0]


def test_metadata_is_flat() -> None:
    assert is_metadata({"event_type": "a", "event_payload": {"id": "1", "n": 2, "b": True, "o": {"x": 1}}})
    assert not is_metadata({"event_type": "a"})
    assert not is_metadata({"event_type": "", "event_payload": {}})
    assert not is_metadata({"event_type": "a", "event_payload": {"o": {"x": {"y": 1}}}})
    assert not is_metadata({"event_type": "a", "event_payload": {"list": [1]}})


def test_an_external_menu_is_answered_with_options_or_groups() -> None:
    assert problems_of_options({"options": []}) == []
    assert problems_of_options({"options": options(100)}) == []
    assert problems_of_options({"options": options(101)}) != []
    assert problems_of_options({"option_groups": [{"label": plain(), "options": options(1)}]}) == []
    assert problems_of_options({}) != []

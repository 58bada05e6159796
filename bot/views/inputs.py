"""The inputs of our forms. A block id is the field's name, with a suffix when the bot fills it anew."""

from collections.abc import Sequence
from datetime import date, time

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    CheckboxesElement,
    ConfirmObject,
    DatePickerElement,
    InputBlock,
    LinkButtonElement,
    NumberInputElement,
    Option,
    OptionGroup,
    OverflowMenuElement,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
    UserMultiSelectElement,
)
from slack_sdk.models.blocks.block_elements import InputInteractiveElement

from bot.ids import INPUT, Action
from bot.views.text import option_text, plain
from coaching.rules.fields import Field

Choice = tuple[str, str]
"""Value and words of an option."""


def entry(
    name: Field,
    label: str,
    element: InputInteractiveElement,
    *,
    hint: str | None = None,
    optional: bool = False,
    fresh: str = "",
) -> InputBlock:
    """`fresh` makes a new block id, because Slack keeps the old value under an old id."""
    return InputBlock(
        block_id=f"{name}.{fresh}" if fresh else name.value,
        label=plain(label),
        element=element,
        hint=plain(hint) if hint else None,
        optional=optional,
    )


def words(
    initial: str | None = None, *, long: bool = False, most: int | None = None, hint: str | None = None
) -> PlainTextInputElement:
    return PlainTextInputElement(
        action_id=INPUT,
        initial_value=initial or None,
        multiline=long,
        max_length=most,
        placeholder=plain(hint) if hint else None,
    )


def address(initial: str | None = None) -> PlainTextInputElement:
    """A link as plain words: Slack's own url field refuses without saying how to mend it."""
    return PlainTextInputElement(
        action_id=INPUT, initial_value=initial or None, placeholder=plain("https://")
    )


def number(initial: int | None, least: int, most: int) -> NumberInputElement:
    return NumberInputElement(
        action_id=INPUT,
        is_decimal_allowed=False,
        initial_value=None if initial is None else str(initial),
        min_value=str(least),
        max_value=str(most),
    )


def day(initial: date | None = None) -> DatePickerElement:
    return DatePickerElement(action_id=INPUT, initial_date=initial.isoformat() if initial else None)


def clock(zone: str, initial: time | None = None) -> TimePickerElement:
    return TimePickerElement(
        action_id=INPUT, initial_time=f"{initial:%H:%M}" if initial else None, timezone=zone
    )


def one_of(choices: Sequence[Choice], initial: str | None = None) -> StaticSelectElement:
    options = [_option(one) for one in choices]
    return StaticSelectElement(action_id=INPUT, options=options, initial_option=_initial(options, initial))


def radio(choices: Sequence[Choice], initial: str | None = None) -> RadioButtonsElement:
    options = [_option(one) for one in choices]
    return RadioButtonsElement(action_id=INPUT, options=options, initial_option=_initial(options, initial))


def boxes(choices: Sequence[Choice], initial: Sequence[str] = ()) -> CheckboxesElement:
    options = [_option(one) for one in choices]
    chosen = [one for one in options if one.value in initial]
    return CheckboxesElement(action_id=INPUT, options=options, initial_options=chosen or None)


def many_of(choices: Sequence[Choice], initial: Sequence[str] = ()) -> StaticMultiSelectElement:
    options = [_option(one) for one in choices]
    chosen = [one for one in options if one.value in initial]
    return StaticMultiSelectElement(action_id=INPUT, options=options, initial_options=chosen or None)


def many_in_groups(
    groups: Sequence[tuple[str, Sequence[Choice]]], initial: Sequence[str] = (), most: int | None = None
) -> StaticMultiSelectElement:
    """Under headings; one without choices is left out."""
    options = [(heading, [_option(one) for one in choices]) for heading, choices in groups if choices]
    chosen = [one for _, group in options for one in group if one.value in initial]
    return StaticMultiSelectElement(
        action_id=INPUT,
        option_groups=[OptionGroup(label=plain(heading), options=group) for heading, group in options],
        initial_options=chosen or None,
        max_selected_items=most,
    )


def people(initial: Sequence[str] = (), most: int | None = None) -> UserMultiSelectElement:
    return UserMultiSelectElement(
        action_id=INPUT, initial_users=list(initial) or None, max_selected_items=most
    )


def button(
    words_on_it: str,
    action: Action,
    value: object = "",
    *,
    style: str | None = None,
    asks: ConfirmObject | None = None,
) -> ButtonElement:
    return ButtonElement(
        text=plain(words_on_it), action_id=action.value, value=str(value) or None, style=style, confirm=asks
    )


def link(words_on_it: str, url: str, number_of_link: int = 1) -> LinkButtonElement:
    """Slack reports a click on it like any other, so it has an action id of its own."""
    return LinkButtonElement(text=plain(words_on_it), url=url, action_id=f"{Action.LINK}.{number_of_link}")


def buttons(*elements: ButtonElement | LinkButtonElement | OverflowMenuElement) -> ActionsBlock:
    return ActionsBlock(elements=list(elements))


def _option(choice: Choice) -> Option:
    value, shown = choice
    return Option(value=value, text=option_text(shown))


def _initial(options: Sequence[Option], value: str | None) -> Option | None:
    return next((one for one in options if one.value == value), None)

"""The page about one's calendar address."""

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
)
from slack_sdk.models.views import View

from bot.ids import Action
from bot.views import inputs, notices
from bot.views.text import plain, section, small

NO_PUBLIC_URL = (
    "I cannot give you an address yet: whoever runs me has to set COACH_PUBLIC_URL to the https address "
    "at which Slack reaches me. Ask your administrator."
)
WHAT_FOR = (
    "*Your sessions in your own calendar*\n"
    "I can give you a secret address. Your calendar program reads it again and again, so the sessions of all "
    "your circles stand there, and follow when one is moved or called off."
)
WHAT_IT_SHOWS = (
    "Whoever has the address can read when and how your circles meet, their names, places and meeting links. "
    "Cases, notes and messages are never in it. Keep it like a password."
)
HOW_TO = (
    "*Where to put it*\n"
    "Google Calendar: Other calendars, then From URL\n"
    "Outlook: Add calendar, then Subscribe from web\n"
    "Apple Calendar: File, then New Calendar Subscription"
)
TITLE = "Your calendar"


def calendar(mark: str, *, possible: bool, stopped: bool = False) -> View:
    """What the address is for, and what can be done. `mark` tells the present one; empty: there is none."""
    blocks: list[Block] = [section(WHAT_FOR), small(WHAT_IT_SHOWS)]
    if stopped:
        blocks.append(section("Your address has stopped: nobody can read anything there any more."))
    if mark:
        blocks.append(section("You have an address. I keep only its fingerprint, so I cannot show it again."))
    if not possible:
        blocks.append(section(NO_PUBLIC_URL))
    buttons = [*([_make(mark)] if possible else []), *([_stop()] if mark else [])]
    return notices.page([*blocks, *([inputs.buttons(*buttons)] if buttons else [])], TITLE)


def made(address: str, mark: str) -> View:
    """The new address, the only time that it is shown."""
    blocks: list[Block] = [
        section("*This is your address*\nCopy it now: I show it only this once."),
        _to_copy(address),
        section(HOW_TO),
        small(f"{WHAT_IT_SHOWS} How soon a change appears is up to the program; some take hours."),
        inputs.buttons(_make(mark), _stop()),
    ]
    return notices.page(blocks, TITLE)


def _to_copy(address: str) -> Block:
    text = RichTextElementParts.Text(text=address)
    return RichTextBlock(elements=[RichTextPreformattedElement(elements=[text])])


def _make(mark: str) -> ButtonElement:
    if not mark:
        return inputs.button("Make my address", Action.MAKE_CALENDAR, style="primary")
    return inputs.button(
        "Make a new address",
        Action.MAKE_CALENDAR,
        mark,
        asks=_confirm(
            "The old address stops working at once. Programs that read it need the new one.", "Make it"
        ),
    )


def _stop() -> ButtonElement:
    return inputs.button(
        "Stop it",
        Action.STOP_CALENDAR,
        asks=_confirm("The address stops working at once, and cannot be brought back.", "Stop it"),
    )


def _confirm(sentence: str, yes: str) -> ConfirmObject:
    return ConfirmObject(
        title=plain("Are you sure?"), text=plain(sentence), confirm=plain(yes), deny=plain("Keep it")
    )

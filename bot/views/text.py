"""Words on their way to Slack: escaped in one place, times in the reader's zone, lists that read well."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
)

from coaching.rules.facts import PersonFacts
from coaching.rules.terms import Mode
from coaching.rules.zones import place_of

OPTION_LENGTH = 75
MARKS = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
"""People, channels, dates and links, as they stand in a message's text."""
LINE = 900
"""Letters of names in a line; three such lines fit into a block."""
MODES = {Mode.IN_PERSON: "in person", Mode.VIDEO: "video", Mode.PHONE: "phone"}


def escape(words: str) -> str:
    """What people typed, so that it can neither ping a channel nor fake a link."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mentioned(words: str) -> list[str]:
    """Slack ids of the people whom a message names."""
    return [found[2] for found in MARKS.finditer(words) if found[1] == "@"]


def unescape(words: str, known: Mapping[str, str]) -> str:
    """A message as people read it: names for ids (`known`, by Slack id), and no signs of markup."""
    bare = MARKS.sub(lambda found: _unmarked(found, known), words)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unmarked(found: re.Match[str], known: Mapping[str, str]) -> str:
    kind, what, label = found[1], found[2], found[3]
    if kind == "@":
        return f"@{known.get(what) or label or 'somebody'}"
    if kind == "#":
        return f"#{label or 'channel'}"
    if kind == "!":
        return label or f"@{what.partition('^')[0]}"
    return f"{label} ({what})" if label and label not in what else what


def plain(words: str) -> PlainTextObject:
    return PlainTextObject(text=words, emoji=True)


def option_text(words: str) -> PlainTextObject:
    """Slack takes 75 characters in a menu."""
    return plain(words if len(words) <= OPTION_LENGTH else words[: OPTION_LENGTH - 1] + "…")


def markdown(words: str) -> MarkdownTextObject:
    """`verbatim` keeps Slack from turning bare names and addresses into links and pings."""
    return MarkdownTextObject(text=words, verbatim=True)


def section(words: str, block_id: str | None = None) -> SectionBlock:
    return SectionBlock(text=markdown(words), block_id=block_id)


def small(words: str) -> ContextBlock:
    return ContextBlock(elements=[markdown(words)])


def quoted(words: str) -> Block:
    """Long text of a person: rich text needs no escaping and nothing in it is read as markup."""
    return RichTextBlock(elements=[RichTextQuoteElement(elements=[RichTextElementParts.Text(text=words)])])


def paragraph(words: str) -> Block:
    return RichTextBlock(elements=[RichTextSectionElement(elements=[RichTextElementParts.Text(text=words)])])


def when(instant: datetime, zone: str) -> str:
    """Day and time in each reader's own zone; the fallback names the circle's.

    Not Slack's "pretty" form: that says "Today", which reads badly after "on".
    """
    return f"<!date^{int(instant.timestamp())}^{{date_long}} at {{time}}|{spoken(instant, zone)}>"


def day_of(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"<!date^{int(instant.timestamp())}^{{date_long}}|{spoken_day(local.date())}>"


def clock_of(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"<!date^{int(instant.timestamp())}^{{time}}|{local:%H:%M} ({place_of(zone)})>"


def spoken(instant: datetime, zone: str) -> str:
    local = instant.astimezone(ZoneInfo(zone))
    return f"{spoken_day(local.date())} at {local:%H:%M} ({place_of(zone)})"


def spoken_day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def spoken_time(at: time, zone: str) -> str:
    return f"{at:%H:%M} ({place_of(zone)})"


def names(people: Iterable[PersonFacts], nobody: str = "nobody yet", letters: int = LINE) -> str:
    """Names as plain text: nobody is pinged by a list. What would be too long for a line says how many more."""
    known = [escape(one.name) for one in people]
    fit = next((count for count in range(len(known), 1, -1) if len(", ".join(known[:count])) <= letters), 1)
    more = [f"{len(known) - fit} more"] if len(known) > fit else []
    return listed([*known[:fit], *more]) or nobody


def listed(words: Sequence[str]) -> str:
    """ "Ana, Bo and Chidi"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def minutes(count: int) -> str:
    return "1 hour" if count == 60 else f"{count} minutes"


def mode(kind: Mode) -> str:
    return MODES[kind]


def shortened(words: str, length: int) -> str:
    return words if len(words) <= length else words[: length - 1] + "…"

"""Whatever people write, in whatever place: it pings nobody, links nowhere, is no date, and breaks no block.

Everything that can be shown is filled with a hundred strings at a time, in each place with another one;
`--hypothesis-profile=many` takes 10,000 of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.replies import Said
from bot.views.text import escape, unescape
from coaching.checks import LONGEST_LINK, link_problem
from demo.limits import problems_of_message, problems_of_view
from tests.bot.test_limits import World, everything

PIECES = [
    "<!channel|evil>", "<!here|evil>", "<!everyone evil>", "<@UEVIL>", "<@UEVIL|evil>", "<#CEVIL|evil>",
    "<!subteam^SEVIL|evil>", "<https://evil.example|home>", "<mailto:evil@evil.example>", "<tel:evil>",
    "<!date^1^{date}^https://evil.example|evil>", "https://evil.example", "@channel", "@here", "#evil",
    ":evil:", "<", ">", "|", "&", "&lt;!channel&gt;", "&amp;lt;evil", "*evil*", "_", "~", "`", "```",
    "> evil", "\n", "\r\n", "\u2028", "\x00", "\x1b[31m", "\u202eevil", "\u200b", "\ufeff", "{}", "%s",
    "{evil}", "$(evil)", '"', "'", "\\", "</script><script>evil", "javascript:evil", "=evil()", "👩🏾‍🏫",
    "שלום", "é", "e\u0301", "^", "!date^1^{date}|",
]  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), min_size=1, max_size=12).map("".join)
AT_ONCE = 100
"""Strings that fill everything once."""
LIVE = re.compile(r"<([^<>]*)>")
OURS = re.compile(
    r"!date\^\d+\^(\{[a-z_]+\}[a-z ]*)+\|[^|<>]*"
    r"|@U0\d{9}|#C0123456789|https://meet\.example/[^|<>\s]*(\|[^|<>]*)?"
)
"""What the bot itself makes: dates, people and channels that it knows, the link of a session."""
SPEAKS = {"text"}
"""Elements of rich text in which words are only words."""


@dataclass(frozen=True)
class HostileWorld(World):
    """Every text in it is another one."""

    texts: Iterator[str] = field(default_factory=lambda: iter(()))
    links: Iterator[str] = field(default_factory=lambda: iter(()))

    def text(self, length: int) -> str:
        return next(self.texts)[:length] or "x"

    @property
    def link(self) -> str:
        return next(self.links)


def wrong_with(shown: View | Said) -> list[str]:
    """What of it would come alive in Slack, and what Slack would not take."""
    if isinstance(shown, View):
        content: Any = shown.to_dict()
        return [*_alive_in(content), *problems_of_view(content)]
    blocks = shown.as_json()
    return [*_alive(shown.text), *_alive_in(blocks), *problems_of_message(shown.text, blocks or None)]


def _alive_in(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _alive_in(one)
    if not isinstance(part, dict):
        return
    kind = part.get("type")
    if kind == "mrkdwn":
        yield from _alive(part["text"])
        if part.get("verbatim") is not True:
            yield f"read for names and links: {part['text'][:80]}"
    if "rich_text" in str(kind) or kind in {
        "broadcast",
        "user",
        "usergroup",
        "channel",
        "link",
        "date",
        "emoji",
    }:
        yield from _speaking(part)
    for name in ("url", "image_url"):
        if name in part and not str(part[name]).startswith(("https://", "http://")):
            yield f"an address of another kind: {part[name][:80]}"
    for one in part.values():
        yield from _alive_in(one)


def _speaking(part: dict[str, Any]) -> Iterator[str]:
    for one in part.get("elements", [part]):
        if not str(one.get("type")).startswith("rich_text") and one.get("type") not in SPEAKS:
            yield f"more than words: {one}"


def _alive(words: str) -> Iterator[str]:
    """Marks that are none of ours, and signs of half a mark."""
    for found in LIVE.finditer(words):
        if not OURS.fullmatch(found[1]):
            yield f"alive: {found[0][:80]}"
    rest = LIVE.sub("", words)
    if "<" in rest or ">" in rest:
        yield f"half a mark: {rest[:80]}"
    if re.search(r"&(?!amp;|lt;|gt;)", rest):
        yield f"not escaped: {rest[:80]}"


@settings(
    max_examples=max(2, settings().max_examples // AT_ONCE),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # the message says which string it was
)
@given(st.lists(hostile, min_size=AT_ONCE, max_size=AT_ONCE))
@example(PIECES)
def test_nothing_that_people_write_comes_alive(texts: list[str]) -> None:
    links = cycle(["https://meet.example/a?b=c&d=e", *links_of(texts)])
    world = HostileWorld("", texts=cycle(texts), links=links)
    found = [
        f"{builder.__module__}.{builder.__name__}: {problem}"
        for builder, shown in everything(world)
        for problem in wrong_with(shown)
    ]
    assert found == []


def links_of(texts: list[str]) -> list[str]:
    """Those that a form would take as a link."""
    found = [f"https://meet.example/{one}"[:LONGEST_LINK] for one in texts]
    return [one for one in found if link_problem(one) is None]


@given(hostile)
def test_escaped_words_are_read_as_they_were_written(words: str) -> None:
    assert list(_alive(escape(words))) == []
    assert unescape(escape(words), {}) == words


def test_the_judge_sees_what_is_alive() -> None:
    """Else all of this would prove nothing."""
    for live in PIECES[:11]:
        assert list(_alive(live)), live
    for ours in (
        "<!date^1796742000^{date_long} at {time}|Tuesday>",
        "<@U0000000001>",
        "<https://meet.example/a>",
    ):
        assert list(_alive(ours)) == []
    assert list(_alive_in({"type": "mrkdwn", "text": "hello"}))
    assert list(
        _alive_in({"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "here"}]})
    )
    assert list(_alive_in({"type": "button", "url": "javascript:evil"}))

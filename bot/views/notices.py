"""A modal with one thing to say."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.views.text import escape, plain, section


def notice(sentence: str, title: str = "Coaching") -> View:
    return page([section(escape(sentence))], title)


def page(blocks: list[Block], title: str) -> View:
    """Something to read, with nothing to submit."""
    return View(type="modal", title=plain(title), close=plain("Close"), blocks=blocks)

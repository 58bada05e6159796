"""Slack's limits for blocks, views and messages, including those that its SDK lets pass.

Everything here takes plain dicts and gives a list of sentences, empty when Slack would accept them. Each
sentence ends with the place it speaks of, as Slack's own do: `[json-pointer:/blocks/0/text]`.
The figures are those of Slack's published reference.
"""

from demo.limits.messages import (
    LETTERS as MESSAGE_LETTERS,
)
from demo.limits.messages import (
    is_metadata,
    letters_in,
    problems_of_message,
    problems_of_options,
)
from demo.limits.surfaces import Surface, problems_of_blocks
from demo.limits.views import VIEW_BYTES, problems_of_view

__all__ = [
    "MESSAGE_LETTERS",
    "VIEW_BYTES",
    "Surface",
    "is_metadata",
    "letters_in",
    "problems_of_blocks",
    "problems_of_message",
    "problems_of_options",
    "problems_of_view",
]

"""Failures in the place where the person is looking."""

from datetime import UTC, datetime

import pytest

from bot import failures, parse
from bot.replies import GiveOptions
from coaching.errors import CoachingError

NOW = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
ASKED = {
    "type": "block_suggestion",
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "action_id": "zone",
    "value": "Berl",
}


@pytest.mark.parametrize("error", [KeyError("what Ana typed"), OSError("away")])
def test_who_types_into_a_list_reads_the_reference_in_it(error: Exception) -> None:
    """Slack shows nothing else there: no message, and no second window."""
    reply = failures.reply_to(error, parse.interaction(ASKED, NOW), lambda: "ABCDEF")
    assert isinstance(reply, GiveOptions)
    [option] = [one.to_dict() for one in reply.options]
    assert "ABCDEF" in option["text"]["text"]
    assert len(option["text"]["text"]) <= 75


def test_what_is_refused_leaves_the_list_empty() -> None:
    reply = failures.reply_to(CoachingError("That is not yours."), parse.interaction(ASKED, NOW), str)
    assert reply == GiveOptions()

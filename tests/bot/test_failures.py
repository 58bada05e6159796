"""Failures in the place where the person is looking."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from bot import failures, parse
from bot.replies import Ephemeral, GiveOptions
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


TYPED = {"team_id": "T1", "user_id": "U1", "command": "/coach", "text": "circle", "trigger_id": "1.2"}


def test_who_typed_a_command_is_not_told_to_leave_open_what_is_not_there() -> None:
    away = OperationalError("", {}, Exception())
    reply = failures.reply_to(away, parse.command(TYPED, NOW), lambda: "ABCDEF")
    assert isinstance(reply, Ephemeral)
    assert "leave this open" not in reply.said.text
    assert "if you are filling in a form, leave it open" in reply.said.text


def test_nobody_is_promised_two_weeks_where_all_was_erased_or_nothing_will_be() -> None:
    """It is said after an erasure, and where the key for the token was lost, too."""
    reply = failures.not_installed(parse.command(TYPED, NOW), "https://coach.example.org/slack/install")
    assert isinstance(reply, Ephemeral)
    assert "I keep" not in reply.said.text
    assert "after a removal, at the latest," in reply.said.text
    assert reply.said.text.endswith("https://coach.example.org/slack/install")

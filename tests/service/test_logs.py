"""Logs: one line an event, no secrets, and nothing that people wrote."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.logs import UNSAFE, reference, set_up_logs

PLANTED = "what Ana confided"


def last(log_lines: io.StringIO) -> dict[str, object]:
    found: dict[str, object] = json.loads(log_lines.getvalue().splitlines()[-1])
    return found


def test_an_event_is_one_line_with_its_facts(log_lines: io.StringIO) -> None:
    structlog.get_logger("bot.dispatch").info("answered", circle=7)
    line = last(log_lines)
    assert (line["event"], line["circle"], line["level"]) == ("answered", 7, "info")
    assert str(line["timestamp"]).endswith("Z")


def test_tokens_signatures_and_our_secrets_are_hidden() -> None:
    written = io.StringIO()
    set_up_logs("INFO", "text", ["the-signing-secret"], written)
    log = structlog.get_logger("service.web")
    log.info("a token xoxb-12-34-abc", app="xapp-1-A", signature="v0=" + "a1" * 32, told="the-signing-secret")
    logging.getLogger("somebody").warning("their xoxe.xoxp-1-secret")
    shown = written.getvalue()
    assert "[hidden]" in shown
    for secret in ("12-34-abc", "xapp-1", "a1a1", "the-signing-secret", "1-secret"):
        assert secret not in shown


def test_an_error_says_where_it_came_from_and_not_what_was_written(log_lines: io.StringIO) -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": PLANTED})
    except SQLAlchemyError as error:
        structlog.get_logger("coaching").error("broken", exc_info=error)
    engine.dispose()
    line = last(log_lines)
    assert str(line["error"]).startswith("OperationalError")
    assert "test_an_error_says_where" in str(line["where"])
    assert PLANTED not in log_lines.getvalue()


def test_the_database_does_not_print_statements(log_lines: io.StringIO) -> None:
    logging.getLogger("sqlalchemy.engine").info(PLANTED)
    assert log_lines.getvalue() == ""


@pytest.mark.parametrize("library", ["slack_sdk.web.base_client", "slack_bolt.App"])
def test_slacks_libraries_say_only_that_something_failed(log_lines: io.StringIO, library: str) -> None:
    logger = logging.getLogger(library)
    before = logger.level
    logger.setLevel(logging.DEBUG)  # as they do by themselves
    logger.debug(PLANTED)
    logger.info(PLANTED)
    logger.warning("Unhandled request (%s)", PLANTED)
    logger.error("Failed to run listener function (error: %s)", PLANTED)
    logger.setLevel(before)
    assert last(log_lines)["event"] == "Failed to run listener function"
    assert len(log_lines.getvalue().splitlines()) == 1


def test_references_are_short_and_easy_to_read_out() -> None:
    made = {reference() for _ in range(200)}
    assert len(made) > 190
    assert all(len(one) == 6 and one.isalpha() and one.isupper() for one in made)


@pytest.fixture(params=["text", "json"])
def one_stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is logged in one of the formats."""
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    written = io.StringIO()
    set_up_logs("DEBUG", request.param, stream=written)
    yield written
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


WORDS = st.text() | st.sampled_from(
    ["a\nb", "\r\n2026-11-28 [error] forged", "\x1b[2J", "\u2028", "\x85", "\u202e"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS)
def test_no_words_begin_a_line_of_their_own(one_stream: io.StringIO, words: str) -> None:
    """Else somebody could write lines into the log that the bot never wrote."""
    one_stream.seek(0)
    one_stream.truncate()
    structlog.get_logger("bot").info(words, said=words, those=[words], by={"name": words})
    logging.getLogger("somebody").warning("it said %s", words)
    lines = one_stream.getvalue().splitlines()
    assert len(lines) == 2
    assert not [line for line in lines if UNSAFE.search(line)]
    if lines[0].startswith("{"):
        assert [json.loads(line)["level"] for line in lines] == ["info", "warning"]


def test_half_a_character_does_not_end_the_log() -> None:
    """It could not be written. (Not logged here, because pytest would hand it on between its processes.)"""
    assert UNSAFE.search("\ud83d")

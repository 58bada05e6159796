"""Logs: one line an event, no secrets, and nothing that people wrote."""

import asyncio
import gc
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.logs import UNSAFE, reference, set_up_logs

ROOT = Path(__file__).parents[2]
PLANTED = "what Ana confided"


def unheard_by_pytest() -> None:
    """It cannot report half of a pair of surrogates to the process that collects results."""
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if type(handler) is logging.StreamHandler]


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


def test_every_line_is_json_whoever_speaks_and_whatever_they_say(log_lines: io.StringIO) -> None:
    unheard_by_pytest()
    odd = 'two\nlines, "quotes", \x00 and \ud800 half of a pair'
    structlog.get_logger("bot.dispatch").info(odd, value={1: object()}, bytes=b"\xff")
    logging.getLogger("uvicorn.error").warning("%s and %s", odd, object())
    try:
        raise ValueError(odd)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
        structlog.get_logger("service.web").error("failed", exc_info=True)
    lines = log_lines.getvalue().splitlines()
    assert len(lines) == 4
    assert [json.loads(line)["level"] for line in lines] == ["info", "warning", "error", "error"]


def test_a_secret_is_hidden_however_json_spells_it() -> None:
    written = io.StringIO()
    set_up_logs("INFO", "json", ['a"secret\\word'], written)
    structlog.get_logger("service.web").info("told", value='a"secret\\word')
    assert "secret" not in written.getvalue()


def test_what_fails_has_a_reference_the_one_that_was_shown_if_there_was_one(log_lines: io.StringIO) -> None:
    log = structlog.get_logger("scheduler.worker")
    log.error("tick failed", work="_deliver")
    log.error("request_failed", reference="SHOWNA")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")
    log.warning("the clock was put back")
    named = [json.loads(line).get("reference") for line in log_lines.getvalue().splitlines()]
    assert named[1] == "SHOWNA"
    assert [bool(one) and len(one) for one in named] == [6, 6, 6, False]
    assert len(set(named)) == 4


def test_what_a_task_left_behind_is_named_and_not_shown(log_lines: io.StringIO) -> None:
    async def fails() -> None:
        raise ValueError(PLANTED)

    async def scene() -> None:
        left = asyncio.ensure_future(fails())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del left
        gc.collect()

    asyncio.run(scene())
    assert last(log_lines)["event"] == "Task exception was never retrieved"
    assert last(log_lines)["error"] == "ValueError"
    assert PLANTED not in log_lines.getvalue()


ESCAPES = """
import sys, threading, warnings
from service.logs import log_what_escapes, set_up_logs

class Gone:
    def __del__(self):
        raise ValueError("what Ana confided")

def fails():
    raise ValueError("what Ana confided")

set_up_logs("INFO", "json")
log_what_escapes()
warnings.warn("this will go")
thread = threading.Thread(target=fails)
thread.start()
thread.join()
Gone()
fails()
"""


def test_what_nobody_catches_is_a_line_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ESCAPES], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["logger"] for line in lines] == ["py.warnings", *["service.logs"] * 3]
    assert [line.get("error") for line in lines[1:]] == ["ValueError"] * 3
    assert done.returncode == 1
    assert PLANTED not in done.stderr


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
    unheard_by_pytest()
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

"""Who hears of failures besides the log hears names and places, and no words of anybody."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from service import sentry
from service.failed import Failure, tell_of_failures

PLANTED = "what Ana confided"


@pytest.fixture
def heard(log_lines: io.StringIO) -> Iterator[list[Failure]]:
    found: list[Failure] = []
    handler = tell_of_failures(found.append)
    yield found
    logging.getLogger().removeHandler(handler)


def fails_in_the_database() -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": PLANTED})
    finally:
        engine.dispose()


def everything_fails() -> None:
    """As it fails in the bot and in libraries, with words of people in it."""
    ours, library = structlog.get_logger("bot.dispatch"), logging.getLogger("uvicorn.error")
    try:
        fails_in_the_database()
    except SQLAlchemyError as error:
        ours.error("database_failed", reference="ABCDEF", words=PLANTED, exc_info=error)
        library.error(f"{PLANTED} cannot be saved", exc_info=error)
    library.error("%s cannot be sent", PLANTED)


def test_they_hear_what_the_log_holds_and_the_same_reference(
    heard: list[Failure], log_lines: io.StringIO
) -> None:
    everything_fails()
    written = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert [one.reference for one in heard] == [line["reference"] for line in written]
    assert [one.event for one in heard] == ["database_failed", "", ""]
    assert [one.logger for one in heard] == ["bot.dispatch", "uvicorn.error", "uvicorn.error"]
    assert [one.errors for one in heard] == [("OperationalError", "OperationalError")] * 2 + [()]
    assert "fails_in_the_database" in str(heard[0].where)
    assert PLANTED not in repr(heard)


def test_what_is_no_failure_is_not_told(heard: list[Failure]) -> None:
    structlog.get_logger("bot.dispatch").warning("workspace paused")
    logging.getLogger("uvicorn.error").warning("slow")
    assert heard == []


def test_sentry_is_told_names_and_places(heard: list[Failure]) -> None:
    everything_fails()
    event = sentry.event_of(heard[0])
    assert event["tags"] == {"reference": "ABCDEF"}
    assert event["message"] == "database_failed"
    values = event["exception"]["values"]
    assert [one["type"] for one in values] == ["OperationalError", "OperationalError"]
    assert "fails_in_the_database" in [frame["function"] for frame in values[-1]["stacktrace"]["frames"]]
    assert PLANTED not in json.dumps([sentry.event_of(one) for one in heard])


def test_the_paths_of_this_machine_are_not_told() -> None:
    places = (f"{sentry.ROOT}/bot/parse.py:12 read", "/usr/lib/x/y.py:3 f")
    failure = Failure("x", "bot", "ABCDEF", ("KeyError",), places)
    [error] = sentry.event_of(failure)["exception"]["values"]
    assert error["stacktrace"]["frames"] == [
        {"filename": "bot/parse.py", "lineno": 12, "function": "read", "in_app": True},
        {"filename": "x/y.py", "lineno": 3, "function": "f", "in_app": False},
    ]


def test_whatever_the_library_adds_is_taken_out() -> None:
    place = {"filename": "bot/parse.py", "lineno": 1}
    told = {"frames": [{**place, "vars": {"words": PLANTED}, "context_line": PLANTED}]}
    error = {"type": "KeyError", "value": PLANTED, "mechanism": {"data": PLANTED}, "stacktrace": told}
    added = ("request", "user", "breadcrumbs", "extra", "contexts", "server_name", "modules", "threads")
    event = {**dict.fromkeys(added, PLANTED), "level": "error", "exception": {"values": [error]}}
    left = {"type": "KeyError", "stacktrace": {"frames": [place]}}
    assert sentry.scrubbed(event, {}) == {"level": "error", "exception": {"values": [left]}}


def test_a_missing_library_is_a_sentence_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentry, "find_spec", lambda _: None)
    assert sentry.problems("") == []
    [line] = sentry.problems("https://key@sentry.example.org/1")
    assert "pip install" in line
    assert "key" not in line

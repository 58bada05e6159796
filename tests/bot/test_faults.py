"""What people see when the database, Slack or the bot itself fails; nothing that was typed is lost."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from sqlalchemy import create_engine, select, text

from demo.faults import Fault
from demo.person import words
from demo.records import Json
from service.demo import Demo
from service.logs import set_up_logs
from storage.encryption import Cipher, new_key
from storage.models import CoachingSession
from tests.support.databases import ON_SQLITE
from tests.support.people import (
    CIRCLE,
    FIVE,
    ROOM,
    People,
    accepted,
    circle_fields,
    filled_in,
    previewed,
    refused,
    session_fields,
)

LINK = "https://meet.example/one"
TYPED = "Half of us are at the conference"
REFERENCE = re.compile(r"\b[A-Z]{6}\b")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON lines."""
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    set_up_logs("DEBUG", "json", stream=written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@contextmanager
def database_away(demo: Demo) -> Iterator[None]:
    """The file is not where it was; the server lets nobody in."""
    engine = demo.coach.database.engine
    away = _file_away if engine.dialect.name == "sqlite" else _server_closed
    with away(demo):
        yield


@contextmanager
def _file_away(demo: Demo) -> Iterator[None]:
    engine = demo.coach.database.engine
    path = Path(str(engine.url.database))
    elsewhere = path.with_suffix(".away")
    engine.dispose()
    path.rename(elsewhere)
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        elsewhere.rename(path)


@contextmanager
def _server_closed(demo: Demo) -> Iterator[None]:
    engine = demo.coach.database.engine
    name = engine.url.database
    admin = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as server:
        server.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
        server.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
        try:
            yield
        finally:
            server.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"))
    admin.dispose()


def entries(log: io.StringIO) -> list[Json]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def logged(log: io.StringIO, sentence: str) -> Json:
    """The line of the log with the reference that a person was told."""
    [reference] = REFERENCE.findall(sentence)
    [entry] = [one for one in entries(log) if one.get("reference") == reference]
    return entry


def corrupt(demo: Demo) -> None:
    """Puts something into the database that the program would never write."""
    with demo.coach.database.transaction() as db:
        db.execute(text("UPDATE circles SET zone = 'Nowhere/Nowhere'"))


def spoil(demo: Demo, fault: Fault) -> None:
    demo.workspace.workspace.faults.append(fault)


def test_a_form_stays_open_while_the_database_is_away(
    demo: Demo, people: People, circle: People, log: io.StringIO
) -> None:
    people.ana.command("/coach schedule")
    people.ana.fill(session_fields(mode="Video", link=LINK, message=TYPED))
    before = filled_in(people.ana)
    with database_away(demo):
        [sentence] = refused(people.ana).values()
    assert "cannot reach my memory" in sentence
    assert filled_in(people.ana) == before
    assert logged(log, sentence)["level"] == "error"
    assert TYPED not in log.getvalue()
    accepted(people.ana)
    demo.settle()
    assert len(people.ana.messages(ROOM)) == 1


def test_commands_and_buttons_say_that_the_database_is_away(
    demo: Demo, people: People, circle: People, log: io.StringIO
) -> None:
    people.session(mode="Video", link=LINK)
    with database_away(demo):
        people.bo.command("/coach")
        people.bo.click("Can't make it", in_=people.card())
    for place in (None, ROOM):
        sentence = people.bo.ephemerals(place)[-1]["text"]
        assert "cannot reach my memory" in sentence
        assert logged(log, sentence)
    demo.settle()
    assert "Can't make it" not in words(people.card()["blocks"][1])


@ON_SQLITE
@pytest.mark.parametrize("fault", [{"error": "internal_error"}, {"drop": True}, {"status": 503}])
def test_a_form_that_slack_does_not_open_is_no_crash(
    demo: Demo, people: People, circle: People, log: io.StringIO, fault: Json
) -> None:
    spoil(demo, Fault("views.open", **fault))
    people.ana.command("/coach schedule")
    assert not people.ana.has_modal
    assert "try again" in people.ana.ephemerals()[-1]["text"]
    assert "slack_failed" in log.getvalue()
    assert "request_failed" not in log.getvalue()
    people.ana.command("/coach schedule")
    assert people.ana.has_modal


@ON_SQLITE
@pytest.mark.parametrize("fault", [{"error": "internal_error"}, {"drop": True}])
def test_people_of_whom_slack_says_nothing(demo: Demo, people: People, log: io.StringIO, fault: Json) -> None:
    people.ana.command("/coach circle")
    people.ana.fill(circle_fields())
    spoil(demo, Fault("users.info", **fault))
    before = filled_in(people.ana)
    [sentence] = refused(people.ana).values()
    assert "Slack did not answer me" in sentence
    assert logged(log, sentence)
    assert filled_in(people.ana) == before
    previewed(people.ana)
    accepted(people.ana)
    demo.settle()
    assert len(people.bo.dm()) == 1


@ON_SQLITE
def test_the_unexpected_has_a_reference_that_the_log_has_too(
    demo: Demo, people: People, circle: People, log: io.StringIO
) -> None:
    people.ana.command("/coach schedule")
    people.ana.fill(session_fields(mode="Video", link=LINK, message=TYPED, place="Room of secrets"))
    before = filled_in(people.ana)
    corrupt(demo)
    [sentence] = refused(people.ana).values()
    assert "Something went wrong on my side" in sentence
    assert filled_in(people.ana) == before
    entry = logged(log, sentence)
    assert entry["level"] == "error"
    assert "ZoneInfo" in entry["error"]
    for typed in (TYPED, "Room of secrets", LINK):
        assert typed not in log.getvalue()


@ON_SQLITE
def test_nothing_that_people_write_is_in_the_log(demo: Demo, people: People, log: io.StringIO) -> None:
    people.circle(name="Secret garden", members=FIVE)
    people.session(mode="In person", place="Room of secrets", message=TYPED)
    people.dee.click("Cancel session", in_=people.card())
    people.dee.fill({"Why": "A private matter"})
    accepted(people.dee)
    people.gus.command("/coach say something private")
    demo.settle()
    for typed in ("Secret garden", "Room of secrets", TYPED, "private", "xoxb"):
        assert typed not in log.getvalue()
    assert entries(log)


@ON_SQLITE
def test_messages_that_slack_does_not_take_go_out_later(demo: Demo, people: People, circle: People) -> None:
    for _ in range(3):
        spoil(demo, Fault("chat.postMessage", error="internal_error"))
    people.session(mode="Video", link=LINK)
    demo.live_until(demo.clock.now().replace(hour=16))
    assert len(people.ana.messages(ROOM)) == 1
    for member in people.five:
        told = [one for one in member.dm() if "Practice circle meets on" in one["text"]]
        assert (len(told), "Welcome" in member.dm()[0]["text"]) == (1, True)


@ON_SQLITE
def test_a_key_that_is_missing_is_said_and_overwrites_nothing(
    people: People, circle: People, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.session(mode="Video", link=LINK, message=TYPED)
    dialect = people.demo.coach.database.engine.dialect
    monkeypatch.setattr(dialect, "coach_cipher", Cipher([new_key()]))
    people.bo.command("/coach")
    told = people.bo.ephemerals()[-1]["text"]
    assert "the key for it is missing" in told
    [name] = REFERENCE.findall(told)
    assert f'"reference": "{name}"' in log.getvalue()
    monkeypatch.undo()
    people.bo.command("/coach")
    assert CIRCLE in people.bo.ephemerals()[-1]["text"]
    with people.demo.coach.database.reading() as db:
        assert db.scalar(select(CoachingSession.message)) == TYPED

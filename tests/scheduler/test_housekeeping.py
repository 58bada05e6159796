"""At night goes what nothing needs any more, and nothing else."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from coaching.rules.terms import MessageKind, ReminderKind, SessionState
from scheduler import housekeeping
from storage import migrate
from storage.engine import Database
from storage.models import CoachingSession, HandledRequest, OutboxRow, OutboxState, Outgoing, Reminder
from tests.scheduler.world import World
from tests.storage.engines import empty_database

SENT = OutboxState.SENT


def kept(world: World, *rows: int) -> list[bool]:
    tidy(world.database, world.now)
    with world.database.reading() as db:
        return [db.get(OutboxRow, row) is not None for row in rows]


def tidy(database: Database, now: datetime) -> int:
    """As the worker does it. How many transactions it took."""
    taken = 0
    for step in housekeeping.STEPS:
        more = True
        while more:
            with database.transaction() as db:
                more = step(db, now)
            taken += 1
    return taken


def ended(world: World, days: float, **values: Any) -> int:
    """A row that ended so many days ago."""
    at = world.now - timedelta(days=days)
    usual: dict[str, Any] = {"state": SENT, "finished_at": at, "due_at": at}
    return world.put(Outgoing.SESSION_NEWS, world.ana, **usual | values)


def remind(world: World, message: int, days: float = 40) -> None:
    """What the message carries; it was due so many days ago."""
    at = world.now - timedelta(days=days)
    with world.database.transaction() as db:
        db.add(
            Reminder(
                workspace_id="T1",
                circle_id=world.circle,
                session_id=world.session,
                plan_version=1,
                person_id=world.ana,
                kind=ReminderKind.TOMORROW,
                message_kind=MessageKind.BOOKKEEPING,
                local_date=at.date(),
                due_at=at,
                expires_at=at,
                outbox_id=message,
            )
        )


def test_requests_are_remembered_for_two_days(world: World) -> None:
    with world.database.transaction() as db:
        for key, hours in (("old", 49), ("new", 47)):
            db.add(HandledRequest(workspace_id="T1", key=key, at=world.now - timedelta(hours=hours)))
    kept(world)
    with world.database.reading() as db:
        assert [row.key for row in db.query(HandledRequest)] == ["new"]


def test_ended_messages_go_after_thirty_days(world: World) -> None:
    rows = [
        ended(world, 31),
        ended(world, 31, state=OutboxState.DEAD),
        ended(world, 29),
        ended(world, 31, state=OutboxState.DUE, finished_at=None),
    ]
    assert kept(world, *rows) == [False, False, True, True]


def test_a_little_goes_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a night's work."""
    monkeypatch.setattr(housekeeping, "AT_ONCE", 2)
    rows = [ended(world, 31) for _ in range(5)]
    with world.database.transaction() as db:
        old = world.now - timedelta(hours=49)
        db.add_all(HandledRequest(workspace_id="T1", key=f"old {n}", at=old) for n in range(3))
    assert tidy(world.database, world.now) == 2 + 1 + 3
    assert kept(world, *rows) == [False] * 5


def test_what_others_refer_to_stays(world: World) -> None:
    card, target, reminded = (ended(world, 40) for _ in range(3))
    ended(world, 1, thread_of_id=card)
    ended(world, 1, target_id=target)
    remind(world, reminded)
    assert kept(world, card, target, reminded) == [True, True, True]


def test_what_people_still_see_of_a_live_session_stays(world: World) -> None:
    seen = ended(world, 40, session_id=world.session)
    unseen = ended(world, 40, session_id=world.session, state=OutboxState.SKIPPED)
    assert kept(world, seen, unseen) == [True, False]
    long_ago = world.now - timedelta(days=91)
    world.change(CoachingSession, world.session, state=SessionState.HELD, ends_at=long_ago)
    assert kept(world, seen) == [False]


def test_reminders_go_with_their_session_and_their_messages_with_them(world: World) -> None:
    """Else the table would grow for ever: each held on to the message that carried it."""
    message = ended(world, 40)
    remind(world, message)
    for days, stays in ((89, True), (91, False)):
        over = world.now - timedelta(days=days)
        world.change(CoachingSession, world.session, state=SessionState.HELD, ends_at=over)
        assert kept(world, message) == [stays]
        with world.database.reading() as db:
            assert db.query(Reminder).count() == int(stays)


def test_what_is_to_be_done_of_a_session_long_ago_is_still_reminded_of(world: World) -> None:
    message = world.put(Outgoing.BOOKKEEPING, world.ana)
    remind(world, message, days=-3)
    over = world.now - timedelta(days=200)
    world.change(CoachingSession, world.session, state=SessionState.HELD, ends_at=over)
    assert kept(world, message) == [True]
    with world.database.reading() as db:
        assert db.query(Reminder).count() == 1


def test_a_file_of_sqlite_gives_back_what_was_deleted(tmp_path: Path) -> None:
    with empty_database("sqlite", tmp_path) as database:
        migrate.upgrade(database)
        world = World(database)
        with database.transaction() as db:
            wide = {"text": "x" * 4000}
            at = world.now - timedelta(days=31)
            db.add_all(
                OutboxRow(
                    workspace_id="T1",
                    kind=Outgoing.WELCOME,
                    unique_key=str(number),
                    state=SENT,
                    facts=wide,
                    due_at=at,
                    created_at=at,
                    finished_at=at,
                )
                for number in range(1500)
            )
        database.compact()
        full = size(database)
        tidy(database, world.now)
        database.compact()
        assert size(database) < full / 4


def size(database: Database) -> int:
    assert database.engine.url.database
    return Path(database.engine.url.database).stat().st_size

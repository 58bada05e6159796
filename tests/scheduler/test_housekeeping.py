"""At night goes what nothing needs any more, and nothing else."""

from datetime import date, timedelta
from typing import Any

from coaching.rules.terms import MessageKind, ReminderKind, SessionState
from scheduler.housekeeping import tidy
from storage.models import CoachingSession, HandledRequest, OutboxRow, OutboxState, Outgoing, Reminder
from tests.scheduler.world import World

SENT = OutboxState.SENT


def kept(world: World, *rows: int) -> list[bool]:
    with world.database.transaction() as db:
        tidy(db, world.now)
    with world.database.reading() as db:
        return [db.get(OutboxRow, row) is not None for row in rows]


def ended(world: World, days: float, **values: Any) -> int:
    """A row that ended so many days ago."""
    at = world.now - timedelta(days=days)
    usual: dict[str, Any] = {"state": SENT, "finished_at": at, "due_at": at}
    return world.put(Outgoing.SESSION_NEWS, world.ana, **usual | values)


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


def test_what_others_refer_to_stays(world: World) -> None:
    card, target, reminded = (ended(world, 40) for _ in range(3))
    ended(world, 1, thread_of_id=card)
    ended(world, 1, target_id=target)
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
                local_date=date(2026, 1, 1),
                due_at=world.now,
                expires_at=world.now,
                outbox_id=reminded,
            )
        )
    assert kept(world, card, target, reminded) == [True, True, True]


def test_what_people_still_see_of_a_live_session_stays(world: World) -> None:
    seen = ended(world, 40, session_id=world.session)
    unseen = ended(world, 40, session_id=world.session, state=OutboxState.SKIPPED)
    assert kept(world, seen, unseen) == [True, False]
    long_ago = world.now - timedelta(days=91)
    world.change(CoachingSession, world.session, state=SessionState.HELD, ends_at=long_ago)
    assert kept(world, seen) == [False]

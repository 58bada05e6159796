"""Messages that were given up can be seen, tried once more, and let go."""

from datetime import timedelta
from typing import Any

from scheduler import dead
from scheduler.dead import Retried
from storage.models import OutboxState, Outgoing
from tests.scheduler.test_faults import deliver
from tests.scheduler.test_poison import by_hand, tried
from tests.scheduler.world import World

DUE, DEAD, SENT = OutboxState.DUE, OutboxState.DEAD, OutboxState.SENT


def given_up(
    world: World, kind: Outgoing = Outgoing.SESSION_NEWS, why: str = "no_text", **values: Any
) -> int:
    """A message to Ana that was tried in vain."""
    ended: dict[str, Any] = {"state": DEAD, "outcome": why, "finished_at": world.now, "attempts": 8}
    return world.put(kind, world.ana, **ended | values)


def retry(world: World, *ids: int, twice: bool = False) -> dict[int, str]:
    """Which stay, and why."""
    return retried(world, *ids, twice=twice).refused


def retried(world: World, *ids: int, twice: bool = False) -> Retried:
    with world.database.transaction() as db:
        return dead.retry(db, ids, world.now, twice=twice)


def test_they_are_listed_without_a_word_of_what_they_say(world: World) -> None:
    older = given_up(world, why="unseen", facts={"text": "Ana's private words"})
    newer = given_up(world, finished_at=world.now + timedelta(minutes=1))
    given_up(world, state=DUE)
    with world.database.reading() as db:
        found = dead.all_of(db, 10)
        assert dead.count(db) == 2
    assert [(one.id, one.reason, one.may_stand) for one in found] == [
        (newer, "no_text", False),
        (older, "unseen", True),
    ]
    assert "private" not in repr(found)
    assert "UANA" not in repr(found)


def test_one_that_is_tried_once_more_arrives(world: World) -> None:
    row, other = given_up(world), given_up(world)
    assert retry(world, row) == {}
    deliver(world)
    assert world.state(row) == (SENT, None)
    assert world.row(row).attempts == 1
    assert world.state(other) == (DEAD, "no_text")


def test_none_named_are_all(world: World) -> None:
    rows = [given_up(world), given_up(world)]
    assert retry(world) == {}
    assert [world.state(row) for row in rows] == [(DUE, None)] * 2


def test_of_two_pictures_of_one_message_one_is_tried_once_more(world: World) -> None:
    """Only one may wait, and it is drawn when it is sent."""
    card, other = (world.put(Outgoing.SESSION_CARD, state=SENT) for _ in range(2))
    twins = [given_up(world, Outgoing.REFRESH, target_id=card) for _ in range(2)]
    late = given_up(world, Outgoing.REFRESH, target_id=other)
    newer = world.put(Outgoing.REFRESH, target_id=other)
    news = given_up(world)
    assert retried(world) == Retried([twins[0], news], [twins[1], late], {})
    assert {world.state(row) for row in (twins[0], newer, news)} == {(DUE, None)}
    ended = OutboxState.SKIPPED, "a newer one waits", world.now
    assert [(*world.state(row), world.row(row).finished_at) for row in (twins[1], late)] == [ended] * 2


def test_what_may_stand_there_is_sent_twice_only_when_that_is_said(world: World) -> None:
    row = given_up(world, why="unseen")
    assert list(retry(world, row)) == [row]
    assert world.row(row).state is DEAD
    assert retry(world, row, twice=True) == {}
    assert world.row(row).state is DUE


def test_a_result_never_is(world: World) -> None:
    row = given_up(world, Outgoing.RESULT, why="unseen")
    assert list(retry(world, row, twice=True)) == [row]
    assert world.row(row).state is DEAD


def test_what_would_come_too_late_and_what_is_not_given_up_stays(world: World) -> None:
    late, sent = given_up(world, expires_at=world.now), given_up(world, state=SENT)
    refused = retry(world, late, sent, 999)
    assert refused == {
        late: "would come too late",
        sent: "is not among those that were given up",
        999: "is not among those that were given up",
    }
    assert (world.row(late).state, world.row(sent).state) == (DEAD, SENT)


def test_one_that_is_let_go_is_counted_no_more(world: World) -> None:
    row, other = given_up(world), given_up(world)
    with world.database.transaction() as db:
        assert dead.drop(db, [row], world.now) == {}
        assert dead.count(db) == 1
    assert world.state(row) == (OutboxState.SKIPPED, "let go by hand")
    assert world.row(other).state is DEAD


def test_one_of_a_newer_version_is_listed_and_left_to_it(world: World) -> None:
    row, ours = given_up(world), given_up(world)
    by_hand(world, row, "kind", "from_the_future")
    with world.database.reading() as db:
        assert {one.id: one.kind for one in dead.all_of(db, 10)} == {
            row: "from_the_future",
            ours: "session_news",
        }
    assert retry(world) == {}
    assert (tried(world, row)[0], world.row(ours).state) == ("dead", DUE)

"""What only a circle may read stands in its conversation while nobody else is in it."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from scheduler.messages import Content, File, Guarded, Message, Skip
from storage.models import Circle, OutboxRow, OutboxState, Outgoing
from tests.scheduler.fake_slack import Json
from tests.scheduler.world import Workers, World

FIGURES, PLAIN = "4.3 of 5 on average", "a result is there"
OURS = ("UANA", "UBO", "UCHIDI")
SENT, SKIPPED = OutboxState.SENT, OutboxState.SKIPPED


def guarded(_db: Session, _row: OutboxRow, _now: datetime) -> Content:
    return Guarded(Message(FIGURES), frozenset(OURS), Message(PLAIN))


def said_in(world: World, channel: Json | None) -> list[str]:
    if channel is not None:
        world.slack.channels["C1"] = channel
    world.change(Circle, world.circle, channel="C1")
    world.put(Outgoing.RESULT)

    async def scene(workers: Workers) -> None:
        await workers.delivery({Outgoing.RESULT: guarded}).deliver_all()

    world.run(scene)
    return world.slack.texts("C1")


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ({"is_private": True, "members": [*OURS]}, FIGURES),
        ({"is_private": True, "members": [*OURS[:2]]}, FIGURES),
        ({"is_mpim": True, "members": [*OURS]}, FIGURES),
        ({"is_private": True, "members": [*OURS, "BOTHER"]}, FIGURES),
        ({"is_private": True, "members": [*OURS, "UDEE"]}, PLAIN),
        ({"is_private": False, "members": [*OURS]}, PLAIN),
        ({"is_private": True, "members": [*OURS, *(f"B{n}" for n in range(50))]}, PLAIN),
        (None, PLAIN),
    ],
)
def test_figures_stand_only_where_the_circle_is_among_itself(
    world: World, channel: Json | None, said: str
) -> None:
    assert said_in(world, channel) == [said]


def test_a_failed_look_up_says_less_and_says_it_once(world: World) -> None:
    world.slack.refuse("conversations.members", "internal_error")
    assert said_in(world, {"is_private": True, "members": [*OURS]}) == [PLAIN]


@pytest.mark.parametrize(("others", "stands"), [([], True), (["UDEE"], False)])
def test_a_picture_stands_only_there_too(world: World, others: list[str], stands: bool) -> None:
    def picture(_db: Session, _row: OutboxRow, _now: datetime) -> Content:
        file = File("result.png", "Result", b"PNG", "As a picture", "A bar")
        return Guarded(file, frozenset(OURS), Skip("others read it"))

    world.slack.channels["C1"] = {"is_private": True, "members": [*OURS, *others]}
    world.change(Circle, world.circle, channel="C1")
    row = world.put(Outgoing.RESULT_PICTURE)

    async def scene(workers: Workers) -> None:
        await workers.delivery({Outgoing.RESULT_PICTURE: picture}).deliver_all()

    world.run(scene)
    assert [one["channel_id"] for one in world.slack.files] == ["C1"] * stands
    described = [one.body["alt_txt"] for one in world.slack.made("files.getUploadURLExternal")]
    assert described == ["A bar"] * stands
    assert world.state(row) == ((SENT, None) if stands else (SKIPPED, "others read it"))


@pytest.mark.parametrize(("people", "said"), [(OURS, FIGURES), (OURS[:2], PLAIN)])
def test_a_group_dm_is_known_by_opening_it_again(world: World, people: tuple[str, ...], said: str) -> None:
    channel = "G-" + "-".join(sorted(OURS))
    world.change(Circle, world.circle, channel=None, group_dm=channel)
    world.put(Outgoing.RESULT)

    def in_group_dm(_db: Session, _row: OutboxRow, _now: datetime) -> Content:
        return Guarded(Message(FIGURES), frozenset(people), Message(PLAIN), group_dm=True)

    async def scene(workers: Workers) -> None:
        await workers.delivery({Outgoing.RESULT: in_group_dm}).deliver_all()

    world.run(scene)
    assert world.slack.texts(channel) == [said]


def test_an_edit_asks_again(world: World) -> None:
    assert said_in(world, {"is_private": True, "members": [*OURS]}) == [FIGURES]
    world.slack.channels["C1"]["members"].append("UDEE")
    with world.database.reading() as db:
        [sent] = db.query(OutboxRow).filter_by(kind=Outgoing.RESULT, state=OutboxState.SENT)
    world.put(Outgoing.REFRESH, target_id=sent.id)

    async def scene(workers: Workers) -> None:
        await workers.delivery({Outgoing.RESULT: guarded}).deliver_all()

    world.run(scene)
    assert world.slack.texts("C1") == [PLAIN]

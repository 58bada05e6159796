"""Rows of the outbox reach Slack once, to the right place, in the state of the moment."""

from storage.models import OutboxState, Outgoing, Person
from tests.scheduler.world import Workers, World


def test_a_direct_message_is_sent_once_and_the_conversation_is_kept(world: World) -> None:
    row = world.put(Outgoing.WELCOME, world.ana)

    async def scene(workers: Workers) -> None:
        delivery = workers.delivery()
        assert await delivery.deliver_due() == 1
        assert await delivery.deliver_due() == 0

    world.run(scene)
    [post] = world.slack.made("chat.postMessage")
    sent = world.row(row)
    assert sent.state is OutboxState.SENT
    assert sent.slack_channel == post.body["channel"] == "D-UANA"
    assert sent.slack_ts in world.slack.messages["D-UANA"]
    assert sent.finished_at == world.now
    with world.database.reading() as db:
        assert db.get_one(Person, world.ana).dm_channel == "D-UANA"
    assert (post.body["unfurl_links"], post.body["unfurl_media"]) == (False, False)
    assert post.body["metadata"].keys() == {"event_type", "event_payload"}
    assert post.body["metadata"]["event_payload"].keys() == {"id"}

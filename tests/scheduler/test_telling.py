"""Where Slack lets nobody of ours into a circle's channel, its convener hears of it."""

import pytest

from coaching import channels
from storage.models import OutboxRow, OutboxState, Outgoing
from tests.scheduler.fake_slack import Call, Fault, Json
from tests.scheduler.send_paths import PATHS, RENDERERS, lay_out, sick
from tests.scheduler.world import Workers, World

POST = "chat.postMessage"
WORDS = (
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "cannot_post_to_channel",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_convener_is_told_once_and_what_was_to_be_said_is_said_elsewhere(world: World) -> None:
    slack = sick(world)
    [path] = [one for one in PATHS if one.name == "line in a thread"]
    cells = dict(zip(WORDS, lay_out(world, [path] * len(WORDS)), strict=True))
    for word, (workspace, _) in cells.items():
        slack.ills[workspace, POST] = refusing_in(f"C-{workspace}", word)

    async def scene(workers: Workers) -> None:
        await workers.delivery(RENDERERS, channels.undelivered).deliver_all()

    world.run(scene)
    heard = {word: told(world, workspace) for word, (workspace, _) in cells.items()}
    said = {word: world.row(row).state for word, (_, row) in cells.items()}
    assert heard == {word: [OutboxState.SENT] for word in WORDS}
    assert said == dict.fromkeys(WORDS, OutboxState.SENT)
    for workspace, _ in cells.values():
        assert [call.body["channel"] for call in slack.made_in(workspace, POST)].count(f"C-{workspace}") == 1


def refusing_in(channel: str, word: str) -> Fault:
    """Elsewhere it is heard."""

    async def refused(call: Call) -> Json | None:
        return {"ok": False, "error": word} if call.body["channel"] == channel else None

    return refused


def told(world: World, workspace: str) -> list[OutboxState]:
    """What became of the messages about it to the convener."""
    with world.database.reading() as db:
        here = db.query(OutboxRow).where(OutboxRow.workspace_id == workspace)
        return [row.state for row in here.where(OutboxRow.kind == Outgoing.CHANNEL_LOST)]

"""What the bot is told by events: somebody looks at it, somebody has changed."""

from datetime import datetime

from demo import objects, payloads, posting
from demo.doers import Doer
from demo.local import Local
from demo.records import ChannelKind, Json


async def open_home(doer: Doer) -> None:
    """The person looks at the bot's Home tab."""
    workspace, user = doer.local.workspace, doer.person.id
    taken = await _opened_app(doer, "home")
    if not taken and user not in workspace.homes:
        workspace.home_errors[user] = "This app did not answer, so its Home tab is empty."
        workspace.changed()


async def open_channel(doer: Doer, channel_id: str) -> None:
    """The person looks at a channel; at the bot's DM, the bot hears of it."""
    channel = doer.channel(channel_id)
    posting.mark_read(doer.local.workspace, channel.id, doer.person.id)
    if channel.kind is ChannelKind.DM:
        await _opened_app(doer, "messages")


async def _opened_app(doer: Doer, tab: str) -> bool:
    workspace, user = doer.local.workspace, doer.person.id
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": workspace.dm_of(user, doer.now).id,
        "tab": tab,
        "event_ts": f"{doer.now.timestamp():.6f}",
    }
    home = workspace.homes.get(user)
    if home and tab == "home":
        event["view"] = objects.view_json(workspace, home)
    return await fire(doer.local, event)


async def change_person(doer: Doer, tz: str | None, deleted: bool) -> None:
    """Somebody moved, or has left Slack; the bot is told."""
    person = doer.person
    person.tz, person.deleted = tz or person.tz, deleted or person.deleted
    if person.deleted:
        doer.local.workspace.stacks.pop(person.id, None)
    doer.local.workspace.changed()
    event = {
        "type": "user_change",
        "user": objects.user_json(doer.local.workspace, person, doer.now, locale=True),
        "cache_ts": int(doer.now.timestamp()),
        "event_ts": f"{doer.now.timestamp():.6f}",
    }
    await fire(doer.local, event)


async def fire(local: Local, event: Json, at: datetime | None = None) -> bool:
    """Sends the bot an event that happened now, or `at` then; True if its first try was taken."""
    workspace = local.workspace
    event_id = workspace.next_id("Ev")
    envelope = payloads.event_envelope(workspace, event, event_id, int((at or local.now()).timestamp()))
    return await local.line.event(envelope)


async def verify_url(local: Local) -> bool:
    """Whether the bot gives back the challenge that Slack sends to a new address."""
    challenge = local.workspace.next_id("challenge")
    return await local.line.challenge(
        {"type": "url_verification", "token": local.workspace.bot.verification, "challenge": challenge}
    )

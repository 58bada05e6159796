"""The two passes that a click gives the bot: a trigger to open a modal, an address to answer at."""

import secrets
from datetime import datetime

from demo import clock
from demo.records import Hook, Trigger
from demo.workspace import Workspace

HOOK_SECONDS = 30 * 60


def new_trigger(workspace: Workspace, user: str, life: float, view_id: str | None = None) -> str:
    """Good for one modal within `life` real seconds; `view_id` when it came from inside a modal."""
    moment = clock.stopwatch()
    _drop_old(workspace, moment)
    trigger_id = f"{workspace.next_id('')}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
    workspace.triggers[trigger_id] = Trigger(user, moment + life, view_id)
    return trigger_id


def _drop_old(workspace: Workspace, moment: float) -> None:
    """Old triggers are kept for a minute, so that they can be refused for the right reason."""
    for trigger_id in [t for t, trigger in workspace.triggers.items() if trigger.expires < moment - 60]:
        del workspace.triggers[trigger_id]


def trigger_problem(workspace: Workspace, trigger_id: str) -> str | None:
    """Slack's word for why a trigger cannot be used, if it cannot."""
    trigger = workspace.triggers.get(trigger_id)
    if trigger is None:
        return "invalid_trigger_id"
    if trigger.used:
        return "exchanged_trigger_id"
    return "expired_trigger_id" if trigger.expires < clock.stopwatch() else None


def new_hook(
    workspace: Workspace,
    user: str,
    channel: str,
    now: datetime,
    *,
    thread_ts: str | None = None,
    message_ts: str | None = None,
) -> Hook:
    """Good for five answers within half an hour of the demo's time."""
    moment = now.timestamp()
    for old in [h.id for h in workspace.hooks.values() if h.expires < moment]:
        del workspace.hooks[old]
    hook = Hook(
        id=f"{workspace.next_id('H')}/{secrets.token_urlsafe(18)}",
        user=user,
        channel=channel,
        expires=moment + HOOK_SECONDS,
        thread_ts=thread_ts,
        message_ts=message_ts,
    )
    workspace.hooks[hook.id] = hook
    return hook

"""What is looked up in Slack at night: whether the members of circles are still there.

Slack's events say so at once; what was missed while the bot was down is found here.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from coaching import profiles
from coaching.people import Profile
from scheduler.outcomes import SlackFault, Verdict
from scheduler.slack import Slack
from storage.engine import Database

AT_ONCE = 10
PAUSE_S = 0.7
"""Between two questions: Slack takes about a hundred of this kind a minute."""
STOPS = (Verdict.WAIT, Verdict.PAUSE)
"""Slack wants to be left alone, or cannot be asked: the rest waits for the next night."""

log = structlog.get_logger(__name__)


class PeopleCheck:
    """One worker's share of the nightly look."""

    def __init__(
        self,
        database: Database,
        slack: Slack,
        profile: Callable[[dict[str, Any], str], Profile],
        now: Callable[[], datetime],
        pause_s: float = PAUSE_S,
    ) -> None:
        """`profile` puts Slack's description of a person in a workspace into our words."""
        self._database = database
        self._slack = slack
        self._profile = profile
        self._now = now
        self._pause_s = pause_s

    async def run(self) -> None:
        """Asks about everybody who was not asked about lately, gently."""
        while batch := await asyncio.to_thread(self._take):
            for workspace, slack_id in batch:
                if not await self._look(workspace, slack_id):
                    return
                await asyncio.sleep(self._pause_s)

    async def _look(self, workspace: str, slack_id: str) -> bool:
        """Whether to go on."""
        try:
            user = await self._slack.user(workspace, slack_id)
        except SlackFault as fault:
            log.info("not looked up", reason=fault.code)
            return fault.verdict not in STOPS
        await asyncio.to_thread(self._keep, workspace, user)
        return True

    def _take(self) -> list[tuple[str, str]]:
        with self._database.transaction() as db:
            return profiles.to_look_up(db, self._now(), AT_ONCE)

    def _keep(self, workspace: str, user: dict[str, Any]) -> None:
        with self._database.transaction() as db:
            profiles.changed(db, workspace, self._profile(user, workspace), self._now())

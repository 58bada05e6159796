"""New tokens for those that end, where the Slack app rotates them.

A worker sees to it in its rounds, long before one ends; whoever asks for a token that is about to end does
it at once. The right to do so is a lease in the row, so a token that can be used once is used once. Slack is
never asked inside a transaction.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from coaching import installations
from coaching.installations import Lease, Pair
from service.clock import Clock
from service.oauth import Refused, Silent, SlackOAuth
from storage.encryption import Unreadable
from storage.engine import Database

URGENT = timedelta(minutes=10)
"""With less left nobody waits for the next round."""
SPENT = ("invalid_refresh_token", "token_revoked", "token_expired", "account_inactive")
"""Slack's words for what asking again does not mend."""
PAUSES_S = (0.5, 2.0, 5.0)
"""Between the tries to keep a new token, when the database is locked or away: it is the only one."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Renewal:
    database: Database
    slack: SlackOAuth
    clock: Clock
    urgent: timedelta = URGENT
    pause: Callable[[float], None] = time.sleep

    async def run(self) -> None:
        """A round of a worker: all that end soon, then what follows for those that have ended."""
        await asyncio.to_thread(self.renew_all)

    def renew_all(self) -> None:
        """Ends at once where Slack is silent: the next round goes on."""
        for workspace_id in self._due():
            if not self.renew(workspace_id):
                break
        with self.database.transaction() as db:
            installations.lose_ended(db, self.clock.now())

    def _due(self) -> list[str]:
        with self.database.reading() as db:
            return installations.to_renew(db, self.clock.now())

    def renew(self, workspace_id: str) -> bool:
        """Gets a new token, unless another process is at it. False when Slack did not answer."""
        lease = self._claim(workspace_id)
        if lease is None:
            return True
        try:
            pair = self.slack.refresh(lease.refresh_token, self.clock.now())
        except Refused as refused:
            self._refused(lease, refused.code)
        except Silent:
            # It may have been used up. The lease ends by itself, and the next try will show.
            log.warning("no new token: Slack did not answer", workspace=workspace_id)
            return False
        else:
            self._keep(lease, pair)
        return True

    def _claim(self, workspace_id: str) -> Lease | None:
        try:
            with self.database.transaction() as db:
                return installations.claim_renewal(db, workspace_id, self.clock.now())
        except Unreadable:
            log.error("the key for a token is missing", workspace=workspace_id)
            return None

    def _refused(self, lease: Lease, code: str) -> None:
        spent = code in SPENT
        log.error("no new token", workspace=lease.workspace_id, reason=code, reinstall=spent)
        with self.database.transaction() as db:
            installations.not_renewed(db, lease, spent=spent)

    def _keep(self, lease: Lease, pair: Pair) -> None:
        kept = self._patiently(lambda db: installations.renewed(db, lease, pair))
        log.info("token renewed" if kept else "token no longer wanted", workspace=lease.workspace_id)

    def _patiently(self, work: Callable[[Session], bool]) -> bool:
        for pause in PAUSES_S:
            try:
                with self.database.transaction() as db:
                    return work(db)
            except SQLAlchemyError:
                self.pause(pause)
        with self.database.transaction() as db:
            return work(db)

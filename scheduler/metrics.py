"""Figures for whoever watches over the bot. They count messages and calls, and never say whose."""

import math
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.auditor import Audit, backlog
from storage.models import OutboxRow, OutboxState

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5)
"""Of a request: Slack waits three."""
CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10)
"""Of a call to Slack: it is given up after ten."""


def _hidden(name: str, what: str) -> Gauge:
    return Gauge(f"coach_{name}", what, registry=None)


class Metrics:
    """One process' own. What stands in the database is read when somebody asks."""

    def __init__(self) -> None:
        own = self._registry = CollectorRegistry()
        ProcessCollector(registry=own)  # memory, processor, open files
        self.requests = Histogram(
            "coach_request_seconds",
            "How long Slack waited for an answer",
            ["kind", "status"],
            buckets=SECONDS,
            registry=own,
        )
        self.call_seconds = Histogram(
            "coach_slack_call_seconds",
            "How long Slack took to answer a call, or to fail",
            ["method"],
            buckets=CALL_SECONDS,
            registry=own,
        )
        self.errors = Counter(
            "coach_errors", "Lines of the log that say that something failed", ["event"], registry=own
        )
        self.calls = Counter("coach_slack_calls", "Calls to Slack", ["method", "error"], registry=own)
        self.limited = Counter(
            "coach_slack_limited_seconds", "For how long Slack asked to be left alone", registry=own
        )
        self.moved = Counter("coach_sends", "Messages that moved", ["kind", "result"], registry=own)
        self.duplicates_avoided = Counter(
            "coach_duplicates_avoided",
            "Messages that were found standing before they were sent again",
            registry=own,
        )
        self._oldest = self._gauge("outbox_oldest_due_seconds", "Since when the oldest message may go out")
        self._waiting = self._gauge("outbox_due", "Messages that may go out now")
        self._skew = self._gauge("clock_skew_seconds", "How far this clock is ahead of Slack's")
        self._dead = self._gauge("outbox_dead", "Messages that were given up: coach outbox list")
        # Not shown before a worker begins: a process that only answers Slack never looks.
        self._last_tick = _hidden("last_tick_timestamp", "When due messages were last looked for")
        self._audit_ok = _hidden("auditor_last_ok_timestamp", "When no message was last found stuck")
        self._stuck = _hidden("outbox_stuck", "Messages that should have gone out and did not move")
        self._of_a_worker = [self._last_tick, self._audit_ok, self._stuck]

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(f"coach_{name}", what, registry=self._registry)

    def worker_begins(self) -> None:
        """From now on there is something to say of it."""
        while self._of_a_worker:
            self._registry.register(self._of_a_worker.pop())

    def ticked(self, now: datetime) -> None:
        self._last_tick.set(now.timestamp())

    def audited(self, audit: Audit, now: datetime) -> None:
        self._stuck.set(audit.stuck)
        if not audit.stuck:
            self._audit_ok.set(now.timestamp())

    def text(self, db: Session, now: datetime, ahead: timedelta | None = None) -> bytes:
        """All of them, in the format of Prometheus. `ahead`: by how much this clock is ahead of Slack's."""
        self._skew.set(ahead.total_seconds() if ahead is not None else math.nan)
        found = backlog(db, now)
        oldest = min((one.oldest for one in found), default=now)
        self._oldest.set(max(timedelta(0), now - oldest).total_seconds())
        self._waiting.set(sum(one.rows for one in found))
        dead = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == OutboxState.DEAD)
        self._dead.set(db.scalar(dead) or 0)
        return generate_latest(self._registry)

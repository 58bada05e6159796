"""A worker in a process of its own, which dies where it is told to."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

import structlog

from scheduler.claims import Claim
from scheduler.delivery import Delivery, Marked, Prepared
from scheduler.outcomes import Mark
from scheduler.pace import Pace
from scheduler.preparing import Parcel
from scheduler.slack import Slack
from storage.engine import Database
from tests.scheduler.world import PLAIN, START

BATCH = 10
"""Small, so that one death does not hold all there is until its lease ends."""
BETWEEN_LOOKS_S = 0.05


class Step(StrEnum):
    """Where a worker can die, in the order in which a message passes."""

    CLAIMED = "claimed"
    PREPARED = "prepared"
    ASKED = "asked"
    """Slack has the request, and has not begun."""
    DONE = "done"
    """Slack has done it, and has not said so."""
    ANSWERED = "answered"
    MARKING = "marking"
    MARKED = "marked"
    STALLED = "stalled"
    """Stopped for longer than its lease, and then it goes on where it was."""
    LOOKING_UP = "looking up"
    LOOKED_UP = "looked up"


AT_SLACK = (Step.ASKED, Step.DONE)
"""There Slack kills it, when the request has come."""
LOOKING = (Step.LOOKING_UP, Step.LOOKED_UP)


@dataclass(frozen=True)
class Clock:
    """Runs `speed` times as fast as the computer's, so that a lease of a minute ends in seconds."""

    began: float
    speed: float

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.monotonic() - self.began) * self.speed)


@dataclass(frozen=True)
class Orders:
    """What one worker is to do."""

    database_url: str
    slack_url: str
    clock: Clock
    dies_at: Step | None = None
    after: int = 1
    """The how many-th time that it comes there."""
    seed: int = 0


class Fragile(Delivery):
    """Delivery as it is, with a blow in between."""

    def __init__(self, orders: Orders, *rest: Any, **named: Any) -> None:
        super().__init__(*rest, **named)
        self._dies_at, self._left = orders.dies_at, orders.after

    def _pass(self, step: Step) -> None:
        if step is self._dies_at:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def _take(self, *rest: Any) -> Any:
        taken = super()._take(*rest)
        if taken.claims:
            self._pass(Step.CLAIMED)
        return taken

    def _prepare(self, claims: Sequence[Claim]) -> Sequence[Prepared | Exception]:
        found = super()._prepare(claims)
        self._pass(Step.PREPARED)
        return found

    async def _send(self, claim: Claim, parcel: Parcel) -> Mark:
        mark = await super()._send(claim, parcel)
        self._pass(Step.ANSWERED)
        return mark

    async def _look_up(self, claim: Claim) -> Mark | Claim:
        self._pass(Step.LOOKING_UP)
        found = await super()._look_up(claim)
        self._pass(Step.LOOKED_UP)
        return found

    def _write_all(self, marked: Sequence[Marked]) -> Sequence[bool | Exception]:
        self._pass(Step.MARKING)
        done = super()._write_all(marked)
        self._pass(Step.MARKED)
        return done


def work(orders: Orders) -> None:
    """Delivers until it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(_work(orders))


async def _work(orders: Orders) -> None:
    delivery = Fragile(
        orders,
        Database(orders.database_url),
        Slack(orders.slack_url, lambda workspace: f"xoxb-{os.getpid()}-{workspace}", orders.clock.now),
        PLAIN,
        orders.clock.now,
        Random(orders.seed),
        batch=BATCH,
        pace=Pace(burst=1_000_000),
    )
    while True:
        await delivery.deliver_all()
        await asyncio.sleep(BETWEEN_LOOKS_S)

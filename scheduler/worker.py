"""The clock that drives a process: delivery every few seconds, planning every few minutes, tidying at night.

APScheduler only says when; what is due stands in the database.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session

from scheduler import housekeeping
from scheduler.auditor import Audit, Auditor
from scheduler.delivery import Delivery
from scheduler.heartbeat import Heartbeat
from scheduler.metrics import Metrics
from scheduler.trouble import name_of
from storage import doorbell
from storage.engine import Database

DELIVER_EVERY_S = 5
PLAN_EVERY_S = 180
NIGHTLY_HOUR_UTC = 3
SILENT = timedelta(minutes=2)
"""A round of delivery ends sooner, even when every call to Slack runs into its timeout."""
MOST_AT_ONCE = {"_deliver": 4}
"""A slow round of delivery must not keep the next from starting; all other work is done once at a time."""

# Late is better than never, once is enough, and never twice at a time.
DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}

MOST_IN_A_ROW = 20
"""Transactions that one planner gets in a row; the next look takes the rest."""

Planner = Callable[[Session, datetime], bool | None]
"""Looks what the time asks for, and writes it down. Several workers may do so at once. True: more is due."""

Step = Callable[[Session, datetime], bool]
"""Deletes a little of what is old. Whether there is more."""

Work = Callable[[], Coroutine[Any, Any, None]]

log = structlog.get_logger(__name__)


class Worker:
    """One process' share of the work that nobody clicks for. Lives in one event loop."""

    def __init__(
        self,
        database: Database,
        delivery: Delivery,
        now: Callable[[], datetime],
        *,
        plan: Sequence[Planner] = (),
        nightly: Sequence[Planner] = (),
        steps: Sequence[Step] = (),
        errands: Sequence[Work] = (),
        rounds: Sequence[Work] = (),
        metrics: Metrics | None = None,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        """`steps` are taken at night until nothing is left to do. `rounds` are gone every few minutes, to ask
        Slack for what messages need.

        `errands` are what is asked of Slack at night; a clock moved by hand leaves them out.
        """
        self.last_tick: datetime | None = None
        """When delivery last looked for due rows."""
        self._metrics = metrics or Metrics()
        self._heartbeat = heartbeat
        self._auditor = Auditor()
        self._audit: Audit | None = None
        self._database = database
        self._delivery = delivery
        self._now = now
        self._plan = plan
        self._nightly = nightly
        self._steps = (*housekeeping.STEPS, *steps)
        self._errands = errands
        self._rounds = rounds
        self._last_night: date | None = None
        self._scheduler: AsyncIOScheduler | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._woken = False
        self._stopped = Event()
        self._beat: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Begins to tick. Returns at once."""
        self._loop = asyncio.get_running_loop()
        self._metrics.worker_begins()
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=DEFAULTS)
        self._lay_out(self._scheduler)
        self._scheduler.start()
        self._watch_clock(self._now())
        self._begin(self._go_round)
        self._begin(self._plan_tick)
        self._stopped = Event()
        if doorbell.carries(self._database.engine):
            at_the_door = self._database.engine, self.wake, self._stopped
            Thread(target=doorbell.listen, args=at_the_door, daemon=True).start()

    async def stop(self, grace: float = 10) -> None:
        """Takes no new work and finishes what was begun, within `grace` seconds."""
        self._loop = None
        self._stopped.set()
        if self._beat is not None:
            self._beat.cancel()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        closing = asyncio.ensure_future(self._delivery.close())
        _, late = await asyncio.wait({closing, *self._work}, timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def problem(self) -> str | None:
        """What keeps messages from going out, for readiness; None where nothing does, or it does not run."""
        if self._loop is None or self.last_tick is None:
            return None
        if self._now() - self.last_tick > SILENT:
            return "Due messages have not been looked for lately: see the log."
        if self._audit is not None and self._audit.nothing_moves:
            return "Messages are due, and none has moved for ten minutes: see the log."
        return None

    def wake(self) -> None:
        """Something has become due: look now. May be called from any thread, and at any time."""
        loop = self._loop
        if loop is not None and not self._woken:
            self._woken = True  # ten changes at once are one look
            with suppress(RuntimeError):  # the loop has just ended
                loop.call_soon_threadsafe(self._on_wake)

    async def run_ticks(self, now: datetime) -> None:
        """All that the clock would do by `now`: for a clock that is moved by hand."""
        if self._last_night is not None and self._last_night < now.date():
            await self._tidy_up(now)
        self._last_night = now.date()
        await self._go_round()
        await self._run(self._plan, now)
        await self._delivery.deliver_all()
        self.last_tick = now

    def _lay_out(self, scheduler: AsyncIOScheduler) -> None:
        scheduler.add_job(self._tick, IntervalTrigger(seconds=DELIVER_EVERY_S), [self._deliver])
        scheduler.add_job(self._tick, IntervalTrigger(seconds=PLAN_EVERY_S), [self._plan_tick])
        scheduler.add_job(self._tick, IntervalTrigger(seconds=PLAN_EVERY_S), [self._go_round])
        scheduler.add_job(self._tick, CronTrigger(hour=NIGHTLY_HOUR_UTC, timezone="UTC"), [self._night])

    async def _tick(self, work: Work) -> None:
        # Only starts it: APScheduler cancels its own jobs when it is shut down.
        self._begin(work)

    def _on_wake(self) -> None:
        self._woken = False
        self._begin(self._deliver)

    def _begin(self, work: Work) -> None:
        name = work.__name__
        alike = sum(task.get_name() == name for task in self._work)
        if self._loop is None or alike >= MOST_AT_ONCE.get(name, 1):
            return
        task = self._loop.create_task(self._guarded(work), name=name)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _guarded(self, work: Work) -> None:
        try:
            await work()
        except Exception as error:
            log.error("tick failed", work=work.__name__, error=name_of(error))

    async def _deliver(self) -> None:
        while await self._delivery.deliver_due():
            self._ticked()
        self._ticked()

    def _ticked(self) -> None:
        self.last_tick = self._now()
        self._metrics.ticked(self.last_tick)

    async def _plan_tick(self) -> None:
        await self._run(self._plan, self._now())
        await self._deliver()
        await self.look_after()

    async def _go_round(self) -> None:
        for one in self._rounds:
            await self._guarded(one)

    async def look_after(self) -> None:
        """Whether what should have gone out has; only then is the heartbeat heard."""
        found = self._audit = await asyncio.to_thread(self._audited, self._now())
        if found.stuck:
            log.error("messages are stuck", messages=found.stuck, others_move=found.moving)
        elif self._heartbeat is not None:
            await self._heartbeat.beat()

    def _audited(self, now: datetime) -> Audit:
        with self._database.reading() as db:
            found = self._auditor.look(db, now)
        self._metrics.audited(found, now)
        return found

    async def _night(self) -> None:
        await self._tidy_up(self._now())
        for errand in self._errands:
            await self._guarded(errand)
        await self._deliver()

    async def _tidy_up(self, now: datetime) -> None:
        await self._run(self._nightly, now)
        for step in self._steps:
            await asyncio.to_thread(self._take, step, now)
        await asyncio.to_thread(self._database.compact)

    async def _run(self, planners: Sequence[Planner], now: datetime) -> None:
        await asyncio.to_thread(self._run_all, planners, now)

    def _run_all(self, planners: Sequence[Planner], now: datetime) -> None:
        for planner in planners:
            if not self._stopped.is_set():
                self._run_one(planner, now)

    def _run_one(self, planner: Planner, now: datetime) -> None:
        """Each in a transaction of its own: one that fails takes nothing else with it."""
        try:
            for _ in range(MOST_IN_A_ROW):
                with self._database.transaction() as db:
                    more = planner(db, now)
                if not more or self._stopped.is_set():
                    return
        except Exception as error:
            log.error("planning failed", planner=getattr(planner, "__name__", "?"), error=name_of(error))

    def _take(self, step: Step, now: datetime) -> None:
        """Each time in a transaction of its own, so that nobody else waits for all of it."""
        try:
            more = True
            while more and not self._stopped.is_set():
                with self._database.transaction() as db:
                    more = step(db, now)
        except Exception as error:
            name = getattr(getattr(step, "func", step), "__name__", "?")
            log.error("deleting what is old failed", step=name, error=name_of(error))

    def _watch_clock(self, then: datetime) -> None:
        """Lays the jobs out anew when the clock was put back: APScheduler would wait until it catches up."""
        if self._loop is None or self._scheduler is None:
            return
        now = self._now()
        if now < then:
            log.warning("the clock was put back", seconds=round((then - now).total_seconds()))
            self._scheduler.remove_all_jobs()
            self._lay_out(self._scheduler)
        self._beat = self._loop.call_later(DELIVER_EVERY_S, self._watch_clock, now)

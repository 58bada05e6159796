"""One run: so many messages, so many workers, so many deaths; and what came of the messages."""

import asyncio
import os
import signal
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from random import Random

from aiohttp import web
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from scheduler.claims import LEASE
from storage.engine import Database
from storage.models import OutboxRow, OutboxState, Outgoing
from tests.crashes.worker import AT_SLACK, LOOKING, Clock, Orders, Step, work
from tests.scheduler.fake_slack import LOST, Call, FakeSlack, Fault, Json
from tests.scheduler.world import World
from tests.support.forks import forks

POST = "chat.postMessage"
LOOK_EVERY_S = 0.2
NOT_REACHED_S = 5
"""A worker that does not come to where it should die, dies where it is."""
AFTER_STALL_S = 0.5
MOST_AFTER = 4
"""At the latest it dies when it comes there for the so many-th time."""


@dataclass(frozen=True)
class Run:
    """What is tried."""

    messages: int
    workers: int
    random_deaths: int
    deaths_each_step: int
    look_up: bool = True
    workspaces: int = 20
    over_s: float = 8
    """They fall due over so long, so that there is something to send to the last."""
    speed: float = 30
    """Of the clock."""
    seed: int = 1
    within_s: float = 300

    @property
    def deaths(self) -> list[Step | None]:
        """None is one at a random moment. There is something to look up when some have died."""
        sending = [step for step in Step if step not in LOOKING] * self.deaths_each_step
        Random(self.seed).shuffle(sending)
        return [*sending, *LOOKING * self.deaths_each_step, *[None] * self.random_deaths]


@dataclass
class Outcome:
    """What came of it."""

    kills: int = 0
    lost: int = 0
    given_up: int = 0
    """Two workers died over each: a third try is not made unseen, and coach outbox has it."""
    twice: int = 0
    """Messages too many."""
    seconds: float = 0
    reached: dict[Step, int] = field(default_factory=dict)
    """How many died at each step, and not before it."""


class Scene:
    """The messages, Slack, and the workers that come and go."""

    def __init__(self, run: Run, database: Database) -> None:
        self._run, self._database = run, database
        self._random = Random(run.seed)
        self._deaths = deque(run.deaths)
        self._clock = Clock(time.monotonic(), run.speed)
        self._slack = FakeSlack(self._clock.now)
        if not run.look_up:
            self._slack.scopes.clear()
        self.outcome = Outcome()

    async def play(self) -> Outcome:
        """Lets all of them die who shall, and the last ones finish."""
        self._fill()
        began = time.monotonic()
        runner = await self._slack.start()
        try:
            async with asyncio.timeout(self._run.within_s):
                await asyncio.gather(*(self._place() for _ in range(self._run.workers)))
        finally:
            await runner.cleanup()
        self.outcome.seconds = time.monotonic() - began
        self.outcome.given_up = self._count(OutboxState.DEAD)
        self.outcome.lost = self._run.messages - self._count(OutboxState.SENT) - self.outcome.given_up
        self.outcome.twice = sum(times - 1 for times in self._slack.posts().values())
        return self.outcome

    def _fill(self) -> None:
        world = World(self._database)
        with self._database.transaction() as db:
            people = [self._person(db, world, f"T{number + 100}") for number in range(self._run.workspaces)]
            numbers = range(self._run.messages)
            db.execute(
                insert(OutboxRow), [self._row(world, one, *people[one % len(people)]) for one in numbers]
            )

    def _person(self, db: Session, world: World, workspace: str) -> tuple[str, int]:
        world.add_workspace(db, workspace)
        return workspace, world.add_person(db, workspace, f"of{workspace}").id

    def _row(self, world: World, number: int, workspace: str, person: int) -> dict[str, object]:
        due_in = timedelta(seconds=self._run.speed * self._random.uniform(0, self._run.over_s))
        return {
            "workspace_id": workspace,
            "kind": Outgoing.SESSION_NEWS,
            "unique_key": f"crash:{number}",
            "person_id": person,
            "facts": {},
            "due_at": world.now + due_in,
            "created_at": world.now,
            "state": OutboxState.DUE,
            "attempts": 0,
        }

    async def _place(self) -> None:
        """Where one worker is: when it has died, the next one comes."""
        while self._deaths:
            death = self._deaths.popleft()
            with self._worker(death) as worker:
                await self._die(worker, death)
        with self._worker(None) as last:
            while self._unfinished():
                await asyncio.sleep(LOOK_EVERY_S)
            last.process.kill()
            await last.gone()

    def _worker(self, death: Step | None) -> "_Worker":
        url = f"{self._slack.url}/api/"
        orders = Orders(
            self._database.engine.url.render_as_string(hide_password=False),
            url,
            self._clock,
            None if death in AT_SLACK else death,
            1 if death in LOOKING else self._random.randint(1, MOST_AFTER),
            self._random.randrange(1000),
        )
        return _Worker(forks().Process(target=work, args=(orders,), daemon=True))

    async def _die(self, worker: "_Worker", death: Step | None) -> None:
        if death in AT_SLACK:
            self._slack.fail(POST, self._blow(worker, death))
        at_random = death in (None, Step.STALLED)
        await worker.gone(within_s=self._random.uniform(0.05, 0.5) if at_random else NOT_REACHED_S)
        if death is Step.STALLED:
            await self._stall(worker)
        if death is Step.STALLED or (death is not None and not worker.process.is_alive()):
            self.outcome.reached[death] = self.outcome.reached.get(death, 0) + 1
        worker.process.kill()
        await worker.gone()
        self.outcome.kills += 1

    async def _stall(self, worker: "_Worker") -> None:
        os.kill(worker.pid, signal.SIGSTOP)
        await worker.gone(within_s=1.2 * LEASE.total_seconds() / self._run.speed)
        os.kill(worker.pid, signal.SIGCONT)
        await worker.gone(within_s=AFTER_STALL_S)

    def _blow(self, worker: "_Worker", death: Step | None) -> Fault:
        async def kill(call: Call) -> Json | web.Response | None:
            if worker.over:
                return None
            if f"-{worker.pid}-" not in call.token:
                self._slack.fail(POST, kill)  # another worker's; it waits for the next
                return None
            if death is Step.DONE:
                self._slack.carry_out(call)
            os.kill(worker.pid, signal.SIGKILL)
            return LOST

        return kill

    def _unfinished(self) -> int:
        return self._run.messages - self._count(OutboxState.SENT, OutboxState.DEAD, OutboxState.SKIPPED)

    def _count(self, *states: OutboxState) -> int:
        with self._database.reading() as db:
            return db.scalar(select(func.count()).where(OutboxRow.state.in_(states))) or 0


class _Worker:
    """A process that is certainly gone in the end."""

    def __init__(self, process: ForkServerProcess) -> None:
        self.process = process
        self.pid = 0
        self.over = False

    def __enter__(self) -> "_Worker":
        self.process.start()
        self.pid = self.process.pid or 0
        return self

    def __exit__(self, *_: object) -> None:
        self.over = True
        self.process.kill()
        self.process.join()
        self.process.close()

    async def gone(self, within_s: float = 60) -> None:
        """Waits until it has ended, or so long."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self.process.sentinel, ended.set)
        try:
            await asyncio.wait_for(ended.wait(), within_s)
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(self.process.sentinel)


def play(run: Run, database: Database) -> Outcome:
    """Messages are laid down, workers come and die, and the last ones finish."""
    return asyncio.run(Scene(run, database).play())

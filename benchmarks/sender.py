"""A process that delivers what is due by the bot's own `Delivery` and renderers: a worker without clock."""

import asyncio
import json
import random
import sys
import time
from datetime import datetime
from functools import partial

from benchmarks.processes import Json, say
from bot import models
from bot.outgoing import all_renderers
from coaching.packs import default_pack
from scheduler.delivery import Delivery
from scheduler.slack import Slack
from service.clock import SystemClock
from service.logs import set_up_logs
from storage.engine import Database

WARM_UP = 10


async def main(database_url: str, api_url: str, moment: str, batch: str, per_workspace: str) -> None:
    """Delivers a few rows at once, so that what is measured begins warm; then each line starts a run."""
    set_up_logs("INFO")
    models.hasten()  # as every process of the bot does
    clock, database = _Clock(datetime.fromisoformat(moment)), Database(database_url)
    slack = Slack(api_url, lambda workspace: f"xoxb-{workspace}", clock.now)

    deliveries = partial(
        Delivery, database, slack, all_renderers(default_pack()), clock.now, random.SystemRandom()
    )
    await deliveries(batch=WARM_UP).deliver_due()
    say({"ready": True})
    while line := await asyncio.to_thread(sys.stdin.readline):
        delivery = deliveries(batch=int(batch), per_workspace=int(per_workspace))
        say(await _run(delivery, json.loads(line)["most_s"]))
    await slack.close()


async def _run(delivery: Delivery, most_s: float) -> Json:
    """Until nothing is due any more, or so many seconds have passed and what was begun has ended."""
    started = time.perf_counter()
    delivering = asyncio.create_task(delivery.deliver_all())
    await asyncio.wait({delivering}, timeout=most_s)
    await delivery.close()
    await delivering
    return {"seconds": time.perf_counter() - started}


class _Clock:
    """Goes on from a given moment."""

    def __init__(self, moment: datetime) -> None:
        self._clock = SystemClock()
        self._ahead = moment - self._clock.now()

    def now(self) -> datetime:
        return self._clock.now() + self._ahead


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

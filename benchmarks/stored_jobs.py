"""APScheduler's own way, in a process: each reminder is a stored date job that posts when its time comes."""

import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from slack_sdk import WebClient

from benchmarks.processes import Json, serve_lines
from service.clock import SystemClock
from storage.engine import Database

ENDED = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED
FIRST = 20
PATIENCE_S = 120
"""A job may be lost without a word; after so long nobody waits any more."""


def post(api_url: str, message: Json) -> None:
    """The job."""
    _client(api_url).chat_postMessage(**message)


@cache
def _client(api_url: str) -> WebClient:
    return WebClient(token="xoxb-1", base_url=api_url)  # noqa: S106 - of nobody


def main(database_url: str, api_url: str, way: str) -> None:
    scheduler = _by_default(database_url) if way == "default" else _at_its_best(database_url)
    scheduler.start(paused=True)
    serve_lines(lambda asked: _answer(scheduler, _Jobs(api_url, **asked)))
    scheduler.shutdown(wait=False)


def _by_default(database_url: str) -> BackgroundScheduler:
    return BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=database_url)}, timezone="UTC")


def _at_its_best(database_url: str) -> BackgroundScheduler:
    """No job is too late, a hundred are sent at once, and the database is opened as ours is."""
    return BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=Database(database_url).engine)},
        executors={"default": ThreadPoolExecutor(100)},
        job_defaults={"misfire_grace_time": None},
        timezone="UTC",
    )


@dataclass(frozen=True)
class _Jobs:
    api_url: str
    message: Json
    many: int
    only_add: bool = False

    def add(self, scheduler: BackgroundScheduler, many: int, moment: datetime) -> float:
        """Seconds that it took."""
        started = time.perf_counter()
        for _ in range(many):
            scheduler.add_job(post, "date", [self.api_url, self.message], run_date=moment)
        return time.perf_counter() - started


def _answer(scheduler: BackgroundScheduler, jobs: _Jobs) -> Json:
    each_s = jobs.add(scheduler, FIRST, _in(3600)) / FIRST
    scheduler.remove_all_jobs()
    if jobs.only_add:
        return {"seconds": jobs.add(scheduler, jobs.many, _in(3600))}
    moment = _in(2 + 1.6 * each_s * jobs.many)
    jobs.add(scheduler, jobs.many, moment)
    time.sleep(max(0, (moment - SystemClock().now()).total_seconds()))
    return {"seconds": _run(scheduler, jobs.many)}


def _run(scheduler: BackgroundScheduler, many: int) -> float:
    """Seconds from the moment until all jobs have ended in some way."""
    left, all_ended = iter(range(many - 1)), threading.Event()

    def count(_: Any) -> None:
        if next(left, None) is None:
            all_ended.set()

    scheduler.add_listener(count, ENDED)
    started = time.perf_counter()
    scheduler.resume()
    all_ended.wait(PATIENCE_S)
    return time.perf_counter() - started


def _in(seconds: float) -> datetime:
    return SystemClock().now() + timedelta(seconds=seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])

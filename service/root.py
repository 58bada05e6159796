"""The composition root: settings in, running parts out. Nothing else builds an engine or a client."""

import asyncio
import os
import random
import signal
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import structlog
import uvicorn
from slack_bolt import App
from sqlalchemy import URL
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.types import Lifespan

from bot.app import create_app
from bot.directory import profile
from bot.outgoing import all_renderers
from bot.throttle import Limits
from coaching import calendar_feed, channels, results, retention
from coaching.packs import Pack
from coaching.planning import NIGHTLY, PLANNERS
from scheduler.delivery import Delivery
from scheduler.heartbeat import Heartbeat
from scheduler.metrics import Metrics
from scheduler.nightly import PeopleCheck
from scheduler.skew import Skew
from scheduler.slack import Slack
from scheduler.worker import Worker
from service import content, keys, oauth, sentry
from service.clock import Clock, SystemClock
from service.envelopes import Envelopes
from service.failed import Failure, tell_of_failures
from service.installing import Installing
from service.logs import log_what_escapes, reference, set_up_logs
from service.renewal import Renewal
from service.settings import Settings, unknown_names
from service.socket_mode import SocketMode
from service.tokens import BotToken, Installed, Tokens
from service.web import Watching, create_health, create_web
from storage import migrate as migrations
from storage.encryption import Cipher
from storage.engine import Database
from storage.models import OutboxRow

# Together under the ten seconds after which hosts kill what does not end by itself.
REQUESTS_END_WITHIN_S = 3
"""Slack waits no longer for an answer."""
MESSAGES_END_WITHIN_S = 6
"""What is still under way then, the next worker looks up."""
GONE_WITHIN_S = 9.5
"""Whatever holds it up: a thread that waits for the database cannot be stopped, and Python waits for it."""
IDLE_CONNECTIONS_KEPT_S = 130
"""Longer than proxies keep theirs (nginx 60, Heroku 90, Caddy 120): who sends into one that is being closed
cannot tell whether it was heard, and the person sees an error."""
log = structlog.get_logger(__name__)


@dataclass
class Coach:
    """All parts of a running bot."""

    settings: Settings
    clock: Clock
    database: Database
    pack: Pack
    token: Tokens
    app: App
    worker: Worker
    slack: Slack
    metrics: Metrics
    skew: Skew
    installing: Installing | None = None
    """Where people install it into their workspaces themselves."""

    async def stop(self) -> None:
        """Finishes what is under way, then closes the connections to Slack."""
        await self.worker.stop(MESSAGES_END_WITHIN_S)
        await self.slack.close()

    def ready(self) -> list[str]:
        """What stops the bot, a line each; nothing when it runs."""
        clock = self.skew.remark() if self.skew.stops_requests() else None
        problems = migrations.current_problem(self.database), self.worker.problem(), clock
        return [one for one in problems if one]

    def remarks(self) -> list[str]:
        """What stops nothing yet, and is worth a look."""
        remark = self.skew.remark()
        return [remark] if remark else []

    def count(self, failure: Failure) -> None:
        """Keeps the figure of what failed. What libraries say is not told apart: there is no end of it."""
        self.metrics.errors.labels(failure.event or "a library").inc()

    def figures(self) -> bytes:
        """For whoever watches over it, in the format of Prometheus."""
        with self.database.reading() as db:
            return self.metrics.text(db, self.clock.now(), self.skew.ahead())

    def calendar(self, token: str) -> bytes | None:
        """What calendar programs read at an address with this token; None for one that is none (any more)."""
        with self.database.reading() as db:
            return calendar_feed.read(db, token, self.clock.now())

    def web(self, *, with_worker: bool) -> Starlette:
        socket = self._socket() if self.settings.socket_mode else None
        secret = self.settings.slack_signing_secret.get_secret_value()
        return create_web(
            self.app.dispatch,
            signing_secret=None if socket else secret,
            ready=lambda: self.ready() + ([one] if socket and (one := socket.problem()) else []),
            calendar=self.calendar,
            watching=self._watching(),
            pages=self.installing.routes() if self.installing else (),
            took=self._took,
            lifespan=self._working(worker=with_worker, socket=socket),
        )

    def _took(self, kind: str, status: int, seconds: float) -> None:
        self.metrics.requests.labels(kind, status).observe(seconds)

    def _socket(self) -> SocketMode:
        token = self.settings.slack_app_token.get_secret_value()
        answer = Envelopes(self.app.dispatch, self._took).answer
        return SocketMode(token, self.settings.slack_api_url, answer)

    def health(self) -> Starlette:
        """What a worker of its own answers: whether it works, and its figures."""
        return create_health(self.ready, self._watching(), self._working(worker=True))

    def _watching(self) -> Watching:
        key = self.settings.coach_metrics_key.get_secret_value()
        return Watching(self.figures, key, self.remarks)

    def _working(self, *, worker: bool, socket: SocketMode | None = None) -> Lifespan[Starlette]:
        """What goes on beside the pages, from their beginning to their end."""

        @asynccontextmanager
        async def work(_: Starlette) -> AsyncIterator[None]:
            if worker:
                await self.worker.start()
            if socket:
                await socket.start()
            yield
            await asyncio.gather(
                *([self.stop()] if worker else []), *([socket.stop(REQUESTS_END_WITHIN_S)] if socket else [])
            )

        return work


def open_database(settings: Settings) -> Database:
    """With the keys for what is encrypted in it. Opens no connection yet."""
    return Database(settings.database_url, Cipher(keys.of(settings)))


def open_if_there(settings: Settings) -> Database:
    """The same for whoever only looks: without a file each look fails, and makes none."""
    if settings.no_database() is None:
        return open_database(settings)
    file = f"file:{quote(str(settings.database_file))}"
    url = URL.create("sqlite", database=file, query={"mode": "rw", "uri": "true"})
    return Database(url.render_as_string(), Cipher(keys.of(settings)))


def given_up(db: Session, row: OutboxRow, now: datetime) -> None:
    """A message that will not be sent any more: what follows from it."""
    channels.undelivered(db, row, now)
    results.given_up(db, row, now)


def build(
    settings: Settings, clock: Clock, database: Database, pack: Pack, limits: Limits | None = None
) -> Coach:
    """Puts the parts together. Opens no connection yet. `limits`: how much one person may ask for."""
    renewal = Renewal(database, oauth.of(settings), clock) if settings.many_workspaces else None
    token = Installed(database, clock, renewal) if renewal else BotToken(settings, database, clock)
    metrics, skew = Metrics(), Skew(SystemClock().now)  # requests are signed by real time, whatever the clock
    slack = Slack(settings.slack_api_url, token.newest, clock.now, metrics, skew)
    delivery = Delivery(
        database,
        slack,
        all_renderers(pack),
        clock.now,
        random.SystemRandom(),
        on_dead=given_up,
        metrics=metrics,
    )
    people = PeopleCheck(database, slack, profile, clock.now)
    worker = Worker(
        database,
        delivery,
        clock.now,
        plan=PLANNERS,
        nightly=NIGHTLY,
        steps=retention.steps(settings.keeping),
        errands=[people.run],
        rounds=[renewal.run] if renewal else [],
        metrics=metrics,
        heartbeat=Heartbeat(settings.heartbeat) if settings.heartbeat else None,
    )
    app = create_app(
        tokens=token,
        api_url=settings.slack_api_url,
        database=database,
        pack=pack,
        now=clock.now,
        reference=reference,
        wake=worker.wake,
        public_url=settings.coach_public_url,
        keeping=settings.keeping,
        limits=limits,
        install_url=settings.install_url,
    )
    coach = Coach(settings, clock, database, pack, token, app, worker, slack, metrics, skew)
    if renewal:
        coach.installing = Installing(database, renewal.slack, clock.now, token.forget, worker.wake)
    return coach


def serve(settings: Settings, *, worker: bool = True, limits: Limits | None = None) -> None:
    """Web, and the worker with it unless told otherwise. Ends on SIGTERM. `limits`: else the usual ones."""
    _logs(settings)
    coach = _begin(settings, upgrade=in_a_file(settings), limits=limits or Limits())
    log.info("serving", port=settings.port, worker=worker, socket=settings.socket_mode)
    _listen(coach.web(with_worker=worker), settings.port)
    coach.database.dispose()


def worker(settings: Settings) -> None:
    """The worker alone, with its health on a port of its own where one is set. Ends on SIGTERM."""
    _logs(settings)
    coach = _begin(settings, upgrade=False)
    if settings.coach_worker_port:
        log.info("working", port=settings.coach_worker_port)
        _listen(coach.health(), settings.coach_worker_port)
    else:
        asyncio.run(_work(coach))
    coach.database.dispose()


def _listen(web: Starlette, port: int) -> None:
    config = uvicorn.Config(
        web,
        host="0.0.0.0",  # noqa: S104 - Slack and monitors must reach it; the guard lets only Slack's requests in
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE_CONNECTIONS_KEPT_S,
        timeout_graceful_shutdown=REQUESTS_END_WITHIN_S,
    )
    _Server(config).run()


class _Server(uvicorn.Server):
    """Ends in time."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        _be_gone_in_time()
        await super().shutdown(sockets)


def _be_gone_in_time() -> None:
    """From now on this process has only so long, whether it comes to its end by itself or not."""
    timer = threading.Timer(GONE_WITHIN_S, _leave)
    timer.daemon = True  # who ends sooner does not wait for it
    timer.start()


def _leave() -> None:
    log.warning("left without waiting any longer for what was under way")
    os._exit(1)


def _begin(settings: Settings, *, upgrade: bool, limits: Limits | None = None) -> Coach:
    """The parts of a bot that is about to run.

    Raises `SettingsError` if it could not read what is stored, `PackError` if it would have nothing to say.
    """
    made = keys.make(settings)
    if made:
        log.warning("made a key for what members write: keep a copy of it", file=made.name)
    _make_file(settings)
    database, clock = open_database(settings), SystemClock()
    keys.check(settings, database)
    if upgrade:
        migrations.upgrade(database)
    coach = build(settings, clock, database, content.settle(settings, database, clock.now()), limits)
    tell_of_failures(coach.count)
    coach.token.begin()
    return coach


def rotate_keys(settings: Settings) -> int:
    """Encrypts everything with the first key. How many texts that changed."""
    database = Database(settings.database_url)
    changed = keys.rotate(settings, database)
    database.dispose()
    return changed


def lost(settings: Settings) -> keys.Lost:
    """How much nobody can read any more with the keys that are there."""
    keys.make(settings)
    database = Database(settings.database_url)
    found = keys.lost(settings, database)
    database.dispose()
    return found


def abandon_keys(settings: Settings) -> keys.Lost:
    """Lets go of that for good. How much it was."""
    database = open_database(settings)
    found = keys.abandon(settings, database)
    database.dispose()
    return found


def migrate(settings: Settings) -> None:
    """Brings the schema to its newest version."""
    _make_file(settings)
    database = Database(settings.database_url)
    migrations.upgrade(database)
    database.dispose()


def _make_file(settings: Settings) -> None:
    """An empty one where there is none, which only its owner may read: SQLite would let everybody."""
    if settings.database_file:
        with suppress(OSError):  # there is one, or the database says what is wrong
            os.close(os.open(settings.database_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def in_a_file(settings: Settings) -> bool:
    return settings.database_url.startswith("sqlite")


async def _work(coach: Coach) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    await coach.worker.start()
    log.info("working")
    await stopped.wait()
    _be_gone_in_time()
    await coach.stop()


def _logs(settings: Settings) -> None:
    set_up_logs(settings.log_level, settings.log_format, settings.secrets)
    log_what_escapes()
    dsn = settings.coach_sentry_dsn.get_secret_value()
    lacking = sentry.problems(dsn)
    for note in (*settings.disk_notes(), *unknown_names(), *lacking):
        log.warning(note)
    if dsn and not lacking:
        sentry.begin(dsn)

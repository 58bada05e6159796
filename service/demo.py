"""The bot and a local Slack-like workspace in one process, with a clock that can be moved.

No other command can move time. The bot does not know that it is not Slack that it talks to.
"""

import asyncio
import concurrent.futures
import secrets
import shutil
import signal
import socket
import tempfile
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn
from pydantic import SecretStr
from sqlalchemy import case, func, select

from bot.throttle import Limits
from demo import archive
from demo.clock import CannotMove, Progress
from demo.registration import Registration
from demo.server import LocalWorkspace, PromptServer
from demo.workspace import Workspace
from service import content, root
from service.clock import MovableClock, SystemClock
from service.logs import set_up_logs
from service.manifest import REDIRECT
from service.settings import Settings
from storage import migrate
from storage.models import OutboxRow, OutboxState

STEP = timedelta(hours=1)
LONG_STEP, LONG_WAY = timedelta(hours=6), timedelta(days=3)
"""On a long way the planners look less often, so that a year goes by soon. Messages keep their minute."""
LONGEST = timedelta(days=400)
KEY = SecretStr(urlsafe_b64encode(b"demo: nobody has secrets in here").decode())
"""The demo's people are invented. With one key for all of them its past can be kept and copied."""


class MovingTime:
    """The demo's clock: moving it lets everything in between happen at its minute, in its order."""

    movable = True

    def __init__(
        self,
        clock: MovableClock,
        tick: Callable[[datetime], "asyncio.Future[None]"],
        next_due: Callable[[datetime], datetime],
        step: timedelta | None = None,
    ) -> None:
        self._clock = clock
        self._tick = tick
        self._next_due = next_due
        self._step = step

    def now(self) -> datetime:
        return self._clock.now()

    async def advance(self, to: datetime, progress: Progress) -> None:
        """Raises `CannotMove` for going backward, or over a year at once."""
        if to < self.now():
            raise CannotMove("backward", "Time goes forward only. To start over, start the demo again.")
        if to > self.now() + LONGEST:
            raise CannotMove("too_far", "That is over a year away. Move there in smaller steps.")
        step = self._step or (LONG_STEP if to - self.now() > LONG_WAY else STEP)
        while self.now() < to:
            self._clock.move(min(to, self.now() + step, self._next_due(self.now())))
            await self._tick(self.now())
            progress(self.now())


class Demo:
    """A running demo. `with Demo(...) as demo:` or `start()` and `stop()`."""

    def __init__(
        self,
        workspace: Workspace,
        database_url: str,
        start: datetime,
        port: int = 0,
        *,
        app_token: str = "",
        limits: Limits | None = None,
        others: Sequence[Workspace] = (),
        app: Registration | None = None,
    ) -> None:
        """With an `app_token` the two speak by Socket Mode. `limits` of what one person may ask for: none,
        because a year is played in a few minutes. `others` are side by side with it. `app`: people install
        the bot; else it has a token.
        """
        self.clock = MovableClock(start)
        secret = secrets.token_hex(16)
        self._server: uvicorn.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="bot", daemon=True)
        self._bot_port = _free_port()
        self.workspace = LocalWorkspace(
            workspace,
            bot_url=f"http://127.0.0.1:{self._bot_port}",
            signing_secret=secret,
            clock=MovingTime(self.clock, self._tick, self._next_due),
            port=port,
            app_token=app_token,
            others=others,
            app=app,
        )
        self.bot_url = f"http://127.0.0.1:{self._bot_port}"
        if app:
            app.redirect_urls.append(f"{self.bot_url}{REDIRECT}")
        settings = Settings(
            _env_file=None,
            database_url=database_url,
            slack_signing_secret=SecretStr(secret),
            slack_api_url=self.workspace.api_url,
            coach_public_url=self.bot_url,
            coach_encryption_keys=KEY,
        ).model_copy(update=_way_in(workspace, app) | _way_by_socket(app_token))
        database = root.open_database(settings)
        if migrate.current_problem(database):
            migrate.upgrade(database)
        pack = content.settle(settings, database, self.clock.now())
        self.coach = root.build(settings, self.clock, database, pack, limits)

    @property
    def url(self) -> str:
        return self.workspace.url

    def start(self) -> None:
        self.workspace.start()
        self._thread.start()
        self._serving.wait()

    def stop(self) -> None:
        """Ends both servers. What the bot has begun to send still finds the workspace."""
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join()
        self.workspace.stop()
        self.coach.database.dispose()

    def __enter__(self) -> "Demo":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def live_until(self, to: datetime, step: timedelta = STEP) -> None:
        """Moves the clock from outside, with everything that happens on the way.

        Messages go out at their minute whatever the step; between them the planners look once a step.
        """
        loop = self._loop
        if loop is None:
            raise RuntimeError("the demo is not running")
        time = MovingTime(self.clock, self._tick, self._next_due, step)
        asyncio.run_coroutine_threadsafe(time.advance(to, lambda _: None), loop).result()

    def settle(self) -> None:
        """Sends everything that is due now."""
        self._run_tick(self.clock.now()).result()

    def _tick(self, now: datetime) -> "asyncio.Future[None]":
        return asyncio.wrap_future(self._run_tick(now))

    def _run_tick(self, now: datetime) -> concurrent.futures.Future[None]:
        if self._loop is None:
            raise RuntimeError("the demo is not running")
        return asyncio.run_coroutine_threadsafe(self.coach.worker.run_ticks(now), self._loop)

    def _next_due(self, now: datetime) -> datetime:
        """When the next message falls due, so that none is sent late only because the clock makes steps."""
        held_back = OutboxRow.not_before > OutboxRow.due_at
        moment = case((held_back, OutboxRow.not_before), else_=OutboxRow.due_at)
        with self.coach.database.reading() as db:
            found = db.scalar(
                select(func.min(moment)).where(OutboxRow.state == OutboxState.DUE, moment > now)
            )
        return found or now + LONGEST

    def _serve(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        config = uvicorn.Config(
            self.coach.web(with_worker=True),
            host="127.0.0.1",
            port=self._bot_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=root.IDLE_CONNECTIONS_KEPT_S,
            timeout_graceful_shutdown=1,
        )
        self._server = PromptServer(config)
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.01)
        self._serving.set()
        await serving


def run(port: int) -> None:
    """Starts the demo with its seeded circle, and serves it until it is interrupted."""
    # Imported here, because the seeded past is lived in a demo of its own.
    from service import seed

    set_up_logs("WARNING")  # hundreds of messages are sent on the way, and nobody who tries it out asked
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leaves no files behind either
    with tempfile.TemporaryDirectory() as folder:
        past = seed.kept(SystemClock().now())
        shutil.copy(past / "coach.db", folder)
        workspace = archive.from_json((past / "workspace.json").read_text(encoding="utf-8"))
        with Demo(workspace, f"sqlite:///{Path(folder) / 'coach.db'}", seed.ended(past), port) as demo:
            print(f"\n  The demo is at {demo.url}\n  Stop it with Ctrl+C.\n", flush=True)
            with suppress(KeyboardInterrupt):
                threading.Event().wait()


def _way_in(workspace: Workspace, app: Registration | None) -> dict[str, SecretStr]:
    if app is None:
        return {"slack_bot_token": SecretStr(workspace.bot.token)}
    return {
        "slack_client_id": SecretStr(app.client_id),
        "slack_client_secret": SecretStr(app.client_secret),
    }


def _way_by_socket(app_token: str) -> dict[str, SecretStr]:
    return {"slack_app_token": SecretStr(app_token)} if app_token else {}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])

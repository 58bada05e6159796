"""What every request handler of the local workspace works with."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime

from demo.clock import DemoClock
from demo.delivery import BotLine
from demo.registration import Registration
from demo.sockets import Sockets
from demo.traffic import Traffic
from demo.workspace import Workspace


@dataclass(frozen=True)
class Timing:
    """Real seconds; tests make them short."""

    answer: float = 3.0
    """The bot's time to answer."""
    trigger: float = 3.0
    """A trigger's life."""
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    """The waits before an event is sent again."""


@dataclass
class Local:
    workspace: Workspace
    clock: DemoClock
    line: BotLine
    traffic: Traffic
    timing: Timing
    sockets: Sockets | None = None
    """Where the bot's own connections come in, when it has no address."""
    moving: bool = False
    """The clock is being moved right now."""
    stopping: bool = False
    app: Registration | None = None
    """Where the app is installed by OAuth."""
    neighbours: list["Local"] = field(default_factory=list)
    """All workspaces of this server, itself among them."""
    url: str = ""
    """Its own page."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    wakers: list[Callable[[], None]] = field(default_factory=list)
    """Called when the clock has moved or the server stops; a page's event stream waits for it."""

    def named(self, team: str) -> "Local | None":
        return next((one for one in self.neighbours if one.workspace.team.id == team), None)

    def of_token(self, token: str | None) -> "Local":
        """The workspace that a token speaks for; this one where it speaks for none."""
        team = self.app.team_of(token) if self.app else None
        mine = (one for one in self.neighbours if token and token == one.workspace.bot.token)
        return (self.named(team) if team else next(mine, None)) or self

    def token_problem(self, token: str) -> str | None:
        """Slack's word for why a token does not work here, if it does not."""
        if token == self.workspace.bot.token:
            return None
        return self.app.problem_of(token, self.now()) if self.app else "invalid_auth"

    def later(self, work: Coroutine[None, None, None]) -> None:
        """Does it after the answer that is being given."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def now(self) -> datetime:
        return self.clock.now()

    def wake(self) -> None:
        for waker in list(self.wakers):
            waker()

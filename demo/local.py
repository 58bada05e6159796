"""What every request handler of the local workspace works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from demo.clock import DemoClock
from demo.delivery import BotLine
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
    wakers: list[Callable[[], None]] = field(default_factory=list)
    """Called when the clock has moved or the server stops; a page's event stream waits for it."""

    def now(self) -> datetime:
        return self.clock.now()

    def wake(self) -> None:
        for waker in list(self.wakers):
            waker()

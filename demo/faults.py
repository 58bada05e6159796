"""Things that go wrong between a bot and Slack, on demand: for tests of how the bot takes it."""

from collections.abc import Callable
from dataclasses import dataclass

from demo.records import Json


@dataclass
class Fault:
    """Spoils the next `times` calls of `method` ("*" for any) whose arguments satisfy `when`.

    `error` is Slack's word for a definite refusal; `retry_after` makes a 429; `status` a page of HTML
    with that status; `drop` cuts the connection without a word. With `done` the call is carried out
    first, so that the bot cannot know whether it was. `delay` (real seconds) comes before the answer.
    """

    method: str
    error: str | None = None
    retry_after: int | None = None
    status: int | None = None
    drop: bool = False
    delay: float = 0.0
    done: bool = False
    times: int = 1
    when: Callable[[Json], bool] = lambda _: True

    @property
    def spoils(self) -> bool:
        """False for a mere delay: the call is answered all the same."""
        return self.drop or any(x is not None for x in (self.error, self.retry_after, self.status))

    def fits(self, method: str, args: Json) -> bool:
        return self.times > 0 and self.method in ("*", method) and self.when(args)


def take_fault(faults: list[Fault], method: str, args: Json) -> Fault | None:
    """The first fault for this call, counted down; None when the call may go well."""
    for fault in faults:
        if fault.fits(method, args):
            fault.times -= 1
            return fault
    return None

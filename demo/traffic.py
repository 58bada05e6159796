"""What went over the line between the bot and the workspace, for the page's inspector."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 300
SECRET = frozenset(
    {"token", "bot_token", "access_token", "refresh_token", "client_secret", "code", "verification"}
)


@dataclass(frozen=True)
class Entry:
    n: int
    time: float
    """Epoch seconds of the demo's clock."""
    direction: str
    """"to_bot" or "to_slack"."""
    kind: str
    summary: str
    request: object
    response: object
    status: int | str
    """The HTTP status, or a word when there was none."""
    ms: float


class Traffic:
    """The last few hundred exchanges, with tokens masked."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._count = 0

    def note(
        self,
        *,
        time: float,
        direction: str,
        kind: str,
        summary: str,
        request: object,
        response: object,
        status: int | str,
        ms: float,
    ) -> None:
        self._count += 1
        self._entries.append(
            Entry(
                self._count,
                time,
                direction,
                kind,
                summary,
                masked(request),
                masked(response),
                status,
                round(ms, 1),
            )
        )

    def after(self, n: int) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self._entries if entry.n > n]


def masked(thing: object) -> object:
    """A copy in which nothing stands that opens a door."""
    if isinstance(thing, dict):
        return {key: "•••" if key in SECRET else masked(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [masked(item) for item in thing]
    return thing

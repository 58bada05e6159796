"""Looking in at a bot from outside, over HTTP: is it one, and is it well?

`python -m service.looking_in` asks the one on this machine, at PORT or at the port that is named, and fails
when it does not answer: for whoever watches over containers.
"""

import os
import sys
from enum import Enum, auto
from http.client import HTTPException
from ssl import SSLCertVerificationError
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from service.settings import LOCAL_HOSTS

ALIVE = "alive\n"
"""What a bot says at /livez."""
PATIENCE_S = 5
MOST = 10_000
"""Bytes that are read of an answer."""


class Seen(Enum):
    A_BOT = auto()
    SOMETHING_ELSE = auto()
    NO_CERTIFICATE = auto()
    """None that is valid for its name."""
    NOBODY = auto()
    """Nothing answers, or a proxy says that nobody does."""


def at(url: str) -> Seen:
    """Who answers at this address."""
    try:
        status, said = _get(f"{url}/livez")
    except URLError as error:
        refused = isinstance(error.reason, SSLCertVerificationError)
        return Seen.NO_CERTIFICATE if refused else Seen.NOBODY
    except (OSError, HTTPException):
        return Seen.NOBODY
    if status in (502, 503, 504):
        return Seen.NOBODY
    return Seen.A_BOT if (status, said) == (200, ALIVE) else Seen.SOMETHING_ELSE


def complaints(url: str) -> list[str]:
    """What keeps the bot there from being ready, a line each; nothing when it is, or does not say."""
    try:
        status, said = _get(f"{url}/readyz")
    except (OSError, HTTPException):
        return []
    return said.splitlines() if status == 503 else []


def _get(url: str) -> tuple[int, str]:
    # What is on this machine is not asked for through a proxy.
    handlers = [ProxyHandler({})] if urlsplit(url).hostname in LOCAL_HOSTS else []
    try:
        with build_opener(*handlers).open(url, timeout=PATIENCE_S) as answer:
            return answer.status, answer.read(MOST).decode(errors="replace")
    except HTTPError as error:
        return error.code, error.read(MOST).decode(errors="replace")


def main(named: list[str]) -> int:
    """The exit code: 0 when the bot answers."""
    port = named[0] if named else os.environ.get("PORT") or "3000"
    seen = at(f"http://127.0.0.1:{port}")
    print("alive" if seen is Seen.A_BOT else "The bot does not answer.")
    return 0 if seen is Seen.A_BOT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Processes of the benchmarks' own: whoever measures must not share Python's lock with what is measured."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

from benchmarks.bench import CannotRun

Json = dict[str, Any]
ROOT = Path(__file__).parents[1]
ENDS_WITHIN_S = 15


class Child:
    """A module of ours as a process. It is asked by lines of JSON, and answers each with one."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.pid = process.pid
        self._process = process
        self._log = log

    def ask(self, **words: Any) -> Json:
        self.tell(**words)
        return self.hear()

    def tell(self, **words: Any) -> None:
        """Begins something whose end is heard later."""
        asked = _pipe(self._process.stdin)
        asked.write(json.dumps(words) + "\n")
        asked.flush()

    def hear(self) -> Json:
        line = _pipe(self._process.stdout).readline()
        if not line:
            said = self._log.read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"a process of the benchmarks has ended:\n{said[-2000:]}")
        answer: Json = json.loads(line)
        return answer


@contextmanager
def child(folder: Path, module: str, *arguments: str) -> Iterator[Child]:
    """`benchmarks.<module>`, which answers by `serve_lines`."""
    log = folder / f"{module}-{uuid4().hex}.log"
    with running(folder, log, f"benchmarks.{module}", *arguments) as process:
        yield Child(process, log)


@contextmanager
def running(
    folder: Path, log: Path, module: str, *arguments: str, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """A module run by itself, with nothing of this process' settings. What it complains of goes to `log`."""
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    with log.open("w", encoding="utf-8") as complaints:
        process = subprocess.Popen(  # noqa: S603 - only our own modules
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env=known,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=ENDS_WITHIN_S)


def serve_lines(answer: Callable[[Json], Json]) -> None:
    """The child's side: answers until nobody asks any more."""
    for line in sys.stdin:
        say(answer(json.loads(line)))


def say(words: Json) -> None:
    print(json.dumps(words), flush=True)


def rss_mb(pid: int) -> float:
    """Memory that a process has in use. Raises `CannotRun` where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        raise CannotRun("memory is read from /proc, which is not here") from None
    found = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(found) / 1024


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _pipe(pipe: Any) -> TextIO:
    found: TextIO = pipe
    return found

"""`make bench`: less of each, on SQLite; `make bench ARGS=--full`: PostgreSQL too, and what takes long.

`--only NAME...` runs some of them, `--append` adds the table to `docs/benchmarks.md`.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import laying_out, planning, requests, sending, starting, ticks, workers
from benchmarks.bench import Bench, CannotRun
from benchmarks.databases import Engines
from benchmarks.processes import ROOT
from benchmarks.table import Row, render
from service.clock import SystemClock
from service.logs import set_up_logs

Benchmark = Callable[[Bench, Engines], Iterator[Row]]
BENCHMARKS: dict[str, Benchmark] = {
    "requests": requests.run,
    "ticks": ticks.run,
    "sending": sending.run,
    "laying_out": laying_out.run,
    "workers": workers.run,
    "starting": starting.run,
    "planning": planning.run,
}
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    asked = _asked()
    set_up_logs("ERROR")
    with tempfile.TemporaryDirectory() as folder, Engines(Path(folder)) as engines:
        bench = Bench(asked.full, Path(folder))
        rows = [row for name in asked.only for row in _rows(name, bench, engines)]
    if not rows:
        raise SystemExit("Nothing was measured.")
    table = render(rows)
    print(f"\n{table}")
    if asked.append:
        _append(table, _heading(asked))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="more of each, and what takes long")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), metavar="NAME")
    parser.add_argument("--append", action="store_true", help=f"add the table to docs/{DOCUMENT.name}")
    return parser.parse_args()


def _rows(name: str, bench: Bench, engines: Engines) -> Iterator[Row]:
    """What cannot be measured here, or fails, says why in one line, and the others go on."""
    started = time.monotonic()
    _tell(f"{name} ... ")
    try:
        yield from BENCHMARKS[name](bench, engines)
    except CannotRun as reason:
        _tell(f"left out: {reason}; ")
    except Exception as error:
        _tell(f"FAILED: {type(error).__name__}: {error}; ")
    _tell(f"{time.monotonic() - started:.0f} s\n")


def _tell(words: str) -> None:
    print(words, end="", flush=True, file=sys.stderr)


def _heading(asked: argparse.Namespace) -> str:
    mode = "full" if asked.full else "quick"
    some = "" if len(asked.only) == len(BENCHMARKS) else f", only {' '.join(asked.only)}"
    python = platform.python_version()
    return f"{SystemClock().now():%Y-%m-%d}: {os.cpu_count()} cores, Python {python}, {mode}{some}"


def _append(table: str, heading: str) -> None:
    with DOCUMENT.open("a", encoding="utf-8") as document:
        document.write(f"\n## {heading}\n\n{table}\n")


if __name__ == "__main__":
    main()

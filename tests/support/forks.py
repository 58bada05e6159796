"""Processes of their own that begin with everything imported, because that takes longer than what they do."""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import warnings
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

IMPORTED = [
    "tests.crashes.worker",
    *("service.cli", "service.root", "service.copies", "service.doctor", "service.erase", "service.given_up"),
    *("service.keys", "storage.rotation"),
]
WITHIN_S = 60


@cache
def forks() -> ForkServerContext:
    """What starts them. The server is a process without threads, which copies itself."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    return context


def coach(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in `folder` with nothing set but what is given."""
    with tempfile.TemporaryDirectory() as kept:
        told = Path(kept)
        process = forks().Process(target=_run, args=(arguments, folder, environment, told))
        process.start()
        process.join(WITHIN_S)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"coach {' '.join(arguments)} does not end")
        said, mistakes = (told / "1").read_text(), (told / "2").read_text()
        return subprocess.CompletedProcess(arguments, process.exitcode, said, mistakes)


def _run(arguments: tuple[str, ...], folder: Path, environment: dict[str, str], told: Path) -> None:
    for stream in (1, 2):
        os.dup2(os.open(told / str(stream), os.O_WRONLY | os.O_CREAT), stream)
    os.chdir(folder)
    path = os.environ["PATH"]
    os.environ.clear()
    os.environ.update({"PATH": path, "COLUMNS": "200", **environment})
    sys.argv = ["coach", *arguments]
    warnings.simplefilter("error")
    runpy.run_module("service", run_name="__main__", alter_sys=True)

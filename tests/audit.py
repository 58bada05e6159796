"""Known security faults of the libraries that are pinned: `python -m tests.audit`, or `make audit`.

PyPI is asked by pip-audit. A fault that it knows fails; that it cannot be asked, as on machines with a mirror
or without a network, is said in one line and is nobody's fault.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PINNED = ROOT / "requirements-dev.txt"
"""Holds what the bot runs with too."""
WITHIN_S = 300
OPTIONS = (
    "--require-hashes",
    "--disable-pip",
    "--progress-spinner",
    "off",
    "--format",
    "json",
    "--timeout",
    "10",
)
UNREACHABLE = re.compile(r"(?i)connect|time[d-]? ?out|resolve|max retries|service")

Json = dict[str, Any]


def main() -> int:
    try:
        asked = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--requirement", str(PINNED), *OPTIONS],
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN_S,
        )
    except subprocess.TimeoutExpired:
        return _tell(["The libraries were not looked up: PyPI does not answer."], [])
    return _tell(*verdict(asked.stdout, asked.stderr))


def verdict(said: str, complained: str) -> tuple[list[str], list[str]]:
    """What is to be said, and the faults among it, from what pip-audit wrote."""
    try:
        found: list[Json] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = complained.strip().rpartition("\n")[2][:200]
        if UNREACHABLE.search(last):
            return ["The libraries were not looked up, because PyPI cannot be asked here."], []
        return [], [f"The libraries could not be looked up: {last or 'pip-audit says nothing'}"]
    known = [one for one in found if "vulns" in one]
    faults = list(dict.fromkeys(line for one in known for line in _faults(one)))
    skipped = len({one["name"] for one in found}) - len({one["name"] for one in known})
    notes = [f"{len({one['name'] for one in known})} libraries were looked up."] if known else []
    if skipped:
        notes.append(f"{skipped} libraries could not be looked up here: ask again where PyPI answers.")
    return notes, faults


def _faults(library: Json) -> list[str]:
    return [
        f"{library['name']} {library['version']} has a known fault, {fault['id']}:"
        f" {_mended(fault.get('fix_versions') or [])}."
        for fault in library["vulns"]
    ]


def _mended(versions: Sequence[str]) -> str:
    return f"take {' or '.join(versions)}" if versions else "no version without it is known yet"


def _tell(notes: Sequence[str], faults: Sequence[str]) -> int:
    for line in [*notes, *faults]:
        print(line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

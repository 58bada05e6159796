"""What each folder may know, and three habits that the rest relies on. Read from the source, by `ast`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "coaching", "demo", "scheduler", "service", "storage")

MAY_IMPORT: dict[str, set[str]] = {
    # Pure decisions: values in, values out.
    "coaching/rules": {"coaching.rules", "dateutil"},
    # What people and the clock want done. Never talks to Slack.
    "coaching": {"coaching", "storage", "sqlalchemy"},
    "coaching/apart.py": {"sqlalchemy", "structlog"},
    "coaching/packs.py": {"coaching", "pydantic", "pydantic_core", "yaml"},
    "coaching/drafts.py": {"coaching", "storage", "sqlalchemy", "pydantic"},
    "coaching/typed_dates.py": {"coaching.rules", "dateparser"},
    "coaching/calendar.py": {"coaching", "storage", "sqlalchemy", "icalendar"},
    "storage": {"storage", "sqlalchemy", "coaching.rules.absence", "coaching.rules.terms"},
    "storage/encryption.py": {"cryptography", "sqlalchemy"},
    "storage/migrate.py": {"storage", "sqlalchemy", "alembic"},
    "storage/migrations": {"storage", "sqlalchemy", "alembic"},
    # Pure builders: no client and no database.
    "bot/views": {
        "bot.views",
        "bot.ids",
        "bot.replies",
        "bot.wording",
        "coaching.rules",
        "slack_sdk.models",
    },
    "bot/handlers": {"bot", "coaching", "storage.models", "slack_sdk.models"},
    # Figures in, a picture out.
    "bot/pictures.py": {"coaching.rules", "matplotlib"},
    "bot/outgoing": {
        "bot.outgoing",
        "bot.pictures",
        "bot.replies",
        "bot.views",
        "coaching",
        "scheduler.messages",
        "storage",
        "sqlalchemy",
    },
    "bot": {"bot", "coaching", "storage", "slack_bolt", "slack_sdk", "sqlalchemy", "structlog"},
    # Sends what others write: the renderers are handed in.
    "scheduler": {
        "scheduler",
        "coaching",
        "storage",
        "aiohttp",
        "apscheduler",
        "prometheus_client",
        "slack_sdk",
        "sqlalchemy",
        "structlog",
    },
    # Stands where Slack stands, so it knows nothing of the bot.
    "demo": {"demo", "aiohttp", "starlette", "uvicorn"},
}
"""Besides the standard library. The longest path that fits counts; `service` puts everything together."""

CLOCKS = {"service/clock.py", "demo/clock.py"}
TELLS_TIME = {"now", "utcnow", "today"}
ENDS_TRANSACTIONS = {"storage/engine.py", "storage/migrate.py"}
LONGEST_FUNCTION = 60
"""Lines. Most have under ten; a long one is several."""


@dataclass(frozen=True)
class Source:
    """One file of the program."""

    path: str
    tree: ast.Module

    def imports(self) -> Iterator[str]:
        """Every module it imports, wherever in the file, by its full name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{name.name}" for name in node.names)

    def calls(self) -> Iterator[tuple[str, str, int]]:
        """Every call of an attribute: the last name before the dot, the attribute and the line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield _last_name(node.func.value), node.func.attr, node.lineno


@cache
def sources() -> tuple[Source, ...]:
    files = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(Source(path.relative_to(ROOT).as_posix(), ast.parse(path.read_bytes())) for path in files)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _row(path: str) -> set[str] | None:
    rows = [row for row in MAY_IMPORT if path == row or path.startswith(f"{row}/")]
    return MAY_IMPORT[max(rows, key=len)] if rows else None


def _allowed(module: str, allowed: set[str]) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names or any(
        f"{module}.".startswith(f"{name}.") for name in allowed
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_each_file_imports_only_what_its_folder_may_know(package: str) -> None:
    strangers = [
        f"{source.path} imports {module}"
        for source in sources()
        if source.path.startswith(f"{package}/") and (row := _row(source.path)) is not None
        for module in source.imports()
        if not _allowed(module, row)
    ]
    assert not strangers


def test_the_table_of_imports_names_only_what_is_there() -> None:
    assert [row for row in MAY_IMPORT if not (ROOT / row).exists()] == []
    assert {row.partition("/")[0] for row in MAY_IMPORT} | {"service"} == set(PACKAGES)


def test_imports_are_absolute() -> None:
    relative = [
        f"{source.path}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


def test_only_the_clocks_ask_what_time_it_is() -> None:
    asking = [
        f"{source.path}:{line}"
        for source in sources()
        if source.path not in CLOCKS
        for owner, name, line in source.calls()
        if (owner in {"datetime", "date"} and name in TELLS_TIME)
        or (owner == "time" and name in {"time", "time_ns"})
    ]
    imported = [source.path for source in sources() if {"time.time", "time.time_ns"} & set(source.imports())]
    assert asking + imported == []


def test_nothing_that_decides_ends_a_transaction() -> None:
    """Whoever calls a use case owns the transaction, so that several of them are one."""
    ending = [
        f"{source.path}:{line}"
        for source in sources()
        if source.path.startswith(("coaching/", "storage/")) and source.path not in ENDS_TRANSACTIONS
        for _, name, line in source.calls()
        if name in {"transaction", "commit"}
    ]
    assert not ending


def test_functions_can_be_read_in_one_look() -> None:
    long = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in sources()
        if not source.path.startswith("storage/migrations/versions/")  # drafted by Alembic, table by table
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert not long


IMPORT_ALL = """
import importlib, sys

FORBIDDEN = {
    "socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir", "sqlite3.connect"
}

def refuse(event, arguments):
    writing = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event in FORBIDDEN or writing:
        raise RuntimeError(f"work at import: {event} {arguments[:1]}")

sys.addaudithook(refuse)
for name in sys.stdin.read().split():
    try:
        importlib.import_module(name)
    except Exception as error:
        sys.exit(f"{name}: {type(error).__name__}: {error}")
"""


def test_every_module_imports_without_settings_network_or_files(tmp_path: Path) -> None:
    """Reading the code does nothing yet: tests, tools and `--help` need neither Slack nor a database."""
    run_by_alembic = "storage/migrations/env.py"
    paths = [source.path for source in sources() if source.path != run_by_alembic]
    names = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths]
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", IMPORT_ALL],
        input=" ".join(names),
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0

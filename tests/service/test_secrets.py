"""Secrets that are planted everywhere, and looked for everywhere: none is shown, whatever happens."""

import asyncio
import gc
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

import pytest
from pydantic import SecretStr

from coaching.packs import default_pack
from demo.faults import Fault
from demo.records import Json
from scheduler.heartbeat import Heartbeat
from service import root
from service.clock import SystemClock
from service.demo import KEY, Demo
from service.logs import set_up_logs
from service.settings import Settings
from storage.encryption import new_key
from tests.bot.test_faults import corrupt, database_away
from tests.service.mutants import MARK, form_of, send
from tests.service.signing import Served
from tests.service.whole import begun, everything_logged, lived
from tests.support.pasts import Beginning
from tests.support.people import People

ROOT = Path(__file__).parents[2]
CLOSED = "http://127.0.0.1:1"
PASSWORD = "planted-database-password"
PLANTED = {
    "SLACK_BOT_TOKEN": "xoxb-planted-bot-token",
    "SLACK_SIGNING_SECRET": "planted-signing-secret",
    "SLACK_APP_TOKEN": "xapp-planted-app-token",
    "SLACK_CLIENT_SECRET": "planted-client-secret",
    "COACH_METRICS_KEY": "planted-metrics-key",
    "COACH_HEARTBEAT_URL": f"{CLOSED}/planted-heartbeat",
    "COACH_SENTRY_DSN": "http://planted-sentry-key@127.0.0.1:1/1",
    "COACH_ENCRYPTION_KEYS": new_key(),
}
ONE_WORKSPACE = {name: value for name, value in PLANTED.items() if name != "SLACK_CLIENT_SECRET"}
"""The command takes a bot token or an app, not both."""
BY_HTTP, BY_SOCKET = ("slack_app_token",), ()
MANY_WORKSPACES = ("slack_app_token", "slack_bot_token")
CALENDAR_TOKEN = "planted-calendar-token-".ljust(43, "x")
POSTGRES = f"postgresql://ana:{PASSWORD}@127.0.0.1:1/coach"
WALKED = ("bot", "coaching", "scheduler", "service", "slack_bolt", "slack_sdk", "sqlalchemy", "storage")
"""Whose objects are looked at; those of libraries hold ours."""


def settings(without: Sequence[str] = (), **changed: str) -> Settings:
    """As if read from outside, with a secret in every field that takes one, but for those left out."""
    fields = {name.lower(): value for name, value in PLANTED.items()} | {"database_url": POSTGRES} | changed
    return Settings.model_validate({name: value for name, value in fields.items() if name not in without})


def planted(known: Settings) -> set[str]:
    return {*known.secrets, PASSWORD, CALENDAR_TOKEN}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_secret_of_the_settings_is_planted_and_masked_in_the_log() -> None:
    known = settings()
    hidden = {name for name, one in Settings.model_fields.items() if "SecretStr" in str(one.annotation)}
    assert hidden - {"slack_client_id"} == {name.lower() for name in PLANTED}
    written = io.StringIO()
    set_up_logs("DEBUG", "text", known.secrets, written)
    for secret in planted(known) - {CALENDAR_TOKEN}:
        root.log.warning(f"so it is {secret}", said=secret)
    assert not [secret for secret in planted(known) if secret in written.getvalue()]


# What objects say of themselves


@pytest.mark.parametrize(
    ("known", "holders"),
    [
        (settings(BY_HTTP), {"Guard", "BotToken"}),
        (settings(BY_SOCKET), {"SocketMode", "BotToken"}),
        (
            settings(MANY_WORKSPACES, slack_client_id="12.34", coach_public_url="https://coach.example.org"),
            {"Guard", "Installed", "Installing", "Renewal"},
        ),
    ],
    ids=["by HTTP", "by socket", "many workspaces"],
)
def test_no_object_of_a_running_bot_tells_a_secret(known: Settings, holders: set[str]) -> None:
    coach = root.build(known, SystemClock(), root.open_database(known), default_pack())
    web = coach.web(with_worker=True)
    secrets = planted(settings())
    seen = list(reachable([known, coach, web]))
    assert {type(one).__name__ for one in seen} >= {"Settings", "Watching", "Heartbeat", "Cipher"} | holders
    assert [type(one).__name__ for one in seen if any(word in told(one) for word in secrets)] == []
    coach.database.dispose()


def told(thing: object) -> str:
    return f"{thing!r} {thing!s}"


def reachable(beginnings: list[object]) -> Iterator[object]:
    """Objects of ours and of the libraries that hold ours, however they are held."""
    waiting, seen = list(beginnings), set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | BuiltinFunctionType | str | bytes):
            continue
        seen.add(id(one))
        waiting += parts(one)
        if type(one).__module__.partition(".")[0] in WALKED and not isinstance(one, dict):
            yield one


def parts(one: object) -> list[object]:
    if isinstance(one, FunctionType):  # not the module around it
        return [cell.cell_contents for cell in one.__closure__ or () if cell != type(cell)()]
    return [one.__self__] if isinstance(one, MethodType) else gc.get_referents(one)


# What is said while it works and while it fails


@pytest.fixture
def beginning() -> Beginning:
    return begun


@dataclass
class Spied:
    """A bot with planted secrets at work in the local workspace."""

    demo: Demo
    coach: root.Coach
    served: Served
    answers: list[str] = field(default_factory=list)

    @property
    def secret(self) -> str:
        return PLANTED["SLACK_SIGNING_SECRET"]

    def ask(self, requests: list[tuple[str, Json]], secret: str | None = None) -> None:
        for kind, content in requests:
            sent = form_of(kind, content | {"again": len(self.answers)})
            self.answers.append(send(self.served.port, sent, secret or self.secret)[1])

    def get(self, path: str, **headers: str) -> None:
        answer = self.served.send(method="GET", path=path, headers=headers)
        self.answers.append(f"{answer.headers} {answer.text}")

    def tick(self) -> None:
        """What the worker does in an hour, with whatever goes wrong on the way."""
        self.demo.clock.move(self.demo.clock.now() + timedelta(hours=1))

        async def run() -> None:
            await self.coach.worker.run_ticks(self.demo.clock.now())
            await self.coach.slack.close()

        asyncio.run(run())


@pytest.mark.long
def test_no_secret_and_no_word_of_a_member_is_said_while_it_works_and_fails(
    demo: Demo, people: People
) -> None:
    requests = lived(people)
    demo.workspace.workspace.bot.token = PLANTED["SLACK_BOT_TOKEN"]
    keys = f"{KEY.get_secret_value()},{PLANTED['COACH_ENCRYPTION_KEYS']}"
    known = settings(
        BY_HTTP,
        database_url=demo.coach.settings.database_url,
        slack_api_url=demo.workspace.api_url,
        coach_encryption_keys=keys,
    )
    coach = root.build(known, demo.clock, root.open_database(known), demo.coach.pack)
    written = io.StringIO()
    with Served(coach.web(with_worker=False)) as served, everything_logged(written):
        spied = Spied(demo, coach, served)
        works_and_fails(spied, requests)
    coach.database.dispose()
    said = written.getvalue()
    for event in ("slack_failed", "database_failed", "unexpected", "request_refused", "heartbeat not heard"):
        assert event in said
    for secret in planted(known):
        assert secret not in said
        assert not [one for one in spied.answers if secret in one]
    assert MARK not in said


def works_and_fails(spied: Spied, requests: list[tuple[str, Json]]) -> None:
    faults = spied.demo.workspace.workspace.faults
    spied.ask(requests)
    spied.ask(requests[:3], secret="guessed")
    spied.get(f"/calendar/{CALENDAR_TOKEN}.ics")
    for word in (PLANTED["COACH_METRICS_KEY"], "guessed"):
        spied.get("/metrics", authorization=f"Bearer {word}")
    spied.tick()
    for wrong in (Fault("*", error="invalid_auth"), Fault("*", drop=True), Fault("*", status=503)):
        faults.append(wrong)
        wrong.times = 5
        spied.ask(requests[:4])
        spied.tick()
        faults.clear()
    asyncio.run(Heartbeat(PLANTED["COACH_HEARTBEAT_URL"]).beat())
    with database_away(spied.demo):
        spied.coach.database.dispose()
        spied.ask(requests)
        spied.get(f"/calendar/{CALENDAR_TOKEN}.ics")
        spied.get("/readyz")
        spied.get("/metrics", authorization=f"Bearer {PLANTED['COACH_METRICS_KEY']}")
    corrupt(spied.demo)
    spied.ask(requests)
    spied.tick()


# What the command says


def coach(*arguments: str, folder: Path, **environment: str) -> str:
    """All that the command prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LOG_LEVEL": "DEBUG", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode
    return done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.parametrize("command", ["doctor", "migrate"])
def test_the_command_tells_no_secret_when_all_is_away(tmp_path: Path, command: str) -> None:
    said = coach(
        "-m",
        "service",
        command,
        folder=tmp_path,
        **ONE_WORKSPACE,
        DATABASE_URL=POSTGRES,
        SLACK_API_URL=CLOSED,
    )
    assert said
    assert not [one for one in planted(settings()) if one in said]


def test_settings_that_are_wrong_are_named_and_not_shown(tmp_path: Path) -> None:
    wrong = {name: f"planted words of {name}" for name in PLANTED} | {"DATABASE_URL": f"odd:{PASSWORD}"}
    said = coach("-m", "service", "serve", folder=tmp_path, **wrong)
    assert "planted" not in said
    assert all(f"{name} cannot be used" in said for name in wrong)


def test_the_traceback_of_a_fault_of_ours_tells_no_secret(tmp_path: Path) -> None:
    """Where a fault ends the command its traceback is kept, with lines of code and no values."""
    breaks = (
        "from service import cli, doctor\n"
        "def examine(settings):\n"
        "    token = settings.slack_bot_token.get_secret_value()\n"
        "    raise KeyError('something unforeseen')\n"
        "doctor.examine = examine\n"
        "cli.app(['doctor'])\n"
    )
    said = coach("-c", breaks, folder=tmp_path, **ONE_WORKSPACE, DATABASE_URL=POSTGRES)
    assert "something unforeseen" in said
    assert not [one for one in planted(settings()) if one in said]


def test_secrets_are_no_part_of_what_pydantic_writes() -> None:
    known = settings()
    for shown in (
        repr(known),
        str(known),
        json.dumps(known.model_dump(mode="json", exclude={"database_url"})),
    ):
        assert not [one for one in planted(known) if one in shown]
    assert isinstance(known.slack_bot_token, SecretStr)

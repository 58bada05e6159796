"""What the files for deploying name is there: commands and variables of ours, files of the repository."""

import configparser
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from service import looking_in
from service.cli import app
from service.settings import Settings

ROOT = Path(__file__).parent.parent
COMMANDS = set(get_command(app).commands)  # type: ignore[attr-defined]
VARIABLES = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
UNITS = sorted((ROOT / "deploy").glob("*.service"))


@dataclass(frozen=True)
class Instruction:
    """One of a Dockerfile."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """In exec form: as JSON, so that no shell stands between the command and its signals."""
        found: list[str] = json.loads(self.text)
        return found


def instructions() -> Iterator[Instruction]:
    text = (ROOT / "Dockerfile").read_text()
    whole = re.sub(r"\\\n\s*", "", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(None, whole.splitlines()):
        name, _, rest = line.partition(" ")
        yield Instruction(name, rest.strip())


def all_of(name: str) -> list[Instruction]:
    return [one for one in instructions() if one.name == name]


def last_stage() -> list[Instruction]:
    found = list(instructions())
    start = max(number for number, one in enumerate(found) if one.name == "FROM")
    return found[start:]


def the(name: str) -> Instruction:
    [found] = [one for one in last_stage() if one.name == name]
    return found


def left_out() -> list[str]:
    return [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]


def test_what_the_image_copies_is_there_and_not_left_out() -> None:
    for copy in all_of("COPY"):
        *sources, _ = [word for word in copy.text.split() if not word.startswith("--")]
        if "--from=" in copy.text:
            continue
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in left_out(), source


def test_the_image_has_all_packages_that_the_program_is_made_of() -> None:
    copied = {word for copy in all_of("COPY") for word in copy.text.split()}
    found = (ROOT / "pyproject.toml").read_text()
    [packages] = re.findall(r"^include = \[(.*)\]$", found, re.MULTILINE)
    assert {one.strip('"* ') for one in packages.split(", ")} | {"packs"} <= copied


def test_nothing_secret_comes_into_the_image() -> None:
    assert left_out()[0] == "*"
    assert {"**/.env", "**/*.key", "**/*.db"} <= set(left_out()[-4:])


def test_requirements_are_installed_with_their_hashes() -> None:
    installs = [one.words for one in all_of("RUN") if "install" in one.words]
    assert ["--require-hashes" in one or "--no-deps" in one for one in installs] == [True] * len(installs)
    assert any("--require-hashes" in one for one in installs)


def test_the_image_runs_a_command_of_ours_as_somebody_without_rights() -> None:
    assert the("USER").text.isdigit()
    assert int(the("USER").text) >= 1000
    assert the("ENTRYPOINT").words == ["coach"]
    assert the("CMD").words[0] in COMMANDS
    assert the("STOPSIGNAL").text == "SIGTERM"


def test_the_image_wants_its_data_on_a_volume_that_somebody_names() -> None:
    set_there = dict(re.findall(r"(\w+)=(\S+)", the("ENV").text))
    assert set_there["DATABASE_URL"] == f"sqlite:///{the('WORKDIR').text}/coach.db"
    assert set_there["COACH_IMAGE"] == "1"
    assert not all_of("VOLUME")


def test_the_image_is_asked_for_its_health_without_other_programs() -> None:
    _, _, command = the("HEALTHCHECK").text.partition("CMD ")
    assert json.loads(command) == ["python", "-m", looking_in.__name__]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def ours(compose: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in compose["services"].items() if one["image"] == "coach"}


def test_services_run_commands_of_ours(compose: dict[str, Any]) -> None:
    assert {name: one["command"][0] for name, one in ours(compose).items()} == {
        "migrate": "migrate",
        "web": "serve",
        "worker": "worker",
    }
    assert {one["command"][0] for one in ours(compose).values()} <= COMMANDS


def test_services_set_and_ask_for_variables_that_the_example_names(compose: dict[str, Any]) -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text()))
    given = {name for one in ours(compose).values() for name in one["environment"]}
    assert asked | given <= VARIABLES
    assert {one["env_file"] for one in ours(compose).values()} == {".env"}


def test_the_page_names_commands_services_and_places_that_there_are(compose: dict[str, Any]) -> None:
    """Docker itself is not asked."""
    page = (ROOT / "docs/deploying.md").read_text().replace("\\\n", "")
    commands = re.findall(r"docker exec coach coach ([\w-]+)", page)
    commands += re.findall(r"docker run .*?coach-data:/data(?: --\S+| /tmp| [\d.:]+)* coach ([\w-]+)", page)
    commands += re.findall(r"docker compose exec web coach ([\w-]+)", page)
    commands += re.findall(r"docker compose run --rm migrate ([\w-]+)", page)
    assert {"backup", "restore", "doctor"} <= set(commands) <= COMMANDS
    services = re.findall(r"docker compose (?:exec|run|stop)(?: -\S+)* (\w+)", page)
    assert {"database", "migrate", "web"} == set(services) <= set(compose["services"])
    files = set(re.findall(r"/data/(coach\.\w+)", page))
    database = the("ENV").text.partition("DATABASE_URL=sqlite:////data/")[2].split()[0]
    assert files == {database, Path(database).with_suffix(".key").name}


def test_nothing_starts_before_the_schema_fits(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_services_have_no_rights_that_they_do_not_need(compose: dict[str, Any]) -> None:
    for one in ours(compose).values():
        assert one["read_only"]
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
    published = [port for one in compose["services"].values() for port in one.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_worker_is_asked_at_the_port_that_it_is_given(compose: dict[str, Any]) -> None:
    worker = compose["services"]["worker"]
    asked = ["CMD", "python", "-m", looking_in.__name__, worker["environment"]["COACH_WORKER_PORT"]]
    assert worker["healthcheck"]["test"] == asked


def unit(path: Path) -> configparser.RawConfigParser:
    found = configparser.RawConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read(path)
    return found


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_units_run_commands_of_ours_and_shut_the_rest_out(path: Path) -> None:
    service = unit(path)["Service"]
    program, command, *_ = shlex.split(service["ExecStart"])
    assert program.endswith("/coach")
    assert command in COMMANDS
    for name, value in {
        "DynamicUser": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "NoNewPrivileges": "yes",
        "UMask": "0077",
    }.items():
        assert service[name] == value, name
    assert int(service["TimeoutStopSec"]) > 10


def test_the_procfile_runs_commands_of_ours() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    commands = [part.split()[1] for line in lines for part in line.partition(": ")[2].split("&&")]
    assert set(commands) <= COMMANDS
    assert [line.partition(":")[0] for line in lines] == ["release", "web", "worker"]


def test_settings_are_variables_of_the_example() -> None:
    assert {name.upper() for name in Settings.model_fields} <= VARIABLES

"""The `coach` command. What a command needs is imported where it runs, so that help
and refusals come at once."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from service.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they can show local variables, tokens among them
)
keys = typer.Typer(help="The keys that encrypt what members write.", no_args_is_help=True)
app.add_typer(keys, name="keys")
packs = typer.Typer(help="The words of the practice: norms, agenda, evaluation forms.", no_args_is_help=True)
app.add_typer(packs, name="packs")
outbox = typer.Typer(help="Messages that were given up.", no_args_is_help=True)
app.add_typer(outbox, name="outbox")
TEAM = "Slack's id of the workspace, T…: in a browser it follows app.slack.com/client/"
USER = "Slack's id of the person, U… or W…: in their profile, under the three dots, Copy member ID"
DEMO_PORT = 4000
WRONG_SETTINGS = 2
FAILED = 1


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"coach {version('peer-coaching')}")
        raise typer.Exit


@app.callback()
def coach(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Peer coaching circles in Slack."""


@app.command()
def serve(
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Answer Slack only; another process runs the worker.")
    ] = False,
) -> None:
    """Answer Slack, and send what falls due."""
    with _sentences():
        settings = _settings()
        _must_be_free(settings.port, "", "set PORT to another")
        from service import root

        root.serve(settings, worker=not no_worker)


@app.command()
def worker() -> None:
    """Send what falls due, beside other processes that answer Slack."""
    with _sentences():
        settings = _settings()
        if settings.coach_worker_port:
            _must_be_free(settings.coach_worker_port, "", "set COACH_WORKER_PORT to another")
        from service import root

        root.worker(settings)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    with _sentences():
        settings = _settings(slack=False)
        from service import root

        root.migrate(settings)
        typer.echo("The database is up to date.")


@app.command()
def doctor() -> None:
    """Look for what would keep the bot from running, and say what to do."""
    with _sentences():
        settings = _settings()
        from service import doctor

        found = doctor.examine(settings)
        _say([*found.notes, *found.problems])
        if found.problems:
            raise typer.Exit(FAILED)
        typer.echo("Everything is in order.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes: a new file.")],
) -> None:
    """Make a copy of a SQLite database, while the bot may be running."""
    with _sentences():
        settings = _settings(slack=False)
        from service import copies

        for line in copies.backup(settings, file):
            typer.echo(line)


@app.command()
def restore(
    file: Annotated[Path | None, typer.Argument(help="A copy that `coach backup` made.")] = None,
    mark: Annotated[
        bool, typer.Option("--mark", help="The database was put back by other tools, such as pg_restore.")
    ] = False,
) -> None:
    """Put a copy in the place of the database, so that nothing is sent twice and nothing old."""
    if mark == (file is not None):
        _stop(["Say which copy: its file, or --mark when it is in place already."], WRONG_SETTINGS)
    with _sentences():
        settings = _settings(slack=False)
        from service import copies
        from service.clock import SystemClock

        now = SystemClock().now()
        for line in copies.restore(settings, file, now) if file else copies.mark(settings, now):
            typer.echo(line)


@keys.command("new")
def new_key() -> None:
    """Print a new key, for COACH_ENCRYPTION_KEYS."""
    from storage.encryption import new_key

    typer.echo(new_key())


@keys.command("rotate")
def rotate_keys() -> None:
    """Encrypt everything that is stored with the first key, so that the others can go."""
    with _sentences():
        settings = _with_database()
        from service import root

        changed = root.rotate_keys(settings)
        texts = "1 text was" if changed == 1 else f"{changed} texts were"
        typer.echo(f"Everything is encrypted with the first key now; {texts} not before.")


@keys.command("abandon")
def abandon_keys(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether that is meant.")] = False,
) -> None:
    """Let go of what was encrypted with a key that is lost for good."""
    with _sentences():
        settings = _with_database()
        from service import root

        found = root.lost(settings)
        if not found:
            typer.echo("Everything can be read. Nothing was changed.")
            return
        typer.echo(f"With the keys that are set, {found} cannot be read. Given up, they never can be again.")
        if not yes and not typer.confirm("Is the key lost for good?"):
            _stop(["Nothing was changed."], FAILED)
        found = root.abandon_keys(settings)
        typer.echo(f"Given up: {found}. Where words were lost a sentence says so.")
        if found.workspaces:
            typer.echo("Workspaces without a token install the bot again; they find what is left as it was.")


@packs.command("check")
def check_pack(
    file: Annotated[
        Path | None, typer.Argument(help="A YAML file, or a folder of them; else what COACH_PACKS names.")
    ] = None,
) -> None:
    """Say what is wrong with a content pack, line by line, or what it holds."""
    with _sentences():
        from service import content

        for line in content.check(_settings_if_right() if file else _settings(slack=False), file):
            typer.echo(line)


@outbox.command("list")
def list_given_up(
    most: Annotated[int, typer.Option("--most", min=1, help="How many, the newest first.")] = 50,
) -> None:
    """Say which messages were given up, and why."""
    with _sentences():
        settings = _with_database()
        from service import given_up

        for line in given_up.listed(settings, most):
            typer.echo(line)


@outbox.command("retry")
def retry_given_up(
    ids: Annotated[list[int] | None, typer.Argument(help="Their numbers, as the list shows them.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    twice: Annotated[bool, typer.Option("--twice", help="Also what may have arrived.")] = False,
) -> None:
    """Try messages once more."""
    with _sentences():
        settings = _with_database()
        from service import given_up

        _tell(given_up.retry(settings, _named(ids, every), twice=twice))


@outbox.command("drop")
def drop_given_up(
    ids: Annotated[list[int] | None, typer.Argument(help="Their numbers, as the list shows them.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
) -> None:
    """Let messages go: they are counted no more."""
    with _sentences():
        settings = _with_database()
        from service import given_up

        _tell(given_up.drop(settings, _named(ids, every)))


@app.command("erase-person")
def erase_person(
    team: Annotated[str, typer.Argument(help=TEAM)],
    user: Annotated[str, typer.Argument(help=USER)],
    yes: Annotated[bool, typer.Option("--yes", help="Do it: this cannot be taken back.")] = False,
) -> None:
    """Erase what is stored about somebody, as if they had pressed "Erase me"."""
    with _sentences():
        settings = _with_database()
        from service import erase

        _told(erase.person(settings, team, user, yes=yes))


@app.command("erase-workspace")
def erase_workspace(
    team: Annotated[str, typer.Argument(help=TEAM)],
    yes: Annotated[bool, typer.Option("--yes", help="Do it: this cannot be taken back.")] = False,
) -> None:
    """Erase a whole workspace. Remove the bot from it in Slack first."""
    with _sentences():
        settings = _with_database()
        from service import erase

        _told(erase.workspace(settings, team, yes=yes))


def _told(outcome: tuple[str, bool]) -> None:
    said, done = outcome
    if not done:
        _stop([said], FAILED)
    typer.echo(said)


def _named(ids: list[int] | None, every: bool) -> list[int]:
    """Those that were named; none for all of them."""
    if bool(ids) == every:
        _stop(["Say which: their numbers, or --all."], WRONG_SETTINGS)
    return ids or []


def _tell(done: tuple[str, list[str]]) -> None:
    said, refused = done
    typer.echo(said)
    if refused:
        _stop(refused, FAILED)


@app.command()
def manifest(
    url: Annotated[
        str, typer.Option(help="The https address at which Slack reaches the bot; else COACH_PUBLIC_URL.")
    ] = "",
    by_socket: Annotated[
        bool,
        typer.Option("--socket", help="For Socket Mode: Slack needs no address."),
    ] = False,
) -> None:
    """Print the manifest that makes a Slack app of the bot."""
    with _sentences():
        from service.manifest import as_yaml

        address = _public_if_any(url) if by_socket else _public(url)
        typer.echo(as_yaml(address, socket=by_socket), nl=False)


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where to open it in the browser.")] = DEMO_PORT,
) -> None:
    """Try the bot in a local workspace in the browser, without Slack."""
    with _sentences():
        _must_be_free(port, "127.0.0.1", "choose another with --port")
        from service import demo

        demo.run(port)


def _settings(*, slack: bool = True) -> "Settings":
    from service.settings import read_settings

    return read_settings(slack=slack)


def _with_database() -> "Settings":
    """For what is done to a database that is there. None is made by looking for it."""
    settings = _settings(slack=False)
    if missing := settings.no_database():
        _stop([missing], FAILED)
    return settings


def _settings_if_right() -> "Settings | None":
    """For what can do without them."""
    from service.settings import SettingsError

    try:
        return _settings(slack=False)
    except SettingsError:
        return None


@contextmanager
def _sentences() -> Iterator[None]:
    """Known failures end with a sentence; any other is a fault of ours, and keeps its traceback."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(FAILED) from None
    except Exception as error:
        lines, code = _known(error)
        if not lines:
            raise
        _stop(lines, code)


def _known(error: Exception) -> tuple[list[str], int]:
    from coaching.packs import PackError
    from service.copies import CopyError
    from service.settings import SettingsError

    if isinstance(error, SettingsError):
        return error.lines, WRONG_SETTINGS
    if isinstance(error, CopyError):
        return error.lines, FAILED
    if isinstance(error, PackError):
        return str(error).splitlines(), WRONG_SETTINGS
    from storage import faults

    found = faults.sentence(error)
    return [found] if found else [], FAILED


def _public(url: str) -> str:
    from service.settings import web_address

    if url:
        try:
            return web_address(url).removesuffix("/slack/events")  # what Slack calls is added to it
        except ValueError:
            _stop(["--url should be an https address, such as https://coach.example.org."], WRONG_SETTINGS)
    found = _settings(slack=False).coach_public_url
    return found or _stop(["Say at which address Slack reaches the bot: --url https://…"], WRONG_SETTINGS)


def _public_if_any(url: str) -> str | None:
    """Where people come to install it, though Slack does not."""
    if url:
        return _public(url)
    found = _settings_if_right()
    return found.coach_public_url if found else None


def _must_be_free(port: int, host: str, instead: str) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()  # the error's own words are longer than its reason
        _stop([f"Port {port} cannot be used ({reason}): {instead}."], FAILED)


def _say(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line, err=True)


def _stop(lines: list[str], code: int) -> NoReturn:
    _say(lines)
    raise typer.Exit(code)

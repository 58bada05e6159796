"""What would keep the bot from running, and what is good to know: `coach doctor`.

Each check is a function of its own, and each line that it gives says how to mend what it names.
"""

import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from coaching.kept_packs import Kept
from scheduler import dead
from scheduler.auditor import backlog
from service import content, keys, looking_in, manifest, root, sentry
from service.clock import SystemClock, disagreement
from service.looking_in import Seen
from service.root import Coach
from service.settings import Settings, unknown_names
from service.tokens import MOST_ASKED, SILENT, BotToken, Installed
from storage import migrate as migrations

LITTLE_ROOM = 200 << 20
"""Bytes. SQLite needs some for its log, and a copy needs as much again as the database."""
PATIENCE = timedelta(minutes=15)


@dataclass
class Findings:
    """A line each: what would keep the bot from running, and what is good to know."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def examine(settings: Settings) -> Findings:
    """Looks at everything, and changes nothing."""
    logging.disable()  # libraries tell the same in their own words
    database = root.open_if_there(settings)
    kept = content.read(database) or Kept()
    wrong = content.problems(settings, kept)
    coach = root.build(settings, SystemClock(), database, kept.pack or content.configured(settings))
    found = Findings()
    found.notes += [*unknown_names(), *_no_database_yet(settings), *settings.disk_notes()]
    found.notes += keys.notes(settings, database)
    found.problems += [*_schema_problems(coach), *_room_problems(settings)]
    found.problems += [*keys.problems(settings, coach.database), *wrong]
    found.problems += sentry.problems(settings.coach_sentry_dsn.get_secret_value())
    _look_at_messages(coach, found)
    _look_at_the_token(coach, found)
    _look_at_the_socket(settings, found)
    _look_at_the_address(settings, found)
    _look_at_the_running(settings, found)
    return found


def _no_database_yet(settings: Settings) -> list[str]:
    """No fault before the first start; but then somebody should know that this is one."""
    file, missing = settings.database_file, settings.no_database()
    return [missing] if file and missing and file.parent.is_dir() else []


def _schema_problems(coach: Coach) -> list[str]:
    if _no_database_yet(coach.settings):
        return []
    problems = coach.ready()
    if root.in_a_file(coach.settings) and set(problems) <= migrations.MENDED_BY_UPGRADE:
        return []  # `serve` sees to it when it starts
    return problems


def _room_problems(settings: Settings) -> list[str]:
    """Of a server nobody here knows how full its disk is."""
    file = keys.file_of(settings)
    if file is None or not file.parent.is_dir():
        return []
    free = shutil.disk_usage(file.parent).free
    if free >= LITTLE_ROOM:
        return []
    return [
        f"Only {free >> 20} MB are free on the disk of the database: make room, or nothing can be saved soon."
    ]


def _look_at_messages(coach: Coach, found: Findings) -> None:
    if coach.ready():
        return
    now = coach.clock.now()
    with coach.database.reading() as db:
        given_up, waiting = dead.count(db), backlog(db, now)
    if given_up:
        messages = "1 message was" if given_up == 1 else f"{given_up} messages were"
        found.notes.append(f"{messages} given up: coach outbox list says which, and why.")
    late = sum(one.rows for one in waiting if one.oldest < now - PATIENCE)
    if late:
        found.notes.append(
            f"Messages have waited for over 15 minutes ({late} wait): once coach serve runs, or coach worker"
            " beside coach serve --no-worker, they go out, or end where that is too late. If it runs, its log"
            " says why."
        )


def _look_at_the_token(coach: Coach, found: Findings) -> None:
    if isinstance(coach.token, Installed):
        found.problems += coach.token.problems()
        _look_at_each_workspace(coach.token, found)
    elif isinstance(coach.token, BotToken):
        _look_at_the_bot_token(coach, coach.token, found)


def _look_at_each_workspace(token: Installed, found: Findings) -> None:
    """Nobody may have used the bot, and no worker called Slack, since a token was taken back."""
    if SILENT.format(url=token.renewal.slack.api_url) in found.problems:
        return
    problems, unknown = token.ask_each()
    found.problems += problems
    if unknown:
        workspaces = "1 workspace" if unknown == 1 else f"{unknown} workspaces"
        found.notes.append(
            f"Slack was not asked about the token of {workspaces}, or did not answer: it is asked about"
            f" {MOST_ASKED} at most, others each time."
        )


def _look_at_the_bot_token(coach: Coach, token: BotToken, found: Findings) -> None:
    found.problems += token.problems()
    try:
        answer = token.ask()
    except SlackApiError as error:
        word = error.response.get("error")
        found.problems.append(
            f"Slack refuses the bot token ({word}). Copy it again from OAuth & Permissions."
        )
    except OSError:
        found.problems.append(SILENT.format(url=coach.settings.slack_api_url))
    else:
        said = {name.lower(): text for name, text in answer.headers.items()}
        _look_at_permissions(said, found)
        found.problems += disagreement(said.get("date", ""), coach.clock.now())


def _look_at_the_socket(settings: Settings, found: Findings) -> None:
    """Asks for an address of a socket, and opens none."""
    if not settings.socket_mode:
        return
    client = WebClient(base_url=settings.slack_api_url, timeout=5)
    try:
        client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except SlackApiError as error:
        word = error.response.get("error")
        found.problems.append(
            f"Slack opens no socket for the app token ({word}). Is Socket Mode switched on for the app?"
            ' Else make another token on "Basic Information", with the scope connections:write.'
        )
    except OSError:
        pass  # said of the bot token already


def _look_at_permissions(headers: Mapping[str, str], found: Findings) -> None:
    """Slack says with each answer what the token may do."""
    if "x-oauth-scopes" not in headers:
        return
    granted = {one.strip() for one in headers["x-oauth-scopes"].split(",")}
    missing = [one for one in manifest.SCOPES if one not in granted]
    if missing:
        found.problems.append(
            f"The bot token lacks {', '.join(missing)}. Put what coach manifest prints on App Manifest in the"
            " settings of your Slack app, then press Reinstall on OAuth & Permissions."
        )
    for one in manifest.OPTIONAL_SCOPES:
        if one not in granted:
            found.notes.append(
                f"The bot token does without {one}, which is optional: docs/permissions.md says what for."
            )


def _look_at_the_address(settings: Settings, found: Findings) -> None:
    """Whether the address that the manifest gives to Slack leads here. What Slack has, it does not tell."""
    url = settings.coach_public_url
    if url is None:
        return
    match looking_in.at(url):
        case Seen.SOMETHING_ELSE:
            found.problems.append(
                f"{url}/livez is answered by something else than this bot. COACH_PUBLIC_URL should lead to"
                " it, through a proxy that passes all paths on."
            )
        case Seen.NO_CERTIFICATE:
            found.problems.append(
                f"The certificate at {url} is not one that others trust, so Slack calls nobody there: let the"
                " proxy have one that is valid for this name."
            )
        case Seen.NOBODY:
            found.notes.append(
                f"Nobody answers at {url}/livez yet. Once the bot runs, Slack has to reach it there: start"
                " coach serve, and let the proxy with your certificate pass requests on to PORT."
            )


def _look_at_the_running(settings: Settings, found: Findings) -> None:
    """What a bot that runs on this machine says of itself, such as when it last looked for due messages."""
    for port in filter(None, (settings.port, settings.coach_worker_port)):
        here = f"http://127.0.0.1:{port}"
        seen = looking_in.at(here)
        if seen is Seen.NOBODY and port == settings.coach_worker_port:
            found.notes.append(f"No worker answers at port {port} (COACH_WORKER_PORT): start coach worker.")
        if seen is Seen.A_BOT:
            lines = [line for line in looking_in.complaints(here) if line not in found.problems]
            found.problems += [f"The bot at port {port} says: {line}" for line in lines]

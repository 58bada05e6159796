"""What would keep the bot from running, and what is good to know: `coach doctor`.

Each check is a function of its own, and each line that it gives says how to mend what it names.
"""

import logging

from slack_sdk.errors import SlackApiError

from coaching.kept_packs import Kept
from scheduler import dead
from service import content, keys, root
from service.clock import SystemClock, disagreement
from service.root import Coach
from service.settings import Settings
from storage import migrate as migrations


def examine(settings: Settings) -> tuple[list[str], list[str]]:
    """What would keep the bot from running, a line each, with what to do; and what is good to know.

    Changes nothing.
    """
    logging.disable()  # libraries tell the same in their own words
    database = root.open_database(settings)
    kept = content.read(database) or Kept()
    wrong = content.problems(settings, kept)
    coach = root.build(settings, SystemClock(), database, kept.pack or content.configured(settings))
    problems = [
        *_schema_problems(coach),
        *keys.problems(settings, coach.database),
        *wrong,
        *_token_problems(coach),
    ]
    return problems, [
        *settings.notes(),
        *settings.disk_notes(),
        *keys.notes(settings, coach.database),
        *_given_up_notes(coach),
    ]


def _schema_problems(coach: Coach) -> list[str]:
    problems = coach.ready()
    if root.in_a_file(coach.settings) and set(problems) <= migrations.MENDED_BY_UPGRADE:
        return []  # `serve` sees to it when it starts
    return problems


def _given_up_notes(coach: Coach) -> list[str]:
    if coach.ready():
        return []
    with coach.database.reading() as db:
        given_up = dead.count(db)
    messages = "1 message was" if given_up == 1 else f"{given_up} messages were"
    return [f"{messages} given up: coach outbox list says which, and why."] if given_up else []


def _token_problems(coach: Coach) -> list[str]:
    try:
        answer = coach.token.ask()
    except SlackApiError as error:
        word = error.response.get("error")
        return [f"Slack refuses the bot token ({word}). Copy it again from OAuth & Permissions."]
    except OSError:
        return [f"{coach.settings.slack_api_url} does not answer. Is this machine allowed to reach it?"]
    said = {name.lower(): text for name, text in answer.headers.items()}
    return disagreement(said.get("date", ""), coach.clock.now())

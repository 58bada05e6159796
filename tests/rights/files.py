"""What stands in the files and pages that each person gets, or could."""

from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

from bot.outgoing.log import log_file
from coaching import calendar_feed, log, outbox, people
from coaching.access import Actor
from scheduler.messages import File
from storage.models import Outgoing
from tests.rights.matrix import ELSEWHERE, IN_CIRCLE, PEOPLE, TEAM, Matrix
from tests.rights.past import MARK

PAGES = {
    "/slack/events": "only what Slack has signed",
    "/calendar/{token}.ics": "whoever has the secret of somebody's own",
    "/livez": "everybody: one word",
    "/readyz": "everybody: what is wrong with the service",
    "/metrics": "this machine, or whoever has the key: figures without names",
}
"""Every page that the bot serves, and who may read it."""
WERE_THERE = {"lead", "member", "guest inside", "ex-member", "deactivated"}
"""At sessions, so the circle's name stands in their own hours for good."""


def problems(matrix: Matrix) -> Iterator[str]:
    for person in PEOPLE:
        if person != ELSEWHERE:
            yield from (f"{person}: {problem}" for problem in _of(matrix, person))
    nonsense = _get(matrix, f"/calendar/{'x' * 43}.ics")
    if nonsense[0] != 404:
        yield f"a calendar for nobody: {nonsense[0]}"
    for page in ("/livez", "/readyz", "/metrics", "/slack/events"):
        if MARK in _get(matrix, page)[1]:
            yield f"{page} tells of a circle"


def _of(matrix: Matrix, person: str) -> Iterator[str]:
    now = matrix.demo.clock.now()
    with matrix.demo.coach.database.transaction() as db:
        known = people.somebody(db, TEAM, PEOPLE[person][0])
        if (MARK in log.hours_file(db, known).decode()) is not (person in WERE_THERE):
            yield "the file of their own hours"
        outbox.put(
            db,
            Outgoing.LOG_FILE,
            f"forged:{person}",
            workspace_id=TEAM,
            circle_id=matrix.ids["circle"],
            person=known,
            facts={"form": "csv"},
            due_at=now,
            now=now,
        )
        found = log_file(db, outbox.get(db, TEAM, f"forged:{person}"), now)
        got_it = isinstance(found, File) and "Chidi" in found.content.decode()
        if got_it is not (person == "lead"):
            yield "the circle's log as a file"
        token = calendar_feed.make(db, Actor(TEAM, known), "", now)
    status, content = _get(matrix, f"/calendar/{token}.ics")
    if (MARK in content) is not (person in IN_CIRCLE):
        yield f"their calendar: {content[:200]}"
    if (status == 404) is not (person == "deactivated"):
        yield f"their calendar: {status}"


def _get(matrix: Matrix, path: str) -> tuple[int, str]:
    connection = HTTPConnection(
        urlsplit(matrix.demo.coach.settings.coach_public_url or "").netloc, timeout=20
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()

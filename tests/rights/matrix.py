"""One running bot with one of everything in it, and what each person sees and changes by each request."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select
from structlog.testing import capture_logs

from bot.ids import Action
from coaching import workspaces
from coaching.access import NOT_ACTIVE, RIGHTS, Right, Standing
from coaching.errors import NotFound
from coaching.people import Profile, learn
from coaching.rules.terms import PersonKind
from demo.cast import ANA, BO, CHIDI, COACH, DEE, ELI, FAY, GUS, HANA
from demo.records import Json
from service.demo import Demo
from service.tokens import BotToken
from storage.models import AuditEntry
from tests.rights import past
from tests.rights.expected import OF_A_CIRCLE, PAIR, Needs
from tests.support import pasts
from tests.support.contents import Contents, contents
from tests.support.signed import Forger

LEAD, COLLEAGUE, GUEST = Standing.LEAD, Standing.COLLEAGUE, Standing.GUEST
ELSEWHERE = "from another workspace"
TEAM, OTHER_TEAM = "T0RIVERBEND", "T0OTHER"
NO_SUCH_ID = 99999
UNWATCHED = {"audit_entries", "handled_requests"}
"""Whoever is refused leaves a trace in these two."""

PEOPLE: dict[str, tuple[str, set[Standing]]] = {
    "lead": (ANA, {LEAD, COLLEAGUE}),
    "member": (BO, {Standing.MEMBER, COLLEAGUE}),
    "guest inside": (FAY, {Standing.GUEST_MEMBER, GUEST}),
    "ex-member": (CHIDI, {COLLEAGUE}),
    "outsider": (GUS, {COLLEAGUE}),
    "owner": (HANA, {Standing.OWNER, COLLEAGUE}),
    "guest": (DEE, {GUEST}),
    "bot": (COACH, set()),
    "deactivated": (ELI, set()),
    ELSEWHERE: (ANA, {COLLEAGUE}),
}
"""Everybody, by what they are, with their Slack id and their standings in the workspace they click in."""
IN_CIRCLE = {"lead": LEAD, "member": Standing.MEMBER, "guest inside": Standing.GUEST_MEMBER}
IN_PAIR = {"lead": LEAD, "member": LEAD}


@dataclass(frozen=True)
class Seen:
    """What came of a request: all that the bot said, the calls it made for it, and whether a row changed."""

    said: str
    calls: tuple[str, ...]
    changed: bool


@dataclass(frozen=True)
class Verdict:
    """What the table says of a person and a thing to do. `refusal` is empty for those who may."""

    refusal: str = ""
    hidden: bool = False
    """They must not even learn that there is such a thing."""
    idle: bool = False


def verdict(person: str, needs: Needs) -> Verdict:
    """Worked out from the table of rights and from what `needs` adds; never from what the bot does."""
    _, standings = PEOPLE[person]
    if needs.right is None:
        return Verdict(idle=True)
    if not standings:
        return Verdict(NOT_ACTIVE, hidden=True)
    inside = IN_PAIR if needs.of == PAIR else IN_CIRCLE
    if needs.right in OF_A_CIRCLE:
        if person not in inside:
            return Verdict(NotFound.sentence, hidden=True)
        standings = {inside[person]}
    if not standings & RIGHTS[needs.right].standings:
        admin = needs.right is Right.OWNERS and person == "lead" and needs.about != "oneself"
        return Verdict("There is a programme owner already" if admin else RIGHTS[needs.right].refusal)
    if needs.only and person not in needs.only.split(","):
        return Verdict(needs.others or NotFound.sentence, hidden=needs.right is Right.ONESELF)
    return Verdict(idle=needs.idle == "all" or person in needs.idle.split(","))


class Matrix:
    """Sends requests and looks at what came of them."""

    def __init__(self, demo: Demo, rows: Contents) -> None:
        self.demo = demo
        self._rows = rows
        self.forger = Forger(demo)
        self.ids = past.ids(demo)
        self._count = 0
        demo.coach.worker._loop = (
            None  # nothing is sent meanwhile, so whatever changes was changed by a request
        )
        self._meet()
        rows.keep()
        self._was = self._first = rows.digest()

    def try_it(self, person: str, kind: str, key: str, needs: Needs, *, missing: bool = False) -> Seen:
        """Sends what `needs` describes, with the ids of what is there or with those of nothing."""
        known = dict.fromkeys(self.ids, NO_SUCH_ID) if missing else self.ids
        about = needs.about.format(**known)
        fields = json.loads(_filled(json.dumps(dict(needs.fields)), known))
        self._count += 1
        with self._in_workspace(person):
            return self._seen(lambda: self._send(PEOPLE[person][0], kind, key, about, fields))

    def noted(self) -> int:
        """How many entries the audit log has."""
        with self.demo.coach.database.reading() as db:
            return db.scalar(select(func.count()).select_from(AuditEntry)) or 0

    def crossed(self) -> bool:
        """Whether an entry of the other workspace is about a circle or a session: it has none."""
        query = select(AuditEntry.id).where(
            AuditEntry.workspace_id == OTHER_TEAM,
            or_(AuditEntry.circle_id.is_not(None), AuditEntry.session_id.is_not(None)),
        )
        with self.demo.coach.database.reading() as db:
            return db.scalar(query.limit(1)) is not None

    def put_back(self) -> None:
        """Everything in the database as it was at first."""
        self._rows.put_back()
        self._was = self._first

    def _send(self, user: str, kind: str, key: str, about: str, fields: Json) -> object:
        forger, metadata = self.forger, _metadata(about)
        match kind:
            case "commands":
                return forger.command(user, "anything at all" if key == "?" else key)
            case "actions" if metadata:
                return forger.click(user, key, "-1", metadata)
            case "actions":
                return forger.click(user, key, about)
            case "menu":
                return forger.click(user, Action.MORE, f"{key}:{about}")
            case "views":
                return forger.submit(user, key, metadata, fields, view_id=f"V{self._count}")
            case "options":
                return forger.type_in(user, key, "New")
            case "shortcuts":
                return forger.hand_over(user, "Anything", shortcut=key)
            case _:
                return forger.event(key, f"Ev{self._count}", user=user, tab="home")

    def _seen(self, send: Callable[[], object]) -> Seen:
        traffic = self.demo.workspace.local.traffic
        before = traffic._count
        answer = send()
        calls = [one for one in traffic.after(before) if one["direction"] == "to_slack"]
        said = json.dumps([answer, [_without_pass(one["request"]) for one in calls]], ensure_ascii=False)
        now = self._rows.digest()
        changed, self._was = now != self._was, now
        return Seen(said, tuple(one["kind"] for one in calls), changed)

    def _meet(self) -> None:
        """Somebody with Ana's id in another workspace, who is nobody to this one."""
        with self.demo.coach.database.transaction() as db:
            workspaces.remember(db, OTHER_TEAM, "Hillside", COACH, self._now)
            ana = Profile(ANA, "Ann", "Europe/London", "en-GB", PersonKind.FULL, True, False)
            learn(db, OTHER_TEAM, [ana])

    @property
    def _now(self) -> datetime:
        return self.demo.clock.now()

    @contextmanager
    def _in_workspace(self, person: str) -> Iterator[None]:
        team = OTHER_TEAM if person == ELSEWHERE else TEAM
        self.forger.team = team
        token = self.demo.coach.token
        assert isinstance(token, BotToken)
        token._found = (team, COACH)
        yield


def _metadata(about: str) -> Json:
    parts = [one.split("=") for one in about.split(",") if "=" in one]
    return {name: int(value) for name, value in parts}


def _filled(template: str, known: dict[str, int]) -> str:
    for name, number in known.items():
        template = template.replace("{" + name + "}", str(number))
    return template


def _without_pass(request: Any) -> object:
    if not isinstance(request, dict):
        return request
    return {name: value for name, value in request.items() if name not in ("trigger_id", "token", "view_id")}


@contextmanager
def running(engine: str, folder: Path) -> Iterator[Matrix]:
    with (
        pasts.database(engine, past.everything, folder) as url,
        pasts.running(url, past.everything) as demo,
        capture_logs(),  # a line for each of some thousand requests, and nobody reads them
        contents(demo.coach.database, UNWATCHED) as rows,
    ):
        yield Matrix(demo, rows)

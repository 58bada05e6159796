"""A database with a circle in it, a Slack to speak to, and a clock that is moved by hand."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from coaching.rules.terms import CircleKind, Mode, PersonKind, Rhythm, SessionState
from scheduler.delivery import Delivery, OnDead
from scheduler.messages import Content, File, HomeView, Message, Renderers
from scheduler.metrics import Metrics
from scheduler.pace import Pace
from scheduler.slack import Slack
from storage.engine import Database
from storage.models import (
    Circle,
    CoachingSession,
    Membership,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    Workspace,
)
from tests.scheduler.fake_slack import FakeSlack

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEAM = "T1"


@dataclass
class World:
    """Everything a delivery needs. Ana, Bo and Chidi are in one circle, with one session ahead."""

    database: Database
    now: datetime = START
    slack: FakeSlack = field(init=False)

    def __post_init__(self) -> None:
        self.slack = FakeSlack(now=self.clock)
        with self.database.transaction() as db:
            self._fill(db)

    def clock(self) -> datetime:
        return self.now

    def later(self, **parts: float) -> None:
        self.now += timedelta(**parts)

    def _fill(self, db: Session) -> None:
        self.add_workspace(db, TEAM)
        people = [self.add_person(db, TEAM, name) for name in ("Ana", "Bo", "Chidi")]
        circle = Circle(
            workspace_id=TEAM,
            name="Spring",
            kind=CircleKind.GROUP,
            created_by_id=people[0].id,
            created_at=self.now,
            rhythm=Rhythm.NONE,
            starts_on=date(2026, 3, 1),
            usual_time=time(10),
            zone="Europe/Berlin",
        )
        circle.memberships = [
            Membership(workspace_id=TEAM, person=one, position=i, joined_at=self.now)
            for i, one in enumerate(people)
        ]
        db.add(circle)
        db.flush()
        self.ana, self.bo, self.chidi = (one.id for one in people)
        self.circle = circle.id
        self.session = self._add_session(db, circle).id

    def add_workspace(self, db: Session, id: str) -> None:
        db.add(Workspace(id=id, name=id, bot_user_id="UBOT", created_at=self.now))
        db.flush()

    def add_person(self, db: Session, workspace_id: str, name: str) -> Person:
        person = Person(
            workspace_id=workspace_id,
            slack_id=f"U{name.upper()}",
            name=name,
            zone="Europe/Berlin",
            kind=PersonKind.FULL,
        )
        db.add(person)
        db.flush()
        return person

    def _add_session(self, db: Session, circle: Circle) -> CoachingSession:
        starts = self.now + timedelta(days=20)
        session = CoachingSession(
            workspace_id=TEAM,
            circle_id=circle.id,
            state=SessionState.SCHEDULED,
            created_at=self.now,
            local_date=starts.date(),
            local_time=time(10),
            zone="Europe/Berlin",
            length=60,
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            planned_at=self.now,
            mode=Mode.VIDEO,
        )
        db.add(session)
        db.flush()
        return session

    def put(self, kind: Outgoing, person: int | None = None, workspace_id: str = TEAM, **values: Any) -> int:
        """A row that is due now, in the circle's conversation when no person is given."""
        row = OutboxRow(
            workspace_id=workspace_id,
            kind=kind,
            person_id=person,
            circle_id=None if person else self.circle,
            **{"due_at": self.now, "created_at": self.now, "facts": {}} | values,
        )
        with self.database.transaction() as db:
            self._number = getattr(self, "_number", 0) + 1
            row.unique_key = f"{kind}:{self._number}"
            db.add(row)
            db.flush()
            return row.id

    def row(self, id: int) -> OutboxRow:
        with self.database.reading() as db:
            return db.get_one(OutboxRow, id)

    def state(self, id: int) -> tuple[OutboxState, str | None]:
        row = self.row(id)
        return row.state, row.outcome

    def change(self, model: type[Any], id: object, **values: object) -> None:
        with self.database.transaction() as db:
            one = db.get_one(model, id)
            for name, value in values.items():
                setattr(one, name, value)

    def run(self, work: Callable[["Workers"], Coroutine[Any, Any, None]]) -> None:
        """Plays a scene in an event loop, with Slack up."""

        async def scene() -> None:
            runner = await self.slack.start()
            workers = Workers(self)
            try:
                await work(workers)
            finally:
                await workers.close()
                await runner.cleanup()

        asyncio.run(scene())


class Workers:
    """Makes deliveries, each with a line of its own to Slack."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._lines: list[Slack] = []

    def line(self, metrics: Metrics | None = None) -> Slack:
        slack = Slack(
            self.world.slack.url + "/api/",
            lambda workspace: f"xoxb-{workspace}",
            self.world.clock,
            metrics,
        )
        self._lines.append(slack)
        return slack

    def delivery(
        self,
        renderers: Renderers | None = None,
        on_dead: OnDead | None = None,
        batch: int = 100,
        pace: Pace | None = None,
        metrics: Metrics | None = None,
    ) -> Delivery:
        return Delivery(
            self.world.database,
            self.line(metrics),
            renderers or PLAIN,
            self.world.clock,
            Random(1),
            on_dead=on_dead,
            batch=batch,
            pace=pace,
            metrics=metrics,
        )

    async def close(self) -> None:
        for line in self._lines:
            await line.close()


def plain(_db: Session, row: OutboxRow, _now: datetime) -> Content:
    """Says its kind and what it knows."""
    match row.kind:
        case Outgoing.HOME:
            return HomeView({"type": "home", "blocks": [{"type": "divider"}]})
        case Outgoing.CALENDAR_FILE:
            return File("session.ics", "Session", b"BEGIN:VCALENDAR", "Here it is")
        case _:
            return Message(f"{row.kind} {row.facts.get('text', '')}".strip())


PLAIN: Renderers = {kind: plain for kind in Outgoing if kind is not Outgoing.REFRESH}

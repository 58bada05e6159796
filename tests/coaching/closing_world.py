"""A circle that was made and has a session, all by the use cases; time is what a test says it is."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from coaching import access, attendance, circles, closing, evaluations, people, sessions
from coaching.access import Actor
from coaching.circles import CirclePlan
from coaching.closing import Record
from coaching.evaluations import Filled
from coaching.packs import Pack, default_pack
from coaching.people import Profile
from coaching.rules.facts import Draft
from coaching.rules.terms import Coming, Mode, PersonKind, Rhythm
from storage.base import Base
from storage.engine import Database
from storage.models import CoachingSession, OutboxRow, OutboxState, Outgoing, Workspace

TEAM = "T0RIVER"
NAMES = {
    "UANA": "Ana Torres",
    "UBO": "Bo Jensen",
    "UCHIDI": "Chidi Okafor",
    "UDEE": "Dee Novak",
    "UELI": "Eli Stern",
    "UGUS": "Gus Park",
}
ANA, BO, CHIDI, DEE, ELI, GUS = NAMES
MADE = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
STARTS = datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
CLOSING = STARTS + timedelta(minutes=50)
ENDS = STARTS + timedelta(minutes=60)
WINDOW_END = ENDS + timedelta(days=5)


@dataclass
class World:
    """Ana leads, presents, and is followed by the others. Sessions are on Tuesdays at ten, UTC."""

    database: Database
    members: tuple[str, ...] = (ANA, BO, CHIDI, DEE, ELI)
    pack: Pack = field(default_factory=default_pack)
    circle: int = 0
    session: int = 0

    def __post_init__(self) -> None:
        with self.database.transaction() as db:
            db.add(Workspace(id=TEAM, name="Riverbend", bot_user_id="UBOT", created_at=MADE))
            db.flush()
            people.learn(db, TEAM, [_profile(*one) for one in NAMES.items()])
            plan = CirclePlan(
                name="Practice circle",
                members=self.members,
                channel=None,
                rhythm=Rhythm.SAME_WEEKDAY,
                starts_on=date(2026, 12, 8),
                usual_time=time(10),
                in_person_every=0,
            )
            self.circle = circles.create(db, self.actor(db), plan, None, MADE).id
        self.session = self.schedule(STARTS.date())

    def schedule(self, day: date, now: datetime = MADE) -> int:
        with self.database.transaction() as db:
            first, second = (one.id for one in people.known(db, TEAM, self.members[:2]))
            draft = Draft(day, time(10), 60, Mode.VIDEO, presenter=first, note_taker=second)
            return sessions.schedule(db, self.actor(db), self.circle, draft, now).id

    def actor(self, db: Session, who: str = ANA) -> Actor:
        return access.actor(db, TEAM, who)

    def id(self, who: str) -> int:
        with self.database.reading() as db:
            return self.actor(db, who).person.id

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.database.reading() as db:
            yield db

    def answers_coming(self, who: str, coming: Coming, now: datetime = MADE) -> None:
        with self.database.transaction() as db:
            attendance.answer(db, self.actor(db, who), self.session, coming, now)

    def tick(self, now: datetime) -> None:
        """What the clock does for the closing, in the order of the planners."""
        for planner in (
            evaluations.open_due,
            closing.put_up_next,
            evaluations.close_due,
            closing.assume_due,
        ):
            more = True
            while more:
                with self.database.transaction() as db:
                    more = planner(db, now)

    def answer(
        self, who: str, score: int = 4, *, said: str = "", now: datetime = ENDS, session: int | None = None
    ) -> None:
        with self.database.transaction() as db:
            filled = self.filled(score, said)
            evaluations.answer(db, self.actor(db, who), session or self.session, filled, self.pack, now)

    def filled(self, score: int = 4, said: str = "") -> Filled:
        form = self.pack.form("group")
        comments: Mapping[str, str] = {form.questions[0].id: said} if said else {}
        return Filled({one.id: score for one in form.statements}, comments)

    def met(
        self,
        *there: str,
        by: str = ANA,
        now: datetime = ENDS,
        mode: Mode | None = Mode.VIDEO,
        presenter: str | None = None,
        note_taker: str | None = None,
    ) -> None:
        with self.database.transaction() as db:

            def id_of(who: str | None) -> int | None:
                return self.actor(db, who).person.id if who else None

            ids = frozenset(self.actor(db, one).person.id for one in there)
            record = Record(mode, ids, id_of(presenter), id_of(note_taker))
            closing.record_met(db, self.actor(db, by), self.session, record, now)

    def missed(self, by: str = ANA, now: datetime = ENDS) -> None:
        with self.database.transaction() as db:
            closing.record_missed(db, self.actor(db, by), self.session, now)

    def of(self, session: int | None = None) -> CoachingSession:
        with self.database.reading() as db:
            found = db.get_one(CoachingSession, session or self.session)
            _ = found.circle.memberships
            return found

    def rows(self, kind: Outgoing, state: OutboxState | None = None) -> list[OutboxRow]:
        query = select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id)
        with self.database.reading() as db:
            return [one for one in db.scalars(query) if state in (None, one.state)]

    def deliver(self, kind: Outgoing) -> None:
        """As if Slack had taken every message of a kind."""
        with self.database.transaction() as db:
            for row in db.scalars(select(OutboxRow).where(OutboxRow.kind == kind)):
                row.state, row.slack_channel, row.slack_ts = (
                    OutboxState.SENT,
                    f"D{row.person_id}",
                    f"{row.id}.1",
                )

    def everything(self, *, but: frozenset[str] = frozenset()) -> dict[str, list[str]]:
        """All rows of all tables, as text."""
        with self.database.reading() as db:
            return {
                name: sorted(str(tuple(row)) for row in db.execute(text(f"SELECT * FROM {name}")))  # noqa: S608
                for name in Base.metadata.tables
                if name not in but
            }


def _profile(slack_id: str, name: str) -> Profile:
    return Profile(slack_id, name, "Etc/UTC", "en-US", PersonKind.FULL, active=True, workspace_admin=False)

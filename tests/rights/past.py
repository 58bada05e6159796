"""A past in which there is one of everything, and a person of every standing towards it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

from slack_sdk import WebClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import directory
from coaching import (
    access,
    away,
    cases,
    circles,
    closing,
    drafts,
    evaluations,
    excuses,
    invitations,
    members,
    notes,
    people,
    polls,
    profiles,
    reflections,
    sessions,
    swaps,
)
from coaching.access import Actor
from coaching.circles import CirclePlan
from coaching.closing import Record
from coaching.evaluations import Filled
from coaching.packs import default_pack
from coaching.rules.case_facts import CaseDraft
from coaching.rules.circle_form import CircleDraft
from coaching.rules.facts import Draft
from coaching.rules.fields import Field
from coaching.rules.note_facts import ActionRow, NotesDraft
from coaching.rules.poll_facts import PollDraft
from coaching.rules.terms import Mode, Rhythm, Role
from demo.cast import ANA, BO, CHIDI, COACH, DEE, ELI, FAY, GUS, HANA
from demo.records import PersonKind
from service.demo import Demo
from storage.models import (
    ActionItem,
    Away,
    Case,
    Circle,
    CoachingSession,
    EvaluationResult,
    FormDraft,
    Invitation,
    Person,
    Poll,
    PollSlot,
    ProgrammeOwner,
    SwapAsk,
)
from tests.support.people import People

MARK = "zanzibar"
"""In all that somebody wrote and in the names of circles: who may not see it never reads it."""
CIRCLE, PAIR = f"{MARK} circle", f"{MARK} pair"
LINK = f"https://meet.example/{MARK}"
EARLIER, ENDED, COMING = date(2026, 12, 1), date(2026, 12, 8), date(2027, 1, 12)
OPEN_DATE = date(2027, 2, 9)
TEN = time(10)
EVERYBODY = (ANA, BO, CHIDI, DEE, ELI, FAY, GUS, HANA, COACH)


def everything(people: People) -> None:
    """Ana leads; Bo is a member with roles, Fay a guest in the circle. Chidi has left it, Eli has left Slack.

    Gus works here, Hana owns the programme, Dee is a guest in no circle.
    """
    _Life(people).live()


class _Life:
    def __init__(self, people: People) -> None:
        self.people, self.demo = people, people.demo
        self.workspace = people.demo.workspace.workspace
        self.team = self.workspace.team.id
        self.pack = default_pack()

    def live(self) -> None:
        self._meet_each_other()
        circle, pair = self._circles()
        earlier = self._session(circle, EARLIER, CHIDI, ELI)
        ended = self._session(circle, ENDED, FAY, BO)
        coming = self._session(circle, COMING, BO, ANA)
        together = self._session(pair, ENDED, ANA, None, at=time(9))
        self.demo.settle()
        self.people.wait("2026-12-01 10:55")
        self._evaluate(earlier)
        self.people.wait("2026-12-02 11:00")
        self._prepare(ended, circle)
        self.people.wait("2026-12-07 12:00")
        self._go()
        self.people.wait("2026-12-08 10:40")
        self._look_back(ended, together)
        self.people.wait("2026-12-08 11:01")
        self._wait_for_answers(circle, coming)
        self.demo.settle()

    @contextmanager
    def _act(self, slack_id: str) -> Iterator[tuple[Session, Actor, datetime]]:
        with self.demo.coach.database.transaction() as db:
            yield db, access.actor(db, self.team, slack_id), self.demo.clock.now()

    def _meet_each_other(self) -> None:
        self.workspace.people[DEE].kind = PersonKind.GUEST
        coach = self.demo.coach
        token, _ = coach.token.of(self.team)
        client = WebClient(token, base_url=coach.settings.slack_api_url)
        found = directory.profiles(client, self.team, EVERYBODY)
        with coach.database.transaction() as db:
            people.learn(db, self.team, found)
            hana = people.somebody(db, self.team, HANA)
            db.add(
                ProgrammeOwner(
                    workspace_id=self.team,
                    person_id=hana.id,
                    named_by_id=hana.id,
                    named_at=self.demo.clock.now(),
                )
            )

    def _circles(self) -> tuple[int, int]:
        with self._act(ANA) as (db, ana, now):
            made = [
                circles.create(db, ana, self._plan(name, who, at), None, now).id
                for name, who, at in ((CIRCLE, (ANA, BO, CHIDI, ELI, FAY), TEN), (PAIR, (ANA, BO), time(9)))
            ]
        return made[0], made[1]

    def _plan(self, name: str, who: tuple[str, ...], at: time) -> CirclePlan:
        return CirclePlan(
            name=name,
            members=who,
            channel=None,
            rhythm=Rhythm.SAME_WEEKDAY,
            starts_on=ENDED,
            usual_time=at,
            zone="America/New_York",
            usual_place=f"{MARK} room",
            usual_link=LINK,
        )

    def _id(self, db: Session, slack_id: str | None) -> int | None:
        return people.somebody(db, self.team, slack_id).id if slack_id else None

    def _session(self, circle: int, day: date, first: str, second: str | None, at: time = TEN) -> int:
        with self._act(ANA) as (db, ana, now):
            draft = Draft(
                date=day,
                time=at,
                length=60,
                mode=Mode.VIDEO,
                link=LINK,
                presenter=self._id(db, first),
                note_taker=self._id(db, second),
                message=MARK,
                remote_reason=MARK,
            )
            return sessions.schedule(db, ana, circle, draft, now).id

    def _filled(self, circle_is_pair: bool) -> Filled:
        form = self.pack.form("pair" if circle_is_pair else "group")
        return Filled(
            {one.id: 4 for one in form.statements}, {one.id: f"{MARK} words" for one in form.questions}
        )

    def _evaluate(self, earlier: int) -> None:
        for who in (ANA, CHIDI, ELI, FAY):
            with self._act(who) as (db, actor, now):
                evaluations.answer(db, actor, earlier, self._filled(False), self.pack, now)

    def _prepare(self, ended: int, circle: int) -> None:
        with self._act(FAY) as (db, fay, now):
            draft = CaseDraft(f"{MARK} case", {Field.SITUATION: MARK}, (), True)
            cases.save(db, fay, ended, 0, draft, self.pack, now)
        with self._act(ANA) as (db, ana, now):
            there = frozenset(self._id(db, one) or 0 for one in (ANA, BO, CHIDI, ELI, FAY))
            record = Record(Mode.VIDEO, there, self._id(db, CHIDI), self._id(db, ELI))
            [earlier] = db.scalars(select(CoachingSession.id).where(CoachingSession.local_date == EARLIER))
            closing.record_met(db, ana, earlier, record, now)
        with self._act(BO) as (db, bo, now):
            slots = ((date(2027, 3, 2), TEN), (date(2027, 3, 3), TEN))
            polls.open_poll(db, bo, circle, None, PollDraft(slots, 60), now)

    def _go(self) -> None:
        with self._act(CHIDI) as (db, chidi, now):
            members.leave(db, chidi, 1, now)
        self.workspace.people[ELI].deleted = True
        with self._act(ELI) as (db, eli, now):
            gone = people.Profile(ELI, "Eli", "Europe/Berlin", "en-US", eli.person.kind, False, False)
            profiles.changed(db, self.team, gone, now)

    def _look_back(self, ended: int, together: int) -> None:
        with self._act(BO) as (db, bo, now):
            row = ActionRow(f"{MARK} action", bo.person.id, date(2026, 12, 18))
            notes.save(db, bo, ended, 0, NotesDraft({Field.DISCUSSED: MARK}, (row,)), now)
        with self._act(ANA) as (db, ana, now):
            reflections.keep(db, ana, together, self._filled(True), self.pack, now)
            reflections.share(db, ana, together, True, now)

    def _wait_for_answers(self, circle: int, coming: int) -> None:
        with self._act(ANA) as (db, ana, now):
            swaps.ask(db, ana, coming, Role.NOTE_TAKER, now)
            slots = ((date(2027, 1, 13), TEN), (date(2027, 1, 14), TEN))
            polls.open_poll(db, ana, circle, coming, PollDraft(slots, 60), now)
            excuses.excuse(db, ana, circle, self._id(db, FAY), Role.NOTE_TAKER, date(2027, 5, 1), now)
            away.enter(db, ana, date(2027, 6, 1), date(2027, 6, 8), now)
            draft = CircleDraft(
                "America/New_York",
                (ANA, BO),
                (ANA,),
                f"{MARK} draft",
                starts_on=date(2027, 2, 9),
                usual_time=TEN,
            )
            drafts.keep(db, ana, "circle", draft, now)
            invited = [people.somebody(db, self.team, CHIDI)]
            invitations.invite(db, db.get_one(Circle, circle), ana.person, invited, now)


def ids(demo: Demo) -> dict[str, int]:
    """What is there, by a word for it."""
    with demo.coach.database.reading() as db:

        def session(day: date, name: str = CIRCLE) -> int:
            query = select(CoachingSession.id).join(Circle).where(Circle.name == name)
            return db.scalars(query.where(CoachingSession.local_date == day)).one()

        circle = db.scalars(select(Circle).where(Circle.name == CIRCLE)).one()
        newest = {
            "case": Case,
            "action": ActionItem,
            "swap": SwapAsk,
            "draft": FormDraft,
            "away": Away,
            "invitation": Invitation,
            "result": EvaluationResult,
        }
        found = {name: db.scalar(select(func.max(model.id))) for name, model in newest.items()}  # type: ignore[attr-defined]
        open_poll, closed = _poll(db, moving=True), _poll(db, moving=False)
        return {
            **{name: one or 0 for name, one in found.items()},
            "circle": circle.id,
            "revision": circle.revision,
            "ended": session(ENDED),
            "coming": session(COMING),
            "coming_revision": db.get_one(CoachingSession, session(COMING)).revision,
            "together": session(ENDED, PAIR),
            "poll": open_poll,
            "slot": _slot(db, open_poll),
            "closed": closed,
            "chosen": _slot(db, closed),
            **{one.name.lower(): one.id for one in db.scalars(select(Person))},
        }


def _poll(db: Session, *, moving: bool) -> int:
    return db.scalars(select(Poll.id).where(Poll.session_id.is_not(None) == moving)).one()


def _slot(db: Session, poll: int) -> int:
    return db.scalars(select(func.min(PollSlot.id)).where(PollSlot.poll_id == poll)).one()

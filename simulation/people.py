"""What people do on a day, drawn at random: they answer, are away, move, skip, leave, join, evaluate."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from slack_sdk import WebClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import directory
from coaching import (
    access,
    actions,
    attendance,
    away,
    cases,
    circle_states,
    circles,
    closing,
    dates,
    evaluations,
    members,
    notes,
    people,
    polls,
    proposals,
    rhythm,
    roles,
    sessions,
    swaps,
)
from coaching.access import Actor
from coaching.circles import Channel, CirclePlan
from coaching.closing import Record
from coaching.errors import CoachingError
from coaching.evaluations import Filled
from coaching.rules.case_facts import CaseDraft
from coaching.rules.fields import Field
from coaching.rules.note_facts import ActionRow, NotesDraft
from coaching.rules.poll_facts import PollDraft
from coaching.rules.terms import Coming, PollState, Rhythm, SessionState, SwapState
from demo.cast import PRACTICE_CIRCLE, riverbend
from demo.records import Person
from demo.workspace import Workspace
from service.demo import Demo
from storage.models import Circle, CoachingSession, EvaluationAsked, EvaluationWindow, Poll, SwapAsk

NEW_YORK = "America/New_York"
ZONES = (NEW_YORK, NEW_YORK, NEW_YORK, "America/Chicago", "Europe/Berlin", "Australia/Sydney")
ROOM, LINK = "Room 2", "https://meet.example.org/circle"
RHYTHMS = (Rhythm.SAME_WEEKDAY, Rhythm.FOUR_WEEKS, Rhythm.SAME_DATE)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Habits:
    """How often things happen: the chance per day, of a person, a circle or a session."""

    answers: float = 0.3
    says_no: float = 0.08
    takes: float = 0.05
    goes_away: float = 0.006
    evaluates: float = 0.5
    records: float = 0.8
    did_not_meet: float = 0.03
    writes: float = 0.4
    prepares: float = 0.06
    shares: float = 0.7
    does: float = 0.05
    skips: float = 0.006
    moves: float = 0.015
    cancels: float = 0.003
    leaves: float = 0.003
    joins: float = 0.006
    pauses: float = 0.0015
    polls: float = 0.004


@dataclass
class Life:
    """Several circles in one workspace. Whoever has left one can be in another."""

    demo: Demo
    rng: Random
    habits: Habits = field(default_factory=Habits)
    circles: dict[int, int] = field(default_factory=dict)
    """By id, with how many members each began with."""
    answered: set[tuple[int, str]] = field(default_factory=set)
    """Evaluations that somebody has sent off, by session and person."""
    refused: Counter[str] = field(default_factory=Counter)
    """What the bot refused, by its sentence: people try what cannot be, too."""

    @property
    def team(self) -> str:
        return self.demo.workspace.workspace.team.id

    @property
    def now(self) -> datetime:
        return self.demo.clock.now()

    def begin(self, sizes: tuple[int, ...]) -> None:
        """Makes a circle of each size; the people are drawn, so that some are in several."""
        everybody = self._meet_each_other()
        for number, size in enumerate(sizes):
            members = self.rng.sample(everybody, size)
            with self._try() as db:
                actor = access.actor(db, self.team, members[0])
                plan, channel = self._plan(number, members)
                self.circles[circles.create(db, actor, plan, channel, self.now).id] = size

    def _plan(self, number: int, members: list[str]) -> tuple[CirclePlan, Channel | None]:
        large = len(members) > circles.GROUP_DM_MEMBERS
        plan = CirclePlan(
            name=f"Circle {number + 1}",
            members=tuple(members),
            channel=PRACTICE_CIRCLE if large else None,
            rhythm=RHYTHMS[number % len(RHYTHMS)],
            starts_on=self.now.date() + timedelta(days=30 + number),
            usual_time=time(9 + number % 6),
            zone=NEW_YORK,
            usual_place=ROOM,
            usual_link=LINK,
            leads=tuple(members[:2]),
        )
        channel = Channel(PRACTICE_CIRCLE, "practice-circle", True, bot_inside=True, asker_inside=True)
        return plan, channel if large else None

    def _meet_each_other(self) -> list[str]:
        coach = self.demo.coach
        token, _ = coach.token.of(self.team)
        everybody = [one.id for one in self.demo.workspace.workspace.people.values() if one.name[:2] == "s-"]
        client = WebClient(token, base_url=coach.settings.slack_api_url)
        found = directory.profiles(client, self.team, everybody)
        with coach.database.transaction() as db:
            people.learn(db, self.team, found)
        return everybody

    def a_day(self) -> None:
        """Everything that people do on a day, in the order of the circles."""
        for circle in self.circles:
            for step in (
                self._answer,
                self._prepare_cases,
                self._record,
                self._write_notes,
                self._evaluate,
                self._pick_times,
                self._change_plans,
                self._come_and_go,
            ):
                step(circle)

    # --- what they do ---

    def _answer(self, circle: int) -> None:
        for session, member in self._members_of_coming(circle):
            if self._chance(self.habits.answers):
                coming = Coming.NO if self._chance(self.habits.says_no) else Coming.YES
                self._do(member, attendance.answer, session, coming)
                if coming is Coming.NO and self._has_role(session, member):
                    self._do(member, swaps.ask, session, None)
        for search, member in self._searches(circle):
            if self._chance(self.habits.takes):
                self._do(member, swaps.take, search)

    def _prepare_cases(self, circle: int) -> None:
        """Whoever brings a case writes it some day, mostly to share it at once."""
        for session in self._coming(circle):
            for member in self._to_prepare(session):
                if self._chance(self.habits.prepares):
                    self._do(member, self._prepare, session, self._chance(self.habits.shares))

    def _record(self, circle: int) -> None:
        for session, convener, record in self._ended(circle):
            if self._chance(self.habits.did_not_meet):
                self._do(convener, closing.record_missed, session)
            elif self._chance(self.habits.records):
                self._do(convener, closing.record_met, session, record)

    def _write_notes(self, circle: int) -> None:
        """Notes with something that somebody will do; who has such a thing does it, or puts it off."""
        for session, note_taker, everybody in self._to_write(circle):
            if self._chance(self.habits.writes):
                day = self.now.date() + timedelta(days=self.rng.randint(1, 30))
                row = ActionRow("Try it", self.rng.choice(everybody), day)
                draft = NotesDraft({Field.DISCUSSED: "A case"}, (row,))
                self._do(note_taker, notes.save, session, 0, draft)
        for action, owner in self._promised(circle):
            if self._chance(self.habits.does):
                self._do(owner, actions.done, action)
            elif self._chance(self.habits.does / 2):
                day = self.now.date() + timedelta(days=self.rng.randint(1, 30))
                self._do(owner, actions.still_open, action, day)

    def _evaluate(self, circle: int) -> None:
        for session, member in self._asked(circle):
            if (session, member) not in self.answered and self._chance(self.habits.evaluates):
                self.answered.add((session, member))
                self._do(member, self._fill_in, session)

    def _pick_times(self, circle: int) -> None:
        """Whoever has not answered a poll ticks some of its slots; a lead picks when it is over."""
        for poll, slots, state, missing in self._polls(circle):
            for member in missing:
                if self._chance(self.habits.answers):
                    ticked = [one for one in slots if self._chance(0.6)]
                    self._do(member, polls.answer, poll, ticked)
            lead = self._lead(circle)
            if lead and state is PollState.CLOSED:
                self._do(lead, polls.pick, poll, self.rng.choice(slots), "The room is taken")

    def _change_plans(self, circle: int) -> None:
        lead = self._lead(circle)
        if lead is None:
            return
        if self._chance(self.habits.pauses):
            until = self.now.date() + timedelta(days=self.rng.randint(20, 50))
            self._do(lead, circle_states.pause, circle, self._revision(circle), until)
        if self._chance(self.habits.polls):
            self._do(lead, self._find_a_time, circle)
        if self._chance(self.habits.skips):
            self._do(lead, self._skip, circle)
        for session in self._coming(circle):
            if self._chance(self.habits.moves):
                self._do(lead, self._move, session)
            elif self._chance(self.habits.cancels):
                self._do(lead, sessions.cancel, session, None)

    def _come_and_go(self, circle: int) -> None:
        for member in self._members(circle):
            if self._chance(self.habits.goes_away):
                first = self.now.date() + timedelta(days=self.rng.randint(2, 30))
                last = first + timedelta(days=self.rng.randint(4, 18))
                self._do(member, away.enter, first, last)
        size = len(self._members(circle))
        if size > 3 and self._chance(self.habits.leaves):
            leaver = self.rng.choice(self._members(circle))
            self._do(leaver, members.leave, circle)
        if 3 <= size < 12 and self._chance(self.habits.joins):
            self._add_somebody(circle)

    def _add_somebody(self, circle: int) -> None:
        lead, here = self._lead(circle), self._members(circle)
        with self.demo.coach.database.reading() as db:
            found = db.get_one(Circle, circle)
            ever = {one.person.slack_id for one in found.memberships}
            revision, plan = found.revision, _plan_of(found)
        strangers = [
            one for one in self.demo.workspace.workspace.people if one[:3] == "US0" and one not in ever
        ]
        if lead is None or not strangers:
            return
        here = [*here, self.rng.choice(strangers)]
        channel = None
        if plan.channel:
            channel = Channel(PRACTICE_CIRCLE, "practice-circle", True, bot_inside=True, asker_inside=True)
        changed = CirclePlan(**{**plan.__dict__, "members": tuple(here)})
        self._do(lead, circles.edit, circle, revision, changed, channel)

    def _skip(self, db: Session, actor: Actor, circle: int, now: datetime) -> None:
        day = dates.next_free(db, db.get_one(Circle, circle), now)
        if day is not None:
            rhythm.skip(db, actor, circle, day, now)

    def _find_a_time(self, db: Session, actor: Actor, circle: int, now: datetime) -> None:
        """A poll for the next date, or for the next session that is scheduled."""
        coming = sessions.scheduled(db, db.get_one(Circle, circle), now + 5 * DAY)
        day = coming[0].local_date if coming else dates.next_free(db, db.get_one(Circle, circle), now)
        if day is not None:
            slots = tuple((day + timedelta(days=ahead), time(11)) for ahead in (1, 2, 3))
            polls.open_poll(db, actor, circle, coming[0].id if coming else None, PollDraft(slots, 60), now)

    def _move(self, db: Session, actor: Actor, session: int, now: datetime) -> None:
        found = db.get_one(CoachingSession, session)
        draft = proposals.draft_of(found)
        day = found.local_date + timedelta(days=self.rng.choice([-2, -1, 1, 2, 7]))
        changed = type(draft)(**{**draft.__dict__, "date": day, "remote_reason": "The room is taken"})
        sessions.move(db, actor, session, found.revision, changed, now)

    def _prepare(self, db: Session, actor: Actor, session: int, shared: bool, now: datetime) -> None:
        pack = self.demo.coach.pack
        revision = cases.open_form(db, actor, session, pack, now).revision
        draft = CaseDraft("A case", {Field.SITUATION: "It goes on"}, (), shared)
        cases.save(db, actor, session, revision, draft, pack, now)

    def _fill_in(self, db: Session, actor: Actor, session: int, now: datetime) -> None:
        pack = self.demo.coach.pack
        circle = db.get_one(CoachingSession, session).circle
        form = pack.form(circle.form_id, circle.kind)
        scores = {one.id: self.rng.randint(2, 5) for one in form.statements}
        evaluations.answer(db, actor, session, Filled(scores, {}), pack, now)

    # --- what they look at ---

    def _members(self, circle: int) -> list[str]:
        with self.demo.coach.database.reading() as db:
            return [one.person.slack_id for one in db.get_one(Circle, circle).members]

    def _lead(self, circle: int) -> str | None:
        with self.demo.coach.database.reading() as db:
            leads = [one.person.slack_id for one in db.get_one(Circle, circle).members if one.lead]
        return self.rng.choice(leads) if leads else None

    def _coming(self, circle: int) -> list[int]:
        with self.demo.coach.database.reading() as db:
            found = sessions.scheduled(db, db.get_one(Circle, circle), self.now)
            return [one.id for one in found if one.starts_at > self.now]

    def _to_prepare(self, session: int) -> list[str]:
        """Who brings a case and has not shared one."""
        with self.demo.coach.database.reading() as db:
            found = db.get_one(CoachingSession, session)
            shared = {one.person_id for one in cases.shared(db, found)}
            return [
                one.person.slack_id
                for one in found.circle.members
                if cases.may_prepare(found, one.person_id, self.now) and one.person_id not in shared
            ]

    def _members_of_coming(self, circle: int) -> list[tuple[int, str]]:
        """Who has not said yet whether they come."""
        with self.demo.coach.database.reading() as db:
            return [
                (session.id, one.person.slack_id)
                for session in sessions.scheduled(db, db.get_one(Circle, circle), self.now)
                for one in session.attendance
                if session.starts_at > self.now and session.coming(one.person_id) is Coming.UNKNOWN
            ]

    def _ended(self, circle: int) -> list[tuple[int, str, Record]]:
        """Sessions that nobody has recorded, with whom to ask and what happened: as planned."""
        with self.demo.coach.database.reading() as db:
            found = db.scalars(
                select(CoachingSession).where(
                    CoachingSession.circle_id == circle,
                    CoachingSession.state == SessionState.SCHEDULED,
                    CoachingSession.ends_at <= self.now,
                )
            ).all()
            return [(one.id, convener, _as_planned(one)) for one in found if (convener := _convener(db, one))]

    def _polls(self, circle: int) -> list[tuple[int, list[int], PollState, list[str]]]:
        """Polls that go on or wait for a choice: slots, and who has not answered."""
        with self.demo.coach.database.reading() as db:
            here = {one.person_id: one.person.slack_id for one in db.get_one(Circle, circle).members}
            found = db.scalars(
                select(Poll).where(
                    Poll.circle_id == circle, Poll.state.in_([PollState.OPEN, PollState.CLOSED])
                )
            ).unique()
            return [
                (
                    one.id,
                    [slot.id for slot in one.slots],
                    polls.standing(db, one, self.now),
                    [
                        name
                        for person, name in here.items()
                        if person not in {a.person_id for a in one.answers}
                    ],
                )
                for one in found
            ]

    def _has_role(self, session: int, member: str) -> bool:
        with self.demo.coach.database.reading() as db:
            found = db.get_one(CoachingSession, session)
            me = access.actor(db, self.team, member).person.id
            return me in (found.presenter_id, found.note_taker_id)

    def _searches(self, circle: int) -> list[tuple[int, str]]:
        """Roles that look for somebody, with everybody in the circle who could take them."""
        members = self._members(circle)
        with self.demo.coach.database.reading() as db:
            found = db.scalars(
                select(SwapAsk.id)
                .join(CoachingSession, CoachingSession.id == SwapAsk.session_id)
                .where(CoachingSession.circle_id == circle, SwapAsk.state == SwapState.OPEN)
            ).all()
        return [(one, member) for one in found for member in members]

    def _to_write(self, circle: int) -> list[tuple[int, str, list[int]]]:
        with self.demo.coach.database.reading() as db:
            found = db.get_one(Circle, circle)
            return [
                (session.id, member.person.slack_id, [one.person_id for one in found.members])
                for member in found.members
                for session in notes.to_write(
                    db, access.actor(db, self.team, member.person.slack_id), [found], self.now
                )
            ]

    def _promised(self, circle: int) -> list[tuple[int, str]]:
        with self.demo.coach.database.reading() as db:
            found = db.get_one(Circle, circle)
            here = {one.person_id: one.person.slack_id for one in found.members}
            open_ones = actions.open_in(db, found)
            return [(one.id, here[one.owner_id]) for one in open_ones if one.owner_id in here]

    def _revision(self, circle: int) -> int:
        with self.demo.coach.database.reading() as db:
            return db.get_one(Circle, circle).revision

    def _asked(self, circle: int) -> list[tuple[int, str]]:
        with self.demo.coach.database.reading() as db:
            here = {one.person_id: one.person.slack_id for one in db.get_one(Circle, circle).members}
            rows = db.execute(
                select(EvaluationWindow.session_id, EvaluationAsked.person_id)
                .join(EvaluationAsked, EvaluationAsked.window_id == EvaluationWindow.id)
                .where(EvaluationWindow.circle_id == circle, EvaluationWindow.closed_at.is_(None))
            ).all()
            return [(session, here[person]) for session, person in rows if person in here]

    # --- how it is done ---

    def _chance(self, chance: float) -> bool:
        return self.rng.random() < chance

    def _do(self, slack_id: str, use_case: Callable[..., object], *what: object) -> None:
        """One thing that one person does. A refusal is noted: people try what cannot be, too."""
        with self._try() as db:
            use_case(db, access.actor(db, self.team, slack_id), *what, self.now)

    @contextmanager
    def _try(self) -> Iterator[Session]:
        try:
            with self.demo.coach.database.transaction() as db:
                yield db
        except CoachingError as refusal:
            self.refused[refusal.sentence] += 1


def town(now: datetime, people_in_it: int) -> Workspace:
    """The sample workspace with more people, in several zones."""
    workspace = riverbend(now)
    for number in range(people_in_it):
        zone = ZONES[number % len(ZONES)]
        workspace.add_person(Person(f"US0{number:06}", f"s-{number}", f"Colleague {number}", zone))
    return workspace


def _convener(db: Session, session: CoachingSession) -> str | None:
    asked = roles.convener(db, session.circle, session)
    found = session.circle.member(asked) if asked is not None else None
    return found.person.slack_id if found else None


def _as_planned(session: CoachingSession) -> Record:
    asked = [one.person_id for one in session.attendance]
    there = frozenset(one for one in asked if session.coming(one) is not Coming.NO)
    return Record(
        session.mode,
        there,
        session.presenter_id if session.presenter_id in there else None,
        session.note_taker_id if session.note_taker_id in there else None,
    )


def _plan_of(circle: Circle) -> CirclePlan:
    """The circle as its form would show it."""
    return CirclePlan(
        name=circle.name,
        members=tuple(one.person.slack_id for one in circle.members),
        leads=tuple(one.person.slack_id for one in circle.members if one.lead),
        channel=circle.channel,
        rhythm=circle.rhythm,
        starts_on=circle.starts_on,
        usual_time=circle.usual_time,
        position=circle.weekday_position,
        zone=circle.zone,
        usual_length=circle.usual_length,
        usual_mode=circle.usual_mode,
        usual_place=circle.usual_place,
        usual_link=circle.usual_link,
        in_person_every=circle.in_person_every,
        form_id=circle.form_id,
    )

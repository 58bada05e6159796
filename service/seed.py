"""The demo's circle, half a year of it lived through the use cases, message by message.

It takes some seconds, so it is kept as two files after the first time: the bot's database and the workspace.
"""

import hashlib
import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

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
    circles,
    closing,
    evaluations,
    notes,
    people,
    polls,
    proposals,
    rhythm,
    sessions,
    swaps,
)
from coaching.access import Actor
from coaching.circles import Channel, CirclePlan
from coaching.closing import Record
from coaching.evaluations import Filled
from coaching.rules.case_facts import CaseDraft
from coaching.rules.fields import Field
from coaching.rules.note_facts import ActionRow, NotesDraft
from coaching.rules.poll_facts import PollDraft
from coaching.rules.terms import Coming, Mode, Rhythm, Role, SessionState
from demo import archive
from demo.cast import ANA, BO, CHIDI, DEE, ELI, HANA, PRACTICE_CIRCLE, riverbend
from service.demo import Demo
from storage.models import Circle, CoachingSession

ZONE = "America/New_York"
AT = time(9)
MEMBERS = (ANA, BO, CHIDI, DEE, ELI)
FOUNDERS = MEMBERS[:4]
"""Eli joins them after their first session."""
LINK = "https://meet.example.org/practice-circle"
ROOM = "Room 2, Riverbend office"
DAY, HOUR, FOUR_WEEKS = timedelta(days=1), timedelta(hours=1), timedelta(weeks=4)
FRESH = timedelta(days=14)
ROOM_IN_SLACK = Channel(PRACTICE_CIRCLE, "practice-circle", private=True, bot_inside=True, asker_inside=True)


@dataclass(frozen=True)
class Written:
    """The notes of a session."""

    discussed: str
    ideas: str
    promised: tuple[tuple[str, str, int], ...]
    """Who does what, and how many days later."""


@dataclass(frozen=True)
class Brought:
    """The case of a session."""

    title: str
    situation: str
    strengths: str
    challenges: str
    feedback: str
    tags: tuple[str, ...]
    """Ids of the shipped content pack."""


@dataclass(frozen=True)
class Past:
    """One session of the circle's past, as it was."""

    mode: Mode
    cannot_come: tuple[str, ...]
    scores: tuple[tuple[int, int, int, int, int], ...]
    """One row per person who answered."""
    worked: tuple[str, ...]
    case: Brought
    notes: Written
    change: tuple[str, ...] = ()
    taker: str | None = None
    """Who took presenting over."""
    later: int = 0
    """By how many days it was moved."""
    then_skipped: bool = False
    """The date of the rhythm after it: in that month they did not meet."""


PAST = (
    Past(
        Mode.VIDEO,
        (),
        ((4, 4, 4, 3, 5), (4, 3, 4, 3, 4), (5, 4, 4, 4, 5), (4, 4, 3, 2, 4)),
        ("Hearing that others get stuck at the same point.",),
        Brought(
            "She agrees to everything, and does not come",
            "I have seen a mother of two since spring. Every plan we make is hers as much as mine, and then "
            "she is not there: three of the last four appointments.",
            "She always calls back the next day. The children are well looked after.",
            "I notice that I make the next plan smaller and smaller, and am a little cross.",
            "What would you want to know before the next appointment? Questions first, please.",
            ("contextual_support",),
        ),
        Written(
            "A mother who agrees to every plan and then does not turn up. What may speak for not coming?",
            "Ask what would have to be true for the next appointment to be worth the way.",
            ((ANA, "Let her choose the place of the next talk", 14),),
        ),
        ("We ran out of time for the open part.",),
    ),
    Past(
        Mode.VIDEO,
        (ELI,),
        ((4, 4, 5, 4, 5), (5, 4, 4, 4, 4)),
        ("The case was well prepared.",),
        Brought(
            "Who calls the family first?",
            "Two agencies support one family. Each waits for the other to begin; the family waits for both.",
            "All of us want the same, and say so.",
            "Nobody has said who takes the first step, and by when.",
            "How do you settle such a thing without becoming the one who does it all?",
            ("co_creation", "accountability"),
        ),
        Written(
            "Two agencies that each wait for the other to call the family first.",
            "Write down together, in one page, who does the next step.",
            ((BO, "Invite both to a short call", 10), (DEE, "Bring the one-page form", 21)),
        ),
        then_skipped=True,
    ),
    Past(
        Mode.IN_PERSON,
        (),
        ((5, 5, 5, 4, 5), (5, 4, 5, 5, 5), (4, 4, 5, 4, 5), (5, 5, 4, 4, 5), (4, 5, 5, 5, 5)),
        ("Being in one room made it easier to disagree.", "Chidi's question about what the family wants."),
        Brought(
            "A plan that everybody likes and nobody follows",
            "Six months ago we wrote a plan with a family and the school. All signed it. "
            "Two of its nine steps were done.",
            "The grandmother comes to every meeting, and says what she thinks.",
            "I wrote most of it. I wonder whose plan it is.",
            "Please look at the plan with me: what in it would you take out?",
            ("co_creation",),
        ),
        Written(
            "Reviewing a plan that everybody likes and nobody follows. Whose words are in it?",
            "Read the plan aloud with the family, and cross out what is not theirs.",
            ((CHIDI, "Try this with one plan", 20),),
        ),
        ("Start on time, please.",),
        later=1,
    ),
    Past(
        Mode.VIDEO,
        (CHIDI,),
        ((4, 4, 4, 5, 5), (4, 3, 4, 4, 5), (5, 4, 4, 4, 4)),
        ("Short and focused.",),
        Brought(
            "Every question sounds like a check",
            "A colleague whom I support hears my questions as control, and answers with reasons.",
            "He asks for our meetings himself, and is never late.",
            "The more careful I ask, the longer his reasons become.",
            "Play me, and let me be him for five minutes.",
            ("responsiveness",),
        ),
        Written(
            "A colleague who takes every question as a check.",
            "Say first what the question is for.",
            ((ELI, "Say what a question is for, for a week", 7),),
        ),
    ),
    Past(
        Mode.VIDEO,
        (),
        ((5, 4, 5, 4, 5), (4, 4, 4, 4, 5), (4, 5, 5, 4, 4), (5, 5, 4, 5, 5)),
        ("Questions before advice.", "Everybody spoke."),
        Brought(
            "The talk that I have put off three times",
            "A team member leaves early on most days, and the others have begun to talk.",
            "She does excellent work, and I want to keep her.",
            "I fear that the talk becomes one about trust.",
            "Help me to the first sentence. I can do the rest.",
            ("integrity",),
        ),
        Written(
            "A hard talk that has been put off three times. What is the first sentence?",
            "Write the first sentence down beforehand. Let a silence stand for five seconds.",
            (
                (DEE, "Have the talk, and tell us how it began", 29),
                (CHIDI, "Let one silence stand", 33),
            ),
        ),
        ("More time for what each of us will try next.",),
        taker=ELI,
    ),
)


def present(today: datetime) -> datetime:
    """When the demo begins: ten in the morning of a day whose next day and the one after are working days."""
    day = today.astimezone(ZoneInfo(ZONE)).date()
    while day.weekday() > 2:
        day += timedelta(days=1)
    return datetime.combine(day, time(10), tzinfo=ZoneInfo(ZONE))


def next_session(now: datetime) -> date:
    """Two days on, so that the reminder of the day before comes with the next morning."""
    return now.astimezone(ZoneInfo(ZONE)).date() + 2 * DAY


def kept(today: datetime) -> Path:
    """The folder of the kept past; made anew when the program has changed, or the past has grown old."""
    folder = Path(".demo") / _fingerprint()
    made = folder / "made"
    if made.exists() and today - ended(folder) < FRESH:
        return folder
    shutil.rmtree(".demo", ignore_errors=True)
    folder.mkdir(parents=True)
    print("Living through the demo's past half year, once …", flush=True)
    now = make(folder, today)
    made.write_text(now.isoformat(), encoding="utf-8")
    return folder


def ended(folder: Path) -> datetime:
    """When the kept past ends and the demo begins."""
    return datetime.fromisoformat((folder / "made").read_text(encoding="utf-8"))


def _fingerprint() -> str:
    """Changes with any line of the program, so that nobody tries yesterday's past with today's code."""
    root = Path(__file__).resolve().parent.parent
    found = hashlib.sha256()
    for package in ("bot", "coaching", "demo", "packs", "scheduler", "service", "storage"):
        for file in sorted((root / package).rglob("*.py")) + sorted((root / package).glob("*.yaml")):
            found.update(file.read_bytes())
    return found.hexdigest()[:12]


def make(folder: Path, today: datetime) -> datetime:
    """Lives through the past and keeps it in `folder`, as `coach.db` and `workspace.json`; when it ends."""
    now = present(today)
    days = _days(next_session(now))
    start = datetime.combine(days[0] - 22 * DAY, time(10), tzinfo=ZoneInfo(ZONE))
    with Demo(riverbend(start), f"sqlite:///{folder / 'coach.db'}", start) as demo:
        _Life(demo).live(days, now)
        (folder / "workspace.json").write_text(archive.to_json(demo.workspace.workspace), encoding="utf-8")
        demo.coach.database.compact()
    return now


def _days(coming: date) -> list[date]:
    """The dates of the sessions in `PAST`, and the coming one."""
    days = [coming]
    for past in reversed(PAST):
        days.insert(0, days[0] - (2 if past.then_skipped else 1) * FOUR_WEEKS)
    return days


class _Life:
    """The people of the demo, doing what they did."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.team = demo.workspace.workspace.team.id
        self.members: tuple[str, ...] = FOUNDERS

    def live(self, days: list[date], now: datetime) -> None:
        self._meet_each_other()
        circle = self._make_circle(days[0])
        for day, past in zip(days, PAST, strict=False):
            self._session(circle, day, past)
            if self.members != MEMBERS:
                self._add_eli(circle)
            if past.then_skipped:
                self._skip(circle, day + FOUR_WEEKS)
        self._plan(circle, days[-1], Mode.IN_PERSON, ())
        pair = self._make_pair(now)
        self.demo.live_until(now - 2 * HOUR, step=DAY)
        self._plan_ahead(pair, now)
        self.demo.live_until(now, step=DAY)
        self.demo.settle()

    def _meet_each_other(self) -> None:
        coach = self.demo.coach
        token, _ = coach.token.of(self.team)
        client = WebClient(token, base_url=coach.settings.slack_api_url)
        found = directory.profiles(client, self.team, (*MEMBERS, HANA))
        with coach.database.transaction() as db:
            people.learn(db, self.team, found)

    def _make_circle(self, first: date) -> int:
        plan = CirclePlan(
            name="Practice circle",
            members=self.members,
            channel=PRACTICE_CIRCLE,
            rhythm=Rhythm.FOUR_WEEKS,
            starts_on=first,
            usual_time=AT,
            zone=ZONE,
            usual_place=ROOM,
            usual_link=LINK,
            leads=(ANA, DEE),
        )
        self.plan = plan
        with self.demo.coach.database.transaction() as db:
            return circles.create(db, self._actor(db, ANA), plan, ROOM_IN_SLACK, self._now).id

    def _add_eli(self, circle: int) -> None:
        """He has moved to Berlin and stays with them; first he observes."""
        self.members = MEMBERS
        with self.demo.coach.database.transaction() as db:
            revision = db.get_one(Circle, circle).revision
            plan = replace(self.plan, members=MEMBERS)
            circles.edit(db, self._actor(db, ANA), circle, revision, plan, ROOM_IN_SLACK, self._now)

    def _skip(self, circle: int, day: date) -> None:
        with self.demo.coach.database.transaction() as db:
            rhythm.skip(db, self._actor(db, DEE), circle, day, self._now)

    def _plan_ahead(self, pair: int, now: datetime) -> None:
        """Chidi will be away in a month; Hana looks for another time for the pair, and waits for Ana."""
        day = next_session(now)
        with self.demo.coach.database.transaction() as db:
            away.enter(db, self._actor(db, CHIDI), day + 25 * DAY, day + 38 * DAY, self._now)
        with self.demo.coach.database.transaction() as db:
            slots = tuple((day + ahead * DAY, time(18)) for ahead in (6, 7, 8))
            polls.open_poll(db, self._actor(db, HANA), *self._next(db, pair), PollDraft(slots, 60), self._now)

    def _next(self, db: Session, circle: int) -> tuple[int, int]:
        """A circle and its next session."""
        return circle, sessions.scheduled(db, db.get_one(Circle, circle), self._now)[0].id

    def _swap(self, session: int, taker: str) -> None:
        """The presenter asks the circle, and somebody takes it two hours later."""
        with self.demo.coach.database.transaction() as db:
            giver = self._presenter(db, session)
            asked = swaps.ask(db, self._actor(db, giver), session, Role.PRESENTER, self._now).id
        self.demo.live_until(self._now + 2 * HOUR, step=DAY)
        with self.demo.coach.database.transaction() as db:
            swaps.take(db, self._actor(db, taker), asked, self._now)

    def _make_pair(self, now: datetime) -> int:
        """Two leads of different offices, who meet by video; their next session is a week on."""
        day = next_session(now) + 5 * DAY
        with self.demo.coach.database.transaction() as db:
            plan = CirclePlan(
                name="Ana and Hana",
                members=(ANA, HANA),
                channel=None,
                rhythm=Rhythm.SAME_WEEKDAY,
                starts_on=day,
                usual_time=time(18),
                zone=ZONE,
                usual_link="https://meet.example.org/ana-hana",
            )
            actor = self._actor(db, ANA)
            pair = circles.create(db, actor, plan, None, self._now)
            draft = proposals.open_form(db, actor, self._now, circle_id=pair.id).draft
            sessions.schedule(db, actor, pair.id, draft, self._now)
            return pair.id

    def _session(self, circle: int, day: date, past: Past) -> None:
        session = self._plan(circle, day, past.mode, past.cannot_come)
        if past.taker:
            self._swap(session, past.taker)
        if past.later:
            day += past.later * DAY
            self._move(session, day)
        ends = datetime.combine(day, AT, tzinfo=ZoneInfo(ZONE)) + timedelta(minutes=60)
        self.demo.live_until(ends - 4 * DAY, step=DAY)
        self._bring(session, past.case)
        self.demo.live_until(ends + timedelta(minutes=5), step=DAY)
        there = [one for one in self.members if one not in past.cannot_come]
        self._answer(session, there, past)
        with self.demo.coach.database.transaction() as db:
            kept = db.get_one(CoachingSession, session)
            attended = frozenset(one.id for one in people.known(db, self.team, there))
            record = Record(past.mode, attended, kept.presenter_id, kept.note_taker_id)
            closing.record_met(db, self._actor(db, ANA), session, record, self._now)
        self._write(session, day, past.notes)
        self.demo.live_until(ends + 6 * DAY, step=DAY)

    def _move(self, session: int, day: date) -> None:
        """Dee moves it, and everybody says again that they come."""
        self.demo.live_until(self._now + HOUR, step=DAY)
        with self.demo.coach.database.transaction() as db:
            kept = db.get_one(CoachingSession, session)
            draft = replace(proposals.draft_of(kept), date=day)
            sessions.move(db, self._actor(db, DEE), session, kept.revision, draft, self._now)
        self.demo.live_until(self._now + HOUR, step=DAY)
        for person in MEMBERS:
            self._say(session, person, Coming.YES)

    def _bring(self, session: int, brought: Brought) -> None:
        with self.demo.coach.database.transaction() as db:
            texts = {
                Field.SITUATION: brought.situation,
                Field.STRENGTHS: brought.strengths,
                Field.CHALLENGES: brought.challenges,
                Field.FEEDBACK: brought.feedback,
            }
            draft = CaseDraft(brought.title, texts, brought.tags, shared=True)
            actor = self._actor(db, self._presenter(db, session))
            cases.save(db, actor, session, 0, draft, self.demo.coach.pack, self._now)

    def _presenter(self, db: Session, session: int) -> str:
        kept = db.get_one(CoachingSession, session)
        return next(one.person.slack_id for one in kept.circle.members if one.person_id == kept.presenter_id)

    def _write(self, session: int, day: date, written: Written) -> None:
        """The note-taker writes; what was promised the time before is done by now."""
        with self.demo.coach.database.transaction() as db:
            kept = db.get_one(CoachingSession, session)
            for one in actions.open_in(db, kept.circle):
                actions.done(db, self._actor(db, one.owner.slack_id), one.id, self._now)
            taker = next(one for one in kept.circle.members if one.person_id == kept.note_taker_id)
            rows = tuple(
                ActionRow(what, people.known(db, self.team, [who])[0].id, day + days * DAY)
                for who, what, days in written.promised
            )
            draft = NotesDraft({Field.DISCUSSED: written.discussed, Field.IDEAS: written.ideas}, rows)
            notes.save(db, self._actor(db, taker.person.slack_id), session, 0, draft, self._now)

    def _plan(self, circle: int, day: date, mode: Mode, cannot_come: tuple[str, ...]) -> int:
        """Ana is asked and lets it be, so it is scheduled as proposed; then people say whether they come."""
        morning = datetime.combine(day - 14 * DAY, time(10), tzinfo=ZoneInfo(ZONE))
        self.demo.live_until(max(morning, self._now), step=DAY)
        with self.demo.coach.database.reading() as db:
            session = db.scalars(
                select(CoachingSession).where(
                    CoachingSession.circle_id == circle, CoachingSession.rhythm_date == day
                )
            ).one()
        if (session.state, session.mode) != (SessionState.SCHEDULED, mode):
            raise RuntimeError("the demo's past does not follow its own proposals")
        for person in MEMBERS[:4]:
            coming = Coming.NO if person in cannot_come else Coming.YES
            self._say(session.id, person, coming)
        if ELI in cannot_come:
            self._say(session.id, ELI, Coming.NO)
        return session.id

    def _say(self, session: int, person: str, coming: Coming) -> None:
        with self.demo.coach.database.transaction() as db:
            attendance.answer(db, self._actor(db, person), session, coming, self._now)

    def _answer(self, session: int, there: list[str], past: Past) -> None:
        pack = self.demo.coach.pack
        for number, (person, scores) in enumerate(zip(there, past.scores, strict=False)):
            with self.demo.coach.database.transaction() as db:
                circle = db.get_one(Circle, db.get_one(CoachingSession, session).circle_id)
                form = pack.form(circle.form_id, circle.kind)
                said = (past.worked[number : number + 1], past.change[number : number + 1])
                comments = {form.questions[place].id: words[0] for place, words in enumerate(said) if words}
                rated = {one.id: score for one, score in zip(form.statements, scores, strict=True)}
                evaluations.answer(
                    db, self._actor(db, person), session, Filled(rated, comments), pack, self._now
                )

    def _actor(self, db: Session, slack_id: str) -> Actor:
        return access.actor(db, self.team, slack_id)

    @property
    def _now(self) -> datetime:
        return self.demo.clock.now()

"""Polls by their use cases, on a real database: who may, who was faster, and what comes of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from coaching import access, dates, members, polls, rhythm, sessions
from coaching.access import Right
from coaching.errors import NotAllowed, NotFound, Refused
from coaching.rules.facts import Draft
from coaching.rules.fields import Field
from coaching.rules.poll_facts import PollDraft, PollFacts
from coaching.rules.terms import Coming, Mode, PollState, SessionState
from storage.models import Away, Circle, CoachingSession, OutboxState, Outgoing, Person, Poll, Workspace
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, GUS, MADE, TEAM, World

JANUARY, LATER, LATEST = date(2027, 1, 12), date(2027, 1, 13), date(2027, 1, 14)
CLOSES = datetime(2026, 12, 4, 17, tzinfo=UTC)
"""On the third working day after Tuesday, 1 December."""
BEFORE_JANUARY = datetime(2026, 12, 14, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Asked:
    """A poll of the world's circle, opened by Bo: for a session in January, or to move the one there is."""

    world: World
    days: tuple[date, ...] = (JANUARY, LATER, LATEST)
    session: int | None = None
    now: datetime = MADE
    id: int = 0

    def __post_init__(self) -> None:
        self.id = opened(self.world, BO, *self.days, session=self.session, now=self.now)

    def answer(self, who: str, *numbers: int, now: datetime = MADE) -> None:
        with self.world.database.transaction() as db:
            slots = [self._slot(one) for one in numbers]
            polls.answer(db, self.world.actor(db, who), self.id, slots, now)

    def pick(
        self, who: str, number: int, *, now: datetime = CLOSES, reason: str | None = None
    ) -> CoachingSession:
        slot = self._slot(number)
        with self.world.database.transaction() as db:
            return polls.pick(db, self.world.actor(db, who), self.id, slot, reason, now)

    def drop(self, who: str, now: datetime = MADE) -> None:
        with self.world.database.transaction() as db:
            polls.drop(db, self.world.actor(db, who), self.id, now)

    def facts(self, now: datetime = MADE) -> PollFacts:
        with self.world.reading() as db:
            return polls.facts(db, db.get_one(Poll, self.id), now)

    def _slot(self, number: int) -> int:
        with self.world.reading() as db:
            return db.get_one(Poll, self.id).slots[number].id


@pytest.fixture
def asked(world: World) -> Asked:
    return Asked(world)


def opened(
    world: World, who: str, *days: date, session: int | None = None, now: datetime = MADE, length: int = 60
) -> int:
    with world.database.transaction() as db:
        draft = PollDraft(tuple((day, time(10)) for day in days), length)
        return polls.open_poll(db, world.actor(db, who), world.circle, session, draft, now).id


def to_move(world: World) -> Asked:
    return Asked(world, (date(2026, 12, 9), date(2026, 12, 10)), world.session)


def tick(world: World, now: datetime) -> None:
    with world.database.transaction() as db:
        polls.close_due(db, now)


def at_once(*acts: Callable[[], object]) -> list[Exception | None]:
    """All of them in threads that start together; what each ran into."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> Exception | None:
        start.wait()
        try:
            act()
        except (NotAllowed, Refused) as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def coming(world: World, session: int) -> dict[Coming, set[int]]:
    answers: dict[Coming, set[int]] = {one: set() for one in Coming}
    for one in world.of(session).attendance:
        answers[one.coming].add(one.person_id)
    return answers


def test_whoever_opens_it_can_make_all_of_it_and_the_rest_are_missing(asked: Asked) -> None:
    shown = asked.facts()
    assert [[one.name for one in slot.can] for slot in shown.slots] == [["Bo Jensen"]] * 3
    assert [one.name for one in shown.missing] == ["Ana Torres", "Chidi Okafor", "Dee Novak", "Eli Stern"]
    assert (shown.state, shown.closes_at) == (PollState.OPEN, CLOSES)
    [card] = asked.world.rows(Outgoing.POLL)
    assert (card.person_id, card.circle_id, card.subject_id) == (None, asked.world.circle, asked.id)


def test_it_closes_with_the_last_answer_and_tells_whoever_opened_it(asked: Asked) -> None:
    for who, slots in ((ANA, (0, 1)), (CHIDI, (1,)), (DEE, ())):
        asked.answer(who, *slots)
    assert asked.facts().state is PollState.OPEN
    asked.answer(ELI, 1, 2, now=MADE + MINUTE)
    assert asked.facts().state is PollState.CLOSED
    [told] = asked.world.rows(Outgoing.POLL_CLOSED)
    assert (told.person_id, told.due_at) == (asked.world.id(BO), MADE + MINUTE)
    assert asked.facts().best == asked.facts().slots[1].id
    with pytest.raises(NotAllowed, match="is over"):
        asked.answer(DEE, 0, now=MADE + MINUTE)


def test_everybody_answering_at_once_loses_no_answer(asked: Asked) -> None:
    def answers(who: str) -> Callable[[], None]:
        return lambda: asked.answer(who, 0)

    assert at_once(*(answers(who) for who in (ANA, CHIDI, DEE, ELI))) == [None] * 4
    shown = asked.facts()
    assert len(shown.slots[0].can) == 5
    assert shown.state is PollState.CLOSED
    assert len(asked.world.rows(Outgoing.POLL_CLOSED)) == 1


def test_two_who_choose_at_once_make_one_session(asked: Asked) -> None:
    lost = at_once(lambda: asked.pick(ANA, 0), lambda: asked.pick(BO, 1))
    [told] = [one for one in lost if one is not None]
    chosen = asked.facts(CLOSES).chosen
    assert chosen is not None
    assert str(told) == f"A time has been chosen already: {chosen:%A}, {chosen.day} January at 10:00. " + (
        "Nothing was changed."
    )
    with asked.world.reading() as db:
        made = db.scalars(select(CoachingSession).where(CoachingSession.starts_at == chosen)).all()
        assert len(made) == 1
        assert db.scalars(select(CoachingSession).where(CoachingSession.starts_at > CLOSES)).all() == [
            db.get(CoachingSession, asked.world.session),
            made[0],
        ]


def test_two_who_open_at_once_make_one_poll(world: World) -> None:
    lost = at_once(lambda: opened(world, ANA, JANUARY, LATER), lambda: opened(world, BO, JANUARY, LATEST))
    [told] = [one for one in lost if one is not None]
    assert "Somebody was faster" in str(told)
    assert len(world.rows(Outgoing.POLL)) == 1


def test_choosing_and_closing_without_a_session_at_once(asked: Asked) -> None:
    lost = at_once(lambda: asked.pick(ANA, 0), lambda: asked.drop(BO, CLOSES))
    assert len([one for one in lost if one is not None]) == 1
    with asked.world.reading() as db:
        made = len(db.scalars(select(CoachingSession)).all()) - 1
    assert (asked.facts(CLOSES).state, made) in {(PollState.DECIDED, 1), (PollState.DROPPED, 0)}


def test_cancelling_a_session_and_choosing_another_time_for_it_at_once(world: World) -> None:
    asked = to_move(world)
    now = asked.facts().closes_at

    def cancel() -> None:
        with world.database.transaction() as db:
            sessions.cancel(db, world.actor(db), world.session, None, now)

    lost = at_once(lambda: asked.pick(BO, 0, now=now), cancel)
    assert lost[1] is None
    assert world.of().state is SessionState.CANCELLED
    tick(world, now)
    decided = PollState.DECIDED if lost[0] is None else PollState.DROPPED
    assert asked.facts(now).state is decided


def test_two_workers_close_it_once(asked: Asked) -> None:
    at_once(lambda: tick(asked.world, CLOSES), lambda: tick(asked.world, CLOSES))
    tick(asked.world, CLOSES + MINUTE)
    assert asked.facts(CLOSES).state is PollState.CLOSED
    assert len(asked.world.rows(Outgoing.POLL_CLOSED)) == 1
    assert len(asked.world.rows(Outgoing.POLL)) == 1


def test_who_ticked_the_time_is_coming_and_the_others_are_asked(asked: Asked) -> None:
    asked.answer(CHIDI, 1)
    asked.answer(DEE)
    session = asked.pick(ANA, 1)
    answers = coming(asked.world, session.id)
    assert answers[Coming.YES] == {asked.world.id(BO), asked.world.id(CHIDI)}
    assert answers[Coming.UNKNOWN] == {asked.world.id(one) for one in (ANA, DEE, ELI)}
    assert len(asked.world.rows(Outgoing.SESSION_NEWS)) == 2 * 5
    assert (session.local_date, session.rhythm_date) == (LATER, JANUARY)


def test_who_cannot_come_then_has_no_role_and_leads_nothing(asked: Asked) -> None:
    """Bo would present, and Ana, the only lead, facilitate."""
    asked.answer(BO, 0)
    asked.answer(ANA)
    session = asked.pick(BO, 1)
    assert session.presenter_id == asked.world.id(CHIDI)
    assert not {session.facilitator_id, session.note_taker_id} & {asked.world.id(one) for one in (ANA, BO)}
    assert coming(asked.world, session.id)[Coming.NO] == set()


def test_the_moved_session_keeps_the_rest_and_counts_the_ticks(world: World) -> None:
    asked = to_move(world)
    asked.answer(ELI, 0)
    before = world.of()
    now = asked.facts().closes_at
    asked.pick(BO, 0, now=now)
    after = world.of()
    assert after.local_date == date(2026, 12, 9)
    assert (after.presenter_id, after.mode, after.rhythm_date) == (
        before.presenter_id,
        before.mode,
        before.rhythm_date,
    )
    assert coming(world, world.session)[Coming.YES] == {world.id(BO), world.id(ELI)}
    assert after.plan_version == before.plan_version + 1


def test_only_whoever_opened_it_or_a_lead_chooses_and_only_once_it_is_over(asked: Asked) -> None:
    with pytest.raises(NotAllowed, match="still open"):
        asked.pick(BO, 0, now=CLOSES - MINUTE)
    with pytest.raises(NotAllowed, match="Whoever opened this poll"):
        asked.pick(CHIDI, 0)
    with pytest.raises(NotAllowed, match="Whoever opened this poll"):
        asked.drop(CHIDI)
    with pytest.raises(NotFound):
        asked.pick(GUS, 0)
    asked.pick(ANA, 0)
    assert asked.facts(CLOSES).state is PollState.DECIDED


def test_who_has_left_counts_no_more_and_the_lead_is_asked(asked: Asked) -> None:
    for who in (CHIDI, DEE, ELI):
        asked.answer(who, 0)
    for who in (BO, ELI):
        with asked.world.database.transaction() as db:
            members.leave(db, asked.world.actor(db, who), asked.world.circle, MADE)
    assert [len(slot.can) for slot in asked.facts().slots] == [2, 0, 0]
    asked.answer(ANA, 0)
    assert asked.facts().state is PollState.CLOSED
    assert [one.person_id for one in asked.world.rows(Outgoing.POLL_CLOSED)][-1] == asked.world.id(ANA)
    with pytest.raises(NotFound):
        asked.answer(ELI, 0)
    with pytest.raises(NotFound):
        asked.pick(BO, 0)


def test_nobody_waits_for_who_is_away_or_gone_from_slack(asked: Asked) -> None:
    with asked.world.database.transaction() as db:
        eli = asked.world.actor(db, ELI).person
        db.add(
            Away(
                workspace_id=TEAM,
                person_id=eli.id,
                first_day=MADE.date(),
                last_day=MADE.date(),
                created_at=MADE,
            )
        )
        asked.world.actor(db, DEE).person.active = False
    asked.answer(ANA, 0)
    asked.answer(CHIDI, 0)
    assert asked.facts().state is PollState.CLOSED


def next_free(world: World) -> date | None:
    with world.reading() as db:
        return dates.next_free(db, db.get_one(Circle, world.circle), MADE)


def test_a_date_of_the_rhythm_waits_for_its_poll(asked: Asked) -> None:
    assert next_free(asked.world) == date(2027, 2, 9)
    asked.drop(ANA)
    assert next_free(asked.world) == JANUARY


def test_the_session_fills_the_date_that_the_poll_was_for(world: World) -> None:
    """Also where it is as near to the next one, or nearer."""
    asked = Asked(world, (JANUARY, date(2027, 1, 26), date(2027, 2, 2)))
    session = asked.pick(BO, 2)
    assert (session.local_date, session.rhythm_date) == (date(2027, 2, 2), JANUARY)
    assert next_free(world) == date(2027, 2, 9)


def test_what_stood_for_the_date_becomes_its_session(world: World) -> None:
    """The rhythm has put the date up already, and asks nobody about it while the poll is open."""
    with world.database.transaction() as db:
        rhythm.plan_due(db, BEFORE_JANUARY)
    asked = Asked(world, now=BEFORE_JANUARY)
    with world.database.transaction() as db:
        rhythm.plan_due(db, BEFORE_JANUARY + MINUTE)
    closes = asked.facts(BEFORE_JANUARY).closes_at
    asked.pick(BO, 1, now=closes)
    with world.database.transaction() as db:
        rhythm.plan_due(db, closes)
    with world.reading() as db:
        found = db.scalars(select(CoachingSession).where(CoachingSession.rhythm_date == JANUARY)).all()
        assert [(one.state, one.local_date) for one in found] == [(SessionState.SCHEDULED, LATER)]


def test_what_is_of_no_use_any_more_is_dropped(world: World) -> None:
    asked = to_move(world)
    starts = world.of().starts_at
    assert asked.facts(starts - MINUTE).state is PollState.CLOSED
    assert asked.facts(starts).state is PollState.DROPPED
    tick(world, starts)
    assert world.rows(Outgoing.POLL_LAPSED) == []  # there is no session to move any more
    with world.reading() as db:
        assert db.get_one(Poll, asked.id).state is PollState.DROPPED
    with pytest.raises(NotAllowed, match="closed without a time"):
        asked.pick(BO, 0, now=starts)
    with pytest.raises(NotAllowed, match="closed without a time"):
        asked.answer(ANA, 0, now=starts)


def test_who_does_not_choose_is_reminded_once_and_then_it_ends(asked: Asked) -> None:
    tick(asked.world, CLOSES)
    nudges = {(one.person_id, one.due_at) for one in asked.world.rows(Outgoing.POLL_UNDECIDED)}
    at = datetime(2026, 12, 8, 9, tzinfo=UTC)
    assert nudges == {(asked.world.id(BO), at), (asked.world.id(ANA), at)}
    tick(asked.world, datetime(2027, 1, 13, 11, tzinfo=UTC))
    assert asked.facts(datetime(2027, 1, 13, 11, tzinfo=UTC)).state is PollState.CLOSED  # one is to come
    for _ in range(2):
        tick(asked.world, datetime(2027, 1, 14, 20, tzinfo=UTC))
    [told] = asked.world.rows(Outgoing.POLL_LAPSED)
    assert (told.person_id, told.due_at) == (asked.world.id(ANA), datetime(2027, 1, 15, 8, tzinfo=UTC))
    assert len(asked.world.rows(Outgoing.POLL_UNDECIDED)) == 2
    assert asked.facts(told.due_at).state is PollState.DROPPED


def test_a_poll_of_a_circle_that_closes_is_dropped(asked: Asked) -> None:
    for who in (BO, CHIDI, DEE, ELI):
        with asked.world.database.transaction() as db:
            members.leave(db, asked.world.actor(db, who), asked.world.circle, MADE)
    tick(asked.world, MADE + MINUTE)
    assert asked.facts().state is PollState.DROPPED


def test_another_workspace_finds_no_poll(asked: Asked) -> None:
    with asked.world.database.transaction() as db:
        db.add(Workspace(id="T0OTHER", name="Other", bot_user_id="UBOT", created_at=MADE))
        db.flush()
        ana = asked.world.actor(db).person
        db.add(
            Person(
                workspace_id="T0OTHER",
                slack_id=ANA,
                name=ana.name,
                zone=ana.zone,
                locale=ana.locale,
                kind=ana.kind,
                active=True,
                workspace_admin=False,
            )
        )
        db.flush()
        stranger = access.actor(db, "T0OTHER", ANA)
        for right in Right:
            with pytest.raises(NotFound):
                polls.get(db, stranger, asked.id, right)
        with pytest.raises(NotFound):
            polls.answer(db, stranger, asked.id, [], MADE)


def test_slots_of_another_poll_are_no_answer(asked: Asked) -> None:
    with asked.world.database.transaction() as db, pytest.raises(NotFound):
        polls.answer(db, asked.world.actor(db), asked.id, [999], MADE)
    with asked.world.database.transaction() as db, pytest.raises(Refused) as refused:
        polls.pick(db, asked.world.actor(db), asked.id, 999, None, CLOSES)
    assert list(refused.value.fields) == [Field.SLOTS]


def test_what_stands_is_refreshed_and_never_posted_anew(asked: Asked) -> None:
    for kind in (Outgoing.POLL, Outgoing.POLL_REMINDER):
        asked.world.deliver(kind)
    asked.answer(ANA, 0)
    refreshed = {one.target_id for one in asked.world.rows(Outgoing.REFRESH, OutboxState.DUE)}
    reminders = {one.person_id: one.id for one in asked.world.rows(Outgoing.POLL_REMINDER)}
    [card] = asked.world.rows(Outgoing.POLL)
    assert {card.id, reminders[asked.world.id(ANA)]} == refreshed
    asked.drop(BO)
    refreshed = {one.target_id for one in asked.world.rows(Outgoing.REFRESH, OutboxState.DUE)}
    assert {card.id, *reminders.values()} == refreshed


@pytest.mark.parametrize("mode", [Mode.VIDEO, Mode.PHONE, Mode.IN_PERSON])
def test_where_a_place_is_needed_and_none_is_usual_it_is_to_be_agreed(world: World, mode: Mode) -> None:
    with world.database.transaction() as db:
        db.get_one(Circle, world.circle).usual_mode = mode
    session = Asked(world).pick(BO, 0)
    assert session.mode is mode
    assert (session.place is None) == (mode is Mode.VIDEO)


def test_a_time_taken_meanwhile_is_refused_and_the_poll_waits(asked: Asked) -> None:
    with asked.world.database.transaction() as db:
        draft = Draft(JANUARY, time(10, 30), 60, Mode.VIDEO)
        sessions.schedule(db, asked.world.actor(db, CHIDI), asked.world.circle, draft, MADE)
    with pytest.raises(Refused, match="overlaps"):
        asked.pick(BO, 0)
    assert asked.facts(CLOSES).state is PollState.CLOSED
    assert asked.pick(BO, 1).local_date == LATER

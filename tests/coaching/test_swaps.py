"""Roles that look for somebody, by the use cases: several at once, turns afterwards, how a search ends."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from coaching import members, proposals, roles, sessions, swaps, volunteers
from coaching.errors import NotAllowed, NotFound, Refused
from coaching.rules.facts import Draft
from coaching.rules.terms import Coming, Mode, Role, SwapState
from storage.engine import Database
from storage.models import CoachingSession, Outgoing, RoleSwap, SwapAsk
from tests.coaching.closing_world import ANA, BO, CHIDI, CLOSING, DEE, ELI, GUS, MADE, STARTS, World

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
"""The session is on Tuesday, 8 December, at ten; it was made on Tuesday, 1 December, at nine."""


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    database = Database(database_url)
    yield World(database)
    database.dispose()


@pytest.fixture
def asked(world: World) -> int:
    """Ana presents, Bo takes notes; Ana can't make it and has the circle asked."""
    world.answers_coming(ANA, Coming.NO)
    return ask(world)


def ask(world: World, who: str = ANA, role: Role | None = None, now: datetime = MADE) -> int:
    with world.database.transaction() as db:
        return swaps.ask(db, world.actor(db, who), world.session, role, now).id


def take(world: World, who: str, ask_id: int, now: datetime = MADE) -> None:
    with world.database.transaction() as db:
        swaps.take(db, world.actor(db, who), ask_id, now)


def decline(world: World, who: str, ask_id: int, now: datetime) -> None:
    with world.database.transaction() as db:
        swaps.decline(db, world.actor(db, who), ask_id, now)


def step(world: World, now: datetime) -> None:
    with world.database.transaction() as db:
        swaps.step_due(db, now)


def found(world: World, ask_id: int) -> SwapAsk:
    with world.reading() as db:
        return db.get_one(SwapAsk, ask_id)


def recipients(world: World, kind: Outgoing) -> list[int | None]:
    return [row.person_id for row in world.rows(kind)]


def at_once(*acts: Callable[[], object]) -> list[Exception | None]:
    """All of them in threads that start together; what each ran into."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> Exception | None:
        start.wait()
        try:
            act()
        except NotAllowed as error:
            return error
        return None

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_of_several_takers_at_once_one_has_it_and_the_others_hear_who(world: World, asked: int) -> None:
    takers = (CHIDI, DEE, ELI)
    ran_into = at_once(*(lambda who=who: take(world, who, asked) for who in takers))
    assert [one is None for one in ran_into].count(True) == 1
    winner = takers[ran_into.index(None)]
    assert world.of().presenter_id == world.id(winner)
    for error in filter(None, ran_into):
        assert "presents. Thank you." in str(error)
    assert recipients(world, Outgoing.ROLE_NEWS) == [world.id(winner)]
    assert recipients(world, Outgoing.SWAP_NEWS) == [world.id(ANA)]
    with world.reading() as db:
        [swapped] = db.scalars(select(RoleSwap)).all()
    assert (swapped.one_id, swapped.other_id) == (world.id(ANA), world.id(winner))


def test_two_presses_at_once_open_one_search_and_take_it_once(world: World) -> None:
    assert at_once(lambda: ask(world), lambda: ask(world)) == [None, None]
    [row] = world.rows(Outgoing.SWAP_ASK)
    ask_id = row.subject_id or 0
    assert at_once(*[lambda: take(world, DEE, ask_id)] * 3) == [None] * 3
    assert recipients(world, Outgoing.ROLE_NEWS) == [world.id(DEE)]


def test_the_two_change_places_in_the_line_and_nobody_else_moves(world: World, asked: int) -> None:
    take(world, DEE, asked)
    assert line(world) == tuple(world.id(one) for one in (BO, CHIDI, ANA, ELI, DEE))


def test_what_became_of_the_role_afterwards_decides_whether_the_swap_counts(world: World, asked: int) -> None:
    def given(presenter: str) -> tuple[int, ...]:
        with world.database.transaction() as db:
            session = db.get_one(CoachingSession, world.session)
            draft = replace(proposals.draft_of(session), presenter=world.actor(db, presenter).person.id)
            sessions.move(db, world.actor(db), world.session, session.revision, draft, MADE)
        return line(world)

    take(world, DEE, asked)
    assert given(CHIDI) == tuple(world.id(one) for one in (ANA, BO, DEE, ELI, CHIDI))
    assert given(DEE) == tuple(world.id(one) for one in (BO, CHIDI, ANA, ELI, DEE))
    everybody = (ANA, BO, CHIDI, DEE, ELI)
    world.met(*everybody, presenter=ELI, note_taker=BO)
    assert line(world) == tuple(world.id(one) for one in (ANA, BO, CHIDI, DEE, ELI))
    world.met(*everybody, presenter=DEE, note_taker=BO)
    assert line(world) == tuple(world.id(one) for one in (BO, CHIDI, ANA, ELI, DEE))


def line(world: World) -> tuple[int, ...]:
    with world.reading() as db:
        return roles.lines(db, db.get_one(CoachingSession, world.session).circle).presenters


def test_the_other_role_can_only_be_traded(world: World) -> None:
    take(world, BO, ask(world))
    session = world.of()
    assert (session.presenter_id, session.note_taker_id) == (world.id(BO), world.id(ANA))
    world.answers_coming(BO, Coming.NO)
    again = ask(world, BO)
    with pytest.raises(NotAllowed, match="nobody to trade"):
        take(world, ANA, again)


def test_down_the_line_and_then_the_convener(world: World, asked: int) -> None:
    step(world, MADE + DAY - MINUTE)
    assert world.rows(Outgoing.SWAP_OFFER) == []
    step(world, MADE + DAY)
    [first] = world.rows(Outgoing.SWAP_OFFER)
    assert (first.person_id, first.due_at) == (world.id(CHIDI), MADE + DAY)
    step(world, MADE + DAY)
    assert len(world.rows(Outgoing.SWAP_OFFER)) == 1
    decline(world, CHIDI, asked, MADE + DAY + MINUTE)
    decline(world, CHIDI, asked, MADE + DAY + MINUTE)
    assert recipients(world, Outgoing.SWAP_OFFER) == [world.id(CHIDI), world.id(DEE)]
    step(world, MADE + 2 * DAY + MINUTE)
    assert recipients(world, Outgoing.SWAP_OFFER)[2:] == [world.id(ELI)]
    assert world.rows(Outgoing.SWAP_CONVENER) == []
    step(world, MADE + 3 * DAY + 2 * MINUTE)
    [question] = world.rows(Outgoing.SWAP_CONVENER)
    assert found(world, asked).convener_asked_at == MADE + 3 * DAY + 2 * MINUTE
    assert question.due_at >= MADE + 3 * DAY
    take(world, CHIDI, asked, MADE + 4 * DAY)  # who said no may still have second thoughts
    assert world.of().presenter_id == world.id(CHIDI)


def test_two_workers_at_once_ask_one_person(world: World, asked: int) -> None:
    at_once(*[lambda: step(world, MADE + DAY)] * 3)
    assert recipients(world, Outgoing.SWAP_OFFER) == [world.id(CHIDI)]


def test_only_who_is_asked_can_say_no(world: World, asked: int) -> None:
    with pytest.raises(NotAllowed, match="Nobody waits for your answer"):
        decline(world, DEE, asked, MADE)


def test_the_convener_names_somebody_or_themself(world: World, asked: int) -> None:
    def name(who: str, person: str) -> None:
        with world.database.transaction() as db:
            swaps.name(db, world.actor(db, who), asked, world.id(person), MADE)

    with pytest.raises(NotAllowed):
        name(CHIDI, ELI)
    with pytest.raises(Refused):
        name(ANA, BO)  # takes notes
    with pytest.raises(Refused):
        name(ANA, GUS)
    name(ANA, ELI)
    assert found(world, asked).asked_id == world.id(ELI)
    decline(world, ELI, asked, MADE)
    assert len(world.rows(Outgoing.SWAP_CONVENER)) == 1


def test_open_time_only_leaves_the_turn_with_its_holder(world: World, asked: int) -> None:
    for _ in range(2):
        with world.database.transaction() as db:
            swaps.open_time_only(db, world.actor(db, ANA), asked, MADE)
    session = world.of()
    assert (session.presenter_id, session.open_time_only) == (None, True)
    assert found(world, asked).state is SwapState.DROPPED
    with world.reading() as db:
        circle = db.get_one(CoachingSession, world.session).circle
        assert roles.lines(db, circle).presenters[0] == world.id(ANA)
    take(world, DEE, ask(world, ANA, Role.PRESENTER))
    assert not world.of().open_time_only


def test_a_search_ends_with_its_reason(world: World) -> None:
    def ends(act: Callable[[], object]) -> None:
        ask_id = ask(world, now=MADE)
        act()
        assert found(world, ask_id).state is SwapState.DROPPED
        with pytest.raises(NotAllowed):
            take(world, DEE, ask_id)

    def begins() -> None:
        step(world, STARTS)

    ends(lambda: world.answers_coming(ANA, Coming.YES))
    ends(begins)
    ends(lambda: cancelled(world))


def cancelled(world: World) -> None:
    with world.database.transaction() as db:
        sessions.cancel(db, world.actor(db, ANA), world.session, None, MADE)


def test_when_the_holder_leaves_the_next_in_line_takes_over(world: World, asked: int) -> None:
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, ANA), world.circle, MADE)
    assert world.of().presenter_id == world.id(CHIDI)
    assert found(world, asked).state is SwapState.DROPPED
    with pytest.raises(NotFound):
        take(world, ANA, asked)


def test_who_has_no_role_offers_none_and_a_stranger_finds_nothing(world: World, asked: int) -> None:
    with pytest.raises(NotAllowed, match="nothing to swap"):
        ask(world, CHIDI)
    with pytest.raises(NotAllowed, match="nothing to swap"):
        ask(world, CHIDI, Role.PRESENTER)
    with pytest.raises(NotFound):
        take(world, GUS, asked)
    with pytest.raises(NotFound):
        take(world, DEE, asked + 1000)


def test_who_takes_a_role_says_that_they_come(world: World, asked: int) -> None:
    take(world, ELI, asked)
    assert world.of().coming(world.id(ELI)) is Coming.YES


def leaves(world: World, who: str, now: datetime) -> None:
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, who), world.circle, now)


def test_who_is_asked_alone_and_cannot_come_keeps_nobody_waiting(world: World, asked: int) -> None:
    step(world, MADE + DAY)
    world.answers_coming(CHIDI, Coming.NO, MADE + DAY + MINUTE)
    step(world, MADE + DAY + 2 * MINUTE)
    assert found(world, asked).asked_id == world.id(DEE)
    leaves(world, DEE, MADE + DAY + 3 * MINUTE)
    step(world, MADE + DAY + 4 * MINUTE)
    assert found(world, asked).asked_id == world.id(ELI)


def test_when_the_convener_leaves_another_is_asked_once(world: World, asked: int) -> None:
    late = STARTS - 2 * DAY
    step(world, late)
    assert recipients(world, Outgoing.SWAP_CONVENER) == [world.id(BO)]
    leaves(world, ELI, late + MINUTE)
    step(world, late + 2 * MINUTE)
    assert recipients(world, Outgoing.SWAP_CONVENER) == [world.id(BO)]
    leaves(world, BO, late + 3 * MINUTE)
    for minutes in (4, 5):
        step(world, late + minutes * MINUTE)
    assert len(recipients(world, Outgoing.SWAP_CONVENER)) == 2
    assert recipients(world, Outgoing.SWAP_CONVENER)[1] != world.id(BO)


def test_open_time_only_settles_the_search_for_a_role_that_nobody_had(world: World) -> None:
    with world.database.transaction() as db:
        db.get_one(CoachingSession, world.session).presenter_id = None
    ask_id = ask(world, ANA, Role.PRESENTER)
    with world.database.transaction() as db:
        swaps.open_time_only(db, world.actor(db, ANA), ask_id, MADE)
    assert found(world, ask_id).state is SwapState.DROPPED
    assert world.of().open_time_only


def test_of_two_volunteers_for_a_role_that_nobody_has_the_first_has_it(world: World) -> None:
    def volunteer(who: str) -> None:
        with world.database.transaction() as db:
            actor, day = world.actor(db, who), date(2027, 1, 12)
            volunteers.volunteer(db, actor, world.session, day, Role.PRESENTER, CLOSING)

    with world.database.transaction() as db:
        draft = Draft(date(2027, 1, 12), time(10), 60, Mode.VIDEO, note_taker=world.actor(db, BO).person.id)
        following = sessions.schedule(db, world.actor(db), world.circle, draft, MADE).id
    volunteer(DEE)
    with pytest.raises(NotAllowed, match="settled: Dee Novak presents"):
        volunteer(ELI)
    volunteer(DEE)
    assert world.of(following).presenter_id == world.id(DEE)
    assert line(world) == tuple(world.id(one) for one in (BO, CHIDI, ELI, ANA, DEE))

"""Whatever people do about a role, in whatever order: what holds of searches and of the line all the time."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import attendance, away, proposals, roles, sessions, swaps
from coaching.errors import CoachingError
from coaching.rules.terms import Coming, Role, SessionState, SwapState
from storage.engine import Database
from storage.models import CoachingSession, SwapAsk
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, MADE, STARTS, World
from tests.support.databases import ON_SQLITE

EVERYBODY = (ANA, BO, CHIDI, DEE, ELI)
LATER = STARTS + timedelta(days=7)
Way = tuple[tuple[int, int], ...]
"""The changes of place by which a role came to somebody."""


class Over(Exception):
    """Ends an example, so that nothing of it is kept."""


@dataclass
class Trial:
    """Two sessions of one circle, and what people do about their roles."""

    world: World
    db: Session
    both: tuple[int, int]
    now: datetime = MADE
    ids: dict[str, int] = field(default_factory=dict)
    ways: dict[tuple[int, Role], dict[int, Way]] = field(default_factory=dict)
    """By session and role, for each who took it over, from whom and how it came to them."""

    def tries(self, who: str, what: Callable[..., object], *about: object) -> bool:
        """Whether it was done; a refusal changes nothing, as in a transaction of its own."""
        try:
            with self.db.begin_nested():
                what(self.db, self.world.actor(self.db, who), *about, self.now)
        except CoachingError:
            self.db.expire_all()
            return False
        return True

    def session(self, number: int) -> CoachingSession:
        return self.db.get_one(CoachingSession, self.both[number])

    def person(self, who: str) -> int:
        return self.ids[who]

    def search(self, number: int, role: Role) -> int:
        """The newest one, also one that has ended: old buttons are pressed, too."""
        asks = select(SwapAsk.id).where(SwapAsk.session_id == self.both[number], SwapAsk.role == role)
        return self.db.scalar(asks.order_by(SwapAsk.id.desc()).limit(1)) or 0

    # --- what people do ---

    def answers(self, who: str, number: int, role: Role) -> None:
        self.tries(who, attendance.answer, self.both[number], (Coming.YES, Coming.NO)[role is Role.PRESENTER])

    def cannot_come(self, who: str, number: int, role: Role) -> None:
        """The one who has the role, whoever was drawn."""
        self.db.expire_all()
        holder = next(
            (one for one in EVERYBODY if self.person(one) == self.session(number).holder(role)), who
        )
        self.tries(holder, attendance.answer, self.both[number], Coming.NO)
        self.tries(holder, swaps.ask, self.both[number], role)

    def takes(self, who: str, number: int, role: Role) -> None:
        """What is offered; where nothing is, the lead offers it first."""
        self.tries(ANA, swaps.ask, self.both[number], role)
        ask = self.search(number, role)
        open_before = ask and self.db.get_one(SwapAsk, ask).state is SwapState.OPEN
        before = {one: self.session(number).holder(one) for one in Role}
        if not self.tries(who, swaps.take, ask) or not open_before:
            assert {one: self.session(number).holder(one) for one in Role} == before
            return
        found = self.db.get_one(SwapAsk, ask)
        assert found.state is SwapState.TAKEN
        assert found.taker_id == self.session(number).holder(role) == self.person(who)
        for one, holder in before.items():
            taker = self.session(number).holder(one)
            if taker is not None and taker != holder:
                ways = self.ways.setdefault((number, one), {})
                ways[taker] = (*ways.get(holder, ()), (holder, taker)) if holder is not None else ()

    def declines(self, who: str, number: int, role: Role) -> None:
        ask = self.db.get(SwapAsk, self.search(number, role))
        asked = next((one for one in EVERYBODY if ask and self.person(one) == ask.asked_id), who)
        self.tries(asked, swaps.decline, self.search(number, role))

    def names(self, who: str, number: int, role: Role) -> None:
        """A lead names somebody; who names themself has it, which is another test's."""
        if who != ANA:
            self.tries(ANA, swaps.name, self.search(number, role), self.person(who))

    def does_without(self, _who: str, number: int, role: Role) -> None:
        self.tries(ANA, swaps.open_time_only, self.search(number, role))

    def goes_away(self, who: str, number: int, role: Role) -> None:
        day = (STARTS, LATER)[number].date() if role is Role.PRESENTER else self.now.date()
        self.tries(who, away.enter, day, day + timedelta(days=2))

    def gives(self, who: str, number: int, role: Role) -> None:
        """By the form."""
        session = self.session(number)
        draft = proposals.draft_of(session)
        mine = self.person(who)
        presents = role is Role.PRESENTER
        draft = replace(draft, presenter=mine) if presents else replace(draft, note_taker=mine)
        self.tries(ANA, sessions.move, session.id, session.revision, draft)

    def moves(self, _who: str, number: int, role: Role) -> None:
        session = self.session(number)
        draft = proposals.draft_of(session)
        day = (draft.date or date.min) + timedelta(days=(-1, 1)[role is Role.PRESENTER])
        self.tries(ANA, sessions.move, session.id, session.revision, replace(draft, date=day))

    def calls_off(self, _who: str, number: int, role: Role) -> None:
        if number and role is Role.NOTE_TAKER:  # seldom, or nothing else would be tried
            self.tries(ANA, sessions.cancel, self.both[number], None)

    def waits(self, _who: str, number: int, role: Role) -> None:
        self.now += timedelta(hours=(5, 25)[number]) * (1, 2)[role is Role.NOTE_TAKER]

    # --- what holds ---

    def look(self) -> None:
        swaps.step_due(self.db, self.now)
        self.db.flush()
        self.db.expire_all()
        for number in (0, 1):
            self.check(self.session(number))
        circle = self.session(0).circle
        lines = roles.lines(self.db, circle)
        assert {role: lines.of(role) for role in Role} == {role: self.counted(role) for role in Role}

    def check(self, session: CoachingSession) -> None:
        assert session.presenter_id is None or session.presenter_id != session.note_taker_id
        asks = self.db.scalars(select(SwapAsk).where(SwapAsk.session_id == session.id)).all()
        running = [one for one in asks if one.state is SwapState.OPEN]
        assert len({one.role for one in running}) == len(running)
        for one in running:
            assert session.state is SessionState.SCHEDULED
            assert session.starts_at > self.now
            assert session.holder(one.role) == one.holder_id
            assert one.asked_id not in one.declined
            assert one.asked_id is None or session.role_of(one.asked_id) is None

    def counted(self, role: Role) -> tuple[int, ...]:
        """The line from the beginning on, with the places that were changed for good, and who had a role."""
        order = [self.person(one) for one in EVERYBODY]
        line = order if role is Role.PRESENTER else order[2:] + order[:2]
        in_order = sorted((0, 1), key=lambda number: self.session(number).starts_at)
        for number in in_order:
            holder = self.session(number).holder(role)
            if self.session(number).state is not SessionState.SCHEDULED or holder is None:
                continue
            for one, other in self.ways.get((number, role), {}).get(holder, ()):
                places = {one: other, other: one}
                line = [places.get(person, person) for person in line]
            line = [*(one for one in line if one != holder), holder]
        return tuple(line)


ACTS = (
    Trial.answers,
    Trial.cannot_come,
    Trial.cannot_come,
    Trial.takes,
    Trial.takes,
    Trial.takes,
    Trial.declines,
    Trial.names,
    Trial.does_without,
    Trial.goes_away,
    Trial.gives,
    Trial.moves,
    Trial.calls_off,
    Trial.waits,
)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    database = Database(database_url)
    world = World(database)
    world.schedule(LATER.date())
    yield world
    database.dispose()


@pytest.mark.long
@ON_SQLITE
@example([(Trial.takes, DEE, 0, Role.PRESENTER), (Trial.gives, CHIDI, 0, Role.PRESENTER)])
@example([(Trial.takes, BO, 0, Role.PRESENTER), (Trial.goes_away, BO, 0, Role.PRESENTER)])
@example(
    [
        (Trial.cannot_come, ANA, 1, Role.NOTE_TAKER),
        (Trial.waits, ANA, 1, Role.NOTE_TAKER),
        (Trial.gives, DEE, 1, Role.PRESENTER),
        (Trial.gives, BO, 1, Role.PRESENTER),
        (Trial.gives, ELI, 1, Role.PRESENTER),
        (Trial.gives, CHIDI, 1, Role.PRESENTER),
    ]
)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(ACTS),
            st.sampled_from(EVERYBODY),
            st.sampled_from((0, 0, 1)),
            st.sampled_from(Role),
        ),
        min_size=6,
        max_size=16,
    )
)
def test_searches_and_lines_hold_whatever_people_do(
    world: World, acts: list[tuple[Callable[[Trial, str, int, Role], None], str, int, Role]]
) -> None:
    with suppress(Over), world.database.transaction() as db:
        ids = {who: world.actor(db, who).person.id for who in EVERYBODY}
        trial = Trial(world, db, (world.session, world.session + 1), ids=ids)
        for act, who, number, role in acts:
            act(trial, who, number, role)
            trial.look()
        raise Over

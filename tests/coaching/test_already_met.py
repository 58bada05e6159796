""" "We already met": what was never scheduled is recorded afterwards."""

from datetime import date, datetime, timedelta
from unittest.mock import ANY

import pytest
from sqlalchemy import select

from coaching import already_met, evaluations, roles
from coaching.closing import Record, put_up_next
from coaching.errors import NotFound, Refused
from coaching.rules.fields import Field
from coaching.rules.terms import Mode, SessionState
from storage.engine import Database
from storage.models import Circle, CoachingSession, Outgoing
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, ENDS, GUS, World
from tests.support.databases import ON_SQLITE

DAY = timedelta(days=1)
NOW = ENDS + 20 * DAY
"""28 December; the next date of the rhythm is 12 January."""


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.met(ANA, BO, CHIDI, presenter=ANA, note_taker=BO)
    return world


def already(
    world: World,
    day: date | None,
    *there: str,
    length: int | None = 60,
    by: str = DEE,
    presenter: str | None = None,
    note_taker: str | None = None,
    mode: Mode | None = Mode.IN_PERSON,
    now: datetime = NOW,
) -> int:
    with world.database.transaction() as db:

        def id_of(who: str | None) -> int | None:
            return world.actor(db, who).person.id if who else None

        ids = frozenset(world.actor(db, one).person.id for one in there)
        record = Record(mode, ids, id_of(presenter), id_of(note_taker))
        return already_met.record(db, world.actor(db, by), world.circle, day, length, record, now).id


def test_it_is_held_and_counts_for_roles_and_for_the_rhythm(world: World) -> None:
    made = already(world, date(2026, 12, 27), BO, CHIDI, DEE, presenter=CHIDI, note_taker=DEE)
    session = world.of(made)
    assert (session.state, session.assumed, session.recorded_at) == (SessionState.HELD, False, NOW)
    assert (session.mode, session.rhythm_date) == (Mode.IN_PERSON, date(2027, 1, 12))
    there = {one.person_id for one in session.attendance if one.attended}
    assert there == {world.id(one) for one in (BO, CHIDI, DEE)}
    with world.reading() as db:
        line = roles.lines(db, db.get_one(Circle, world.circle))
    assert line.presenters[-1] == world.id(CHIDI)
    assert line.note_takers[-1] == world.id(DEE)


@ON_SQLITE
def test_nobody_is_asked_about_it_or_told_of_it(world: World) -> None:
    made = already(world, NOW.date(), BO, CHIDI, now=NOW)
    with world.database.transaction() as db:
        evaluations.open_due(db, NOW + timedelta(minutes=5))
        put_up_next(db, NOW + timedelta(minutes=5))
    for kind in (Outgoing.SESSION_CARD, Outgoing.SESSION_NEWS, Outgoing.EVALUATION, Outgoing.WHAT_COMES_NEXT):
        assert made not in {row.session_id for row in world.rows(kind)}


@ON_SQLITE
def test_what_was_today_has_ended_by_now(world: World) -> None:
    early = datetime(2026, 12, 28, 8, 30, tzinfo=ENDS.tzinfo)  # before the usual ten o'clock
    session = world.of(already(world, early.date(), BO, CHIDI, now=early))
    assert session.ends_at == early


@ON_SQLITE
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"day": None}, Field.DATE),
        ({"day": NOW.date() + DAY}, Field.DATE),
        ({"day": NOW.date() - 61 * DAY}, Field.DATE),
        ({"day": date(2026, 12, 8)}, Field.DATE),
        ({"length": 10}, Field.LENGTH),
        ({"length": None}, Field.LENGTH),
        ({"mode": None}, Field.MODE),
        ({"there": (BO,)}, Field.ATTENDED),
        ({"there": (BO, GUS)}, Field.ATTENDED),
        ({"presenter": ELI}, Field.PRESENTER),
        ({"presenter": BO, "note_taker": BO}, Field.NOTE_TAKER),
    ],
)
def test_what_cannot_have_been_is_refused_on_its_field(
    world: World, changed: dict[str, object], field: Field
) -> None:
    asked: dict[str, object] = {"day": date(2026, 12, 27), "there": (BO, CHIDI), **changed}
    day, there = asked.pop("day"), asked.pop("there")
    with pytest.raises(Refused) as refused:
        already(world, day, *there, **asked)  # type: ignore[arg-type, misc]
    assert refused.value.fields == {field: ANY}
    with world.reading() as db:
        assert len(db.scalars(select(CoachingSession)).all()) == 1


@ON_SQLITE
def test_nobody_from_outside_records_anything(world: World) -> None:
    with pytest.raises(NotFound):
        already(world, date(2026, 12, 27), BO, CHIDI, by=GUS)

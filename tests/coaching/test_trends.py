"""How averages go on over time: whole published results of one circle, and nothing else."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from coaching import access, members, trends
from coaching.errors import NotFound
from coaching.packs import Pack
from coaching.rules.closing_facts import TrendsFacts
from storage.engine import Database
from storage.models import EvaluationResult, Outgoing
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ENDS, GUS, STARTS, TEAM, WINDOW_END, World
from tests.support.databases import ON_SQLITE

pytestmark = ON_SQLITE

DAYS = [date(2027, 1, 12) + timedelta(weeks=4 * n) for n in range(9)]
LATER = WINDOW_END + timedelta(days=400)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    database = Database(database_url)
    yield World(database)
    database.dispose()


def evaluated(world: World, day: date, *answers: tuple[str, int]) -> None:
    """A session on that day, and the answers to its evaluation."""
    at = datetime.combine(day, STARTS.timetz())
    session = world.schedule(day, now=at - timedelta(days=20))
    world.tick(at + timedelta(minutes=50))
    for who, score in answers:
        world.answer(who, score, now=at + timedelta(hours=1), session=session)
    world.tick(at + timedelta(days=6))


def of(world: World, who: str = ANA, pack: Pack | None = None) -> TrendsFacts:
    with world.reading() as db:
        return trends.of_circle(db, world.actor(db, who), world.circle, pack or world.pack)


def test_each_figure_is_that_of_a_whole_result_and_the_last_eight_stand_in_order(world: World) -> None:
    for number, day in enumerate(DAYS):
        evaluated(world, day, (ANA, 1), (BO, 2), (CHIDI, 3 + number % 3))
        if number == 0:
            assert of(world).days == (DAYS[0],)
            evaluated(world, date(2027, 1, 20), (DEE, 5))  # waits, and joins the next one whole
    shown = of(world)
    assert shown.days == tuple(DAYS[1:])
    assert {len(one.averages) for one in shown.trends} == {8}
    first, second = shown.trends[0].averages[:2]
    assert (first, second) == ((1 + 2 + 4 + 5) / 4, (1 + 2 + 5) / 3)


def test_a_statement_under_a_new_id_begins_anew(world: World) -> None:
    for day in DAYS[:3]:
        evaluated(world, day, (ANA, 3), (BO, 3), (CHIDI, 3))
    with world.database.transaction() as db:
        last = db.scalars(select(EvaluationResult).order_by(EvaluationResult.id.desc())).first()
        assert last is not None
        renamed, *_ = last.figures
        last.figures = {
            ("gone_from_the_pack" if one == renamed else one): figure for one, figure in last.figures.items()
        }
    shown = of(world)
    by_words = {one.words: one.averages for one in shown.trends}
    assert by_words["gone_from_the_pack"] == (None, None, 3.0)
    assert list(by_words)[-1] == "gone_from_the_pack"
    [text] = [one.text for one in world.pack.form("group").statements if one.id == renamed]
    assert by_words[text] == (3.0, 3.0, None)


def test_only_members_of_now_see_them_or_get_their_picture(world: World) -> None:
    for day in DAYS[:2]:
        evaluated(world, day, (ANA, 3), (BO, 3), (CHIDI, 3))
    for _ in range(2):
        ask(world, BO)
    assert len(world.rows(Outgoing.TRENDS_PICTURE)) == 1
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, BO), world.circle, ENDS)
    for who in (BO, GUS):
        with pytest.raises(NotFound):
            of(world, who)
        with pytest.raises(NotFound):
            ask(world, who)
    with world.reading() as db:
        elsewhere = access.Actor("T0OTHER", world.actor(db).person)
        with pytest.raises(NotFound):
            trends.of_circle(db, elsewhere, world.circle, world.pack)
    assert [one.workspace_id for one in world.rows(Outgoing.TRENDS_PICTURE)] == [TEAM]


def ask(world: World, who: str) -> None:
    with world.database.transaction() as db:
        trends.send_picture(db, world.actor(db, who), world.circle, LATER)

"""What is erased, and what others keep of it: by the use cases, and held to the schema."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching import erasing, installations, removal
from coaching.installations import Granted, Pair
from scheduler import claims
from storage.base import Base
from storage.engine import Database
from storage.models import (
    Circle,
    CoachingSession,
    Installation,
    Membership,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    Workspace,
)
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, MADE, STARTS, TEAM, World
from tests.support.databases import ON_SQLITE

OF_THE_SERVICE = {"workspaces", "kept_packs", "oauth_states"}
"""Tables without rows of a workspace; a workspace's own row goes last."""
SOON = MADE + timedelta(hours=1)
AGAIN = Granted(TEAM, "Riverbend", None, "A1", "UBOT", "chat:write", ANA, Pair("xoxb-1", None, None))


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    database = Database(database_url)
    yield World(database)
    database.dispose()


def erase(world: World, who: str) -> bool:
    with world.database.transaction() as db:
        return erasing.erase(db, TEAM, who, SOON)


def test_every_column_that_refers_to_a_person_is_decided_about() -> None:
    """A new one has to be put into one of the two lists: it goes with them, or stays without them."""
    refer = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "people"
    }
    goes, stays = (
        {f"{one.class_.__tablename__}.{one.key}" for one in several}
        for several in (erasing.GOES, erasing.STAYS)
    )
    assert goes | stays == refer
    assert not goes & stays


def test_every_table_belongs_to_a_workspace_and_goes_with_it() -> None:
    assert set(Base.metadata.tables) - {one.name for one in removal.tables()} == OF_THE_SERVICE


def test_roles_to_come_pass_on_and_the_circle_gets_a_lead(world: World) -> None:
    assert erase(world, ANA)
    with world.reading() as db:
        session, circle = db.get_one(CoachingSession, world.session), db.get_one(Circle, world.circle)
        here = {one.person.slack_id for one in circle.members}
        assert here == {BO, CHIDI, DEE, ELI}
        assert [one.person.slack_id for one in circle.members if one.lead] == [BO]
        assert circle.member(session.presenter_id or 0)
        assert session.presenter_id != session.note_taker_id
        assert kinds(db, BO) >= {Outgoing.LEFT_IN_CHARGE}


def kinds(db: Session, who: str) -> set[Outgoing]:
    to = select(OutboxRow.kind).join(Person, Person.id == OutboxRow.person_id).where(Person.slack_id == who)
    return set(db.scalars(to))


def test_who_has_had_which_role_stays_under_a_row_that_is_nobodys(world: World) -> None:
    ana = world.id(ANA)
    with world.database.transaction() as db:
        db.get_one(CoachingSession, world.session).starts_at = MADE - timedelta(days=1)
    erase(world, ANA)
    with world.reading() as db:
        row = db.get_one(Person, ana)
        assert db.get_one(CoachingSession, world.session).presenter_id == ana
        assert (row.name, row.zone, row.active) == (erasing.NAME, "UTC", False)
        assert row.slack_id.startswith(erasing.MARK)
        assert db.scalars(select(OutboxRow.id).where(OutboxRow.person_id == ana)).all() == []


def test_erasing_twice_or_nobody_changes_nothing(world: World) -> None:
    assert erase(world, ANA)
    before = rows(world)
    assert not erase(world, ANA)
    assert not erase(world, "UNOBODY")
    assert rows(world) == before


@ON_SQLITE
def test_after_an_erasure_the_file_is_written_anew(world: World) -> None:
    assert marked(world) == 0
    erase(world, ANA)
    assert marked(world) == 1
    world.database.compact()
    assert marked(world) == 0


def marked(world: World) -> int:
    with world.database.engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def rows(world: World) -> dict[str, list[str]]:
    with world.reading() as db:
        return {
            name: sorted(str(tuple(one)) for one in db.execute(select(table)))
            for name, table in Base.metadata.tables.items()
        }


def test_two_clicks_at_once_erase_once(world: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: erase(world, ANA), range(2))) == [False, True]


@ON_SQLITE
def test_whoever_is_in_no_circle_any_more_and_whoever_has_left_slack_can_be_erased(world: World) -> None:
    with world.database.transaction() as db:
        db.scalars(select(Person).where(Person.slack_id == CHIDI)).one().active = False
    assert erase(world, CHIDI)
    with world.reading() as db:
        left = db.scalars(select(Membership).where(Membership.left_at.is_not(None))).one()
        assert left.person.name == erasing.NAME


@ON_SQLITE
def test_the_last_one_to_be_erased_leaves_a_circle_without_members(world: World) -> None:
    for who in (ANA, BO, CHIDI, DEE, ELI):
        assert erase(world, who)
    with world.reading() as db:
        assert db.get_one(Circle, world.circle).members == []


def test_a_workspace_that_has_the_bot_again_is_never_touched(world: World) -> None:
    with world.database.transaction() as db:
        db.get_one(Workspace, TEAM).uninstalled_at = SOON
        assert not removal.erase_removed(db, SOON + removal.AFTER - timedelta(seconds=1))
    with world.database.transaction() as db:
        db.get_one(Workspace, TEAM).uninstalled_at = None
    before = rows(world)
    with world.database.transaction() as db:
        assert not removal.erase_removed(db, SOON + timedelta(days=400))
    assert rows(world) == before


def test_a_workspace_goes_in_small_steps_and_no_other_with_it(world: World) -> None:
    with world.database.transaction() as db:
        for team, gone in (("T0OTHER", None), ("T0GONE", STARTS)):
            other = Workspace(id=team, name="", bot_user_id="U", created_at=MADE, uninstalled_at=gone)
            db.add(other)
    before = rows(world)
    with world.database.transaction() as db:
        assert removal.erase_removed(db, STARTS + removal.AFTER)
        assert not removal.erase_removed(db, STARTS + removal.AFTER)
    after = rows(world)
    assert len(before["workspaces"]) - len(after["workspaces"]) == 1
    assert after | {"workspaces": []} == before | {"workspaces": []}


def test_whoever_runs_the_bot_can_erase_a_workspace_that_still_has_it(world: World) -> None:
    with world.database.transaction() as db:
        installations.install(db, AGAIN, SOON)
        assert removal.close(db, TEAM, SOON)
        assert not removal.close(db, "T0NOWHERE", SOON)
    with world.reading() as db:
        closed = db.get_one(Workspace, TEAM)
        assert (closed.paused_reason, closed.paused_until) == (installations.REMOVED, None)
        assert db.get(Installation, TEAM) is None
    with world.database.transaction() as db:
        assert claims.claim(db, OutboxState.DUE, STARTS, 10, each=8) == []
    steps = 0
    more = True
    while more:
        with world.database.transaction() as db:
            more = removal.erase_some(db, TEAM)
        steps += 1
    assert steps > 5
    assert not any(rows(world).values())


@ON_SQLITE
def test_the_erasing_of_a_workspace_stops_when_it_installs_the_bot_again(world: World) -> None:
    with world.database.transaction() as db:
        removal.close(db, TEAM, SOON)
        assert removal.erase_some(db, TEAM)
    with world.database.transaction() as db:
        installations.install(db, AGAIN, SOON)
    before = rows(world)
    with pytest.raises(removal.InstalledAgain), world.database.transaction() as db:
        removal.erase_some(db, TEAM)
    assert rows(world) == before

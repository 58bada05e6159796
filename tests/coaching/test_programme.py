"""The programme page by its use cases: who sees it, who owns it, and that it tells sums alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from threading import Thread

import pytest
from sqlalchemy import select, update

from coaching import access, circles, members, people, programme
from coaching.circles import CirclePlan
from coaching.errors import NotAllowed, Refused, UnknownPeople
from coaching.people import Profile
from coaching.rules.fields import Field
from coaching.rules.programme import Quarter
from coaching.rules.programme_facts import ProgrammeFacts
from coaching.rules.terms import Mode, PersonKind, Promise, Rhythm, SessionState
from storage.engine import Database
from storage.models import (
    CoachingSession,
    EvaluationResult,
    EvaluationWindow,
    Person,
    ProgrammeOwner,
    Workspace,
)
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, GUS, MADE, TEAM, World
from tests.support.databases import ON_SQLITE

LATER = datetime(2027, 1, 20, 12, 0, tzinfo=UTC)
OTHER, FAY, COACH, STRANGER = "T0OTHER", "UFAY", "UCOACH", "USTRANGER"


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """Ana and Gus look after the workspace in Slack; Gus is in no circle."""
    database = Database(database_url)
    world = World(database)
    with database.transaction() as db:
        db.execute(update(Person).where(Person.slack_id.in_([ANA, GUS])).values(workspace_admin=True))
        people.learn(
            db, TEAM, [profile(FAY, PersonKind.GUEST), profile(COACH, PersonKind.BOT), profile(STRANGER)]
        )
        db.add(Workspace(id=OTHER, name="Hillside", bot_user_id="UBOT2", created_at=MADE))
        db.flush()
        people.learn(db, OTHER, [profile("UELSE")])
    yield world
    database.dispose()


def profile(slack_id: str, kind: PersonKind = PersonKind.FULL) -> Profile:
    return Profile(slack_id, slack_id, "Etc/UTC", "en-US", kind, active=True, workspace_admin=False)


def page(world: World, who: str, team: str = TEAM, now: datetime = LATER) -> ProgrammeFacts:
    with world.reading() as db:
        return programme.page(db, access.actor(db, team, who), None, world.pack, now)


def name(world: World, by: str, *picked: str) -> None:
    with world.database.transaction() as db:
        programme.name_owners(db, world.actor(db, by), picked, LATER)


def stop(world: World, who: str) -> None:
    with world.database.transaction() as db:
        programme.step_down(db, world.actor(db, who))


def another_circle(world: World, *inside: str) -> int:
    with world.database.transaction() as db:
        plan = CirclePlan("Further", inside, None, Rhythm.NONE, date(2026, 12, 1), time(10))
        return circles.create(db, world.actor(db), plan, None, MADE).id


def evaluated(world: World, circle: int, total: int, *, day: date = date(2026, 12, 10)) -> int:
    """A held session, and a result of three answers to the first statement. Gives its window."""
    with world.database.transaction() as db:
        at = datetime.combine(day, time(10), UTC)
        ends = at + timedelta(hours=1)
        place = {"workspace_id": TEAM, "circle_id": circle}
        local = {"local_date": day, "local_time": time(10), "zone": "Etc/UTC", "length": 60}
        session = CoachingSession(
            **place,
            **local,
            state=SessionState.HELD,
            mode=Mode.IN_PERSON,
            starts_at=at,
            ends_at=ends,
            created_at=MADE,
            planned_at=MADE,
        )
        db.add(session)
        db.flush()
        of_it = {**place, "session_id": session.id, "form_id": "group"}
        times = {"opens_at": at, "closes_at": ends, "closed_at": ends}
        window = EvaluationWindow(**of_it, promise=Promise.ANONYMOUS, **times)
        db.add(window)
        db.flush()
        statement = world.pack.form("group").statements[0].id
        figures = {statement: {"total": total, "count": 3, "spread": None}}
        db.add(
            EvaluationResult(
                **of_it, window_id=window.id, published_at=ends, answered=3, asked=4, figures=figures
            )
        )
        return window.id


@ON_SQLITE
def test_owners_and_members_see_the_same_page_and_nobody_else_any(world: World) -> None:
    name(world, GUS, GUS)
    with world.database.transaction() as db:
        circle = access.circle(db, world.actor(db), world.circle, access.Right.EDIT)
        members.add(circle, people.known(db, TEAM, [FAY]), [], MADE)
    shown = page(world, GUS)
    assert shown.circles == 1
    assert {page(world, one) == shown for one in (ANA, ELI, FAY)} == {True}
    for outsider, team in ((STRANGER, TEAM), (COACH, TEAM), ("UELSE", OTHER)):
        with pytest.raises(NotAllowed):
            page(world, outsider, team)
    with pytest.raises(UnknownPeople):
        page(world, GUS, OTHER)
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, ELI), world.circle, LATER)
    with pytest.raises(NotAllowed):
        page(world, ELI)


@ON_SQLITE
def test_the_page_shows_sums_from_three_circles_on_once_every_evaluation_is_over(world: World) -> None:
    second = another_circle(world, ANA, BO, GUS)
    third = another_circle(world, ANA, CHIDI, DEE)
    evaluated(world, world.circle, 9)
    evaluated(world, second, 12)
    shown = page(world, BO)
    assert (shown.circles, shown.sums, shown.averages) == (2, None, ())
    window = evaluated(world, third, 15)
    evaluated(world, third, 3, day=date(2027, 1, 2))  # of the quarter that is not over
    shown = page(world, BO)
    assert (shown.quarters, shown.quarter) == ((Quarter(2026, 4),), Quarter(2026, 4))
    assert shown.sums is not None
    assert (shown.circles, shown.sums.people) == (3, 6)
    assert (shown.sums.planned, shown.sums.held, shown.sums.in_person, shown.sums.results) == (4, 3, 3, 3)
    assert shown.averages == ((world.pack.form("group").statements[0].text, 36 / 9),)
    with world.database.transaction() as db:
        db.get_one(EvaluationWindow, window).closed_at = None
    shown = page(world, BO)
    assert shown.averages == ()
    assert shown.sums is not None
    assert shown.sums.withheld
    assert page(world, BO, now=datetime(2027, 1, 7, 23, 59, tzinfo=UTC)).quarters == ()


@ON_SQLITE
def test_admins_name_the_first_owner_owners_name_further_ones_and_take_out_themselves(world: World) -> None:
    for nobody in (BO, FAY):
        with pytest.raises(NotAllowed):
            name(world, nobody, nobody)
    for wrong in ((), (FAY,), (COACH,), (BO, DEE)):
        with pytest.raises(Refused) as refused:
            name(world, ANA, *wrong)
        assert list(refused.value.fields) == [Field.OWNERS]
    with pytest.raises(UnknownPeople):
        name(world, ANA, "UELSE")
    name(world, ANA, BO)
    with pytest.raises(NotAllowed, match="Bo Jensen"):
        name(world, GUS, GUS)
    with pytest.raises(NotAllowed, match="only"):
        stop(world, BO)
    name(world, BO, DEE, ELI, BO)
    for one in (BO, DEE):
        stop(world, one)
        with pytest.raises(NotAllowed):
            stop(world, one)
    with world.database.transaction() as db:
        db.execute(update(Person).where(Person.slack_id == ELI).values(active=False))
    name(world, GUS, GUS)  # the only owner has left Slack


@ON_SQLITE
def test_an_owner_makes_fifty_circles_a_day(world: World) -> None:
    name(world, ANA, ANA)
    with world.database.transaction() as db:
        plan = CirclePlan("Further", (ANA, BO), None, Rhythm.NONE, date(2026, 12, 1), time(10))
        for _ in range(49):
            circles.create(db, world.actor(db), plan, None, MADE)
        with pytest.raises(NotAllowed, match="fifty"):
            circles.create(db, world.actor(db), plan, None, MADE)


def test_of_two_admins_at_once_one_names_the_first_and_the_other_is_told(world: World) -> None:
    told = []

    def beside() -> None:
        try:
            name(world, GUS, GUS)
        except NotAllowed as error:
            told.append(error.sentence)

    second = Thread(target=beside)
    with world.database.transaction() as db:
        programme.name_owners(db, world.actor(db, ANA), [ANA], LATER)
        second.start()
        second.join(timeout=0.5)
        assert second.is_alive()  # waits for the first
    second.join()
    assert told == ["There is a programme owner already: Ana Torres. Owners add further ones."]
    with world.reading() as db:
        assert len(db.scalars(select(ProgrammeOwner)).all()) == 1

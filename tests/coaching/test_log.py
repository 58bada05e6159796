"""The coaching log: what it says of sessions, who may read it and take it out, and one's own hours."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from coaching import circle_states, log, members
from coaching.access import Actor
from coaching.errors import NotAllowed, NotFound
from coaching.rules.log_facts import LogFacts
from coaching.rules.terms import Mode
from storage.engine import Database
from storage.models import Circle, OutboxState, Outgoing
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ENDS, GUS, MADE, World
from tests.support.databases import ON_SQLITE

pytestmark = ON_SQLITE
AFTER = ENDS + timedelta(hours=1)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """Ana, Bo and Chidi met in December, without Dee and Eli."""
    database = Database(database_url)
    found = World(database)
    found.met(ANA, BO, CHIDI, presenter=ANA, note_taker=BO, mode=Mode.IN_PERSON)
    yield found
    database.dispose()


def page(world: World, who: str = ANA, year: int | None = None, number: int = 0) -> LogFacts:
    with world.reading() as db:
        return log.of_circle(db, world.actor(db, who), world.circle, year, number)


def hours(world: World, who: str) -> list[tuple[date, int, tuple[str, ...]]]:
    with world.reading() as db:
        found = log.hours(db, world.actor(db, who).person)
        return [(one.day, one.length, one.roles) for one in found.sessions]


def send(world: World, who: str = ANA, form: str = "csv") -> None:
    with world.database.transaction() as db:
        log.send(db, world.actor(db, who), world.circle, form, AFTER)


def leave(world: World, who: str) -> None:
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, who), world.circle, AFTER)


def close(world: World) -> None:
    with world.database.transaction() as db:
        revision = db.get_one(Circle, world.circle).revision
        circle_states.close(db, world.actor(db), world.circle, revision, AFTER)


def test_the_log_says_when_how_long_how_who_and_who_was_there(world: World) -> None:
    shown = page(world)
    [one] = shown.entries
    assert (one.day, one.length, one.mode) == (date(2026, 12, 8), 60, Mode.IN_PERSON)
    assert (one.presenter, one.note_taker) == ("Ana Torres", "Bo Jensen")
    assert one.there == ("Ana Torres", "Bo Jensen", "Chidi Okafor")
    assert (shown.held, shown.not_held, one.assumed) == (1, 0, False)


def test_who_has_left_is_named_in_it_still_and_reads_it_no_more(world: World) -> None:
    leave(world, BO)
    assert page(world).entries[0].note_taker == "Bo Jensen"
    assert "Bo Jensen" in page(world).entries[0].there
    with pytest.raises(NotFound):
        page(world, BO)


@pytest.mark.parametrize("who", [GUS, "another workspace"])
def test_outsiders_find_nothing(world: World, who: str) -> None:
    with world.database.transaction() as db:
        person = world.actor(db, GUS if who == GUS else ANA).person
        actor = Actor(person.workspace_id if who == GUS else "T0OTHER", person)
        for act in (
            lambda: log.of_circle(db, actor, world.circle),
            lambda: log.send(db, actor, world.circle, "csv", AFTER),
        ):
            with pytest.raises(NotFound):
                act()


def test_only_leads_take_it_out(world: World) -> None:
    assert not page(world, BO).may_export
    with pytest.raises(NotAllowed, match="coaching leads"):
        send(world, BO)
    assert page(world).may_export
    send(world)
    send(world)
    send(world, form="json")
    waiting = world.rows(Outgoing.LOG_FILE, OutboxState.DUE)
    assert [one.facts for one in waiting] == [{"form": "csv"}, {"form": "json"}]


def test_both_files_say_the_same(world: World) -> None:
    with world.reading() as db:
        circle = db.get_one(Circle, world.circle)
        head, *rows = csv.reader(io.StringIO(log.file_of(db, circle, "csv").decode("utf-8-sig")))
        objects = json.loads(log.file_of(db, circle, "json"))
    assert [dict(zip(head, row, strict=True)) for row in rows] == [
        {name: str(value) for name, value in one.items()} for one in objects
    ]
    [one] = objects
    assert (one["Date"], one["Minutes"], one["Mode"]) == ("2026-12-08", 60, "in person")
    assert one["Attended"] == "Ana Torres, Bo Jensen, Chidi Okafor"


def test_a_closed_circle_can_be_read_and_taken_out(world: World) -> None:
    close(world)
    assert page(world, DEE).closed
    assert [one.day for one in page(world, DEE).entries] == [date(2026, 12, 8)]
    send(world)
    assert len(world.rows(Outgoing.LOG_FILE)) == 1


def test_hours_are_ones_own_by_role_and_stay_when_one_leaves(world: World) -> None:
    leave(world, BO)
    day = date(2026, 12, 8)
    assert hours(world, ANA)[0][2][0] == log.PRESENTED
    assert (day, 60) == hours(world, ANA)[0][:2]
    assert log.TOOK_NOTES in hours(world, BO)[0][2]
    assert hours(world, CHIDI)[0][2] in {(log.TOOK_PART,), (log.FACILITATED,)}
    assert hours(world, DEE) == []
    with world.reading() as db:
        whole = log.hours_file(db, world.actor(db, BO).person).decode("utf-8-sig")
    assert "2026-12-08,Practice circle,60," in whole


def test_what_was_missed_counts_for_nobody(world: World) -> None:
    world.missed(now=AFTER)
    shown = page(world)
    assert (shown.entries, shown.held, shown.not_held) == ((), 0, 1)
    assert hours(world, ANA) == []


def test_years_and_pages(world: World) -> None:
    for number in range(12):
        day = date(2027, 1, 1) + timedelta(days=7 * number)
        world.session = world.schedule(day, MADE)
        world.met(ANA, BO, now=MADE + timedelta(days=32 + 7 * number))
    assert page(world).years == (2027, 2026)
    assert (page(world).pages, len(page(world).entries)) == (2, 10)
    assert [one.day for one in page(world, number=1).entries][-1] == date(2026, 12, 8)
    assert (page(world, year=2026).held, page(world, year=2027).held) == (1, 12)
    assert page(world, year=1999).held == 13
    assert page(world, number=7).page == 0

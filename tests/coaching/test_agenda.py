"""The agenda in the thread of a session: when it comes, and what it says."""

from datetime import date, datetime, timedelta

from coaching import agenda, cases, notes, sessions
from coaching.packs import default_pack
from coaching.rules.agenda_facts import AgendaFacts
from coaching.rules.case_facts import CaseDraft
from coaching.rules.facts import Draft
from coaching.rules.fields import Field
from coaching.rules.note_facts import ActionRow, NotesDraft
from coaching.rules.terms import Coming
from storage.engine import Database
from storage.models import CoachingSession, OutboxRow, Outgoing
from tests.coaching.closing_world import ANA, BO, ENDS, MADE, STARTS, World
from tests.support.databases import ON_SQLITE

MINUTE = timedelta(minutes=1)
PARTS = [
    ("Case and coaching", 0, 35),
    ("Open time", 35, 10),
    ("Next presenter and note-taker", 45, 5),
    ("Closing evaluation", 50, 10),
]


def ticks(world: World, now: datetime) -> list[OutboxRow]:
    with world.database.transaction() as db:
        agenda.put_up_due(db, now)
    return world.rows(Outgoing.AGENDA)


def shown(world: World, session: int | None = None) -> AgendaFacts:
    with world.reading() as db:
        return agenda.facts(db, db.get_one(CoachingSession, session or world.session), default_pack())


def lines(facts: AgendaFacts) -> list[tuple[str, int, int]]:
    begins = facts.session.starts_at
    return [(one.name, (one.begins_at - begins) // MINUTE, one.minutes) for one in facts.lines]


def test_it_is_laid_out_shortly_before_and_comes_once_at_the_start(world: World) -> None:
    assert ticks(world, STARTS - 16 * MINUTE) == []
    ticks(world, STARTS - 15 * MINUTE)
    [row] = ticks(world, STARTS)
    [card] = world.rows(Outgoing.SESSION_CARD)
    assert (row.due_at, row.expires_at, row.thread_of_id) == (STARTS, ENDS, card.id)


@ON_SQLITE
def test_a_session_that_moves_at_the_last_minute_gets_it_at_its_new_start(world: World) -> None:
    ticks(world, STARTS - 15 * MINUTE)
    session = world.of()
    draft = Draft(session.local_date, (STARTS + 60 * MINUTE).time(), 60, session.mode)
    with world.database.transaction() as db:
        sessions.move(db, world.actor(db), world.session, session.revision, draft, STARTS - 10 * MINUTE)
    assert [one.due_at for one in ticks(world, STARTS + 60 * MINUTE)] == [STARTS, STARTS + 60 * MINUTE]


@ON_SQLITE
def test_after_the_end_it_would_help_nobody(world: World) -> None:
    assert ticks(world, ENDS) == []
    assert len(ticks(world, ENDS - MINUTE)) == 1


@ON_SQLITE
def test_it_has_the_parts_by_the_clock_the_norm_in_turn_and_counts_open_actions(world: World) -> None:
    first = shown(world)
    assert lines(first) == PARTS
    assert (first.norm[0], first.open_actions) == ("Respect and acceptance", 0)
    other = world.schedule(date(2027, 1, 12))
    promised = ActionRow("Call", world.id(BO), date(2027, 1, 11))
    with world.database.transaction() as db:
        notes.save(db, world.actor(db, BO), world.session, 0, NotesDraft({}, (promised,)), ENDS)
    second = shown(world, other)
    assert (second.norm[0], second.open_actions) == ("Nonjudgment", 1)


@ON_SQLITE
def test_a_case_that_the_circle_can_read_stands_there(world: World) -> None:
    for revision, ready in enumerate((False, True)):
        draft = CaseDraft("Coming back", {Field.SITUATION: "After leave"}, (), ready)
        with world.database.transaction() as db:
            cases.save(db, world.actor(db), world.session, revision, draft, world.pack, MADE)
        assert [one.author.name for one in shown(world).cases] == ["Ana Torres"] * ready


@ON_SQLITE
def test_without_a_case_its_time_is_open_time_too(world: World) -> None:
    assert lines(shown(world))[0] == PARTS[0]
    world.answers_coming(ANA, Coming.NO)  # and nobody has taken over by the start
    assert lines(shown(world))[:2] == [("Open time", 0, 45), PARTS[2]]
    world.answers_coming(ANA, Coming.YES)
    with world.database.transaction() as db:
        session = db.get_one(CoachingSession, world.session)
        session.open_time_only, session.presenter_id = True, None
    assert lines(shown(world))[:2] == [("Open time", 0, 45), PARTS[2]]


@ON_SQLITE
def test_a_pair_has_an_agenda_of_its_own(database: Database) -> None:
    pair = World(database, members=(ANA, BO))
    assert [one.name for one in shown(pair).lines] == list(default_pack().agenda.pair)

"""Notes of a session: who writes them, who reads them, what follows from their being there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from coaching import circle_states, circles, members, notes, reminders
from coaching.circles import CirclePlan
from coaching.errors import Changed, NotAllowed, NotFound, Refused
from coaching.rules.facts import SessionFacts
from coaching.rules.fields import Field
from coaching.rules.note_facts import BY_WHEN, WHO, ActionRow, NotesDraft, NotesPage
from coaching.rules.terms import ReminderKind, Rhythm, SessionState
from storage.engine import Database
from storage.models import Circle, Outgoing, Reminder
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, ENDS, GUS, MADE, STARTS, World
from tests.support.databases import ON_SQLITE

DAY = timedelta(days=1)
WORDS = "How to begin a hard talk"


@pytest.fixture
def world(database: Database) -> World:
    """Bo takes the notes; Ana alone leads and facilitates."""
    return World(database)


def saves(
    world: World,
    who: str = BO,
    words: str = WORDS,
    *rows: ActionRow,
    revision: int = 0,
    now: datetime = ENDS,
    session: int | None = None,
) -> None:
    draft = NotesDraft({Field.DISCUSSED: words} if words else {}, rows)
    with world.database.transaction() as db:
        notes.save(db, world.actor(db, who), session or world.session, revision, draft, now)


def adds(world: World, words: str, who: str = BO, now: datetime = ENDS) -> None:
    with world.database.transaction() as db:
        notes.add(db, world.actor(db, who), world.session, words, now)


def read(world: World, who: str = ELI, now: datetime = ENDS, session: int | None = None) -> NotesPage:
    with world.reading() as db:
        return notes.read(db, world.actor(db, who), session or world.session, now)


def waiting(world: World, now: datetime, who: str = BO) -> list[int]:
    with world.reading() as db:
        mine = [db.get_one(Circle, world.circle)]
        return [one.id for one in notes.to_write(db, world.actor(db, who), mine, now)]


def in_hand(world: World, who: str, now: datetime = ENDS) -> int | None:
    """What `/coach notes` opens."""
    with world.reading() as db:
        found = notes.in_hand(db, world.actor(db, who), now)
        return found.id if found else None


def nudged(world: World, now: datetime) -> list[int]:
    """Who would be told at this moment that the notes are still open."""
    with world.reading() as db:
        laid = db.scalars(select(Reminder).where(Reminder.kind == ReminderKind.NOTES_NUDGE)).all()
        return [one.person_id for one in laid if reminders.holds(db, one, now)]


@ON_SQLITE
def test_the_note_taker_writes_and_the_circle_reads_and_is_told_once(world: World) -> None:
    saves(world, words=WORDS)
    saves(world, words="Something else", revision=1, now=ENDS + DAY)
    shown = read(world)
    [written] = shown.written
    assert (written.writer.name, written.editor) == ("Bo Jensen", None)
    assert written.texts == ((Field.DISCUSSED, "Something else"),)
    assert (shown.may_write, read(world, BO).may_write) == (False, True)
    [line] = world.rows(Outgoing.NOTES_THERE)
    [card] = world.rows(Outgoing.SESSION_CARD)
    assert (line.thread_of_id, line.facts) == (card.id, {})
    assert not any("Something" in row or WORDS in row for row in world.everything()["outbox"])


@ON_SQLITE
def test_a_lead_may_edit_and_it_is_marked(world: World) -> None:
    saves(world)
    saves(world, ANA, "Edited", revision=1, now=ENDS + DAY)
    saves(world, BO, "Edited again", revision=2, now=ENDS + 2 * DAY)
    [written] = read(world).written
    assert (written.writer.name, written.written_at) == ("Bo Jensen", ENDS + 2 * DAY)
    assert written.editor is not None
    assert (written.editor.name, written.edited_at) == ("Ana Torres", ENDS + DAY)


@ON_SQLITE
def test_nobody_else_writes_and_nobody_from_outside_reads(world: World) -> None:
    with pytest.raises(NotAllowed, match="note-taker"):
        saves(world, CHIDI)
    with pytest.raises(NotAllowed, match="note-taker"):
        adds(world, WORDS, CHIDI)
    with pytest.raises(NotFound):
        saves(world, GUS)
    with pytest.raises(NotFound):
        read(world, GUS)
    saves(world)
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, BO), world.circle, ENDS)
    with pytest.raises(NotFound):
        read(world, BO)
    assert read(world).written[0].writer.name == "Bo Jensen"


def test_of_two_windows_the_older_one_is_refused(world: World) -> None:
    saves(world)
    with pytest.raises(Changed):
        saves(world, ANA, "Begun before there were any", revision=0)
    with pytest.raises(Changed):
        saves(world, BO, "Ahead of its time", revision=2)
    assert read(world).written[0].texts == ((Field.DISCUSSED, WORDS),)


def test_at_the_same_moment_one_is_kept_and_the_other_hears_of_it(world: World) -> None:
    begin = Barrier(2)

    def writes(who: str) -> str:
        begin.wait()
        try:
            saves(world, who, f"From {who}")
        except Changed:
            return "too late"
        return who

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(writes, (ANA, BO))
    assert [first, second].count("too late") == 1
    [written] = read(world).written
    assert written.texts == ((Field.DISCUSSED, f"From {second if first == 'too late' else first}"),)


@ON_SQLITE
def test_what_cannot_be_kept_is_refused_on_its_field(world: World) -> None:
    bo, gus, day = world.id(BO), world.id(GUS), date(2027, 1, 11)

    def refusals(words: str, *rows: ActionRow) -> set[Field]:
        with pytest.raises(Refused) as refused:
            saves(world, BO, words, *rows)
        return set(refused.value.fields)

    assert refusals("") == {Field.DISCUSSED}
    assert refusals("", ActionRow(None, bo, day)) == {Field.DISCUSSED}
    assert refusals("x" * 3001) == {Field.DISCUSSED}
    assert refusals("", ActionRow("Call", None, None)) == {WHO[0], BY_WHEN[0]}
    assert refusals("", ActionRow(), ActionRow("Call", gus, ENDS.date() - DAY)) == {WHO[1], BY_WHEN[1]}
    assert refusals("", ActionRow("x" * 301, bo, day)) == {Field.WHAT_1}
    assert read(world).written == ()
    saves(world, BO, "", ActionRow(), ActionRow("Call", bo, day))  # an action alone is enough


@ON_SQLITE
def test_adding_appends_to_what_was_discussed(world: World) -> None:
    adds(world, "First")
    adds(world, "Second", ANA)
    assert read(world).written[0].texts == ((Field.DISCUSSED, "First\n\nSecond"),)
    with pytest.raises(Refused) as refused:
        adds(world, "x" * 2990)
    assert set(refused.value.fields) == {Field.DISCUSSED}
    with pytest.raises(Changed):  # a form that stood open meanwhile
        saves(world, BO, "Mine", revision=1)


@ON_SQLITE
def test_notes_wait_for_the_note_taker_and_nudge_until_they_are_written(world: World) -> None:
    bo, nudge_at = world.id(BO), ENDS + DAY
    saves(world, words="Begun before", now=STARTS - DAY)
    assert waiting(world, STARTS - DAY) == []
    assert waiting(world, ENDS) == [world.session]
    assert waiting(world, ENDS, ANA) == []
    assert waiting(world, ENDS + 15 * DAY) == []
    assert nudged(world, nudge_at) == [bo]
    saves(world, ANA, "A lead did it", revision=1)
    assert nudged(world, nudge_at) == []
    assert waiting(world, ENDS) == []


@ON_SQLITE
def test_who_took_no_notes_after_all_is_not_asked_for_them(world: World) -> None:
    world.met(ANA, DEE, note_taker=DEE)
    assert nudged(world, ENDS + DAY) == [world.id(DEE)]


@ON_SQLITE
def test_notes_tell_that_the_session_took_place(world: World) -> None:
    other = world.schedule(date(2027, 1, 12))
    assume_at = ENDS + 3 * DAY
    saves(world)
    saves(world, now=STARTS, session=other)  # before it: that tells nothing
    world.tick(assume_at)
    assert (world.of().state, world.of().assumed) == (SessionState.HELD, True)
    world.tick(assume_at + 35 * DAY)
    assert world.of(other).state is SessionState.MISSED
    assert read(world, session=other).written
    with pytest.raises(NotAllowed, match="did not meet"):
        saves(world, session=other, revision=1, now=assume_at + 36 * DAY)


@ON_SQLITE
def test_they_stay_readable_when_nothing_can_be_written_any_more(world: World) -> None:
    saves(world)
    world.met(ANA, BO, note_taker=BO)
    late = ENDS + 90 * DAY
    saves(world, revision=1, now=late - timedelta(minutes=1))
    with pytest.raises(NotAllowed, match="90 days"):
        saves(world, revision=2, now=late)
    with world.database.transaction() as db:
        revision = db.get_one(Circle, world.circle).revision
        circle_states.close(db, world.actor(db), world.circle, revision, ENDS)
    with pytest.raises(NotAllowed, match="closed"):
        saves(world, revision=2)
    assert read(world).written
    assert not read(world, ANA).may_write
    with world.reading() as db:
        listed: tuple[SessionFacts, ...] = notes.newest(db, world.actor(db, ELI))
        assert [one.id for one in listed] == [world.session]
        assert notes.newest(db, world.actor(db, GUS)) == ()


@ON_SQLITE
def test_in_a_pair_each_has_their_own_and_both_read_both(database: Database) -> None:
    pair = World(database, members=(ANA, BO))
    saves(pair, ANA, "From Ana")
    saves(pair, BO, "From Bo")
    saves(pair, ANA, "From Ana anew", revision=1)
    said = {one.writer.name: dict(one.texts)[Field.DISCUSSED] for one in read(pair, BO).written}
    assert said == {"Ana Torres": "From Ana anew", "Bo Jensen": "From Bo"}
    with pytest.raises(NotFound):
        read(pair, CHIDI)
    assert len(pair.rows(Outgoing.NOTES_THERE)) == 1
    assert waiting(pair, ENDS) == waiting(pair, ENDS, ANA) == []  # nobody has to


@ON_SQLITE
def test_the_form_opens_for_what_waits_then_for_what_comes(world: World) -> None:
    other = world.schedule(date(2027, 1, 12))
    assert [in_hand(world, who) for who in (BO, ANA)] == [world.session, None]
    saves(world)
    assert in_hand(world, BO) == other
    with world.database.transaction() as db:
        plan = CirclePlan("Pair", (ANA, ELI), None, Rhythm.NONE, date(2026, 12, 8), usual_time=time(10))
        world.circle = circles.create(db, world.actor(db), plan, None, STARTS - DAY).id
    world.members = (ANA, ELI)
    pair = world.schedule(date(2026, 12, 9), STARTS - DAY)
    assert in_hand(world, ELI) is None
    assert in_hand(world, ELI, ENDS + DAY) == pair
    saves(world, ELI, session=pair, now=ENDS + DAY)
    assert in_hand(world, ELI, ENDS + 2 * DAY) is None


def offered(world: World, who: str, now: datetime = ENDS) -> list[int]:
    with world.reading() as db:
        return [one.id for one in notes.to_add_to(db, world.actor(db, who), now)]


@ON_SQLITE
def test_words_can_be_added_to_the_last_three_sessions_and_the_next_one(world: World) -> None:
    weeks = [world.schedule(STARTS.date() + 7 * DAY * count, MADE) for count in range(1, 6)]
    now = STARTS + 28 * DAY
    assert offered(world, BO, now) == offered(world, ANA, now) == [weeks[4], *weeks[3:0:-1]]
    for one in offered(world, BO, now):
        with world.database.transaction() as db:
            notes.add(db, world.actor(db, BO), one, WORDS, now)
    with pytest.raises(NotAllowed, match="ask one of them"):
        offered(world, ELI, now)
    with pytest.raises(NotAllowed, match="ask one of them"):
        offered(world, BO, now + 200 * DAY)

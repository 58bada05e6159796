"""Actions: the one reminder, saying how one stands, and the rows of the notes they come from."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from coaching import actions, away, members, notes, reminders, sessions
from coaching.errors import Changed, NotAllowed, NotFound, Refused
from coaching.rules.facts import ActionFacts
from coaching.rules.fields import Field
from coaching.rules.note_facts import ActionRow, NotesDraft
from coaching.rules.terms import ReminderKind
from storage.engine import Database
from storage.models import ActionItem, Circle, OutboxRow, OutboxState, Outgoing, Reminder
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, ENDS, GUS, World
from tests.support.databases import ON_SQLITE

DAY = timedelta(days=1)
DUE = date(2026, 12, 17)
"""A Thursday; the reminder comes on Tuesday at nine."""
REMINDED_AT = datetime(2026, 12, 15, 9, 0, tzinfo=UTC)


@pytest.fixture
def world(database: Database) -> World:
    """Bo took the notes; Chidi will call somebody by the 17th, and Dee will try something by the 18th."""
    world = World(database)
    saves(world, promised(world, CHIDI), promised(world, DEE, "Try it", DUE + DAY))
    return world


def promised(world: World, who: str, what: str = "Call", due_on: date = DUE) -> ActionRow:
    return ActionRow(what, world.id(who), due_on)


def saves(world: World, *rows: ActionRow, who: str = BO, revision: int = 0, now: datetime = ENDS) -> None:
    with world.database.transaction() as db:
        draft = NotesDraft({Field.DISCUSSED: "Much"}, rows)
        notes.save(db, world.actor(db, who), world.session, revision, draft, now)


def form(world: World, who: str = BO) -> tuple[ActionRow, ...]:
    with world.reading() as db:
        return notes.open_form(db, world.actor(db, who), world.session, ENDS).draft.rows


def opened(world: World, who: str = ELI) -> list[ActionFacts]:
    with world.reading() as db:
        return actions.page(db, world.actor(db, who), world.circle)[1]


def done(world: World, who: str = CHIDI, action: int = 1, now: datetime = ENDS) -> None:
    with world.database.transaction() as db:
        actions.done(db, world.actor(db, who), action, now)


def still_open(world: World, day: date | None, who: str = CHIDI, now: datetime = ENDS) -> None:
    with world.database.transaction() as db:
        actions.still_open(db, world.actor(db, who), 1, day, now)


def laid_out(world: World, action: int = 1) -> list[tuple[int, datetime, OutboxState]]:
    """Whom a reminder waits for or has reached, when it is due, how its message stands."""
    with world.reading() as db:
        found = db.execute(
            select(Reminder.person_id, Reminder.due_at, OutboxRow.state)
            .join(OutboxRow, OutboxRow.id == Reminder.outbox_id)
            .where(Reminder.kind == ReminderKind.ACTION_DUE, Reminder.subject_id == action)
        )
        return [(person, due_at, state) for person, due_at, state in found]


def holds(world: World, now: datetime, action: int = 1) -> bool:
    with world.reading() as db:
        [one] = db.scalars(select(Reminder).where(Reminder.subject_id == action)).all()
        return reminders.holds(db, one, now)


def sent(world: World) -> None:
    """As if every message of a day had been sent."""
    world.deliver(Outgoing.BOOKKEEPING)


def test_whoever_has_it_is_reminded_once_and_again_by_another_day(world: World) -> None:
    chidi = world.id(CHIDI)
    assert laid_out(world) == [(chidi, REMINDED_AT, OutboxState.DUE)]
    assert holds(world, REMINDED_AT)
    sent(world)
    still_open(world, DUE)  # the same day: nothing changes
    assert laid_out(world) == [(chidi, REMINDED_AT, OutboxState.SENT)]
    still_open(world, date(2026, 12, 24), now=REMINDED_AT)
    assert laid_out(world) == [(chidi, REMINDED_AT + 7 * DAY, OutboxState.DUE)]
    assert not holds(world, REMINDED_AT + 10 * DAY)  # the day is over
    with pytest.raises(Refused) as refused:
        still_open(world, ENDS.date() - DAY)
    assert set(refused.value.fields) == {Field.DATE}


@ON_SQLITE
def test_what_is_done_is_reminded_of_no_more_unless_it_was_a_slip(world: World) -> None:
    done(world)
    done(world)
    assert laid_out(world) == []
    assert [one.what for one in opened(world)] == ["Try it"]
    still_open(world, DUE)
    assert laid_out(world) == [(world.id(CHIDI), REMINDED_AT, OutboxState.DUE)]
    assert [one.what for one in opened(world)] == ["Call", "Try it"]


@ON_SQLITE
def test_what_follows_within_a_day_of_its_being_written_is_not_said(world: World) -> None:
    still_open(world, date(2026, 12, 10))
    assert laid_out(world) == []


@ON_SQLITE
def test_days_away_move_it_and_hold_it_back(world: World) -> None:
    with world.database.transaction() as db:
        away.enter(db, world.actor(db, CHIDI), date(2026, 12, 14), date(2026, 12, 15), ENDS)
    assert [at for _, at, _ in laid_out(world)] == [datetime(2026, 12, 11, 17, 0, tzinfo=UTC)]
    assert not holds(world, REMINDED_AT)
    assert [at for _, at, _ in laid_out(world, 2)] == [REMINDED_AT + DAY]
    with world.database.transaction() as db:
        person = world.actor(db, DEE).person
        person.reminders_off = [ReminderKind.ACTION_DUE.value]
    assert not holds(world, REMINDED_AT + DAY, 2)


@ON_SQLITE
def test_its_owner_the_note_taker_and_leads_say_how_it_stands(world: World) -> None:
    with pytest.raises(NotAllowed):
        done(world, ELI)
    with pytest.raises(NotFound):
        done(world, GUS)
    pressing = {who for who in (ANA, BO, CHIDI, DEE, ELI) if opened(world, who)[0].may_press}
    assert pressing == {ANA, BO, CHIDI}
    for who in (ANA, BO, CHIDI):
        done(world, who)
        still_open(world, DUE, who)


@ON_SQLITE
def test_of_somebody_who_has_left_it_stays_and_a_lead_can_give_it_away(world: World) -> None:
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, CHIDI), world.circle, ENDS)
    assert not holds(world, REMINDED_AT)
    with pytest.raises(NotFound):
        done(world, CHIDI)
    [first, second] = form(world, ANA)
    saves(world, first, second, who=ANA, revision=1)  # may stay as it is
    assert opened(world)[0].owner_left
    saves(world, ActionRow("Call", world.id(ELI), DUE, 1, first.revision), second, who=ANA, revision=2)
    assert opened(world)[0].owner.name == "Eli Stern"
    assert laid_out(world) == [(world.id(ELI), REMINDED_AT, OutboxState.DUE)]


@ON_SQLITE
def test_rows_of_the_form_change_take_away_and_lose_nothing(world: World) -> None:
    [first, second] = form(world)
    third = promised(world, ELI, "Read")
    saves(world, ActionRow(None, None, None, 1, first.revision), second, third, revision=1)
    assert [one.what for one in opened(world)] == ["Read", "Try it"]
    assert laid_out(world) == []
    still_open_by_dee(world)
    with pytest.raises(Changed):  # the form still had the day before
        saves(world, ActionRow("Try it twice", second.owner, second.due_on, 2, second.revision), revision=2)
    with pytest.raises(Changed):  # somebody took it away meanwhile
        saves(world, ActionRow("Call", first.owner, DUE, 1, first.revision), revision=2)
    nine = [promised(world, ELI, f"Read {number}") for number in range(9)]
    with pytest.raises(Refused):  # two are kept that this form does not show
        saves(world, *nine, revision=2)


def test_done_is_kept_while_the_notes_are_saved(world: World) -> None:
    [first, second] = form(world)
    begin = Barrier(2)

    def presses() -> None:
        begin.wait()
        done(world)

    def writes() -> None:
        begin.wait()
        saves(world, first, second, promised(world, ELI, "Read"), revision=1)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(presses), pool.submit(writes)]:
            one.result()
    assert [one.what for one in opened(world)] == ["Read", "Try it"]


def still_open_by_dee(world: World) -> None:
    with world.database.transaction() as db:
        actions.still_open(db, world.actor(db, DEE), 2, DUE + 5 * DAY, ENDS)


@ON_SQLITE
def test_what_becomes_of_the_session_changes_nothing_about_its_actions(database: Database) -> None:
    world = World(database)
    before = ENDS - 3 * DAY
    saves(world, promised(world, CHIDI), now=before)
    with world.database.transaction() as db:
        session = sessions.scheduled(db, db.get_one(Circle, world.circle), before)[0]
        reminders.lay_out(db, session, before)
    assert len(laid_out(world)) == 1
    with world.database.transaction() as db:
        sessions.cancel(db, world.actor(db), world.session, None, before)
    assert holds(world, REMINDED_AT)
    with world.reading() as db:
        assert db.scalars(select(ActionItem)).one().done_at is None

"""Cases: who prepares them, who reads them, what follows from sharing them and from taking them back."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from coaching import cases, circle_states, members, reminders, sessions, swaps
from coaching.errors import Changed, NotAllowed, NotFound, Refused
from coaching.rules.case_facts import CaseDraft, CaseFacts, CaseForm
from coaching.rules.fields import Field
from coaching.rules.terms import Coming, ReminderKind, Role, SessionState
from storage.engine import Database
from storage.models import Circle, CoachingSession, Outgoing, Reminder
from tests.coaching.closing_world import ANA, BO, CHIDI, ELI, ENDS, GUS, MADE, STARTS, World
from tests.support.databases import ON_SQLITE

DAY = timedelta(days=1)
TITLE = "Coming back after leave"
WORDS = "שלום 👩🏾‍🏫 <!channel> & so on"
JANUARY, FEBRUARY = date(2027, 1, 12), date(2027, 2, 9)


@pytest.fixture
def world(database: Database) -> World:
    """Ana presents on 8 December; Bo takes notes."""
    return World(database)


def saves(
    world: World,
    who: str = ANA,
    *,
    title: str | None = TITLE,
    words: str = WORDS,
    tags: tuple[str, ...] = (),
    shared: bool = True,
    revision: int = 0,
    now: datetime = MADE,
    session: int | None = None,
) -> None:
    draft = CaseDraft(title, {Field.SITUATION: words} if words else {}, tags, shared)
    with world.database.transaction() as db:
        actor, at = world.actor(db, who), session or world.session
        cases.save(db, actor, at, revision, draft, world.pack, now)


def opens(world: World, who: str = ANA, session: int | None = None, now: datetime = MADE) -> CaseForm:
    with world.reading() as db:
        return cases.open_form(db, world.actor(db, who), session or world.session, world.pack, now)


def reads(world: World, who: str = ELI, number: int = 1, now: datetime = MADE) -> CaseFacts:
    with world.reading() as db:
        return cases.read(db, world.actor(db, who), number, world.pack, now)


def swapped(world: World) -> None:
    """Chidi presents in Ana's place."""
    with world.database.transaction() as db:
        ask = swaps.ask(db, world.actor(db, ANA), world.session, Role.PRESENTER, MADE)
        swaps.take(db, world.actor(db, CHIDI), ask.id, MADE)


def asked_to_prepare(world: World, now: datetime, *, sent: bool = False) -> list[int]:
    """Who would be told at this moment, or reads in what they were told, that a case is to be prepared."""
    kinds = (ReminderKind.PREPARE_CASE, ReminderKind.PREPARE_CASE_AGAIN)
    with world.reading() as db:
        laid = db.scalars(select(Reminder).where(Reminder.kind.in_(kinds))).all()
        return [one.person_id for one in laid if reminders.holds(db, one, now, sent=sent)]


def waiting(world: World, who: str = ANA) -> list[int]:
    with world.reading() as db:
        mine = [db.get_one(Circle, world.circle)]
        return [one.id for one in cases.to_prepare(db, world.actor(db, who), mine, MADE)]


@ON_SQLITE
def test_a_draft_is_its_presenters_alone_and_can_be_empty(world: World) -> None:
    saves(world, title=None, words="", shared=False)
    assert opens(world).revision == 1
    saves(world, shared=False, revision=1)
    kept = opens(world).draft
    assert (kept.title, dict(kept.texts), kept.shared) == (TITLE, {Field.SITUATION: WORDS}, False)
    for who in (ANA, BO, ELI, GUS):
        with pytest.raises(NotFound):
            reads(world, who)
    with world.reading() as db:
        assert cases.newest(db, world.actor(db, ELI), world.pack) == ()
        assert cases.titles(db, [db.get_one(CoachingSession, world.session)]) == {}
    assert world.rows(Outgoing.CASE_SHARED) == []
    assert waiting(world) == [world.session]
    with pytest.raises(NotAllowed, match="Somebody else presents"):
        opens(world, BO)


@ON_SQLITE
def test_shared_the_circle_reads_it_and_the_thread_says_so_once(world: World) -> None:
    saves(world, tags=("co_creation", "integrity", "made_up"))
    shown = reads(world)
    assert (shown.title, shown.texts, shown.author.name) == (TITLE, ((Field.SITUATION, WORDS),), "Ana Torres")
    assert shown.tags == ("Co-creation", "Integrity")
    assert (shown.may_edit, reads(world, ANA).may_edit, reads(world, ANA, now=STARTS).may_edit) == (
        False,
        True,
        False,
    )
    saves(world, title="Another title", revision=1)
    [line] = world.rows(Outgoing.CASE_SHARED)
    [card] = world.rows(Outgoing.SESSION_CARD)
    assert (line.thread_of_id, line.facts) == (card.id, {})
    assert waiting(world) == []
    kept = world.everything(but=frozenset({"cases"}))
    for secret in (TITLE, "Another title", WORDS):
        assert not any(secret in row for rows in kept.values() for row in rows)
    with world.reading() as db:
        assert cases.titles(db, [db.get_one(CoachingSession, world.session)]) == {
            world.session: "Another title"
        }
    with pytest.raises(NotFound):
        reads(world, GUS)
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, ELI), world.circle, MADE)
    with pytest.raises(NotFound):
        reads(world, ELI)


@ON_SQLITE
def test_sharing_needs_a_title_and_the_situation_and_nothing_is_cut(world: World) -> None:
    for draft, fields in (
        (CaseDraft(shared=True), {Field.TITLE, Field.SITUATION}),
        (CaseDraft("x" * 151), {Field.TITLE}),
        (CaseDraft(TITLE, {Field.SUPPORT: "x" * 3001, Field.SITUATION: "x"}, shared=True), {Field.SUPPORT}),
    ):
        with world.database.transaction() as db, pytest.raises(Refused) as refused:
            cases.save(db, world.actor(db), world.session, 0, draft, world.pack, MADE)
        assert set(refused.value.fields) == fields
    saves(world, title="x" * 150, words="👩" * 3000)
    assert dict(reads(world).texts) == {Field.SITUATION: "👩" * 3000}


def test_of_two_windows_the_older_one_is_refused(world: World) -> None:
    saves(world, shared=False)
    for revision in (0, 2):
        with pytest.raises(Changed, match="another window"):
            saves(world, words="Newer", revision=revision)
    assert dict(opens(world).draft.texts) == {Field.SITUATION: WORDS}


@ON_SQLITE
def test_it_stays_as_it_is_once_the_session_has_begun(world: World) -> None:
    saves(world, now=STARTS - timedelta(minutes=1))
    for shared in (True, False):
        with pytest.raises(NotAllowed, match="has begun"):
            saves(world, shared=shared, revision=1, now=STARTS)
    with world.database.transaction() as db:
        revision = db.get_one(Circle, world.circle).revision
        circle_states.close(db, world.actor(db), world.circle, revision, ENDS)
    assert reads(world, now=ENDS).title == TITLE


@ON_SQLITE
def test_taken_back_nobody_reads_it_and_it_is_reminded_of_again(world: World) -> None:
    ana, five_days_before = world.id(ANA), STARTS - 5 * DAY
    assert asked_to_prepare(world, five_days_before) == [ana]
    saves(world)
    assert asked_to_prepare(world, five_days_before) == []
    world.deliver(Outgoing.CASE_SHARED)
    saves(world, shared=False, revision=1)
    with pytest.raises(NotFound):
        reads(world)
    assert asked_to_prepare(world, five_days_before) == [ana]
    [line] = world.rows(Outgoing.CASE_SHARED)
    assert [one.target_id for one in world.rows(Outgoing.REFRESH)].count(line.id) == 1
    world.deliver(Outgoing.BOOKKEEPING)  # Ana was told
    saves(world, revision=2)
    assert reads(world).title == TITLE
    assert len(world.rows(Outgoing.CASE_SHARED)) == 1
    assert asked_to_prepare(world, five_days_before, sent=True) == []


@ON_SQLITE
def test_who_loses_the_role_keeps_what_they_prepared_to_themself(world: World) -> None:
    saves(world)
    swapped(world)
    with pytest.raises(NotFound):
        reads(world)
    with pytest.raises(NotAllowed, match="Somebody else presents"):
        opens(world)
    theirs = opens(world, CHIDI)
    assert (theirs.draft, theirs.earlier) == (CaseDraft(), None)
    saves(world, CHIDI, title="From Chidi")
    assert reads(world, number=2).author.name == "Chidi Okafor"
    other = world.schedule(JANUARY)
    again = opens(world, session=other)
    assert again.earlier is not None
    assert (again.earlier.id, again.draft.title, again.draft.shared) == (world.session, TITLE, False)


@ON_SQLITE
def test_what_was_prepared_for_a_session_that_was_called_off_is_there_the_next_time(world: World) -> None:
    saves(world, tags=("integrity",))
    with world.database.transaction() as db:
        sessions.cancel(db, world.actor(db), world.session, None, MADE)
    with pytest.raises(NotAllowed, match="called off"):
        opens(world)
    january = world.schedule(JANUARY)
    shown = opens(world, session=january)
    assert shown.earlier is not None
    assert (shown.earlier.id, shown.earlier.state) == (world.session, SessionState.CANCELLED)
    assert (shown.draft.title, shown.draft.tags, shown.revision) == (TITLE, ("integrity",), 0)
    saves(world, session=january, title="Anew")
    kept = opens(world, session=january)
    assert (kept.earlier, kept.draft.title) == (None, "Anew")
    february = world.schedule(FEBRUARY)
    after = opens(world, session=february, now=STARTS + 60 * DAY)
    assert (after.earlier, after.draft.title) == (None, None)  # it was presented in January


@ON_SQLITE
def test_an_id_that_the_pack_has_no_more_stays_and_is_shown_as_it_is(world: World) -> None:
    saves(world, tags=("co_creation", "integrity"))
    older = world.pack.model_copy(update={"values": ()})
    with world.database.transaction() as db:
        actor = world.actor(db)
        form = cases.open_form(db, actor, world.session, older, MADE)
        assert [one.id for one in form.tags.others] == ["integrity"]
        cases.save(db, actor, world.session, 1, form.draft, older, MADE)
        assert cases.read(db, actor, 1, older, MADE).tags == ("Co-creation", "integrity")


@ON_SQLITE
def test_in_a_pair_each_prepares_and_both_are_asked(database: Database) -> None:
    pair = World(database, members=(ANA, BO))
    five_days_before = STARTS - 5 * DAY
    assert asked_to_prepare(pair, five_days_before) == [pair.id(ANA), pair.id(BO)]
    saves(pair, BO, title="From Bo")
    assert asked_to_prepare(pair, five_days_before) == [pair.id(ANA)]
    assert (waiting(pair), waiting(pair, BO)) == ([pair.session], [])
    saves(pair, title="From Ana")
    assert (reads(pair, ANA, 1).author.name, reads(pair, BO, 2).author.name) == ("Bo Jensen", "Ana Torres")
    assert len(pair.rows(Outgoing.CASE_SHARED)) == 1
    with pair.reading() as db:
        session = db.get_one(CoachingSession, pair.session)
        assert cases.titles(db, [session]) == {pair.session: "From Bo / From Ana"}
    with pytest.raises(NotFound):
        reads(pair, CHIDI)


@ON_SQLITE
def test_the_command_opens_the_nearest_session_that_one_presents_at(world: World) -> None:
    def in_hand(who: str, now: datetime = MADE) -> int | None:
        with world.reading() as db:
            found = cases.in_hand(db, world.actor(db, who), now)
            return found.id if found else None

    january = world.schedule(JANUARY)
    assert (in_hand(ANA), in_hand(BO), in_hand(GUS)) == (world.session, None, None)
    assert in_hand(ANA, STARTS) == january
    world.answers_coming(ANA, Coming.NO)
    assert waiting(world) == [january]

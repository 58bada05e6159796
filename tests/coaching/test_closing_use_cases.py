"""What happened at a session, what is assumed when nobody says, and what comes next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from coaching import closing, proposals, rhythm, roles
from coaching.errors import NotAllowed, NotFound, Refused
from coaching.rules.closing_facts import NextFacts
from coaching.rules.facts import Draft
from coaching.rules.fields import Field
from coaching.rules.terms import CircleState, Coming, Mode, Rhythm, SessionState
from storage.models import Circle, OutboxState, Outgoing
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, ENDS, GUS, STARTS, World
from tests.support.databases import ON_SQLITE

CHOOSING = STARTS + timedelta(minutes=45)
MINUTE = timedelta(minutes=1)
LATER = date(2027, 1, 12)


def coming_next(world: World, now: datetime = CHOOSING) -> NextFacts:
    with world.reading() as db:
        return closing.next_after(db, world.of(), now)


def names(coming: NextFacts) -> tuple[str | None, str | None]:
    return (
        coming.presenter.name if coming.presenter else None,
        coming.note_taker.name if coming.note_taker else None,
    )


def confirm(world: World, who: str = ANA, now: datetime = CHOOSING) -> None:
    with world.database.transaction() as db:
        rhythm.confirm(db, world.actor(db, who), world.circle, LATER, now)


def test_any_member_records_how_it_really_was(world: World) -> None:
    world.met(ANA, CHIDI, DEE, by=ELI, mode=Mode.IN_PERSON, presenter=CHIDI, note_taker=DEE)
    session = world.of()
    assert (session.state, session.assumed, session.recorded_at) == (SessionState.HELD, False, ENDS)
    assert session.mode is Mode.IN_PERSON
    assert (session.presenter_id, session.note_taker_id) == (world.id(CHIDI), world.id(DEE))
    there = {one.person_id for one in session.attendance if one.attended}
    assert there == {world.id(one) for one in (ANA, CHIDI, DEE)}


def test_whoever_really_presented_has_had_the_turn(world: World) -> None:
    world.met(ANA, BO, CHIDI, presenter=CHIDI, note_taker=BO)
    with world.reading() as db:
        line = roles.lines(db, db.get_one(Circle, world.circle)).presenters
    assert line[-1] == world.id(CHIDI)
    assert line[0] == world.id(ANA)


def test_the_form_stands_at_what_was_planned_and_then_at_what_was_recorded(world: World) -> None:
    world.answers_coming(BO, Coming.YES)
    world.answers_coming(ELI, Coming.NO)

    def attended() -> set[int]:
        with world.reading() as db:
            return set(closing.open_record(db, world.actor(db), world.session, ENDS).attended)

    assert attended() == {world.id(one) for one in (ANA, BO, CHIDI, DEE)}
    world.met(ANA, ELI)
    assert attended() == {world.id(one) for one in (ANA, ELI)}


@pytest.mark.parametrize(
    ("there", "presenter", "note_taker", "field"),
    [
        ((ANA,), None, None, Field.ATTENDED),
        ((ANA, GUS), None, None, Field.ATTENDED),
        ((ANA, BO), CHIDI, None, Field.PRESENTER),
        ((ANA, BO), GUS, None, Field.PRESENTER),
        ((ANA, BO), ANA, ANA, Field.NOTE_TAKER),
        ((ANA, BO), None, CHIDI, Field.NOTE_TAKER),
    ],
)
def test_what_cannot_have_been_is_refused_on_its_field(
    world: World, there: tuple[str, ...], presenter: str | None, note_taker: str | None, field: Field
) -> None:
    with pytest.raises(Refused) as refused:
        world.met(*there, presenter=presenter, note_taker=note_taker)
    assert field in refused.value.fields
    assert world.of().state is SessionState.SCHEDULED


def test_nobody_from_outside_records_anything(world: World) -> None:
    with pytest.raises(NotFound):
        world.met(ANA, BO, by=GUS)
    with pytest.raises(NotFound):
        world.missed(by=GUS)


def test_nothing_is_recorded_before_it_begins(world: World) -> None:
    early = STARTS - MINUTE
    with pytest.raises(NotAllowed, match="not begun"):
        world.met(ANA, BO, now=early)
    with pytest.raises(NotAllowed, match="not begun"):
        world.missed(now=early)


def test_it_can_be_corrected_for_ninety_days(world: World) -> None:
    world.met(ANA, BO)
    world.missed(now=ENDS + timedelta(days=1))
    assert world.of().state is SessionState.MISSED
    world.met(ANA, BO, now=ENDS + timedelta(days=89))
    assert world.of().state is SessionState.HELD
    with pytest.raises(NotAllowed, match="90 days"):
        world.met(ANA, CHIDI, now=ENDS + timedelta(days=90))
    with pytest.raises(NotAllowed, match="90 days"):
        world.missed(now=ENDS + timedelta(days=90))


def test_who_did_not_meet_gets_the_turns_back(world: World) -> None:
    before = names(coming_next(world))
    world.missed()
    assert before == ("Bo Jensen", "Dee Novak")
    assert names(coming_next(world))[0] == "Ana Torres"


def test_not_having_met_takes_back_what_was_to_come(world: World) -> None:
    world.tick(STARTS + timedelta(minutes=50))
    world.deliver(Outgoing.SESSION_CARD)
    world.deliver(Outgoing.DID_YOU_MEET)
    world.missed()
    assert world.rows(Outgoing.EVALUATION, OutboxState.DUE) == []
    targets = {row.target_id for row in world.rows(Outgoing.REFRESH)}
    standing = [*world.rows(Outgoing.SESSION_CARD), *world.rows(Outgoing.DID_YOU_MEET)]
    assert {row.id for row in standing} <= targets


@pytest.mark.parametrize("said_yes", [(), (BO,), (BO, CHIDI)])
def test_after_three_days_it_is_assumed_what_happened(world: World, said_yes: tuple[str, ...]) -> None:
    world.answers_coming(ANA, Coming.UNKNOWN)
    for one in said_yes:
        world.answers_coming(one, Coming.YES)
    world.tick(ENDS + timedelta(days=3) - MINUTE)
    assert world.of().state is SessionState.SCHEDULED
    for _ in range(2):
        world.tick(ENDS + timedelta(days=3))
    session = world.of()
    met = len(said_yes) >= 2
    assert session.assumed
    assert session.state is (SessionState.HELD if met else SessionState.MISSED)
    assert {one.person_id for one in session.attendance if one.attended} == (
        {world.id(one) for one in said_yes} if met else set()
    )


@ON_SQLITE
def test_who_could_not_come_and_was_not_replaced_keeps_their_turn(world: World) -> None:
    """The meeting was held with open time; next time Ana is first in line again."""
    for who, coming in ((ANA, Coming.NO), (BO, Coming.YES), (CHIDI, Coming.YES)):
        world.answers_coming(who, coming)
    world.tick(ENDS + timedelta(days=3))
    session = world.of()
    assert session.state is SessionState.HELD
    assert (session.presenter_id, session.note_taker_id) == (None, world.id(BO))
    with world.reading() as db:
        assert roles.lines(db, session.circle).presenters[0] == world.id(ANA)


def test_an_answered_evaluation_is_a_trace_of_having_met(world: World) -> None:
    world.tick(STARTS + timedelta(minutes=50))
    world.answer(DEE)
    world.tick(ENDS + timedelta(days=3))
    assert world.of().state is SessionState.HELD
    world.answer(ELI, now=ENDS + timedelta(days=4))  # what is only assumed keeps nobody from answering


def test_what_was_recorded_is_not_assumed_over(world: World) -> None:
    world.met(ANA, BO)
    world.tick(ENDS + timedelta(days=4))
    assert not world.of().assumed


def test_what_comes_next_is_put_up_once_when_the_third_part_begins(world: World) -> None:
    world.tick(CHOOSING - MINUTE)
    assert world.rows(Outgoing.WHAT_COMES_NEXT) == []
    for _ in range(2):
        world.tick(CHOOSING)
    [line] = world.rows(Outgoing.WHAT_COMES_NEXT)
    [card] = world.rows(Outgoing.SESSION_CARD)
    assert line.thread_of_id == card.id
    coming = coming_next(world)
    assert (coming.day, coming.scheduled) == (LATER, None)
    assert coming.starts_at == datetime(2027, 1, 12, 10, 0, tzinfo=UTC)


def test_confirming_schedules_what_was_proposed_and_twice_is_once(world: World) -> None:
    world.tick(CHOOSING)
    world.deliver(Outgoing.WHAT_COMES_NEXT)
    proposed = coming_next(world)
    confirm(world)
    confirm(world, BO)
    scheduled = coming_next(world)
    assert scheduled.scheduled is not None
    assert replace(scheduled, scheduled=None) == proposed
    assert len(world.rows(Outgoing.SESSION_CARD)) == 2


def test_in_person_without_a_usual_place_the_place_is_still_to_be_agreed(world: World) -> None:
    with world.database.transaction() as db:
        db.get_one(Circle, world.circle).usual_mode = Mode.IN_PERSON
    confirm(world)
    with world.reading() as db:
        found = closing._following(db, world.of())
    assert found is not None
    assert (found.mode, found.place) == (Mode.IN_PERSON, "to be agreed")


def test_a_place_that_is_known_stays() -> None:
    assert proposals.with_place(Draft(mode=Mode.IN_PERSON, place="Room 4")).place == "Room 4"
    assert proposals.with_place(Draft(mode=Mode.VIDEO)).place is None


def test_a_session_made_by_hand_is_what_comes_next(world: World) -> None:
    world.schedule(date(2026, 12, 29))
    coming = coming_next(world)
    assert (coming.day, coming.scheduled is not None) == (date(2026, 12, 29), True)
    confirm(world)
    assert coming_next(world) == coming


def test_without_a_rhythm_there_are_roles_and_no_date(world: World) -> None:
    with world.database.transaction() as db:
        db.get_one(Circle, world.circle).rhythm = Rhythm.NONE
    coming = coming_next(world)
    assert (coming.day, coming.starts_at) == (None, None)
    assert names(coming) == ("Bo Jensen", "Dee Novak")
    with pytest.raises(NotAllowed):
        confirm(world)


def test_who_is_not_in_the_circle_confirms_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        confirm(world, GUS)


def test_a_paused_circle_is_told_nothing(world: World) -> None:
    with world.database.transaction() as db:
        db.get_one(Circle, world.circle).state = CircleState.PAUSED
    world.tick(CHOOSING)
    assert world.rows(Outgoing.WHAT_COMES_NEXT) == []


def test_a_line_that_would_come_a_day_late_is_left_out(world: World) -> None:
    world.tick(ENDS + timedelta(days=1))
    assert world.rows(Outgoing.WHAT_COMES_NEXT) == []


def test_the_line_is_corrected_when_the_turns_change(world: World) -> None:
    world.tick(CHOOSING)
    world.deliver(Outgoing.WHAT_COMES_NEXT)
    [line] = world.rows(Outgoing.WHAT_COMES_NEXT)
    world.missed()
    assert line.id in {row.target_id for row in world.rows(Outgoing.REFRESH)}

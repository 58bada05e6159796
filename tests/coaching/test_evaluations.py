"""Closing evaluations from the opening of a window to its result, on a real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from coaching import access, evaluations, members, reflections, results
from coaching.errors import NotAllowed, NotFound
from coaching.evaluations import Filled
from coaching.rules.closing_facts import ResultFacts, Standing
from coaching.rules.terms import CircleState, Coming, Promise, ReminderKind
from storage.engine import Database
from storage.models import (
    Circle,
    EvaluationAnswer,
    EvaluationAsked,
    EvaluationComment,
    EvaluationReceipt,
    EvaluationResult,
    EvaluationWindow,
    HandledRequest,
    OutboxRow,
    OutboxState,
    Outgoing,
    PairReflection,
    Reminder,
)
from tests.coaching.closing_world import (
    ANA,
    BO,
    CHIDI,
    CLOSING,
    DEE,
    ELI,
    ENDS,
    GUS,
    MADE,
    STARTS,
    WINDOW_END,
    World,
)
from tests.coaching.test_programme import another_circle

SECOND = date(2027, 1, 12)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def three(database: Database) -> World:
    return World(database, (ANA, BO, CHIDI))


@pytest.fixture
def pair(database: Database) -> World:
    return World(database, (ANA, BO))


def window_of(world: World, session: int | None = None) -> EvaluationWindow:
    with world.reading() as db:
        return db.scalars(
            select(EvaluationWindow).where(EvaluationWindow.session_id == (session or world.session))
        ).one()


def asked(world: World) -> dict[int, bool]:
    with world.reading() as db:
        return {one.person_id: one.out for one in db.scalars(select(EvaluationAsked))}


def count(world: World, model: type[object]) -> int:
    with world.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def result_of(world: World, session: int | None = None, who: str = ANA) -> ResultFacts | None:
    with world.reading() as db:
        found = results.of_session(db, world.of(session))
        return results.result(db, world.actor(db, who), found, world.pack) if found else None


def published(world: World, session: int | None = None) -> ResultFacts:
    found = result_of(world, session)
    assert found is not None
    return found


def opened(world: World) -> World:
    world.tick(CLOSING)
    return world


def at_once(world: World, now: datetime) -> None:
    """Two workers look at the same moment."""
    begin = Barrier(2)

    def look(_: int) -> None:
        begin.wait()
        world.tick(now)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(look, range(2)))


def test_a_window_opens_when_the_closing_part_begins_and_once(world: World) -> None:
    world.tick(CLOSING - MINUTE)
    assert count(world, EvaluationWindow) == 0
    for _ in range(2):
        world.tick(CLOSING)
    window = window_of(world)
    assert (window.opens_at, window.closes_at, window.promise) == (CLOSING, WINDOW_END, Promise.ANONYMOUS)


def test_all_are_asked_who_have_not_said_that_they_cannot_make_it(world: World) -> None:
    world.answers_coming(BO, Coming.YES)
    world.answers_coming(ELI, Coming.NO)
    opened(world)
    assert set(asked(world)) == {world.id(one) for one in (ANA, BO, CHIDI, DEE)}


def test_a_circle_of_three_is_promised_less(three: World) -> None:
    assert window_of(opened(three)).promise is Promise.NAMES_NOT_KEPT


def test_a_group_of_two_has_no_evaluation(three: World) -> None:
    with three.database.transaction() as db:
        members.leave(db, three.actor(db, CHIDI), three.circle, MADE)
    opened(three)
    assert count(three, EvaluationWindow) == 0
    with pytest.raises(NotAllowed):
        three.answer(ANA)


def test_a_pair_has_none_either(pair: World) -> None:
    assert count(opened(pair), EvaluationWindow) == 0


def test_a_circle_can_do_without(world: World) -> None:
    with world.database.transaction() as db:
        db.get_one(Circle, world.circle).reminders_off = [ReminderKind.EVALUATION.value]
    assert count(opened(world), EvaluationWindow) == 0


@pytest.mark.parametrize("without", ["turned off", "closed", "too small"])
def test_circles_without_evaluations_keep_no_place_from_others(
    world: World, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    one_at_once(monkeypatch)
    schedule_further(world)
    with world.database.transaction() as db:
        circle = db.get_one(Circle, world.circle)
        if without == "turned off":
            circle.reminders_off = [ReminderKind.EVALUATION.value]
        elif without == "closed":
            circle.state = CircleState.CLOSED
        for member in circle.members[2:] if without == "too small" else ():
            member.left_at = MADE
    assert count(opened(world), EvaluationWindow) == 1


def test_windows_that_wait_for_answers_keep_no_place_from_those_that_are_complete(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    further = schedule_further(world)
    opened(world)
    one_at_once(monkeypatch)
    waiting, world.session = world.session, further
    for who in (ANA, BO, CHIDI):
        world.answer(who)
    world.tick(ENDS + MINUTE)
    assert (window_of(world, waiting).closed_at, window_of(world).closed_at) == (None, ENDS + MINUTE)


def one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One look opens or closes no more than one window."""
    monkeypatch.setattr("coaching.apart.AT_ONCE", 1)


def schedule_further(world: World) -> int:
    """A session of another circle at the same time, and with a higher id."""
    first, world.circle = world.circle, another_circle(world, ANA, BO, CHIDI)
    further = world.schedule(STARTS.date())
    world.circle = first
    return further


def test_an_answer_is_taken_once_and_cannot_be_changed(world: World) -> None:
    opened(world).answer(ANA, 2, said="slow")
    before = world.everything()
    with pytest.raises(NotAllowed, match="have answered"):
        world.answer(ANA, 5, said="fast")
    assert world.everything() == before
    assert count(world, EvaluationAnswer) == count(world, EvaluationReceipt) == 1


def test_answering_writes_an_answer_and_a_receipt_and_nothing_else(world: World) -> None:
    opened(world)
    apart = frozenset({"evaluation_answers", "evaluation_receipts"})
    before = world.everything(but=apart)
    world.answer(BO, said="the questions")
    assert world.everything(but=apart) == before
    assert count(world, HandledRequest) == 0


def test_answers_hold_no_person_and_no_time(world: World) -> None:
    opened(world).answer(DEE)
    columns = {column.name for column in EvaluationAnswer.__table__.columns}
    assert columns == {"key", "workspace_id", "circle_id", "window_id", "result_id", "scores", "comments"}
    receipt = {column.name for column in EvaluationReceipt.__table__.columns}
    assert receipt == {"window_id", "person_id", "workspace_id"}


def test_the_answer_can_come_before_the_planner_has_opened_the_window(world: World) -> None:
    world.answer(ANA, now=CLOSING)
    world.tick(CLOSING + MINUTE)
    assert len(asked(world)) == 5
    assert count(world, EvaluationAnswer) == 1


@pytest.mark.parametrize("too_late", [WINDOW_END, WINDOW_END + timedelta(days=30)])
def test_a_late_answer_is_refused_with_a_sentence(world: World, too_late: datetime) -> None:
    opened(world)
    with pytest.raises(NotAllowed, match="has closed"):
        world.answer(ANA, now=too_late)
    assert count(world, EvaluationAnswer) == 0


def test_nobody_answers_before_the_closing_part(world: World) -> None:
    with pytest.raises(NotAllowed):
        world.answer(ANA, now=CLOSING - MINUTE)


def test_who_is_not_in_the_circle_cannot_answer_or_learn_of_it(world: World) -> None:
    opened(world)
    with pytest.raises(NotFound):
        world.answer(GUS)
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, BO), world.circle, ENDS)
    with pytest.raises(NotFound):
        world.answer(BO)


def test_who_could_not_make_it_is_not_asked(world: World) -> None:
    world.answers_coming(ELI, Coming.NO)
    opened(world)
    with pytest.raises(NotAllowed, match="not among them"):
        world.answer(ELI)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda filled: Filled({}, filled.comments),
        lambda filled: Filled({**filled.scores, "made_up": 3}, {}),
        lambda filled: Filled(dict.fromkeys(filled.scores, 6), {}),
        lambda filled: Filled(filled.scores, {"made_up": "words"}),
        lambda filled: Filled(filled.scores, {"what_worked": "x" * 3001}),
    ],
)
def test_what_the_form_cannot_give_is_refused(world: World, spoil: Callable[[Filled], Filled]) -> None:
    opened(world)
    with pytest.raises(NotAllowed), world.database.transaction() as db:
        evaluations.answer(db, world.actor(db), world.session, spoil(world.filled()), world.pack, ENDS)
    assert count(world, EvaluationReceipt) == 0


def test_who_was_not_there_is_out_of_those_asked(world: World) -> None:
    opened(world)
    for one in (ANA, BO, CHIDI):
        world.answer(one)
    with world.database.transaction() as db:
        evaluations.was_not_there(db, world.actor(db, ELI), world.session, ENDS)
    world.tick(WINDOW_END)
    assert (published(world).answered, published(world).asked) == (3, 4)


def test_who_pressed_it_by_mistake_can_still_answer(world: World) -> None:
    opened(world)
    with world.database.transaction() as db:
        evaluations.was_not_there(db, world.actor(db, ELI), world.session, ENDS)
    world.answer(ELI)
    assert asked(world)[world.id(ELI)] is False


def test_who_has_answered_was_there(world: World) -> None:
    opened(world).answer(ELI)
    with pytest.raises(NotAllowed), world.database.transaction() as db:
        evaluations.was_not_there(db, world.actor(db, ELI), world.session, ENDS)


def test_who_is_recorded_as_absent_is_out_and_cannot_answer(world: World) -> None:
    opened(world)
    world.met(ANA, BO, CHIDI, DEE)
    assert asked(world)[world.id(ELI)] is True
    with pytest.raises(NotAllowed, match="recorded"):
        world.answer(ELI)
    world.met(ANA, BO, CHIDI, DEE, ELI)
    world.answer(ELI)


def test_a_window_is_closed_by_the_clock_once_everybody_has_answered(world: World) -> None:
    opened(world)
    for one in (ANA, BO, CHIDI, DEE, ELI):
        assert window_of(world).closed_at is None
        world.answer(one)
    assert window_of(world).closed_at is None
    world.tick(ENDS + MINUTE)
    window = window_of(world)
    assert (window.closed_at, window.asked, window.answered) == (ENDS + MINUTE, 5, 5)


def test_nobody_waits_for_those_who_are_out_or_have_left(world: World) -> None:
    opened(world)
    for one in (ANA, BO, CHIDI):
        world.answer(one)
    with world.database.transaction() as db:
        evaluations.was_not_there(db, world.actor(db, DEE), world.session, ENDS)
        members.leave(db, world.actor(db, ELI), world.circle, ENDS)
    world.tick(ENDS + MINUTE)
    assert (published(world).answered, published(world).asked) == (3, 3)


def test_three_answers_show_averages_only(world: World) -> None:
    opened(world)
    for one, score in ((ANA, 3), (BO, 4), (CHIDI, 5)):
        world.answer(one, score, said=f"words of {one}")
    world.tick(WINDOW_END)
    shown = published(world)
    assert {(one.average, one.spread) for one in shown.statements} == {(4.0, None)}
    assert shown.comments == ()
    assert [one.words for one in shown.statements] == [
        one.text for one in world.pack.form("group").statements
    ]


def test_four_answers_show_the_spread_and_the_comments(world: World) -> None:
    opened(world)
    for one, score in ((ANA, 3), (BO, 4), (CHIDI, 5), (DEE, 4)):
        world.answer(one, score, said=f"words of {one}")
    world.tick(WINDOW_END)
    shown = published(world)
    assert {one.spread for one in shown.statements} == {(0, 0, 1, 2, 1)}
    assert {words for _, words in shown.comments} == {f"words of {one}" for one in (ANA, BO, CHIDI, DEE)}
    assert published(world).comments == shown.comments, "the order is random, and stays"


def test_a_circle_of_three_sees_everything_from_three(three: World) -> None:
    opened(three)
    for one in (ANA, BO, CHIDI):
        three.answer(one, said=f"words of {one}")
    three.tick(ENDS + MINUTE)
    shown = published(three)
    assert all(one.spread for one in shown.statements)
    assert len(shown.comments) == 3


def test_two_answers_wait_and_join_the_next_result(world: World) -> None:
    opened(world)
    world.answer(ANA, 1, said="early")
    world.answer(BO, 1)
    world.tick(WINDOW_END)
    assert result_of(world) is None
    assert window_of(world).waits
    later = world.schedule(SECOND, now=WINDOW_END)
    at = datetime.combine(SECOND, STARTS.timetz())
    world.tick(at + timedelta(minutes=50))
    for one in (ANA, BO, CHIDI):
        world.answer(one, 5, said="late", now=at + timedelta(hours=1), session=later)
    world.tick(at + timedelta(days=6))
    shown = published(world, later)
    assert (shown.answered, shown.asked, shown.sessions) == (5, 10, 2)
    assert {one.average for one in shown.statements} == {3.4}
    assert sorted(words for _, words in shown.comments) == ["early", "late", "late", "late"]
    assert not window_of(world).waits
    assert result_of(world) is None, "every answer is in one result"


def test_waiting_answers_are_deleted_when_the_circle_gets_too_small(three: World) -> None:
    opened(three)
    three.answer(ANA, said="for three")
    three.tick(WINDOW_END)
    assert count(three, EvaluationAnswer) == count(three, EvaluationComment) == 1
    with three.database.transaction() as db:
        members.leave(db, three.actor(db, CHIDI), three.circle, WINDOW_END)
    three.tick(WINDOW_END + MINUTE)
    assert count(three, EvaluationAnswer) == count(three, EvaluationComment) == 0
    assert not window_of(three).waits


def test_not_having_met_deletes_the_answers_unread(world: World) -> None:
    opened(world)
    for one in (ANA, BO, CHIDI, DEE):
        world.answer(one, said="words")
    world.missed()
    window = window_of(world)
    assert (window.closed_at, window.asked, window.answered) == (ENDS, None, None)
    for model in (EvaluationAnswer, EvaluationComment, EvaluationReceipt):
        assert count(world, model) == 0
    with pytest.raises(NotAllowed):
        world.answer(ELI)
    world.met(ANA, BO)
    world.tick(ENDS + MINUTE)
    with pytest.raises(NotAllowed, match="has closed"):
        world.answer(ELI, now=ENDS + MINUTE)
    world.tick(WINDOW_END)
    assert result_of(world) is None


def test_what_was_missed_and_then_held_has_no_evaluation(world: World) -> None:
    world.missed(now=STARTS + MINUTE)
    world.met(ANA, BO, CHIDI)
    world.tick(ENDS)
    assert count(world, EvaluationWindow) == 0
    with pytest.raises(NotAllowed, match="has closed"):
        world.answer(ANA)


def test_a_published_result_stays_whatever_is_recorded_later(world: World) -> None:
    opened(world)
    for one in (ANA, BO, CHIDI, DEE):
        world.answer(one)
    world.tick(WINDOW_END)

    def shown() -> object:
        window = window_of(world)
        return (
            published(world),
            window.asked,
            window.answered,
            window.closed_at,
            count(world, EvaluationAnswer),
        )

    before = shown()
    corrections: list[Callable[[datetime], None]] = [
        lambda now: world.met(ANA, ELI, now=now),
        lambda now: world.missed(now=now),
        lambda now: world.met(ANA, BO, CHIDI, DEE, ELI, now=now),
    ]
    for days, correct in enumerate(corrections):
        correct(WINDOW_END + timedelta(days=days))
        world.tick(WINDOW_END + timedelta(days=days))
        assert shown() == before
        with pytest.raises(NotAllowed, match="has closed"):
            world.answer(ELI, now=WINDOW_END + timedelta(days=days))


def test_being_recorded_as_absent_does_not_tell_whether_one_has_answered(world: World) -> None:
    """Eli is out of those asked, whether or not one of the four answers is theirs."""
    opened(world)
    for one in (ANA, BO, CHIDI, ELI):
        world.answer(one)
    world.met(ANA, BO, CHIDI, DEE)
    world.tick(WINDOW_END)
    assert (published(world).answered, published(world).asked) == (4, 4)
    assert (window_of(world).answered, window_of(world).asked) == (4, 4)


def test_nothing_tells_who_has_answered_once_a_window_has_closed(world: World) -> None:
    """Two stories that differ only in who answers end with the same rows, but for random keys."""
    opened(world)
    nudges = _nudged_rows(world)
    assert len(nudges) == 5
    for one in (ANA, BO, CHIDI):
        world.answer(one)
    for person, row_id in nudges.items():  # who has answered gets none, the others theirs
        _settle(world, row_id, sent=person in {world.id(DEE), world.id(ELI)})
    world.deliver(Outgoing.EVALUATION)
    world.tick(WINDOW_END)
    assert count(world, EvaluationReceipt) == 0
    with world.reading() as db:
        left = [db.get_one(OutboxRow, row_id) for row_id in nudges.values()]
        alike = {
            (one.state, one.outcome, one.finished_at, one.slack_ts, one.slack_channel, one.attempts)
            for one in left
        }
        reminded = db.scalars(select(Reminder).where(Reminder.kind == ReminderKind.EVALUATION_NUDGE)).all()
    assert alike == {(OutboxState.SKIPPED, evaluations.OVER, WINDOW_END, None, None, 0)}
    assert reminded == []
    assert asked(world) == {}
    refreshed = {one.person_id for one in world.rows(Outgoing.REFRESH)}
    assert {world.id(one) for one in (ANA, BO, CHIDI, DEE, ELI)} <= refreshed


def test_no_gap_among_the_edits_of_reminders_tells_who_was_reminded(world: World) -> None:
    opened(world)
    nudges = _nudged_rows(world)
    world.deliver(Outgoing.BOOKKEEPING)
    _settle(world, nudges[world.id(BO)], sent=False)
    world.met(ANA, BO, CHIDI, DEE, ELI)
    edited = {row.target_id for row in world.rows(Outgoing.REFRESH)}
    assert set(nudges.values()) & edited == set(nudges.values()) - {nudges[world.id(BO)]}
    world.deliver(Outgoing.REFRESH)
    world.tick(WINDOW_END)
    reminded = {row.id for row in world.rows(Outgoing.BOOKKEEPING)}
    assert not [row for row in world.rows(Outgoing.REFRESH, OutboxState.SENT) if row.target_id in reminded]


def test_a_message_that_carries_more_than_the_nudge_stays(world: World) -> None:
    opened(world)
    nudge = _nudged_rows(world)[world.id(BO)]
    with world.database.transaction() as db:
        [other] = db.scalars(
            select(Reminder)
            .where(Reminder.person_id == world.actor(db, BO).person.id, Reminder.outbox_id != nudge)
            .limit(1)
        )
        other.outbox_id = nudge
    world.tick(WINDOW_END)
    with world.reading() as db:
        assert db.get_one(OutboxRow, nudge).outcome != evaluations.OVER


def test_kept_answers_stand_in_no_order_and_under_new_keys(world: World) -> None:
    opened(world)
    for one, score in ((ANA, 1), (BO, 2), (CHIDI, 3), (DEE, 4), (ELI, 5)):
        world.answer(one, score)
    with world.reading() as db:
        given = set(db.scalars(select(EvaluationAnswer.key)))
    with world.database.transaction() as db:
        evaluations.close_due(db, WINDOW_END, lambda: Random(5))
    with world.reading() as db:
        kept = list(db.scalars(select(EvaluationAnswer)))
        if db.get_bind().dialect.name == "sqlite":
            with pytest.raises(Exception, match="rowid"):
                db.execute(text("SELECT rowid FROM evaluation_answers"))
    assert len(kept) == 5
    assert given.isdisjoint(one.key for one in kept)
    assert {one.window_id for one in kept} == {None}
    assert len({one.result_id for one in kept}) == 1


def test_two_workers_at_once_open_once_and_close_once(world: World) -> None:
    at_once(world, CLOSING)
    assert (count(world, EvaluationWindow), len(asked(world))) == (1, 5)
    for one in (ANA, BO, CHIDI, DEE):
        world.answer(one, said="words")
    at_once(world, WINDOW_END)
    assert count(world, EvaluationResult) == 1
    assert count(world, EvaluationAnswer) == count(world, EvaluationComment) == 4
    assert len(world.rows(Outgoing.RESULT)) == 1


def test_the_convener_is_asked_to_look_when_nobody_knows_whether_a_result_arrived(world: World) -> None:
    opened(world)
    for one in (ANA, BO, CHIDI):
        world.answer(one)
    world.tick(WINDOW_END)
    for kind in (Outgoing.RESULT, Outgoing.RESULT_PICTURE):
        with world.database.transaction() as db:
            row = db.scalars(select(OutboxRow).where(OutboxRow.kind == kind)).one()
            row.state, row.outcome = OutboxState.DEAD, "unseen"
            results.given_up(db, row, WINDOW_END)
    [told] = world.rows(Outgoing.RESULT_UNSEEN)
    assert told.person_id == world.id(ANA)


def test_two_windows_of_a_circle_that_close_at_once_share_what_waits(world: World) -> None:
    """Each answer ends in one result, whichever of the windows is first."""
    early = world.session
    late = world.schedule(STARTS.date() + timedelta(days=1))
    world.tick(CLOSING + timedelta(days=1))
    world.answer(ANA, now=ENDS + timedelta(days=1), session=early)
    for one in (ANA, BO, CHIDI, DEE):
        world.answer(one, now=ENDS + timedelta(days=1), session=late)
    at_once(world, WINDOW_END + timedelta(days=1))
    with world.reading() as db:
        kept = list(db.scalars(select(EvaluationAnswer)))
        [result] = db.scalars(select(EvaluationResult))
    assert len(kept) == 5
    assert sum(one.result_id == result.id for one in kept) == result.answered
    assert result.answered == (4 if window_of(world, early).waits else 5)


def test_the_evaluation_reads_as_one_stands_to_it(world: World) -> None:
    opened(world).answer(ANA)

    def standing(who: str, now: datetime = ENDS) -> Standing:
        with world.reading() as db:
            session = world.of()
            return evaluations.facts(db, session, world.actor(db, who).person.id, now).standing

    assert (standing(ANA), standing(BO), standing(GUS)) == (
        Standing.ANSWERED,
        Standing.OPEN,
        Standing.NOT_ASKED,
    )
    assert {standing(one, WINDOW_END) for one in (ANA, BO)} == {Standing.CLOSED}


def test_only_the_circle_sees_a_result(world: World) -> None:
    opened(world)
    for one in (ANA, BO, CHIDI):
        world.answer(one)
    world.tick(WINDOW_END)
    with pytest.raises(NotFound):
        result_of(world, who=GUS)
    assert result_of(world, who=BO) is not None
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, BO), world.circle, WINDOW_END)
    with pytest.raises(NotFound):
        result_of(world, who=BO)
    with world.reading() as db:
        found = results.of_session(db, world.of())
        assert found is not None
        elsewhere = access.Actor("T0OTHER", world.actor(db).person)
        with pytest.raises(NotFound):
            results.result(db, elsewhere, found, world.pack)


def test_a_pairs_looking_back_is_its_authors_alone(pair: World) -> None:
    form = pair.pack.form("pair")
    filled = Filled({one.id: 4 for one in form.statements}, {form.questions[0].id: "listen more"})
    with pytest.raises(NotAllowed), pair.database.transaction() as db:
        reflections.keep(db, pair.actor(db), pair.session, filled, pair.pack, STARTS)
    with pair.database.transaction() as db:
        reflections.keep(db, pair.actor(db), pair.session, filled, pair.pack, ENDS)
    author, partner = pair.id(ANA), pair.id(BO)

    def seen(who: str) -> tuple[str, str] | None:
        with pair.reading() as db:
            found = reflections.see(db, pair.actor(db, who), pair.session, author, pair.pack)
            return found.comments[0]

    def share(shared: bool) -> None:
        with pair.database.transaction() as db:
            reflections.share(db, pair.actor(db), pair.session, shared, ENDS)

    assert seen(ANA) == (form.questions[0].text, "listen more")
    with pytest.raises(NotFound):
        seen(BO)
    share(True)
    assert seen(BO) == seen(ANA)
    [told] = pair.rows(Outgoing.REFLECTION_SHARED)
    assert told.person_id == partner
    share(False)
    with pytest.raises(NotFound):
        seen(BO)
    with pytest.raises(NotFound):
        seen(GUS)
    assert (count(pair, PairReflection), count(pair, EvaluationAnswer)) == (1, 0)


def test_nobody_shares_what_another_wrote(pair: World) -> None:
    form = pair.pack.form("pair")
    filled = Filled({one.id: 4 for one in form.statements}, {})
    with pair.database.transaction() as db:
        reflections.keep(db, pair.actor(db), pair.session, filled, pair.pack, ENDS)
    with pytest.raises(NotFound), pair.database.transaction() as db:
        reflections.share(db, pair.actor(db, BO), pair.session, True, ENDS)


def _nudged_rows(world: World) -> dict[int, int]:
    """The bookkeeping messages that carry a nudge, by person."""
    with world.reading() as db:
        nudges = db.scalars(select(Reminder).where(Reminder.kind == ReminderKind.EVALUATION_NUDGE))
        return {one.person_id: one.outbox_id for one in nudges if one.outbox_id is not None}


def _settle(world: World, row_id: int, *, sent: bool) -> None:
    with world.database.transaction() as db:
        row = db.get_one(OutboxRow, row_id)
        row.state = OutboxState.SENT if sent else OutboxState.SKIPPED
        row.outcome, row.finished_at, row.attempts = None if sent else "nothing left to say", ENDS, 1
        row.slack_channel, row.slack_ts = ("D1", f"{row_id}.1") if sent else (None, None)

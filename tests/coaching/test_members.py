"""People and circles over time by the use cases: several at once, absences, leaving, resting, ending."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from coaching import (
    away,
    channels,
    circle_states,
    circles,
    invitations,
    members,
    people,
    profiles,
    roles,
)
from coaching.circles import CirclePlan
from coaching.errors import Changed, CoachingError
from coaching.people import Profile
from coaching.rules.terms import (
    CircleKind,
    CircleState,
    Coming,
    PersonKind,
    PollState,
    Rhythm,
    Role,
    SessionState,
    SwapState,
)
from scheduler.outcomes import Verdict, verdict_of
from storage.engine import Database
from storage.models import (
    Circle,
    CoachingSession,
    Invitation,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    Poll,
    Reminder,
    SwapAsk,
)
from tests.coaching.closing_world import ANA, BO, CHIDI, DEE, ELI, GUS, MADE, STARTS, TEAM, World

DAY = STARTS.date()
FIVE = (ANA, BO, CHIDI, DEE, ELI)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    database = Database(database_url)
    yield World(database)
    database.dispose()


def at_once(*acts: Callable[[], None]) -> list[CoachingError | None]:
    """All at the same moment; how each was refused, or None."""
    begin = Barrier(len(acts))

    def run(act: Callable[[], None]) -> CoachingError | None:
        begin.wait()
        while True:
            try:
                act()
            except CoachingError as error:
                return error
            except OperationalError:
                continue  # SQLite gave up waiting on a busy machine: whoever clicked tries again
            return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def circle(world: World) -> Circle:
    with world.reading() as db:
        found = db.get_one(Circle, world.circle)
        _ = found.memberships
        return found


def inside(world: World) -> set[str]:
    return {one.person.slack_id for one in circle(world).members}


def plan(*picked: str, leads: tuple[str, ...] = (ANA,), name: str = "Practice circle") -> CirclePlan:
    return CirclePlan(
        name=name,
        members=picked,
        channel=None,
        rhythm=Rhythm.SAME_WEEKDAY,
        starts_on=date(2026, 12, 8),
        usual_time=time(10),
        in_person_every=0,
        leads=leads,
    )


def edit(world: World, *picked: str, leads: tuple[str, ...] = (ANA,), revision: int | None = None) -> None:
    with world.database.transaction() as db:
        now_at = revision or circle(world).revision
        circles.edit(db, world.actor(db), world.circle, now_at, plan(*picked, leads=leads), None, MADE)


def leave(world: World, who: str, now: datetime = MADE) -> None:
    with world.database.transaction() as db:
        members.leave(db, world.actor(db, who), world.circle, now)


def goes_away(world: World, who: str, first: date, last: date, now: datetime = MADE) -> None:
    with world.database.transaction() as db:
        away.enter(db, world.actor(db, who), first, last, now)


def holders(world: World) -> tuple[int | None, int | None]:
    session = world.of()
    return session.presenter_id, session.note_taker_id


# --- away ---


def test_two_who_go_away_at_once_leave_the_roles_to_two_others(world: World) -> None:
    refused = at_once(
        lambda: goes_away(world, ANA, DAY, DAY),
        lambda: goes_away(world, BO, DAY, DAY),
    )
    assert refused == [None, None]
    presenter, note_taker = holders(world)
    free = {world.id(one) for one in (CHIDI, DEE, ELI)}
    assert {presenter, note_taker} <= free
    assert presenter != note_taker
    with world.reading() as db:
        session = db.get_one(CoachingSession, world.session)
        assert roles.cannot_come(session) == {world.id(ANA), world.id(BO)}
        assert session.facilitator_id in free
        assert roles.convener(db, session.circle, session) in free


def test_going_away_beside_a_leave_leaves_no_role_with_either(world: World) -> None:
    refused = at_once(lambda: goes_away(world, ANA, DAY, DAY), lambda: leave(world, BO))
    assert refused == [None, None]
    presenter, note_taker = holders(world)
    assert {presenter, note_taker} <= {world.id(one) for one in (CHIDI, DEE, ELI)}
    assert presenter != note_taker


def test_a_role_that_went_on_is_sought_no_more(world: World) -> None:
    with world.database.transaction() as db:
        ana = world.actor(db).person.id
        ask = SwapAsk(
            workspace_id=TEAM, session_id=world.session, role=Role.PRESENTER, holder_id=ana, opened_at=MADE
        )
        db.add(ask)
    goes_away(world, ANA, DAY, DAY)
    with world.reading() as db:
        assert db.scalars(select(SwapAsk.state)).all() == [SwapState.DROPPED]


def test_where_all_the_others_are_away_the_role_waits_for_its_holder(world: World) -> None:
    for one in (CHIDI, DEE, ELI, ANA):
        goes_away(world, one, DAY, DAY)
    assert world.id(ANA) in holders(world)  # nobody could take it
    with world.database.transaction() as db:
        actor = world.actor(db, ANA)
        [(stretch, _, _)] = away.facts(actor, MADE).stretches
        away.end(db, actor, stretch, MADE)
    with world.reading() as db:
        assert db.get_one(CoachingSession, world.session).coming(world.id(ANA)) is Coming.YES


def test_nobody_away_has_a_reminder_on_these_days(world: World) -> None:
    goes_away(world, DEE, DAY - timedelta(3), DAY - timedelta(1))  # not on the day of the session itself
    with world.reading() as db:
        rows = db.scalars(select(Reminder).where(Reminder.person_id == world.id(DEE))).all()
        assert rows
        assert not [one for one in rows if DAY - timedelta(3) <= one.local_date < DAY]
    goes_away(world, DEE, DAY, DAY)
    with world.reading() as db:
        assert not db.scalars(select(Reminder).where(Reminder.person_id == world.id(DEE))).all()


def test_the_days_are_those_where_the_person_is(world: World) -> None:
    # Ten in the morning in UTC is midnight of the same day and later in Kiritimati: the ninth.
    with world.database.transaction() as db:
        world.actor(db, DEE).person.zone = "Pacific/Kiritimati"
    goes_away(world, DEE, DAY, DAY)
    assert world.of().coming(world.id(DEE)) is Coming.UNKNOWN
    goes_away(world, DEE, DAY + timedelta(1), DAY + timedelta(1))
    assert world.of().coming(world.id(DEE)) is Coming.NO


# --- leaving, coming back ---


def test_an_edit_beside_a_leave_brings_nobody_back(world: World) -> None:
    revision = circle(world).revision
    refused = at_once(
        lambda: leave(world, DEE),
        lambda: edit(world, *FIVE, leads=(ANA, BO), revision=revision),
    )
    assert refused[0] is None
    assert refused[1] is None or isinstance(refused[1], Changed)
    assert DEE not in inside(world)
    with world.reading() as db:
        assert db.scalars(select(Invitation)).all() == []


def invitation_of(world: World, who: str) -> int:
    leave(world, who)
    edit(world, *FIVE)
    with world.reading() as db:
        return db.scalars(select(Invitation.id).where(Invitation.person_id == world.id(who))).one()


def test_joining_twice_at_once_is_one_stay(world: World) -> None:
    asked = invitation_of(world, DEE)

    def join() -> None:
        with world.database.transaction() as db:
            invitations.join(db, world.actor(db, DEE), asked, MADE)

    assert at_once(join, join) == [None, None]
    assert inside(world) == set(FIVE)
    stays = [one for one in circle(world).memberships if one.person.slack_id == DEE]
    assert [one.left_at is None for one in stays] == [False, True]
    assert len(world.rows(Outgoing.WELCOME)) == len(FIVE) + 1
    assert len(world.rows(Outgoing.INVITATION)) == 1


def test_joining_beside_a_close_is_one_or_the_other(world: World) -> None:
    asked, revision = invitation_of(world, DEE), circle(world).revision

    def join() -> None:
        with world.database.transaction() as db:
            invitations.join(db, world.actor(db, DEE), asked, MADE)

    def close() -> None:
        with world.database.transaction() as db:
            circle_states.close(db, world.actor(db), world.circle, revision, MADE)

    joined, closed = at_once(join, close)
    assert (joined is None) is (closed is not None)
    assert (circle(world).state is CircleState.CLOSED) is (DEE not in inside(world))


def left_slack(slack_id: str, name: str) -> Profile:
    kind = PersonKind.FULL
    return Profile(slack_id, name, "Etc/UTC", "en-US", kind, active=False, workspace_admin=False)


def test_who_left_slack_is_told_of_to_the_convener_alone(world: World) -> None:
    gone = left_slack(BO, "Bo Jensen")
    for _ in range(2):
        with world.database.transaction() as db:
            profiles.changed(db, TEAM, gone, MADE)
    assert BO not in inside(world)
    [told] = world.rows(Outgoing.PERSON_GONE)
    assert told.person_id == world.id(ANA)
    [handed] = told.facts["handed"]
    assert handed[:2] == [world.session, Role.NOTE_TAKER]
    assert handed[2] == holders(world)[1]
    assert [one.person_id for one in world.rows(Outgoing.MEMBER_LEFT)] == []


def test_a_lead_who_left_slack_is_followed_and_reported_to_the_next(world: World) -> None:
    gone = Profile(
        ANA, "Ana Torres", "Etc/UTC", "en-US", PersonKind.FULL, active=False, workspace_admin=False
    )
    with world.database.transaction() as db:
        profiles.changed(db, TEAM, gone, MADE)
    assert [one.person.slack_id for one in circle(world).members if one.lead] == [BO]
    [told] = world.rows(Outgoing.PERSON_GONE)
    assert (told.person_id, told.facts["led"]) == (world.id(BO), True)


def test_people_are_looked_up_once_a_night_by_one_worker(world: World) -> None:
    taken: list[str] = []

    def look() -> None:
        with world.database.transaction() as db:
            taken.extend(one for _, one in profiles.to_look_up(db, MADE, 3))

    at_once(look, look)
    assert len(taken) == len(set(taken))
    look()
    assert sorted(taken) == sorted(FIVE)  # Gus is in no circle
    look()
    assert len(taken) == len(FIVE)
    with world.database.transaction() as db:
        assert len(profiles.to_look_up(db, MADE + timedelta(days=1), 10)) == len(FIVE)


# --- resting and ending ---


def test_two_leads_who_pause_and_close_at_once_do_one_of_both(world: World) -> None:
    edit(world, *FIVE, leads=(ANA, BO))
    revision = circle(world).revision

    def close() -> None:
        with world.database.transaction() as db:
            circle_states.close(db, world.actor(db, ANA), world.circle, revision, MADE)

    def pause() -> None:
        with world.database.transaction() as db:
            actor, until = world.actor(db, BO), date(2027, 2, 1)
            circle_states.pause(db, actor, world.circle, revision, until, MADE, cancels=True)

    refused = at_once(close, pause)
    assert [one is None for one in refused].count(True) == 1
    told = world.rows(Outgoing.CIRCLE_NEWS)
    assert len(told) == len(FIVE)
    assert len({one.facts["what"] for one in told}) == 1
    assert world.of().state is SessionState.CANCELLED


def test_going_on_is_told_once_by_two_workers(world: World) -> None:
    revision = circle(world).revision
    with world.database.transaction() as db:
        circle_states.pause(db, world.actor(db), world.circle, revision, date(2027, 2, 1), MADE)

    def look(now: datetime) -> None:
        with world.database.transaction() as db:
            circle_states.resume_due(db, now)

    look(datetime(2027, 1, 31, 23, 59, tzinfo=UTC))
    assert circle(world).state is CircleState.PAUSED
    day = datetime(2027, 2, 1, tzinfo=UTC)
    at_once(lambda: look(day), lambda: look(day))
    assert circle(world).state is CircleState.ACTIVE
    assert sum(one.facts["what"] == "going_on" for one in world.rows(Outgoing.CIRCLE_NEWS)) == len(FIVE)


def test_a_circle_far_east_goes_on_when_its_own_day_begins(world: World) -> None:
    with world.database.transaction() as db:
        found = db.get_one(Circle, world.circle)
        found.zone, found.state, found.paused_until = (
            "Pacific/Kiritimati",
            CircleState.PAUSED,
            date(2027, 2, 1),
        )
    midnight = datetime(2027, 1, 31, 10, 0, tzinfo=UTC)  # fourteen hours ahead of UTC
    for now, state in ((midnight - timedelta(minutes=1), CircleState.PAUSED), (midnight, CircleState.ACTIVE)):
        with world.database.transaction() as db:
            circle_states.resume_due(db, now)
        assert circle(world).state is state


def test_what_a_circle_was_asked_ends_with_it(world: World) -> None:
    ids = {"workspace_id": TEAM}
    with world.database.transaction() as db:
        me = world.actor(db).person.id
        poll = Poll(
            **ids,
            circle_id=world.circle,
            opened_by_id=me,
            opened_at=MADE,
            closes_at=MADE + timedelta(days=3),
            length=60,
        )
        swap = SwapAsk(**ids, session_id=world.session, role=Role.PRESENTER, holder_id=me, opened_at=MADE)
        db.add_all([poll, swap])
    asked = invitation_of(world, DEE)
    with world.database.transaction() as db:
        circle_states.close(db, world.actor(db), world.circle, circle(world).revision, MADE)
    with world.reading() as db:
        assert db.scalars(select(Poll.state)).all() == [PollState.DROPPED]
        assert db.scalars(select(SwapAsk.state)).all() == [SwapState.DROPPED]
        assert db.get_one(Invitation, asked).answered_at == MADE
        assert db.scalars(select(Reminder)).all() == []
    assert world.of().state is SessionState.CANCELLED
    assert world.rows(Outgoing.SESSION_CANCELLED) == []


# --- channels ---


def in_a_channel(world: World, *more: str) -> None:
    with world.database.transaction() as db:
        found = db.get_one(Circle, world.circle)
        kind = PersonKind.FULL
        known = [
            Profile(one, one, "Etc/UTC", "en-US", kind, active=True, workspace_admin=False) for one in more
        ]
        people.learn(db, TEAM, known)
        members.add(found, people.known(db, TEAM, more), [], MADE)
        found.channel, found.channel_private = "C1", False


def gives_up(world: World, outcome: str) -> None:
    """Slack refuses the card for good."""
    with world.database.transaction() as db:
        [card] = db.scalars(select(OutboxRow).where(OutboxRow.kind == Outgoing.SESSION_CARD)).all()
        card.state, card.outcome, card.finished_at = OutboxState.DEAD, outcome, MADE
        db.flush()
        channels.undelivered(db, card, MADE)


def test_a_large_circle_keeps_its_channel_until_another_is_chosen(world: World) -> None:
    in_a_channel(world, "U1", "U2", "U3", "U4")
    gives_up(world, "not_in_channel")
    with world.database.transaction() as db:
        channels.lost(db, TEAM, "C1", MADE, archived=False)
    assert circle(world).channel == "C1"
    [told] = world.rows(Outgoing.CHANNEL_LOST)
    assert (told.person_id, told.facts["small"]) == (world.id(ANA), False)
    assert len(world.rows(Outgoing.SESSION_CARD)) == 1


def test_a_small_circle_goes_on_in_a_group_dm(world: World) -> None:
    in_a_channel(world)
    gives_up(world, "is_archived")
    found = circle(world)
    assert (found.channel, found.channel_private, found.channel_lost_at) == (None, True, MADE)
    assert [one.state for one in world.rows(Outgoing.SESSION_CARD)] == [OutboxState.DEAD, OutboxState.DUE]
    assert [one.facts["archived"] for one in world.rows(Outgoing.CHANNEL_LOST)] == [True]


def test_any_other_refusal_says_nothing_of_the_channel(world: World) -> None:
    in_a_channel(world)
    gives_up(world, "msg_too_long")
    assert circle(world).channel == "C1"
    assert world.rows(Outgoing.CHANNEL_LOST) == []
    assert all(verdict_of(word) is Verdict.TELL for word in channels.LOST)


# --- pairs ---


def test_a_pair_that_loses_one_is_a_pair_again_and_with_a_third_a_group(database_url: str) -> None:
    database = Database(database_url)
    pair = World(database, (ANA, BO))
    leave(pair, BO)
    assert circle(pair).state is CircleState.PAUSED
    edit(pair, ANA, GUS)
    found = circle(pair)
    assert (found.kind, found.state, [one.lead for one in found.members]) == (
        CircleKind.PAIR,
        CircleState.ACTIVE,
        [True, True],
    )
    edit(pair, ANA, GUS, DEE)
    found = circle(pair)
    assert (found.kind, [one.lead for one in found.members]) == (CircleKind.GROUP, [True, False, False])
    database.dispose()


def test_no_guest_leads_the_group_that_a_pair_becomes(database_url: str) -> None:
    database = Database(database_url)
    pair = World(database, (ANA, BO))
    with database.transaction() as db:
        db.get_one(Person, pair.id(BO)).kind = PersonKind.GUEST
        leads = people.known(db, TEAM, [ANA, BO])
        found = db.get_one(Circle, pair.circle)
        members.add(found, people.known(db, TEAM, [GUS]), leads, MADE)
        members.settle(found)
    assert [one.person.slack_id for one in circle(pair).members if one.lead] == [ANA]
    database.dispose()

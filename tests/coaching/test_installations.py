"""Installing, renewing and leaving, by the use cases: once, whoever else is at it; in any order."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from threading import Barrier
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from coaching import installations, people, programme, removal, workspaces
from coaching.access import Actor
from coaching.installations import REINSTALL, REMOVED, Granted, Pair
from coaching.people import Profile
from coaching.rules.terms import PersonKind
from scheduler import resting
from storage.encryption import Cipher, new_key
from storage.engine import Database
from storage.models import Installation, OAuthState, OutboxRow, OutboxState, Outgoing, Person, Workspace
from tests.support.databases import ON_SQLITE

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TEAM = "T0RIVERBEND"
HOUR = timedelta(hours=1)
KEY = new_key()
SIGNS = "planted-client-secret"
T = TypeVar("T")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, Cipher([KEY]))
    yield database
    database.dispose()


def granted(
    team: str = TEAM,
    *,
    word: str = "xoxb-1",
    refresh: str | None = None,
    bot: str = "UBOT",
    who: str = "UANA",
) -> Granted:
    pair = Pair(word, refresh, NOW + HOUR if refresh else None)
    return Granted(team, "Riverbend", None, "A1", bot, "chat:write", who, pair)


def install(database: Database, what: Granted | None = None, at: datetime = NOW) -> None:
    with database.transaction() as db:
        installations.install(db, what or granted(), at)


def remove(database: Database, at: datetime, now: datetime | None = None, team: str = TEAM) -> bool:
    with database.transaction() as db:
        return installations.removed(db, team, at, now or at)


def workspace(database: Database, team: str = TEAM) -> Workspace:
    with database.reading() as db:
        return db.get_one(Workspace, team)


def token(database: Database, team: str = TEAM) -> str | None:
    with database.reading() as db:
        found = installations.token_of(db, team)
    return found.value if found else None


def at_once(work: Callable[[], T], threads: int = 4) -> list[T]:
    """What each of them gets, when all begin at the same moment."""
    ready = Barrier(threads)

    def one(_: int) -> T:
        ready.wait()
        return work()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


# The word that people bring back


def test_a_word_is_good_once_however_many_bring_it_at_the_same_time(database: Database) -> None:
    def take() -> bool:
        with database.transaction() as db:
            return installations.take(db, SIGNS, word, NOW)

    for _ in range(40):
        word = installations.begin(SIGNS, NOW)
        assert sorted(at_once(take)) == [False, False, False, True]


@ON_SQLITE
def test_a_word_that_nobody_was_given_is_none(database: Database) -> None:
    nonce, until, signature = installations.begin(SIGNS, NOW).split(".")
    longer = f"{nonce}.{int(until) + 600}.{signature}"
    another = installations.begin("another key", NOW)
    with database.transaction() as db:
        for word in ("", "planted", "a.b", "..", "\N{SNOWMAN}.1.\N{SNOWMAN}", longer, another):
            assert not installations.take(db, SIGNS, word, NOW)
        assert db.scalars(select(OAuthState)).all() == []


@ON_SQLITE
def test_a_word_is_remembered_until_it_is_too_old_anyway(database: Database) -> None:
    old, new = (installations.begin(SIGNS, at) for at in (NOW, NOW + installations.STATE_LIVES))
    with database.transaction() as db:
        assert installations.take(db, SIGNS, old, NOW)
        assert installations.take(db, SIGNS, new, NOW + installations.STATE_LIVES)
        assert not installations.take(db, SIGNS, old, NOW + installations.STATE_LIVES)
        assert len(db.scalars(select(OAuthState)).all()) == 1


# Installing


def test_two_who_install_at_the_same_moment_leave_one_installation(database: Database) -> None:
    number = count()

    def work() -> None:
        install(database, granted(word=f"xoxb-{next(number)}"))

    for _ in range(5):
        at_once(work)
    with database.reading() as db:
        assert len(db.scalars(select(Installation)).all()) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_installs_it_while_the_last_row_is_erased_has_it_all_the_same(database: Database) -> None:
    install(database)
    remove(database, NOW + HOUR)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as db:
            assert not installations.is_back(db, TEAM)  # the step has begun
            again = pool.submit(install, database, granted(word="xoxb-2"), NOW + 2 * HOUR)
            while not (again.done() or _somebody_waits(database)):
                pass
            while removal.erase_some(db, TEAM):
                pass
        again.result()
    assert (token(database), workspace(database).uninstalled_at) == ("xoxb-2", None)


def _somebody_waits(database: Database) -> bool:
    with database.reading() as db:
        here = "datname = current_database() AND wait_event_type = 'Lock'"
        return bool(db.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {here}")))  # noqa: S608


def test_another_bot_user_opens_its_own_conversations(database: Database) -> None:
    install(database)
    with database.transaction() as db:
        people.learn(db, TEAM, [_profile("UANA")])
        db.scalars(select(Person)).one().dm_channel = "D1"
    for bot, kept in (("UBOT", "D1"), ("UOTHER", None)):
        install(database, granted(bot=bot))
        with database.reading() as db:
            assert db.scalars(select(Person)).one().dm_channel == kept


def test_what_fell_due_while_it_was_away_is_not_sent_but_what_comes_is(database: Database) -> None:
    install(database)
    with database.transaction() as db:
        people.learn(db, TEAM, [_profile("UANA")])
        ana = db.scalars(select(Person)).one()
        for key, kind, due in (
            ("old", Outgoing.SESSION_NEWS, NOW),
            ("home", Outgoing.HOME, NOW),
            ("ahead", Outgoing.BOOKKEEPING, NOW + 3 * HOUR),
        ):
            db.add(
                OutboxRow(
                    workspace_id=TEAM, kind=kind, unique_key=key, person_id=ana.id, due_at=due, created_at=NOW
                )
            )
    remove(database, NOW + HOUR)
    install(database, at=NOW + 2 * HOUR)
    with database.reading() as db:
        states = {one.unique_key: one.state for one in db.scalars(select(OutboxRow))}
    assert states == {"old": OutboxState.SKIPPED, "home": OutboxState.DUE, "ahead": OutboxState.DUE}


def _profile(slack_id: str, kind: PersonKind = PersonKind.FULL, *, admin: bool = False) -> Profile:
    return Profile(slack_id, slack_id, "Etc/UTC", "en-US", kind, active=True, workspace_admin=admin)


@pytest.mark.parametrize(("kind", "owns"), [(PersonKind.FULL, True), (PersonKind.GUEST, False)])
def test_the_first_to_install_it_owns_the_programme_page(
    database: Database, kind: PersonKind, owns: bool
) -> None:
    for at, who in ((NOW, "UANA"), (NOW + HOUR, "UBO")):
        install(database, granted(who=who), at)
        with database.transaction() as db:
            people.learn(db, TEAM, [_profile(who, kind)])
            installations.greet(db, TEAM, at)
    with database.reading() as db:
        duties = [
            programme.duty(db, Actor(TEAM, one)).owner
            for one in db.scalars(select(Person).order_by(Person.id))
        ]
        assert duties == [owns, False]
        assert [one.facts["again"] for one in db.scalars(select(OutboxRow).order_by(OutboxRow.id))] == [
            False,
            True,
        ]


@pytest.mark.parametrize("admin", [True, False])
def test_who_installs_it_again_owns_the_page_only_as_an_admin(database: Database, admin: bool) -> None:
    with database.transaction() as db:
        workspaces.remember(db, TEAM, "Riverbend", "UBOT", NOW)
    install(database, at=NOW + HOUR)
    with database.transaction() as db:
        people.learn(db, TEAM, [_profile("UANA", admin=admin)])
        installations.greet(db, TEAM, NOW + HOUR)
    with database.reading() as db:
        [ana] = db.scalars(select(Person))
        assert programme.duty(db, Actor(TEAM, ana)).owner is admin


# Leaving


def test_a_workspace_that_nobody_knows_is_not_made_by_leaving(database: Database) -> None:
    assert not remove(database, NOW)
    with database.reading() as db:
        assert db.scalars(select(Workspace)).all() == []


def test_when_it_was_installed_goes_by_the_clock_that_removals_go_by(database: Database) -> None:
    ours = NOW - timedelta(minutes=1)  # behind Slack's
    install(database, granted(), NOW - HOUR)
    install(database, replace(granted(word="xoxb-2"), at=NOW + timedelta(seconds=10)), ours)
    assert not remove(database, NOW, ours + timedelta(minutes=1))
    assert token(database) == "xoxb-2"


def test_in_the_second_of_the_installation_itself_leaving_counts(database: Database) -> None:
    install(database, at=NOW + timedelta(milliseconds=700))
    assert remove(database, NOW)


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_order_events_come_in_the_end_is_as_if_in_order(
    database: Database, data: st.DataObject
) -> None:
    """Installed and removed in turns; Slack says each removal twice or more, from then on, in any order."""
    team = f"T{next(TEAMS)}"
    acts = data.draw(st.integers(1, 4), label="turns of installing and removing")
    events: list[tuple[datetime, Callable[[], object]]] = []
    for act in range(acts):
        at = NOW + act * HOUR
        if act % 2 == 0:
            events.append((at, partial(install, database, granted(team), at)))
            continue
        for _ in range(data.draw(st.integers(1, 4), label="deliveries")):
            late = data.draw(st.sampled_from([timedelta(0), HOUR / 2, 2.5 * HOUR, 9 * HOUR]), label="late")
            events.append((at + late, partial(remove, database, at, at + late, team)))
    for _, happens in sorted(events, key=lambda one: one[0]):
        happens()
    found = workspace(database, team)
    if acts % 2:
        assert (token(database, team), found.uninstalled_at, found.paused_reason) == ("xoxb-1", None, None)
    else:
        assert (token(database, team), found.uninstalled_at) == (None, NOW + (acts - 1) * HOUR)
        assert (found.paused_reason, found.paused_until) == (REMOVED, None)


TEAMS = count()


def test_a_workspace_of_a_bot_token_rests_until_a_token_works(database: Database) -> None:
    with database.transaction() as db:
        workspaces.remember(db, TEAM, "Riverbend", "UBOT", NOW)
    remove(database, NOW + HOUR)
    found = workspace(database)
    assert (found.paused_reason, found.paused_until) == (REMOVED, NOW + HOUR)  # delivery asks from then on
    with database.transaction() as db:
        assert workspaces.any_waits_for_token(db)
        workspaces.remember(db, TEAM, "Riverbend", "UBOT", NOW + 2 * HOUR)
        assert not workspaces.any_waits_for_token(db)
    assert workspace(database).uninstalled_at is None


def test_a_look_that_went_well_undoes_no_removal_that_came_meanwhile(database: Database) -> None:
    install(database)
    remove(database, NOW + HOUR)
    with database.transaction() as db:
        installations.probed(db, TEAM, NOW + HOUR)
    assert workspace(database).uninstalled_at == NOW + HOUR


@pytest.mark.parametrize("reason", ["account_inactive", "token_revoked"])
def test_a_removal_that_nobody_told_of_counts_until_a_token_works_again(
    database: Database, reason: str
) -> None:
    for back in (installations.probed, lambda db, _, now: installations.install(db, granted(), now)):
        install(database)
        with database.transaction() as db:
            assert resting.pause(db, TEAM, reason, NOW + HOUR)
        assert workspace(database).uninstalled_at == NOW + HOUR
        with database.transaction() as db:
            back(db, TEAM, NOW + 2 * HOUR)
        assert (workspace(database).uninstalled_at, workspace(database).paused_reason) == (None, None)
    with database.transaction() as db:
        resting.pause(db, TEAM, reason, NOW + 3 * HOUR)
        while removal.erase_removed(db, NOW + 3 * HOUR + removal.AFTER):
            pass
    assert token(database) is None


def test_a_removal_that_is_told_of_late_ends_the_looking_too(database: Database) -> None:
    install(database)
    with database.transaction() as db:
        resting.pause(db, TEAM, "account_inactive", NOW + HOUR)
    assert remove(database, NOW + HOUR / 2, NOW + 2 * HOUR)
    found = workspace(database)
    assert (token(database), found.paused_reason, found.paused_until) == (None, REMOVED, None)


def test_an_address_that_may_not_ask_and_a_token_from_outside_are_no_removal(database: Database) -> None:
    install(database)
    with database.transaction() as db:
        workspaces.remember(db, "T2", "Outside", "UBOT", NOW)
        assert resting.pause(db, TEAM, "invalid_auth", NOW)
        assert resting.pause(db, "T2", "account_inactive", NOW)
    assert workspace(database).uninstalled_at is None
    assert workspace(database, "T2").uninstalled_at is None


@pytest.mark.parametrize(("users", "counts"), [(["UOTHER"], False), (["UOTHER", "UBOT"], True), ([], False)])
def test_only_the_token_of_its_own_bot_user_counts(
    database: Database, users: list[str], counts: bool
) -> None:
    install(database)
    with database.transaction() as db:
        assert installations.revoked(db, TEAM, users, NOW + HOUR, NOW + HOUR) is counts
    assert (token(database) is None) is counts


# Renewing


def test_one_of_many_may_renew_a_token_and_nobody_once_it_is_done(database: Database) -> None:
    install(database, granted(refresh="xoxe-1"))

    def claim() -> installations.Lease | None:
        with database.transaction() as db:
            return installations.claim_renewal(db, TEAM, NOW)

    [lease] = [one for one in at_once(claim) if one is not None]
    assert "xoxe-1" not in repr(lease)
    with database.transaction() as db:
        assert installations.renewed(db, lease, Pair("xoxb-2", "xoxe-2", NOW + 12 * HOUR))
    assert at_once(claim) == [None] * 4
    assert token(database) == "xoxb-2"


def test_a_token_that_ends_later_is_left_alone(database: Database) -> None:
    install(database)
    install(database, granted("T2", refresh="xoxe-1"))
    with database.reading() as db:
        assert installations.to_renew(db, NOW) == ["T2"]
        assert installations.to_renew(db, NOW - 1.5 * HOUR) == []


def test_what_was_installed_or_removed_meanwhile_is_not_overwritten(database: Database) -> None:
    for meanwhile in (lambda: install(database), lambda: remove(database, NOW + HOUR)):
        install(database, granted(refresh="xoxe-1"))
        with database.transaction() as db:
            lease = installations.claim_renewal(db, TEAM, NOW)
        assert lease
        meanwhile()
        with database.transaction() as db:
            assert not installations.renewed(db, lease, Pair("xoxb-2", "xoxe-2", NOW + 12 * HOUR))
        assert token(database) != "xoxb-2"


def test_a_spent_token_works_until_it_ends_and_then_only_installing_helps(database: Database) -> None:
    install(database, granted(refresh="xoxe-1"))
    with database.transaction() as db:
        lease = installations.claim_renewal(db, TEAM, NOW)
        assert lease
        installations.not_renewed(db, lease, spent=True)
        assert installations.to_renew(db, NOW) == []
        installations.lose_ended(db, NOW)
    assert workspace(database).paused_reason is None
    with database.transaction() as db:
        installations.lose_ended(db, NOW + HOUR)
    assert (workspace(database).paused_reason, workspace(database).paused_until) == (REINSTALL, None)
    install(database, at=NOW + 2 * HOUR)
    assert workspace(database).paused_reason is None

"""Tokens that end: renewed once, by whoever comes first, and what happens when Slack does not play along."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import update

from coaching import installations
from coaching.installations import REINSTALL
from demo import cast
from demo.faults import Fault
from demo.local import Local
from demo.registration import TOKEN_LIVES, Registration
from scheduler import resting
from service.renewal import Renewal
from service.root import Coach
from service.tokens import Installed, ReinstallNeeded
from storage.encryption import Cipher, new_key
from storage.engine import Database
from storage.models import Installation, Workspace
from tests.support.databases import ON_SQLITE
from tests.support.many import APP, SECRET, Many, running

TEAM = cast.RIVERBEND.id
SOON = TOKEN_LIVES - timedelta(hours=1)


def problems(coach: Coach) -> list[str]:
    assert isinstance(coach.token, Installed)
    return coach.token.problems()


@pytest.fixture
def app() -> Registration:
    return Registration(APP, SECRET, [], rotates=True)


@pytest.fixture
def many(database_url: str, app: Registration) -> Iterator[Many]:
    with running(database_url, app) as many:
        many.install()
        yield many


def local(many: Many) -> Local:
    return many.demo.workspace.local


def renewal(many: Many) -> Renewal:
    """That of another process: it shares nothing with the bot's own but the database."""
    tokens = many.demo.coach.token
    assert isinstance(tokens, Installed)
    return Renewal(many.demo.coach.database, tokens.renewal.slack, many.demo.clock)


def token(many: Many) -> str:
    with many.demo.coach.database.reading() as db:
        found = installations.token_of(db, TEAM)
    assert found
    return found.value


def asked(many: Many) -> list[object]:
    """How often Slack was asked for a token."""
    entries = local(many).traffic.after(0)
    return [one for one in entries if one["kind"] == "oauth.v2.access"]


def go_to(many: Many, after: timedelta) -> None:
    """The clock alone: no round is gone on the way."""
    many.demo.clock.move(many.demo.clock.now() + after)


def told(many: Many, user: str = cast.ANA) -> str:
    person = many.person(user)
    before = len(person.ephemerals())
    person.command("/coach circles")
    return "".join(str(one) for one in person.ephemerals()[before:])


def test_of_four_workers_at_once_one_uses_what_is_good_once(many: Many) -> None:
    go_to(many, SOON)
    ready, workers = Barrier(4), [renewal(many) for _ in range(4)]
    before = len(asked(many))

    def work(one: Renewal) -> None:
        ready.wait()
        one.renew_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, workers))
    assert len(asked(many)) == before + 1
    assert token(many) == list(many.app.tokens[TEAM])[-1]


@ON_SQLITE
def test_a_worker_that_nobody_asks_for_anything_keeps_tokens_alive(many: Many) -> None:
    first = token(many)
    many.demo.live_until(many.demo.clock.now() + timedelta(days=2), step=timedelta(hours=1))
    assert many.app.refreshed >= 4
    assert token(many) != first
    assert "Make a circle" in told(many)


@ON_SQLITE
def test_who_comes_when_it_has_ended_already_gets_a_new_one(many: Many) -> None:
    go_to(many, TOKEN_LIVES + timedelta(hours=1))
    ana = many.person(cast.ANA)
    ana.command("/coach circle")  # opens a form, for which the token is needed
    assert ana.has_modal
    assert many.app.refreshed == 1


@ON_SQLITE
def test_a_new_token_is_picked_up_by_a_worker_that_knows_the_old_one(many: Many) -> None:
    many.demo.workspace.remove_app(local(many), ())  # it is removed, and no event comes
    go_to(many, timedelta(minutes=1))
    many.install()
    assert [one["text"][:16] for one in many.person(cast.ANA).dm()][1:] == ["I am here again,"]


@ON_SQLITE
@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}])
def test_without_an_answer_the_old_one_works_on_and_the_next_round_tries_again(
    many: Many, fault: dict[str, int]
) -> None:
    go_to(many, SOON)
    local(many).workspace.faults.append(Fault("oauth.v2.access", **fault))  # type: ignore[arg-type]
    before = token(many)
    renewal(many).renew_all()
    assert (token(many), many.app.refreshed) == (before, 0)
    assert "Make a circle" in told(many)
    renewal(many).renew_all()  # who asked may still be waiting
    assert many.app.refreshed == 0
    go_to(many, installations.LEASE)
    renewal(many).renew_all()
    assert many.app.refreshed == 1


@ON_SQLITE
def test_when_the_answer_is_lost_the_old_one_works_until_it_ends(many: Many) -> None:
    go_to(many, SOON)
    local(many).workspace.faults.append(Fault("oauth.v2.access", drop=True, done=True))
    renewal(many).renew_all()
    go_to(many, installations.LEASE)
    renewal(many).renew_all()  # Slack says that it was used
    assert "Make a circle" in told(many)
    assert any("has a token that ends" in one for one in problems(many.demo.coach))
    go_to(many, timedelta(hours=1))
    many.demo.settle()
    heard = told(many)
    assert "my permission has run out" in heard
    assert many.start in heard
    with many.demo.coach.database.reading() as db:
        assert db.get_one(Workspace, TEAM).paused_reason == REINSTALL
    many.install()
    assert "Make a circle" in told(many)
    assert not any("has a token" in one for one in problems(many.demo.coach))


@ON_SQLITE
def test_whoever_looks_after_it_reads_of_tokens_that_work_no_more(many: Many) -> None:
    go_to(many, TOKEN_LIVES)
    assert any("start coach worker or coach serve" in one for one in problems(many.demo.coach))
    with many.demo.coach.database.transaction() as db:
        assert resting.pause(db, TEAM, "token_revoked", many.demo.clock.now())
    [line] = [one for one in problems(many.demo.coach) if "has a token" in one]
    assert "(token_revoked): install the bot there again at" in line
    assert line.endswith("/slack/install")


@ON_SQLITE
def test_a_workspace_that_slack_refuses_for_other_reasons_is_named_too(many: Many) -> None:
    with many.demo.coach.database.transaction() as db:
        assert resting.pause(db, TEAM, "invalid_auth", many.demo.clock.now())
    [line] = [one for one in problems(many.demo.coach) if "invalid_auth" in one]
    assert line.startswith(f"Riverbend Family Services ({TEAM}) is refused by Slack (invalid_auth)")
    assert line.endswith("/slack/install")


@ON_SQLITE
def test_when_slack_refuses_the_app_itself_nothing_is_given_up(many: Many) -> None:
    go_to(many, SOON)
    local(many).workspace.faults.append(Fault("oauth.v2.access", error="bad_client_secret"))
    renewal(many).renew_all()
    renewal(many).renew_all()
    assert many.app.refreshed == 1


@ON_SQLITE
def test_a_database_that_is_away_for_a_moment_does_not_lose_the_new_one(many: Many) -> None:
    go_to(many, SOON)
    coach = many.demo.coach
    tokens = coach.token
    assert isinstance(tokens, Installed)
    database = Database(coach.settings.database_url, Cipher(coach.settings.encryption_keys))
    waited: list[float] = []

    def comes_back(seconds: float) -> None:
        waited.append(seconds)
        holder.rollback()

    busy = Renewal(database, tokens.renewal.slack, many.demo.clock, pause=comes_back)
    lease = busy._claim(TEAM)
    assert lease
    pair = busy.slack.refresh(lease.refresh_token, many.demo.clock.now())
    with coach.database.engine.connect() as holder:
        holder.execute(update(Workspace).values(name="Busy"))
        busy._keep(lease, pair)
    database.dispose()
    assert waited
    assert token(many) == pair.bot_token


@ON_SQLITE
def test_a_token_that_no_key_reads_stops_its_own_workspace_alone(many: Many) -> None:
    many.install(cast.HARBOUR.id)
    coach = many.demo.coach
    other = Database(coach.settings.database_url, Cipher([new_key()]))
    with other.transaction() as db:
        lost = update(Installation).where(Installation.workspace_id == TEAM)
        db.execute(lost.values(bot_token="xoxb-lost", refresh_token="xoxe-1-lost"))
    other.dispose()
    coach.token.forget(TEAM)
    assert "not installed in this workspace" in told(many)
    with pytest.raises(ReinstallNeeded):
        coach.token.newest(TEAM)
    go_to(many, SOON)
    renewal(many).renew_all()
    assert many.app.refreshed == 1  # that of the other workspace
    person = many.person(cast.ANA, 1)
    person.command("/coach circle")
    assert person.has_modal
    assert any("no key of ours reads" in one for one in problems(coach))

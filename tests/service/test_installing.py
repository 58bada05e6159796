"""Installing into many workspaces by OAuth, over HTTP: from the button to a command that is answered."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from starlette.applications import Starlette

from coaching import installations
from demo import cast
from demo.faults import Fault
from demo.local import Local
from demo.registration import Registration
from service import doctor, tokens
from service.installing import (
    NO_ANSWER,
    NOT_ACCEPTED,
    NOT_ALLOWED,
    OLD_LINK,
    ONE_BY_ONE,
    OTHER_BROWSER,
    Installing,
)
from service.manifest import OPTIONAL_SCOPES, SCOPES
from service.oauth import SlackOAuth
from service.pages import Page
from storage.models import Installation, OAuthState, OutboxRow, OutboxState, Workspace
from tests.service.signing import Served
from tests.support.databases import ON_SQLITE
from tests.support.many import APP, SECRET, Answer, Browser, Many, running
from tests.support.people import circle_fields, previewed

pytestmark = ON_SQLITE
RIVERBEND, HARBOUR = cast.RIVERBEND.id, cast.HARBOUR.id


@pytest.fixture
def app() -> Registration:
    return Registration(APP, SECRET, [])


@pytest.fixture
def many(database_url: str, app: Registration) -> Iterator[Many]:
    with running(database_url, app) as many:
        yield many


def installed(many: Many) -> set[str]:
    with many.demo.coach.database.reading() as db:
        return set(db.scalars(select(Installation.workspace_id)))


def workspace(many: Many, team: str = RIVERBEND) -> Workspace:
    with many.demo.coach.database.reading() as db:
        return db.get_one(Workspace, team)


def told(many: Many, user: str = cast.ANA, number: int = 0) -> str:
    """What somebody is answered to `/coach circles`."""
    person = many.person(user, number)
    before = len(person.ephemerals())
    person.command("/coach circles")
    return "".join(str(one) for one in person.ephemerals()[before:])


def local(many: Many, number: int = 0) -> Local:
    return many.demo.workspace.local.neighbours[number]


def shows(answer: Answer, page: Page) -> bool:
    return answer.status == page.status and f"<h1>{page.title}</h1>" in answer.text


# From the button on


def test_from_the_button_to_a_command_that_is_answered(many: Many) -> None:
    page = Browser().get(many.start)
    assert (page.status, "Add to Slack" in page.text) == (200, True)
    done = many.install()
    assert (done.status, "Coach is now in Riverbend Family Services" in done.text) == (200, True)
    assert installed(many) == {RIVERBEND}
    assert "Make a circle" in told(many)


def test_slack_is_asked_for_what_the_manifest_names_and_nothing_else(many: Many) -> None:
    address = many.to_slack(Browser())
    assert address.startswith(f"{many.demo.url}/oauth/v2/authorize?")
    asked = dict(one.split("=") for one in address.partition("?")[2].split("&"))
    assert set(asked["scope"].replace("%3A", ":").split("%2C")) == {*SCOPES, *OPTIONAL_SCOPES}
    assert asked["redirect_uri"].replace("%3A", ":").replace("%2F", "/") in many.app.redirect_urls
    assert set(asked) == {"client_id", "scope", "redirect_uri", "state"}


def test_pages_let_in_nothing_but_their_own_style_and_button(many: Many) -> None:
    answer = Browser().get(many.start)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {many.demo.url} " in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert "form-action 'none'" in many.install().headers["content-security-policy"]


def test_on_the_way_to_the_world_the_cookie_is_bound_to_the_address_and_travels_encrypted(many: Many) -> None:
    database = many.demo.coach.database
    slack = SlackOAuth("https://slack.com/api/", APP, SECRET, "https://coach.example.org")
    outside = Installing(database, slack, many.demo.clock.now, lambda _: None, lambda: None)
    with Served(Starlette(routes=outside.routes())) as served:
        answer = Browser().post(f"http://127.0.0.1:{served.port}/slack/install")
    name, _, rest = answer.cookies[0].partition("=")
    assert name == "__Host-coach-install"
    assert {"httponly", "secure", "path=/", "samesite=lax", "max-age=600"} <= {
        one.strip().lower() for one in rest.split(";")
    }
    assert "domain" not in rest.lower()
    assert answer.location.startswith("https://slack.com/oauth/v2/authorize?client_id=1234.5678&")
    assert "redirect_uri=https%3A%2F%2Fcoach.example.org%2Fslack%2Foauth_redirect" in answer.location


# What can go wrong


def test_who_does_not_allow_it_reads_that_nothing_was_installed(many: Many) -> None:
    browser = Browser()
    back = many.answer_slack(browser, many.to_slack(browser), answer="cancel")
    assert shows(browser.get(back), NOT_ALLOWED)
    assert installed(many) == set()


def test_a_way_back_is_good_once(many: Many) -> None:
    browser = Browser()
    back = many.allow(browser)
    assert browser.get(back).status == 200
    assert shows(browser.get(back), OLD_LINK)  # as when the page is loaded anew
    assert many.app.tokens[RIVERBEND]


def test_of_two_tabs_the_newer_one_installs_it_whatever_the_older_one_does(many: Many) -> None:
    browser = Browser()
    older, newer = many.allow(browser), many.allow(browser)
    assert shows(browser.get(older), OTHER_BROWSER)
    assert browser.get(newer).status == 200
    assert installed(many) == {RIVERBEND}


def test_a_way_back_is_good_for_ten_minutes(many: Many) -> None:
    browser = Browser()
    back = many.allow(browser)
    many.demo.clock.move(many.demo.clock.now() + timedelta(minutes=10))
    assert shows(browser.get(back), OLD_LINK)
    assert installed(many) == set()


def test_nobody_ends_in_their_browser_what_began_in_another(many: Many) -> None:
    mine, other = Browser(), Browser()
    back = many.allow(mine)
    assert shows(other.get(back), OTHER_BROWSER)
    many.to_slack(other)
    assert shows(other.get(back), OTHER_BROWSER)
    assert installed(many) == set()
    assert mine.get(back).status == 200  # it was not used up by them


@pytest.mark.parametrize("query", ["", "?code=planted", "?state=&code=planted", "?state=x&code=y"])
def test_who_was_never_sent_reads_to_start_again(many: Many, query: str) -> None:
    many.to_slack(browser := Browser())
    browser.cookies["coach-install"] = ""
    assert shows(browser.get(f"{many.demo.bot_url}/slack/oauth_redirect{query}"), OTHER_BROWSER)


@pytest.mark.parametrize("code", ["", "planted", "x" * 5_000])
def test_a_code_that_is_none_of_slacks_is_not_accepted(many: Many, code: str) -> None:
    browser = Browser()
    back = many.allow(browser)
    true = back.partition("code=")[2].partition("&")[0]
    assert shows(browser.get(back.replace(true, code)), NOT_ACCEPTED)
    assert installed(many) == set()


def test_a_head_uses_nothing_up(many: Many) -> None:
    browser = Browser()
    back = many.allow(browser)
    assert browser.get(back, "HEAD").status == 200
    assert browser.get(back).status == 200
    assert installed(many) == {RIVERBEND}


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"drop": True, "done": True}])
def test_when_slack_is_silent_nothing_is_installed_and_the_next_try_does_it(
    many: Many, fault: dict[str, int]
) -> None:
    local(many).workspace.faults.append(Fault("oauth.v2.access", **fault))  # type: ignore[arg-type]
    browser = Browser()
    assert shows(browser.get(many.allow(browser)), NO_ANSWER)
    assert installed(many) == set()
    assert many.install().status == 200


def test_a_whole_organisation_is_refused_and_its_token_given_back(many: Many) -> None:
    many.app.organisation = True
    browser = Browser()
    assert shows(browser.get(many.allow(browser, "organisation")), ONE_BY_ONE)
    assert installed(many) == set()
    assert many.app.tokens == {}


def test_a_workspace_of_an_organisation_is_as_good_as_any(many: Many) -> None:
    many.app.organisation = True
    assert many.install().status == 200
    with many.demo.coach.database.reading() as db:
        assert db.get_one(Installation, RIVERBEND).enterprise_id == "E0RIVERBEND"
    assert "Make a circle" in told(many)


def test_nothing_that_opens_a_door_is_logged_or_shown(many: Many, log_lines: io.StringIO) -> None:
    many.app.rotates = True
    browser = Browser()
    back = many.allow(browser)
    page = browser.get(back)
    Browser().get(back)
    many.demo.settle()
    told(many)
    with many.demo.coach.database.reading() as db:
        kept = db.get_one(Installation, RIVERBEND)
        shown = repr(kept) + repr(installations.token_of(db, RIVERBEND)) + repr(many.demo.coach.token)
        secrets = [kept.bot_token, str(kept.refresh_token)]
    secrets += [SECRET, back.partition("state=")[2], back.partition("code=")[2].partition("&")[0]]
    shown += log_lines.getvalue() + page.text + repr(many.demo.coach.installing)
    assert "installed" in log_lines.getvalue()
    assert [one for one in secrets if one in shown] == []


def test_tokens_lie_encrypted_and_words_only_as_their_hash(many: Many) -> None:
    browser = Browser()
    back = many.allow(browser)
    browser.get(back)
    word = back.partition("state=")[2]
    with many.demo.coach.database.engine.connect() as connection:
        [token] = connection.scalars(text("SELECT bot_token FROM installations"))
        [digest] = connection.scalars(text("SELECT digest FROM oauth_states"))
    assert token.startswith("enc1:")
    assert len(digest) == 64
    assert word != digest


def test_nothing_is_kept_of_strangers_who_only_begin(many: Many) -> None:
    for _ in range(3):
        assert Browser().post(many.start).status == 303
    with many.demo.coach.database.reading() as db:
        assert db.scalars(select(OAuthState)).all() == []


# What comes of it


def test_who_installs_it_is_told_once_what_comes_next_and_owns_the_programme_page(many: Many) -> None:
    many.install(user=cast.BO)
    [message] = many.person(cast.BO).dm()
    assert "Type `/coach`" in message["text"]
    assert "You are its owner here" in message["text"]
    with many.demo.coach.database.transaction() as db:
        installations.greet(db, RIVERBEND, many.demo.clock.now())
    many.demo.settle()
    assert len(many.person(cast.BO).dm()) == 1
    many.demo.clock.move(many.demo.clock.now() + timedelta(days=1))
    many.install(user=cast.DEE)  # once more, by somebody else
    [second] = many.person(cast.DEE).dm()
    assert "I am here again" in second["text"]
    assert "owner" not in second["text"]


def test_when_slack_does_not_say_who_installed_it_the_bot_is_there_all_the_same(many: Many) -> None:
    local(many).workspace.faults.append(Fault("users.info", drop=True))
    assert many.install().status == 200
    assert "Make a circle" in told(many)


def test_two_workspaces_know_nothing_of_each_other(many: Many) -> None:
    many.install(RIVERBEND)
    many.install(HARBOUR)
    ana = many.person(cast.ANA)
    ana.command("/coach circle")
    ana.fill(circle_fields())
    previewed(ana)
    ana.submit()
    many.demo.settle()
    assert "Practice circle" in told(many, number=0)
    assert "Practice circle" not in told(many, number=1)
    assert [len(many.person(cast.BO, one).dm()) for one in (0, 1)] == [1, 0]


def test_where_it_is_not_installed_people_are_told_where_to_do_it(many: Many) -> None:
    many.install(RIVERBEND)
    heard = told(many, number=1)
    assert "not installed in this workspace" in heard
    assert many.start in heard
    assert installed(many) == {RIVERBEND}


# Leaving, and coming back


def test_a_token_that_was_taken_back_without_a_word_is_noticed_by_who_uses_the_bot(many: Many) -> None:
    many.install(RIVERBEND)
    many.install(HARBOUR)
    many.app.take_away(RIVERBEND)
    ana = many.person(cast.ANA)
    ana.command("/coach circle")
    heard = str(ana.ephemerals()[-1])
    assert "not installed in this workspace" in heard
    assert many.start in heard
    assert workspace(many).uninstalled_at == many.demo.clock.now()
    assert workspace(many).paused_reason == "account_inactive"
    assert "not installed in this workspace" in told(many)  # which Slack's answer alone could show
    assert "Make a circle" in told(many, number=1)
    many.install(RIVERBEND)
    assert workspace(many).uninstalled_at is None
    assert "Make a circle" in told(many)


def test_who_clicks_reads_of_a_token_that_was_taken_back_too(many: Many) -> None:
    many.install()
    ana = many.person(cast.ANA)
    ana.command("/coach circles")
    many.app.take_away(RIVERBEND)
    ana.click("Make a circle", in_=ana.ephemerals()[-1])
    assert "not installed in this workspace" in str(ana.ephemerals()[-1])


def test_a_token_that_is_over_while_people_are_looked_up_is_noticed(many: Many) -> None:
    many.install(user=cast.BO)
    many.app.take_away(RIVERBEND)
    assert "not installed in this workspace" in told(many)  # of Ana the bot had to ask Slack
    assert workspace(many).paused_reason == "account_inactive"


def said_by_doctor(many: Many) -> doctor.Findings:
    found = doctor.examine(many.demo.coach.settings)
    logging.disable(logging.NOTSET)
    ours = ("Riverbend", "Harbour", "Slack was not asked")
    of_these = [[one for one in lines if one.startswith(ours)] for lines in (found.problems, found.notes)]
    return doctor.Findings(*of_these)


def test_doctor_names_a_workspace_whose_token_was_taken_back_before_anybody_used_it(many: Many) -> None:
    many.install(RIVERBEND)
    many.install(HARBOUR)
    assert said_by_doctor(many) == doctor.Findings()
    many.app.take_away(RIVERBEND)
    found = said_by_doctor(many)
    assert found.notes == []
    [line] = found.problems
    assert line.startswith(f"{cast.RIVERBEND.name} ({RIVERBEND}) has a token that works no more")
    assert line.endswith(f"install the bot there again at {many.start}")
    assert workspace(many).paused_reason is None  # who looks changes nothing


@pytest.mark.parametrize("fault", [{"drop": True}, {"error": "ratelimited"}])
def test_doctor_says_of_how_many_tokens_slack_did_not_tell(many: Many, fault: dict[str, object]) -> None:
    many.install(RIVERBEND)
    many.install(HARBOUR)
    local(many).workspace.faults.append(Fault("auth.test", **fault))  # type: ignore[arg-type]
    found = said_by_doctor(many)
    assert found.problems == []
    [line] = found.notes
    assert line.startswith("Slack was not asked about the token of 1 workspace, or did not answer")


def test_doctor_asks_about_so_many_tokens_and_no_more(many: Many, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_ASKED", 1)
    many.install(RIVERBEND)
    many.install(HARBOUR)
    many.app.take_away(RIVERBEND)
    many.app.take_away(HARBOUR)
    found = said_by_doctor(many)
    assert (len(found.problems), len(found.notes)) == (1, 1)
    assert "of 1 workspace" in found.notes[0]


def test_that_an_old_token_is_over_says_nothing_of_a_newer_one(many: Many) -> None:
    many.install()
    with many.demo.coach.database.reading() as db:
        old = db.get_one(Installation, RIVERBEND).bot_token
    many.install()
    many.demo.coach.token.refused(RIVERBEND, old, "account_inactive")
    assert (workspace(many).uninstalled_at, workspace(many).paused_reason) == (None, None)


def test_a_refusal_for_another_reason_is_no_removal(many: Many, log_lines: io.StringIO) -> None:
    many.install()
    local(many).workspace.faults.append(Fault("views.open", error="internal_error"))
    ana = many.person(cast.ANA)
    ana.command("/coach circle")
    assert "try again in a minute" in str(ana.ephemerals()[-1])
    assert "slack_failed" in log_lines.getvalue()
    assert (workspace(many).uninstalled_at, workspace(many).paused_reason) == (None, None)


def circle(many: Many) -> None:
    ana = many.person(cast.ANA)
    ana.command("/coach circle")
    ana.fill(circle_fields())
    previewed(ana)
    ana.submit()
    many.demo.settle()


@pytest.mark.parametrize("kinds", [("tokens_revoked", "app_uninstalled"), ("app_uninstalled",)])
def test_when_it_is_removed_its_token_goes_at_once_and_others_go_on(
    many: Many, kinds: tuple[str, ...]
) -> None:
    many.install(RIVERBEND)
    many.install(HARBOUR)
    told(many)
    many.demo.workspace.remove_app(local(many), kinds)
    assert installed(many) == {HARBOUR}
    assert workspace(many).uninstalled_at == many.demo.clock.now()
    assert "not installed in this workspace" in told(many)
    assert workspace(many, HARBOUR).uninstalled_at is None
    assert "Make a circle" in told(many, number=1)


def test_when_it_was_installed_goes_by_slacks_clock(many: Many, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = timedelta(minutes=3)
    now = many.demo.clock.now() + ahead
    monkeypatch.setattr(Local, "now", lambda _: now)
    many.install()
    with many.demo.coach.database.reading() as db:
        assert db.get_one(Installation, RIVERBEND).installed_at == now.replace(microsecond=0)


def test_tokens_of_people_are_none_of_ours(many: Many) -> None:
    many.install()
    many.demo.workspace.fire({"type": "tokens_revoked", "tokens": {"oauth": ["U0ANATORRES"], "bot": []}})
    many.demo.workspace.fire({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UOTHER"]}})
    assert installed(many) == {RIVERBEND}


def test_who_comes_back_finds_everything_and_no_old_messages(many: Many) -> None:
    many.install()
    circle(many)
    before = [len(many.person(one).dm()) for one in (cast.ANA, cast.BO)]
    many.demo.workspace.remove_app(local(many))
    many.demo.live_until(many.demo.clock.now() + timedelta(days=13), step=timedelta(days=1))
    many.install()
    assert workspace(many).uninstalled_at is None
    assert "Practice circle" in told(many)
    assert [len(many.person(one).dm()) for one in (cast.ANA, cast.BO)] == [before[0] + 1, before[1]]
    with many.demo.coach.database.reading() as db:
        late = OutboxRow.state.in_([OutboxState.DUE, OutboxState.UNKNOWN]) & (
            OutboxRow.due_at <= many.demo.clock.now()
        )
        assert db.scalars(select(OutboxRow).where(late)).all() == []
    many.demo.live_until(many.demo.clock.now() + timedelta(days=7), step=timedelta(days=1))
    assert len(many.person(cast.BO).dm()) > before[1]  # what falls due from now on is sent

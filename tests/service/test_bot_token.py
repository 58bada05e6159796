"""One workspace by its bot token: removing it stops everything, and a token that works begins again."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import wording
from coaching.errors import WorkspaceErased
from demo import cast
from demo.faults import Fault
from demo.filling import NotThere
from demo.registration import Registration
from service import erase
from service.demo import Demo
from service.oauth import Refused, SlackOAuth
from service.tokens import BotToken
from storage.models import OutboxRow, OutboxState, Outgoing, Workspace
from tests.support.databases import ON_SQLITE
from tests.support.instants import wall
from tests.support.people import People

pytestmark = ON_SQLITE


def workspace(demo: Demo) -> Workspace:
    with demo.coach.database.reading() as db:
        return db.scalars(select(Workspace)).one()


def started(demo: Demo) -> None:
    """As another process would begin, with the token that is set."""
    BotToken(demo.coach.settings, demo.coach.database, demo.clock).begin()


def test_when_it_is_removed_nothing_is_sent_until_a_token_works(demo: Demo, people: People) -> None:
    people.ana.command("/coach circles")
    token = demo.workspace.workspace.bot.token
    demo.workspace.remove_app(demo.workspace.local)
    removed = workspace(demo)
    assert (removed.uninstalled_at, removed.paused_reason) == (demo.clock.now(), "removed")
    started(demo)  # with the old token
    demo.settle()
    assert workspace(demo).uninstalled_at is not None
    demo.workspace.workspace.bot.token = token
    started(demo)
    assert (workspace(demo).uninstalled_at, workspace(demo).paused_reason) == (None, None)


def test_a_worker_finds_out_by_itself_that_a_token_works_again(demo: Demo, people: People) -> None:
    people.ana.command("/coach circles")
    token = demo.workspace.workspace.bot.token
    demo.workspace.remove_app(demo.workspace.local, ("app_uninstalled",))
    demo.workspace.workspace.bot.token = token
    demo.live_until(demo.clock.now() + timedelta(hours=1))
    assert workspace(demo).uninstalled_at is None


def test_a_token_that_was_taken_back_without_a_word_is_noticed_by_who_uses_the_bot(
    demo: Demo, people: People
) -> None:
    people.ana.command("/coach circles")
    demo.workspace.workspace.faults.append(Fault("views.open", error="token_revoked"))
    people.ana.command("/coach circle")
    assert people.ana.ephemerals()[-1]["text"] == wording.LOCKED_OUT
    assert (workspace(demo).uninstalled_at, workspace(demo).paused_reason) == (None, "token_revoked")
    demo.live_until(demo.clock.now() + timedelta(hours=1))
    assert workspace(demo).paused_reason is None  # a worker has asked


def test_nothing_is_planned_while_it_is_removed_and_all_is_caught_up_with_afterwards(
    demo: Demo, people: People, circle: People
) -> None:
    people.ana.command("/coach circles")
    token = demo.workspace.workspace.bot.token
    demo.workspace.remove_app(demo.workspace.local, ("app_uninstalled",))
    before = messages(demo)
    people.wait("2026-12-06 12:00")  # two weeks after which silence has meant yes
    assert messages(demo) == before
    demo.workspace.workspace.bot.token = token
    demo.live_until(wall("2026-12-07 12:00"))
    news = [one for one in messages(demo) if one[0] == Outgoing.SESSION_NEWS]
    assert news == [(Outgoing.SESSION_NEWS, OutboxState.SENT)] * 5
    assert "Practice circle" in people.card()["text"]


def messages(demo: Demo) -> list[tuple[str, str]]:
    with demo.coach.database.reading() as db:
        return [(one.kind, one.state) for one in db.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def test_where_it_is_erased_under_a_running_bot_people_read_so_until_it_starts_anew(
    demo: Demo, people: People, circle: People, log_lines: io.StringIO
) -> None:
    people.ana.command("/coach circles")
    assert erase.workspace(demo.coach.settings, cast.RIVERBEND.id, yes=True)[1]
    demo.settle()
    people.ana.command("/coach schedule")
    with pytest.raises(NotThere, match="no error is shown"):
        people.bo.open_home()
    assert people.ana.ephemerals()[-1]["text"] == WorkspaceErased.sentence
    assert '"event": "slack_request"' in log_lines.getvalue()
    assert [line for line in log_lines.getvalue().splitlines() if '"level": "error"' in line] == []
    BotToken(demo.coach.settings, demo.coach.database, demo.clock).of(cast.RIVERBEND.id)
    people.ana.command("/coach circles")
    assert "Make a circle" in str(people.ana.ephemerals()[-1])


@pytest.mark.parametrize(
    ("client", "secret", "word"),
    [("9", "planted", "invalid_client_id"), ("1234.5678", "planted", "bad_client_secret")],
)
def test_an_app_that_slack_does_not_know_is_found_out(
    demo: Demo, client: str, secret: str, word: str
) -> None:
    demo.workspace.local.app = Registration("1234.5678", "true", [])
    slack = SlackOAuth(demo.coach.settings.slack_api_url, client, secret, "https://coach.example.org")
    with pytest.raises(Refused, match=word):
        slack.ask()
    known = SlackOAuth(slack.api_url, "1234.5678", "true", slack.public_url)
    assert "date" in known.ask()
    assert cast.RIVERBEND.id not in repr(known)
    assert "true" not in repr(known)

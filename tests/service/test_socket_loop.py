"""What people do with the bot, by Socket Mode: it makes no difference to them."""

import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from demo import cast
from demo.person import words
from demo.registration import Registration
from service.demo import Demo
from storage.models import Circle, CoachingSession
from tests.support import many, pasts
from tests.support.many import APP, SECRET
from tests.support.pasts import Beginning
from tests.support.people import ROOM, People, accepted

VIDEO: dict[str, Any] = {"mode": "Video", "link": "https://meet.example/one"}


@pytest.fixture
def demo(database_url: str, beginning: Beginning, log_lines: io.StringIO) -> Iterator[Demo]:
    with pasts.running(database_url, beginning, app_token="xapp-1-demo") as demo:
        demo.workspace.sockets.deadline = 30  # everything twice takes its time on a busy machine
        wait_for_connections(demo, 1)
        yield demo


def wait_for_connections(demo: Demo, count: int) -> None:
    ends = time.monotonic() + 30
    while len(demo.workspace.sockets.connections) != count:
        assert time.monotonic() < ends
        time.sleep(0.005)


def count(demo: Demo, of: type[Circle | CoachingSession]) -> int:
    with demo.coach.database.reading() as db:
        return db.scalar(select(func.count()).select_from(of)) or 0


def test_a_session_is_scheduled_posted_and_answered(demo: Demo, people: People) -> None:
    people.circle()
    refresh(demo)
    people.ana.command("/coach schedule")
    people.ana.fill({"How will you meet?": "In person", "Place or number": None})
    assert people.ana.submit(), "in person there has to be a place"
    people.ana.fill({"Place or number": "Room 2"})
    accepted(people.ana)
    demo.settle()
    people.bo.click("Can't make it", people.card())
    demo.settle()
    assert "Can't make it: Bo" in words(people.card()["blocks"])
    assert "Practice circle" in words(people.bo.open_home()["blocks"])
    people.chidi.travel("Europe/Berlin")
    people.chidi.command("/coach settings")
    people.chidi.close()
    assert count(demo, CoachingSession) == 1


def refresh(demo: Demo) -> None:
    """Slack wants a new connection, and closes the old one once there is one."""
    sockets = demo.workspace.sockets
    told = demo.workspace.run(sockets.say_goodbye("refresh_requested"))
    wait_for_connections(demo, 2)
    demo.workspace.run(sockets.hang_up(told))


def test_what_comes_twice_is_done_once(demo: Demo, people: People) -> None:
    demo.workspace.sockets.twice = True
    people.circle()
    people.session(**VIDEO)
    people.bo.click("I'll be there", people.card())
    people.bo.open_home()
    demo.settle()
    assert (count(demo, Circle), count(demo, CoachingSession)) == (1, 1)
    assert [one["text"] for one in people.ana.messages(ROOM)] == [people.card()["text"]]
    assert words(people.card()["blocks"]).count("Bo") == 1
    assert not people.ana.has_modal
    assert len(people.eli.dm()) == 2  # the welcome, and the session


def test_one_socket_serves_several_workspaces_each_with_its_own_token(
    database_url: str, log_lines: io.StringIO
) -> None:
    app = Registration(APP, SECRET, [])
    with many.running(database_url, app, app_token="xapp-1-demo") as both:
        both.demo.workspace.sockets.deadline = 30
        wait_for_connections(both.demo, 1)
        for team in (cast.RIVERBEND, cast.HARBOUR):
            assert both.install(team.id).status == 200
        river, harbour = both.person(cast.ANA), both.person(cast.ANA, 1)
        harbour.command("/coach circle")
        assert (river.has_modal, harbour.has_modal) == (False, True)
        river.command("/coach away")
        assert river.modal["title"] == "Days away"
        assert harbour.modal["title"] == "New circle"
        assert len(both.demo.workspace.sockets.ever) == 1

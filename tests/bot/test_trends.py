"""`/coach trends` as people at the page see it."""

import pytest
from sqlalchemy import select

from coaching import access, members, trends
from coaching.packs import default_pack
from demo.person import words
from service.demo import Demo
from storage.models import Circle, CoachingSession, EvaluationResult, EvaluationWindow
from tests.support.databases import ON_SQLITE
from tests.support.people import FIVE, People

pytestmark = ON_SQLITE

STATEMENT = default_pack().form("group").statements[0]
DAYS = ("2026-12-08", "2027-01-12")


def results(demo: Demo, *totals: int) -> None:
    """Three answered the first evaluation, and the next one."""
    with demo.coach.database.transaction() as db:
        for session, total in zip(db.scalars(select(CoachingSession)).all(), totals, strict=False):
            place = {
                "workspace_id": session.workspace_id,
                "circle_id": session.circle_id,
                "session_id": session.id,
            }
            times = {
                "opens_at": session.starts_at,
                "closes_at": session.ends_at,
                "closed_at": session.ends_at,
            }
            window = EvaluationWindow(**place, form_id="group", promise="anonymous", **times)
            db.add(window)
            db.flush()
            figures = {STATEMENT.id: {"count": 3, "total": total, "spread": None}}
            counted = {"answered": 3, "asked": 5, "figures": figures, "published_at": session.ends_at}
            db.add(EvaluationResult(**place, window_id=window.id, form_id="group", **counted))


@pytest.fixture
def sessions(circle: People) -> None:
    for day in DAYS:
        circle.session(date=day, mode="Video", link="https://meet.example/one")


def test_trends_stand_as_text_and_come_as_a_picture_to_who_asks(people: People, sessions: None) -> None:
    people.bo.command("/coach trends")
    assert "there is none yet" in words(people.bo.modal)
    people.bo.close()
    results(people.demo, 12, 13)
    people.bo.command("/coach circles")
    people.bo.click("Open", in_=people.bo.ephemerals()[-1])
    people.bo.click("Trends")
    assert f"*{STATEMENT.text}*\n4.0 → 4.3" in words(people.bo.modal)
    before = {one.user_id: len(one.dm()) for one in people.five}
    people.bo.click("As a picture")
    assert "on its way" in words(people.bo.modal)
    people.demo.settle()
    assert [len(one.dm()) - before[one.user_id] for one in people.five] == [0, 1, 0, 0, 0]
    [file] = people.bo.dm()[-1]["files"]
    assert people.bo.download(file).startswith(b"\x89PNG")
    for beside in (file["alt"], people.bo.dm()[-1]["text"]):
        assert "4.0 → 4.3" in beside


def test_who_leaves_before_it_is_sent_gets_no_picture(people: People, sessions: None) -> None:
    results(people.demo, 12, 13)
    now = people.demo.clock.now()
    with people.demo.coach.database.transaction() as db:
        [circle] = db.scalars(select(Circle))
        bo = access.actor(db, circle.workspace_id, people.bo.user_id)
        trends.send_picture(db, bo, circle.id, now)
        members.leave(db, bo, circle.id, now)
    people.demo.settle()
    assert not any(one["files"] for one in people.bo.dm())
    people.bo.command("/coach trends")
    assert "no circle yet" in people.bo.ephemerals()[-1]["text"]


def test_a_pair_is_told_that_its_words_stay_with_it(people: People) -> None:
    people.circle(name="Pair", members=FIVE[:2], channel=None)
    people.ana.command("/coach trends")
    assert "stays with whoever wrote it" in people.ana.ephemerals()[-1]["text"]

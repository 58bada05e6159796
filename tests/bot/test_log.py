"""The coaching log on the page: read by members, taken out by a lead, and one's own hours."""

import csv
import io

from sqlalchemy import select

from coaching import access, log, members
from demo.person import Person, words
from service.demo import Demo
from storage.models import Circle
from tests.support.databases import ON_SQLITE
from tests.support.people import People, accepted

LINK = "https://meet.example/one"
pytestmark = ON_SQLITE


def newest_file(person: Person) -> list[list[str]]:
    [file] = next(one["files"] for one in reversed(person.dm()) if one["files"])
    return list(csv.reader(io.StringIO(person.download(file).decode("utf-8-sig"))))


def test_a_session_stands_in_the_log_and_in_the_files(people: People, circle: People, demo: Demo) -> None:
    people.session(mode="Video", link=LINK)
    people.wait("2026-12-08 11:05")
    did = next(one for one in people.ana.dm() if "Did " in one["text"])
    people.ana.click("We met", in_=did)
    accepted(people.ana)
    people.bo.command("/coach log")
    read = words(people.bo.modal["blocks"])
    assert "1 session held" in read
    assert "Tuesday, 8 December 2026" in read
    assert "There: Ana, Bo, Chidi, Dee and Eli" in read
    assert "As CSV" not in read
    people.bo.click("My hours")
    assert "*2026*: 1 hour in all" in words(people.bo.modal["blocks"])
    people.bo.click("As CSV")
    demo.settle()
    [head, row] = newest_file(people.bo)
    assert head == ["Date", "Circle", "Minutes", "Roles"]
    assert row[:3] == ["2026-12-08", "Practice circle", "60"]
    people.ana.command("/coach log")
    people.ana.click("As CSV")
    assert "on its way" in words(people.ana.modal["blocks"])
    demo.settle()
    [head, row] = newest_file(people.ana)
    assert dict(zip(head, row, strict=True))["Presenter"] == "Ana"


def test_who_leaves_before_it_is_sent_gets_their_own_hours_alone(
    people: People, circle: People, demo: Demo
) -> None:
    now = demo.clock.now()
    with demo.coach.database.transaction() as db:
        [found] = db.scalars(select(Circle))
        ana = access.actor(db, found.workspace_id, people.ana.user_id)
        log.send(db, ana, found.id, "csv", now)
        log.send_hours(db, ana, now)
        members.leave(db, ana, found.id, now)
    demo.settle()
    names = [file["name"] for one in people.ana.dm() for file in one["files"]]
    assert [name.split("-2026")[0] for name in names] == ["my-coaching-hours"]

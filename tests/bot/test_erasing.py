"""Being erased, as people at the page go through it; and that nothing is left, wherever one looks.

What people write is kept as they wrote it here, without keys: encrypted words would never be found, so that
the search could not fail.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from coaching import privacy, removal
from coaching.packs import default_pack
from demo import cast
from demo.person import Person
from demo.records import Json
from service import keys
from service.demo import Demo
from storage import encryption
from storage.encryption import Cipher
from storage.models import (
    AuditEntry,
    Installation,
)
from tests.support import pasts, traces
from tests.support.instants import wall
from tests.support.people import FIVE, People, accepted, previewed, session_fields

TEAM = "T0RIVERBEND"
LINK = "https://meet.example/one"
SHARE = "Who can read it?"
WROTE = {
    name: f"planted{name}7531"
    for name in (
        "workplace",
        "message",
        "link",
        "reason",
        "case",
        "remote",
        "notes",
        "action",
        "reflection",
        "form",
    )
}
"""What Chidi writes, each where its name says."""
TRACES = [*WROTE.values(), cast.CHIDI, "Chidi"]


@contextmanager
def open_words(demo: Demo) -> Iterator[None]:
    """Nothing is encrypted meanwhile. Engines of other tests share what knows the keys (`tests/warm.py`)."""
    encryption.use(demo.coach.database.engine, Cipher())
    yield
    encryption.use(demo.coach.database.engine, Cipher(keys.of(demo.coach.settings)))


def lived(people: People) -> None:
    """Chidi has done about everything that one can do, until the notes of the first session are written."""
    with open_words(people.demo):
        does_everything(people)


def does_everything(people: People) -> None:
    chidi = people.chidi
    settle_in(chidi)
    pasts.a_circle(people)
    people.session(by=chidi, mode="Video", link=f"https://{WROTE['link']}.example/", message=WROTE["message"])
    people.session(by=chidi, date="2026-12-15", mode="Video", link=LINK, presenter="Chidi")
    prepares_a_case(people)
    meets_remotely_all_the_same(people)
    chidi.click("Cancel session", in_=people.card())
    chidi.fill({"Why": WROTE["reason"]})
    accepted(chidi)
    people.session(by=chidi, date="2026-12-29")
    polls(people)
    people.circle(name="Pair", members=["Chidi Okafor", "Dee Novak"], channel=None, by=chidi)
    people.session(by=chidi, circle="Pair", date="2026-12-07", mode="Video", link=LINK)
    people.wait("2026-12-07 11:56")  # ten in Chicago, where Chidi lives
    looks_back(people)
    people.wait("2026-12-08 10:51")
    answers_evaluation(people)
    writes_notes(people)
    people.wait("2026-12-08 11:05")
    people.ana.click("We met", in_=newest(people.ana, "Did "))
    accepted(people.ana)
    begins_a_form(chidi)
    remember_otherwise(people.demo)


def settle_in(chidi: Person) -> None:
    chidi.command("/coach settings")
    chidi.fill({"Workplace": WROTE["workplace"]})
    accepted(chidi)
    chidi.command("/coach away")
    chidi.fill({"First day": "2027-02-01", "Last day": "2027-02-05"})
    assert chidi.submit() == {}
    chidi.close()
    chidi.command("/coach calendar")
    chidi.click("Make my address")
    chidi.close()
    chidi.open_home()


def prepares_a_case(people: People) -> None:
    people.chidi.command("/coach case")
    people.chidi.fill({"Title": WROTE["case"], "The situation in brief": WROTE["case"] + " at length"})
    people.chidi.fill({SHARE: "Share with the circle"})
    accepted(people.chidi)
    people.demo.settle()


def meets_remotely_all_the_same(people: People) -> None:
    people.chidi.command("/coach schedule")
    people.chidi.fill(session_fields(date="2026-12-22", mode="Video", link=LINK, place=None))
    assert people.chidi.submit() == {}
    people.chidi.fill({"Meet remotely anyway?": WROTE["remote"]})
    accepted(people.chidi)
    people.demo.settle()


def polls(people: People) -> None:
    people.chidi.command("/coach poll")
    people.chidi.fill({"Date 1": "2027-01-13", "Time 1": "10:00", "Date 2": "2027-01-14", "Time 2": "10:00"})
    accepted(people.chidi)
    people.demo.settle()
    people.chidi.click("Pick times", in_=people.card())
    field = next(one for one in people.chidi.modal["blocks"] if one["type"] == "input")
    people.chidi.fill({"When can you meet?": [field["element"]["options"][0]["text"]["text"]]})
    accepted(people.chidi)
    people.demo.settle()


def looks_back(people: People) -> None:
    form = default_pack().form("pair")
    people.chidi.click("Look back", in_=newest(people.chidi, "Look back for a minute"))
    people.chidi.fill({one.text: "3" for one in form.statements})
    people.chidi.fill({form.questions[0].text: WROTE["reflection"]})
    accepted(people.chidi)
    people.demo.settle()
    people.chidi.click("Share with my partner", in_=newest(people.chidi, "seen by you alone"))
    people.demo.settle()


def answers_evaluation(people: People) -> None:
    form = default_pack().form("group")
    for person in (people.chidi, people.dee):
        person.click("Answer", in_=newest(person, "evaluation"))
        person.fill({one.text: "4" for one in form.statements})
        accepted(person)


def writes_notes(people: People) -> None:
    people.chidi.command("/coach notes")
    people.chidi.fill({"What was discussed": WROTE["notes"]})
    people.chidi.fill({"what_1": WROTE["action"], "who_1": "Chidi", "by_1": "2026-12-17"})
    accepted(people.chidi)
    people.demo.settle()


def begins_a_form(chidi: Person) -> None:
    chidi.command("/coach circle")
    chidi.fill({"Name": WROTE["form"], "Members": FIVE[:3], "Channel": "#practice-circle"})
    chidi.fill({"Rhythm": "No rhythm", "Starts on": "2027-03-01", "Usual time": "10:00"})
    previewed(chidi)
    chidi.close(everything=True)


def remember_otherwise(demo: Demo) -> None:
    """What no page of this test does: an installation by Chidi, and an entry of what he did."""
    now = demo.clock.now()
    with demo.coach.database.transaction() as db:
        chidi = known(db, cast.CHIDI)
        db.add(AuditEntry(workspace_id=TEAM, at=now, actor_id=chidi.id, action="scheduled"))
        db.get_one(Installation, TEAM).installer_slack_id = cast.ANA
        db.flush()
        whole = json.loads(privacy.file_of(db, ana, at))
    [search], [swap] = whole["searches_for_a_role"], whole["roles_swapped"]
    assert (search["you_are_asked"], search["your_role"], swap["taken_over_by_you"]) == (True, False, True)
    assert whole["you"]["installed_the_bot_at"]
    assert [one["name"] for one in whole["circles_made"]] == ["Practice circle"]


def in_file(whole: Json) -> dict[str, int]:
    """How much of each there is in somebody's file, by what it is called where it is counted."""
    circles, sessions = whole.get("circles", []), whole.get("sessions", [])
    remarks = ("your_message", "your_remote_reason", "your_closing_reason")
    you = whole.get("you", {})
    return {
        "circles": sum(one["left_at"] is None for one in circles),
        "circles_left": sum(one["left_at"] is not None for one in circles),
        "sessions": len(sessions),
        "answers": sum(bool(one.get("answered_at")) for one in sessions),
        "cases": len(whole.get("cases", [])),
        "notes": len(whole.get("notes", [])),
        "actions": len(whole.get("actions", [])),
        "reflections": len(whole.get("looking_back", [])),
        "remarks": sum(name in one for one in sessions for name in remarks),
        "polls": len(whole.get("polls", [])),
        "searches": len(whole.get("searches_for_a_role", [])),
        "swaps": len(whole.get("roles_swapped", [])),
        "circles_made": len(whole.get("circles_made", [])),
        "away": len(whole.get("days_away", [])),
        "drafts": len(whole.get("forms_begun", [])),
        "invitations": len(whole.get("asked_to_join", [])),
        "reminders": len(whole.get("reminders_to_come", [])),
        "messages": len(whole.get("messages_to_you", [])),
        "audit": len(whole.get("what_you_did", [])),
        "calendar": you.get("calendar_address_made_at") is not None,
        "owns_programme": you.get("programme_owner_since") is not None,
        "installed": you.get("installed_the_bot_at") is not None,
    }


def night_of(people: People, day: str) -> None:
    """The night before that day, as a bot that was down meanwhile has it."""
    demo = people.demo
    demo.settle()
    demo.clock.move(wall(f"{day} 04:00"))
    demo.settle()


def test_nothing_is_left_of_a_workspace_two_weeks_after_it_removed_the_bot(
    people: People, demo: Demo
) -> None:
    database = demo.coach.database
    demo.workspace.workspace.bot.token = "xoxb-of-before"  # the one that the bot has works no more
    with database.transaction() as db:
        assert removal.close(db, TEAM, demo.clock.now())
    night_of(people, "2026-12-21")
    assert traces.in_tables(database, [cast.CHIDI])
    night_of(people, "2026-12-23")
    everybody = [*TRACES, *FIVE, cast.ANA, TEAM, "Practice circle"]
    assert traces.in_tables(database, everybody) == set()
    assert traces.on_disk(database, everybody) == set()
    with database.reading() as db:
        for table in removal.tables():
            assert db.scalar(select(func.count()).where(table.c.workspace_id == TEAM)) == 0, table.name


def test_words_go_two_years_after_their_session_and_what_is_counted_stays(people: People, demo: Demo) -> None:
    database = demo.coach.database
    before = rows(demo)
    night_of(people, "2028-12-01")
    kept = {"workplace", "link", "message", "reason", "case", "remote", "notes", "action", "reflection"}
    assert of_wrote(traces.in_tables(database, TRACES)) == kept
    night_of(people, "2029-02-01")
    assert of_wrote(traces.in_tables(database, TRACES)) == {"workplace"}
    assert traces.on_disk(database, [one for one in TRACES if one not in KNOWN_STILL]) == set()
    assert rows(demo)[2] == before[2]


KNOWN_STILL = (WROTE["workplace"], cast.CHIDI, "Chidi")


def of_wrote(found: set[str]) -> set[str]:
    there = {one.rpartition(": ")[2] for one in found}
    return {name for name, planted in WROTE.items() if planted in there}

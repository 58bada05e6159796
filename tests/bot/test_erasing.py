"""Being erased, as people at the page go through it; and that nothing is left, wherever one looks.

What people write is kept as they wrote it here, without keys: encrypted words would never be found, so that
the search could not fail.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from coaching import erasing, privacy, removal
from coaching.access import Actor
from coaching.packs import default_pack
from coaching.people import somebody
from coaching.rules.keeping import AS_USUAL
from coaching.rules.terms import Role
from demo import cast
from demo.person import Person, words
from demo.records import Json
from service import keys
from service.demo import Demo
from storage import encryption
from storage.encryption import Cipher
from storage.models import (
    AuditEntry,
    CoachingSession,
    EvaluationAnswer,
    EvaluationReceipt,
    Installation,
    RoleSwap,
    SwapAsk,
)
from storage.models import Person as Known
from tests.support import pasts, traces
from tests.support.databases import ON_SQLITE
from tests.support.instants import wall
from tests.support.pasts import Beginning
from tests.support.people import FIVE, People, accepted, previewed, session_fields
from tests.support.signed import Forger

pytestmark = pytest.mark.long
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
        db.add(
            Installation(
                workspace_id=TEAM,
                app_id="A0",
                bot_token="xoxb-1",
                scopes="commands",
                installer_slack_id=cast.CHIDI,
                installed_at=now,
            )
        )


def known(db: Session, slack_id: str) -> Known:
    return db.scalars(select(Known).where(Known.slack_id == slack_id)).one()


def newest(person: Person, words_in_it: str) -> Json:
    return [one for one in person.dm() if words_in_it in one["text"]][-1]


@pytest.fixture
def beginning() -> Beginning:
    return lived


@pytest.fixture(autouse=True)
def without_keys(demo: Demo) -> Iterator[None]:
    with open_words(demo):
        yield


def erases(person: Person) -> None:
    person.command("/coach privacy")
    person.click("Erase me")
    assert person.submit() == {}
    assert "Erase you for good?" in words(person.modal)
    assert person.submit() == {}


@pytest.mark.long
def test_nothing_is_left_of_who_was_erased(people: People, demo: Demo) -> None:
    database, before = demo.coach.database, rows(demo)
    there = {one.rpartition(": ")[2] for one in traces.in_tables(database, TRACES)}
    assert there == set(TRACES), "the search finds what is there"
    assert any(names_him(one) for one in everywhere(people.ana))
    with capture_logs() as logged:
        erases(people.chidi)
        assert "You are erased" in words(people.chidi.modal)
        people.chidi.close()
        assert not people.chidi.has_modal, "the page of before, with its figures, is closed as well"
        demo.settle()
    assert traces.in_tables(database, TRACES) == set()
    assert not [one for one in TRACES if one in str(logged)]
    assert rows(demo) == before
    people.wait("2026-12-09 00:05")
    assert traces.on_disk(database, TRACES) == set()
    assert traces.in_tables(database, TRACES) == set()
    nothing_is_said_of_him(people)


def rows(demo: Demo) -> tuple[int, int, list[tuple[object, ...]]]:
    """What others need: answers and receipts of the evaluation, and who had which role when."""
    with demo.coach.database.reading() as db:
        answers = db.scalar(select(func.count(EvaluationAnswer.key))) or 0
        receipts = db.scalar(select(func.count()).select_from(EvaluationReceipt)) or 0
        past = (
            select(CoachingSession.starts_at, CoachingSession.mode, CoachingSession.note_taker_id)
            .where(CoachingSession.starts_at < wall("2026-12-08 12:00"))
            .order_by(CoachingSession.id)
        )
        return answers, receipts, [tuple(one) for one in db.execute(past)]


def nothing_is_said_of_him(people: People) -> None:
    """What the bot has said in the channel and to others does not name him, nor does the log as a file."""
    people.ana.command("/coach log")
    people.ana.click("As JSON")
    people.demo.settle()
    [file] = people.ana.dm()[-1]["files"]
    spoken = [*everywhere(people.ana), *everywhere(people.dee)]
    found = [one["text"] for one in spoken if one["is_bot"] and names_him(one)]
    assert found == []
    assert not names_him(people.ana.download(file).decode())


def everywhere(person: Person) -> list[Json]:
    """All that somebody can read, in threads too."""
    found = []
    for channel in person.state()["channels"]:
        for one in person.messages(channel["id"]):
            found += [one, *person.thread(channel["id"], one["ts"])]
    return found


def names_him(what: object) -> list[str]:
    return [one for one in TRACES if one in json.dumps(what, ensure_ascii=False)]


@ON_SQLITE
def test_who_comes_again_is_somebody_new(people: People, demo: Demo) -> None:
    erases(people.chidi)
    people.chidi.close(everything=True)
    people.chidi.command("/coach")
    assert "in no circle" in words(people.chidi.ephemerals()[-1]["blocks"])
    people.chidi.command("/coach privacy")
    assert "Nothing else" in words(people.chidi.modal)
    with demo.coach.database.reading() as db:
        erased = db.scalars(select(Known).where(Known.name == erasing.NAME)).one()
        assert known(db, cast.CHIDI).id != erased.id


@ON_SQLITE
def test_a_second_click_and_what_slack_says_later_bring_nothing_back(
    people: People, demo: Demo, forger: Forger
) -> None:
    erases(people.chidi)
    again = forger.submit(cast.CHIDI, "erase_me", {"sure": True}, view_id="VAGAIN")
    assert "Nothing is stored about you" in json.dumps(again)
    assert forger.click(cast.CHIDI, "privacy.erase_me", "") == ""
    people.chidi.travel("Europe/Paris")
    people.chidi.leave_slack()
    people.wait("2026-12-10 09:00")
    assert traces.in_tables(demo.coach.database, TRACES) == set()


@ON_SQLITE
def test_his_file_holds_what_he_wrote_and_nothing_of_others(people: People, demo: Demo) -> None:
    people.chidi.command("/coach privacy")
    shown = words(people.chidi.modal)
    for figure in ("2 circles that you are in", "1 case", "1 set of notes", "1 action", "1 look back"):
        assert figure in shown
    people.chidi.click("My data")
    assert "on its way" in words(people.chidi.modal)
    demo.settle()
    [file] = people.chidi.dm()[-1]["files"]
    whole = json.loads(people.chidi.download(file))
    text = json.dumps(whole, ensure_ascii=False)
    assert [one for one in WROTE.values() if one not in text] == []
    assert whole["you"]["slack_id"] == cast.CHIDI
    assert not [one for one in ("Ana", "Dee", "Bo") if one in text]


@ON_SQLITE
def test_what_is_counted_is_what_the_file_holds_for_everybody(demo: Demo) -> None:
    with demo.coach.database.transaction() as db:  # as when old words go
        only = db.scalars(select(CoachingSession).where(CoachingSession.message.is_not(None))).first()
        assert only
        only.message = None
    with demo.coach.database.reading() as db:
        met = db.scalars(select(Known)).all()
        for me in met:
            counted = privacy.stored(db, Actor(TEAM, me), AS_USUAL)
            assert in_file(json.loads(privacy.file_of(db, me, demo.clock.now()))) == {
                name: getattr(counted, name) for name in in_file({})
            }
    assert len(met) >= len(FIVE)


IN_NO_FILE = {
    "evaluation_asked.person_id",
    "evaluation_receipts.person_id",  # a count that grows would say who has answered
    "circles.before_presenter_id",
    "circles.before_note_taker_id",  # what the coaching lead says of the time before the bot
    "invitations.invited_by_id",
    "programme_owners.named_by_id",
    "notes.edited_by_id",  # what they did to what is others'
}
IN_THE_FILE = {
    *("memberships.person_id", "circles.created_by_id", "attendance.person_id", "poll_answers.person_id"),
    *(f"coaching_sessions.{role}_id" for role in ("facilitator", "presenter", "note_taker", "created_by")),
    *(f"coaching_sessions.{words}_by_id" for words in privacy.REMARKS),
    *("cases.person_id", "notes.person_id", "notes.written_by_id", "action_items.owner_id"),
    *("pair_reflections.person_id", "polls.opened_by_id", "away.person_id", "form_drafts.person_id"),
    *("swap_asks.holder_id", "swap_asks.asked_id", "swap_asks.taker_id"),
    *("role_swaps.one_id", "role_swaps.other_id", "invitations.person_id", "reminders.person_id"),
    *("outbox.person_id", "audit_entries.actor_id", "calendar_feeds.person_id", "programme_owners.person_id"),
}


def test_every_column_that_refers_to_a_person_is_in_their_file_or_named_here() -> None:
    refer = {f"{one.class_.__tablename__}.{one.key}" for one in (*erasing.GOES, *erasing.STAYS)}
    assert refer == IN_THE_FILE | IN_NO_FILE


@ON_SQLITE
def test_what_they_had_to_do_with_roles_circles_and_installing_is_in_the_file(demo: Demo) -> None:
    with demo.coach.database.transaction() as db:
        ana, bo = (somebody(db, TEAM, one) for one in (cast.ANA, cast.BO))
        session = db.scalars(select(CoachingSession).limit(1)).unique().one()
        at = demo.clock.now()
        of_session: dict[str, Any] = {"workspace_id": TEAM, "session_id": session.id, "role": Role.PRESENTER}
        db.add(SwapAsk(**of_session, holder_id=bo.id, asked_id=ana.id, opened_at=at, next_step_at=at))
        db.add(RoleSwap(**of_session, one_id=bo.id, other_id=ana.id))
        db.get_one(Installation, TEAM).installer_slack_id = cast.ANA
        db.flush()
        whole = json.loads(privacy.file_of(db, ana, at))
    [search], [swap] = whole["searches_for_a_role"], whole["roles_swapped"]
    assert (search["you_are_asked"], search["your_role"], swap["taken_over_by_you"]) == (True, False, True)
    assert whole["you"]["installed_the_bot_at"]
    assert whole["circles_made"]


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

"""The end of a session as people at the page go through it: the evaluation, the record, what comes next."""

import pytest
from sqlalchemy import select

from coaching import access, evaluations
from coaching.evaluations import Filled
from coaching.packs import default_pack
from demo import cast
from demo.person import NotThere, Person, words
from demo.records import Json
from service.demo import Demo
from storage.models import CoachingSession, EvaluationReceipt, OutboxRow, Outgoing
from tests.support import pasts
from tests.support.databases import ON_SQLITE
from tests.support.pasts import Beginning
from tests.support.people import FIVE, ROOM, People, accepted, filled_in, refused

STATEMENTS = [one.text for one in default_pack().form("group").statements]
QUESTION = default_pack().form("group").questions[0].text
CLOSING, AFTER = "2026-12-08 10:51", "2026-12-08 11:01"


def all_asked(people: People) -> None:
    pasts.a_circle(people)
    people.session(mode="Video", link="https://meet.example/one")
    people.wait(CLOSING)


@pytest.fixture
def beginning(request: pytest.FixtureRequest, beginning: Beginning) -> Beginning:
    return all_asked if "session" in request.fixturenames else beginning


@pytest.fixture
def session(circle: People) -> None:
    """The first session has come to its closing part; all five are asked."""


def said(message: Json) -> str:
    return words(message["blocks"])


def newest(person: Person, words_in_it: str) -> Json:
    found = [one for one in person.dm() if words_in_it in one["text"]]
    assert found, [one["text"] for one in person.dm()]
    return found[-1]


def asked(person: Person) -> Json:
    """The message that asks this person to evaluate, or what has become of it."""
    [message] = [
        one
        for one in person.dm()
        if "evaluation" in one["text"] or "answered" in one["text"] or "weren't" in one["text"]
    ]
    return message


def answers(person: Person, score: str = "4", comment: str | None = None) -> None:
    person.click("Answer", in_=asked(person))
    choices = {"1": "1 – strongly disagree", "5": "5 – strongly agree"}
    person.fill(dict.fromkeys(STATEMENTS, choices.get(score, score)))
    if comment:
        person.fill({QUESTION: comment})
    accepted(person)


def thread(people: People, session: int = 0) -> list[Json]:
    return people.ana.thread(ROOM, people.card(session)["ts"])


def coming_next(people: People) -> list[Json]:
    """The line that says what comes next; the agenda stands above it."""
    return [one for one in thread(people) if one["text"].startswith("Next: ")]


def test_answering_says_thank_you_and_writes_no_message(people: People, session: None) -> None:
    demo = people.demo
    before = _rows(demo)
    answers(people.bo, comment="The questions")
    assert "You have answered. Thank you." in said(asked(people.bo))
    assert _rows(demo) == before
    assert "takes two minutes" in said(asked(people.chidi))
    with pytest.raises(NotThere):
        people.bo.click("Answer", in_=asked(people.bo))


def test_a_form_that_stood_open_all_the_while_is_taken_once(people: People, session: None) -> None:
    people.bo.click("Answer", in_=asked(people.bo))
    people.bo.fill(dict.fromkeys(STATEMENTS, "2"))
    _answer_elsewhere(people.demo, people.bo)
    assert any("have answered" in one for one in refused(people.bo).values())
    assert _receipts(people.demo) == 1


def test_the_form_says_what_is_kept_and_asks_for_every_statement(people: People, session: None) -> None:
    people.bo.click("Answer", in_=asked(people.bo))
    shown = words(people.bo.modal)
    assert "Anonymous" in shown
    assert "neither changed nor deleted" in shown
    assert list(filled_in(people.bo))[: len(STATEMENTS)] == STATEMENTS


def test_four_answers_make_a_result_that_the_circle_opens(people: People, session: None) -> None:
    for one in people.five[:4]:
        answers(one, comment=f"from {one.user_id} <!channel>")
    people.eli.click("I wasn't there", in_=asked(people.eli))
    assert "weren't" in said(asked(people.eli))
    people.wait(AFTER)
    line, picture = [one for one in thread(people) if "result" in one["text"]]
    assert "4 of 4 answered" in line["text"]
    [file] = picture["files"]
    assert people.dee.download(file).startswith(b"\x89PNG")
    assert all(f"{one.rstrip('.')}: 4.0 (4: 4)." in file["alt"] for one in STATEMENTS)
    people.dee.click("See the result", in_=line)
    shown = words(people.dee.modal)
    assert "4.0 of 5 on average" in shown
    assert all(f"from {one.user_id}" in shown for one in people.five[:4])
    for one in people.five:
        assert "has closed" in said(asked(one))
    assert _receipts(people.demo) == 0


def test_where_somebody_else_reads_along_neither_figures_nor_picture_stand(
    people: People, session: None
) -> None:
    for one in people.five[:4]:
        answers(one)
    people.demo.workspace.workspace.channels[cast.PRACTICE_CIRCLE].members.append(cast.GUS)
    people.wait("2026-12-13 12:01")
    [line] = [one for one in thread(people) if "result" in one["text"]]
    assert "4 of 5 answered" in line["text"]
    assert "on average" not in said(line)
    assert line["files"] == []


def test_the_convener_records_that_they_met(people: People, session: None) -> None:
    people.wait(AFTER)
    question = newest(people.ana, "meet on")
    people.ana.click("We met", in_=question)
    people.ana.fill({"How did you meet?": "In person", "Who presented?": "Bo", "Who took notes?": "Dee"})
    accepted(people.ana)
    people.demo.settle()
    recorded = said(newest(people.ana, "Recorded"))
    assert "in person" in recorded
    assert "was held" in people.card()["text"]


def test_not_having_met_ends_the_evaluation_and_offers_another_time(people: People, session: None) -> None:
    answers(people.bo)
    people.wait(AFTER)
    people.ana.click("We did not meet", in_=newest(people.ana, "meet on"))
    people.ana.submit()
    people.ana.click("Another time")
    assert "Date" in filled_in(people.ana)
    people.ana.close(everything=True)
    people.demo.settle()
    for one in people.five:
        assert "did not take place" in said(newest(one, "has closed"))
    assert "did not take place" in people.card()["text"]
    assert _receipts(people.demo) == 0


def test_what_comes_next_is_confirmed_in_the_thread(people: People, session: None) -> None:
    [line] = coming_next(people)
    assert "Next: Bo presents, Dee takes notes" in line["text"]
    people.chidi.click("Confirm", in_=line)
    [line] = coming_next(people)
    assert "It is scheduled." in line["text"]
    people.demo.settle()
    assert len([one for one in people.ana.messages(ROOM) if one["is_bot"]]) == 2


def test_changing_what_comes_next_opens_the_form(people: People, session: None) -> None:
    [line] = coming_next(people)
    people.chidi.click("Change", in_=line)
    assert filled_in(people.chidi)["Date"] == "2027-01-12"


def test_the_nudge_comes_the_next_working_day_to_who_has_not_answered(people: People, session: None) -> None:
    answers(people.bo)
    people.wait("2026-12-09 10:01")
    nudged = [one for one in people.five if "is open until" in one.dm()[-1]["text"]]
    assert people.bo not in nudged
    assert people.chidi in nudged
    people.chidi.click("Not now", in_=people.chidi.dm()[-1])
    people.chidi.click("Answer", in_=people.chidi.dm()[-1])
    assert people.chidi.has_modal


@ON_SQLITE
def test_the_nudge_is_not_put_off(people: People, session: None) -> None:
    """Moved, it would tell until the window closes who had not answered."""
    people.wait("2026-12-09 10:01")
    assert "Remind me later" not in said(people.dee.dm()[-1])  # there is nothing else in hers
    notes_too = people.chidi.dm()[-1]
    people.chidi.click("In 1 hour", in_=notes_too)
    [stays] = [one for one in people.chidi.dm() if one["ts"] == notes_too["ts"]]
    assert "is open until" in said(stays)
    assert "remind you of the rest" in said(stays)
    people.wait("2026-12-09 11:05")
    assert "the notes of" in said(people.chidi.dm()[-1])
    assert "is open until" not in said(people.chidi.dm()[-1])


def test_a_pair_looks_back_for_itself_and_may_share(people: People) -> None:
    people.circle(name="Pair", members=FIVE[:2], channel=None)
    people.session(mode="Video", link="https://meet.example/one")
    people.wait("2026-12-08 10:56")
    form = default_pack().form("pair")
    invitation = newest(people.ana, "Look back for a minute")
    people.ana.click("Look back", in_=invitation)
    assert "nonymous" not in words(people.ana.modal)
    people.ana.close()
    people.ana.open_home()
    people.ana.click("Answer", in_="home")
    people.ana.fill({one.text: "3" for one in form.statements})
    people.ana.fill({form.questions[0].text: "Ask more"})
    accepted(people.ana)
    people.demo.settle()
    mine = newest(people.ana, "seen by you alone")
    assert "Answer" not in words(people.ana.home["blocks"])
    assert "Ask more" not in str(people.bo.dm())
    people.ana.click("Share with my partner", in_=mine)
    people.demo.settle()
    told = newest(people.bo, "shares with you")
    people.bo.click("Read it", in_=told)
    assert "Ask more" in words(people.bo.modal)
    people.bo.close()
    people.ana.click("Stop sharing", in_=newest(people.ana, "shared with your partner"))
    people.demo.settle()
    assert "taken back" in newest(people.bo, "taken back")["text"]
    assert told["ts"] == newest(people.bo, "taken back")["ts"]


def _rows(demo: Demo) -> list[tuple[int, str]]:
    with demo.coach.database.reading() as db:
        rows = db.scalars(select(OutboxRow).where(OutboxRow.kind != Outgoing.HOME).order_by(OutboxRow.id))
        return [(one.id, one.state) for one in rows]


def _receipts(demo: Demo) -> int:
    with demo.coach.database.reading() as db:
        return len(db.scalars(select(EvaluationReceipt)).all())


def _answer_elsewhere(demo: Demo, person: Person) -> None:
    """The same person sends the form from another device."""
    form = demo.coach.pack.form("group")
    with demo.coach.database.transaction() as db:
        session = db.scalars(select(CoachingSession)).one()
        actor = access.actor(db, session.workspace_id, person.user_id)
        filled = Filled({one.id: 4 for one in form.statements}, {})
        evaluations.answer(db, actor, session.id, filled, demo.coach.pack, demo.coach.clock.now())

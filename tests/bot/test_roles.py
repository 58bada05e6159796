"""Turns on the page, excuses until a day, and sessions to which too few can come."""

from demo.person import Person, words
from demo.records import Json
from tests.support.databases import ON_SQLITE
from tests.support.people import People, accepted, refused

LINK = "https://meet.example/one"


def roles_page(person: Person) -> str:
    person.command("/coach roles")
    return words(person.modal["blocks"])


def excuse(people: People, who: str, what: str, until: str) -> None:
    people.ana.command("/coach roles")
    people.ana.click("Excuse somebody")
    people.ana.fill({"Who?": who, "From what?": what, "Until": until})


@ON_SQLITE
def test_somebody_is_excused_until_a_day_and_first_again_after_it(people: People, circle: People) -> None:
    excuse(people, "Bo", "Presenting", "2027-02-01")
    assert people.ana.submit() == {}
    page = words(people.ana.modal["blocks"])
    assert "Bo is excused from presenting until Monday, 1 February 2027." in page
    # In turn Bo would present in January; he does in February, and nobody has twice before everybody.
    lines = [line for line in page.splitlines() if " presents, " in line]
    presenters = [line.partition(": ")[2].split()[0] for line in lines]
    assert presenters == ["Ana", "Chidi", "Bo", "Dee", "Eli", "Ana"]
    assert "Bo is excused from presenting" in roles_page(people.bo)
    assert "Excuse somebody" not in roles_page(people.bo)


@ON_SQLITE
def test_an_excuse_can_be_ended(people: People, circle: People) -> None:
    excuse(people, "Bo", "Presenting", "2027-02-01")
    assert people.ana.submit() == {}
    people.ana.click("End it")
    page = words(people.ana.modal["blocks"])
    assert "excused" not in page
    assert "12 January 2027 (not scheduled yet): Bo presents" in page


@ON_SQLITE
def test_a_day_that_is_over_is_refused(people: People, circle: People) -> None:
    excuse(people, "Bo", "Taking notes", "2026-11-23")
    assert "to come" in refused(people.ana)["Until"]


def asked(person: Person) -> list[Json]:
    return [one for one in person.dm() if "can't come to" in one["text"] or "as it is" in one["text"]]


def test_the_convener_is_asked_once_when_too_few_can_come(people: People, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    for member in (people.bo, people.chidi):
        member.click("Can't make it", in_=member.dm()[-1])
    people.demo.settle()
    assert asked(people.ana) == []
    people.dee.click("Can't make it", in_=people.dee.dm()[-1])
    people.eli.click("Can't make it", in_=people.eli.dm()[-1])
    people.demo.settle()
    [question] = asked(people.ana)
    assert question["text"].startswith("4 of 5 can't come to Practice circle")
    people.ana.click("Hold it", in_=question)
    people.demo.settle()
    [settled] = asked(people.ana)
    assert "stays as it is" in settled["text"]
    assert "Hold it" not in words(settled["blocks"])
    assert all(asked(one) == [] for one in people.five[1:])


@ON_SQLITE
def test_enough_again_settles_the_question_and_a_new_date_can_raise_it_anew(
    people: People, circle: People
) -> None:
    people.session(mode="Video", link=LINK)
    three = (people.bo, people.chidi, people.dee)
    for member in three:
        member.click("Can't make it", in_=member.dm()[-1])
    people.demo.settle()
    people.dee.click("I'll be there", in_=people.dee.dm()[-1])
    people.demo.settle()
    assert asked(people.ana) == []
    [said] = [one for one in people.ana.dm() if "Enough can come" in one["text"]]
    people.dee.click("Can't make it", in_=people.dee.dm()[-1])
    people.demo.settle()
    [question] = asked(people.ana)
    assert question["ts"] == said["ts"]
    people.ana.click("Reschedule", in_=question, nth=0)
    people.ana.fill({"Date": "2026-12-10"})
    accepted(people.ana)
    people.demo.settle()
    for member in three:
        member.click("Can't make it", in_=member.dm()[-1])
    people.demo.settle()
    assert len(asked(people.ana)) == 1

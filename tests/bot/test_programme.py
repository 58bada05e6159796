"""`/coach programme` and "What leadership sees" as people at the page see them."""

import pytest

from demo.person import words
from tests.support.databases import ON_SQLITE
from tests.support.people import People

pytestmark = ON_SQLITE


@pytest.mark.long
def test_every_member_sees_what_owners_see_and_the_first_is_named_by_an_admin(
    people: People, circle: People
) -> None:
    people.session(date="2026-12-08", mode="Video", link="https://meet.example/one")
    people.bo.command("/coach programme")
    assert "There is nothing to see yet" in words(people.bo.modal)
    assert "first programme owner" not in words(people.bo.modal)
    people.bo.close()
    people.gus.command("/coach programme")
    assert "people in a circle" in people.gus.ephemerals()[-1]["text"]

    people.ana.command("/coach programme")
    people.ana.click("Name the first programme owner")
    people.ana.fill({"First programme owner": ["Gus Park"]})
    assert people.ana.submit() == {}
    assert "Gus owns the programme page" in words(people.ana.modal)
    people.ana.close(everything=True)

    people.wait("2027-01-09 12:00")
    people.gus.command("/coach programme")
    seen = words(people.gus.modal)
    assert "*October to December 2026*" in seen
    assert "Circles with sessions: *1*" in seen
    assert "Practice circle" not in seen
    people.gus.click("Stop being an owner")
    assert "only programme owner" in words(people.gus.modal)
    people.gus.close(everything=True)
    people.bo.command("/coach help")
    people.bo.click("What leadership sees", in_=people.bo.ephemerals()[-1])
    assert words(people.bo.modal) in seen

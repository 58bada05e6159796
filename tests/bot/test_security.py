"""What a member, somebody who has left, an outsider and a forger of ids must not be able to see or do."""

import json

import pytest

from bot.ids import View
from demo import cast
from demo.person import Person, words
from demo.records import Json
from service.demo import Demo
from tests.support.people import CIRCLE, FIVE, People, accepted
from tests.support.signed import Forger

LINK = "https://meet.example/one"
TEAM = "T0RIVERBEND"


def said(message: Json) -> str:
    return words(message["blocks"])


def edit(people: People, name: str = CIRCLE, **fields: object) -> None:
    people.ana.command("/coach circles")
    people.ana.click("Open", in_=people.ana.ephemerals()[-1])
    people.ana.click("Edit circle")
    people.ana.fill(fields)
    accepted(people.ana)
    people.demo.settle()


def group_dms(person: Person) -> list[Json]:
    return [one for one in person.state()["channels"] if one["kind"] == "mpim"]


@pytest.fixture
def quiet_circle(people: People) -> None:
    """Ana, Bo and Chidi without a channel, so in a group DM; their session is by video."""
    people.circle(members=["Ana Torres", "Bo Jensen", "Chidi Okafor"], channel=None)
    people.session(mode="Video", link=LINK)


def leaves(people: People, person: Person) -> None:
    person.command("/coach leave")
    accepted(person)
    people.demo.settle()


def test_who_has_left_reads_no_more_cards_in_the_old_group_dm(people: People, quiet_circle: People) -> None:
    [old] = group_dms(people.chidi)
    [card] = people.chidi.messages(old["id"])
    assert "Presenter" in said(card)
    leaves(people, people.chidi)
    [card] = people.chidi.messages(old["id"])
    assert said(card) == "The card of this session stands in the circle's present conversation now."
    assert group_dms(people.chidi) == [old]
    people.session(date="2027-01-12", mode="Video", link=LINK)
    assert people.chidi.messages(old["id"]) == [card]
    [new] = [one for one in group_dms(people.ana) if one != old]
    assert ["Presenter" in said(one) for one in people.ana.messages(new["id"])] == [True, True]


def test_a_move_tells_nothing_to_who_has_left(people: People, quiet_circle: People) -> None:
    [old] = group_dms(people.chidi)
    leaves(people, people.chidi)
    before = [said(one) for one in [*people.chidi.dm(), *people.chidi.messages(old["id"])]]
    people.ana.command("/coach")
    people.ana.click("Reschedule", in_=people.ana.ephemerals()[-1])
    people.ana.fill({"Time": "15:00"})
    accepted(people.ana)
    people.demo.settle()
    assert [said(one) for one in [*people.chidi.dm(), *people.chidi.messages(old["id"])]] == before


def test_the_home_tab_of_somebody_taken_out_shows_nothing_of_the_circle(
    people: People, circle: People
) -> None:
    people.session(mode="Video", link=LINK)
    people.eli.open_home()
    assert CIRCLE in words(people.eli.home)
    edit(people, Members=[one for one in FIVE if one != "Eli Stern"])
    assert CIRCLE not in words(people.eli.home)


def test_a_circles_name_pings_nobody_and_links_nowhere(people: People) -> None:
    name = "<!channel> <https://evil.example|home>"
    people.circle(name=name)
    people.session(mode="Video", link=LINK)
    people.bo.command("/coach circles")
    people.bo.command("/coach")
    heard = [*people.bo.dm(), *people.bo.ephemerals(), *people.bo.messages("#practice-circle")]
    assert len(heard) > 3
    for message in heard:
        everything = json.dumps([message["text"], mrkdwn_of(message["blocks"])])
        assert "<!channel" not in everything
        assert "<https://evil" not in everything


def mrkdwn_of(block: object) -> list[str]:
    """All text of a message in which Slack reads markup."""
    if isinstance(block, list):
        return [text for one in block for text in mrkdwn_of(one)]
    if not isinstance(block, dict):
        return []
    own = [block["text"]] if block.get("type") == "mrkdwn" else []
    return own + [text for one in block.values() for text in mrkdwn_of(one)]


def test_a_name_cannot_turn_the_words_behind_it(people: People) -> None:
    people.circle(name="Evening\u202e circle\u2066")
    people.bo.command("/coach circles")
    assert "Evening circle" in people.bo.ephemerals()[-1]["text"]


def test_an_event_that_nobody_asked_slack_for_is_taken_and_nothing_comes_of_it(demo: Demo) -> None:
    assert Forger(demo).event("channel_rename", "Ev1", channel={"id": "C0GENERAL"}) == 200


@pytest.mark.parametrize(
    ("part", "odd"),
    [
        ("trigger_id", {"of": "another kind"}),
        ("channel", {"id": ["C0GENERAL"]}),
        ("container", {"type": "message", "channel_id": "C0GENERAL", "message_ts": 0.5}),
        ("response_url", 7),
        ("view", {"id": "", "type": "modal"}),
    ],
)
def test_what_is_not_what_slack_sends_is_a_bad_request(demo: Demo, part: str, odd: object) -> None:
    forger = Forger(demo)
    sent = {
        "type": "block_actions",
        "team": {"id": forger.team},
        "user": {"id": cast.ANA},
        "actions": [{"type": "button", "action_id": "session.attend", "block_id": "b", "value": "1"}],
        part: odd,
    }
    assert forger.send({"payload": json.dumps(sent)})[0] == 400


def test_an_event_without_a_person_comes_to_nothing(demo: Demo) -> None:
    assert Forger(demo).event("app_home_opened", "Ev1", tab="home") == 200


def test_somebody_whom_slack_does_not_show_is_named_in_a_sentence(demo: Demo) -> None:
    forger = Forger(demo)
    assert forger.event("app_home_opened", "Ev1", user="U0NOBODY", tab="home") == 200
    fields = circle_fields(cast.BO, "U0NOBODY")
    assert "Slack does not show me somebody" in json.dumps(forger.submit(cast.ANA, View.CIRCLE, {}, fields))


def circle_fields(*members: str) -> Json:
    return {
        "name": "New",
        "members": {"selected_users": list(members)},
        "rhythm": {"selected_option": {"value": "same_weekday"}},
        "starts_on": {"selected_date": "2027-01-12"},
        "usual_time": {"selected_time": "10:00"},
    }


def test_what_no_database_holds_is_left_out_of_ids_and_words(people: People) -> None:
    forger = Forger(people.demo)
    assert forger.event("app_home_opened", "Ev\x002", user=f"{cast.ANA}\x00", tab="home\x00") == 200
    assert people.ana.state()["home"]
    assert forger.command(cast.ANA, "a\x00way") == ""
    assert people.ana.modal["title"] == "Days away"

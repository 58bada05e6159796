"""What a member, somebody who has left, an outsider and a forger of ids must not be able to see or do."""

import json
from typing import Any

import pytest
from sqlalchemy import Select, Table, select

from bot.ids import Action, View
from bot.wording import COMMANDS
from coaching import drafts, programme, workspaces
from coaching.access import PROGRAMME_IS_FOR
from coaching.errors import NotFound
from coaching.people import Profile, learn
from coaching.rules.terms import PersonKind
from demo import cast
from demo.person import Person, words
from demo.records import Json
from service.demo import Demo
from service.tokens import BotToken
from storage.base import Base
from tests.support.people import CIRCLE, FIVE, People, accepted, circle_fields, previewed
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


NO_ID = {
    Action.NEW_CIRCLE,
    Action.CHOOSE_POSITION,  # its id stands in the form around it
    Action.LINK,
    Action.ANOTHER_ACTION,  # so does its
    Action.LIST_NOTES,
    Action.LIST_CASES,
    Action.MY_HOURS,
    Action.HOURS_CSV,
    Action.SHOW_HELP,
    Action.SETTINGS,
    Action.AWAY,
    Action.SHOW_CALENDAR,
    Action.MAKE_CALENDAR,
    Action.STOP_CALENDAR,
    Action.PUT_OFF,  # the message that was clicked is what it is about
    Action.SHOW_PROGRAMME,
    Action.PROGRAMME_QUARTER,
    Action.NAME_OWNERS,
    Action.STEP_DOWN,
}
OF_ONES_OWN = {View.CIRCLE, View.SETTINGS, View.AWAY, View.ADD_TO_NOTES, View.PROGRAMME_OWNERS}
"""Forms about nothing that is there already, about oneself, or about no circle. Notes are added to a session
that is chosen in a field."""
TWO_IDS = {Action.SEE_RESULT, Action.SEE_REFLECTION, Action.SEE_PARTNERS_REFLECTION}
LEADS_TO_IT = {
    Action.MORE: "reschedule",
    Action.END_EXCUSE: "2:presenter",
    **dict.fromkeys((Action.CONFIRM_DATE, Action.CHANGE_DATE, Action.SKIP_DATE), "2026-12-08"),
    **dict.fromkeys((Action.VOLUNTEER_TO_PRESENT, Action.VOLUNTEER_FOR_NOTES), "2027-01-12"),
}
"""What stands before the id that a button carries."""
NAMES_OF_IDS = ("session", "circle", "poll", "draft", "swap", "invitation", "revision", "action")
REFUSALS = {NotFound.sentence, drafts.GONE}
"""Of a draft too nobody learns whether it is somebody else's or nobody's."""


def test_an_outsider_is_told_the_same_of_what_is_not_theirs_and_what_is_not_there(
    people: People, forger: Forger, circle: People
) -> None:
    people.session(mode="Video", link=LINK)
    swap_and_draft(people)

    for action in set(Action) - NO_ID:
        told = forger.click(cast.GUS, action, value_of(action, 1))
        assert told in REFUSALS, action
        assert told == forger.click(cast.GUS, action, value_of(action, 99999)), action


def value_of(action: Action, number: int) -> str:
    """What a button carries that leads to the thing with this id."""
    if action in TWO_IDS:
        return f"{number}:1"
    return f"{LEADS_TO_IT[action]}:{number}" if action in LEADS_TO_IT else str(number)


def test_a_forged_form_of_an_outsider_changes_nothing(people: People, forger: Forger, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    swap_and_draft(people)
    for form in set(View) - OF_ONES_OWN:
        answers = [
            forger.submit(
                cast.GUS, form, dict.fromkeys(NAMES_OF_IDS, one), {"reason": "Ha"}, view_id=f"V{form}{one}"
            )
            for one in (1, 99999)
        ]
        assert answers[0] == answers[1], form
        assert any(refusal in json.dumps(answers[0]) for refusal in REFUSALS), form
    assert "Presenter" in said(people.card())


def test_a_forged_addition_to_notes_changes_nothing(people: People, forger: Forger, circle: People) -> None:
    people.session(mode="Video", link=LINK)
    answers = [
        forger.submit(
            cast.GUS,
            View.ADD_TO_NOTES,
            {},
            {"choice": session, "discussed": "Ha"},
            view_id=f"V{session}",
        )
        for session in ("1", "99999")
    ]
    assert answers[0] == answers[1]
    assert any(refusal in json.dumps(answers[0]) for refusal in REFUSALS)


def test_who_owns_no_programme_and_is_in_no_circle_learns_and_changes_nothing(
    people: People, forger: Forger, circle: People
) -> None:
    people.session(mode="Video", link=LINK)
    for action in (Action.SHOW_PROGRAMME, Action.PROGRAMME_QUARTER, Action.NAME_OWNERS, Action.STEP_DOWN):
        assert forger.click(cast.GUS, action, "8105") in (PROGRAMME_IS_FOR, programme.ONLY_OWNERS), action
    answer = forger.submit(cast.GUS, View.PROGRAMME_OWNERS, {}, {"reason": "Ha"}, view_id="Vprogramme")
    assert programme.ONLY_OWNERS in json.dumps(answer)
    people.ana.command("/coach programme")
    assert "has no programme owner yet" in words(people.ana.modal["blocks"])


def test_ids_of_one_workspace_open_nothing_in_another(people: People, forger: Forger, circle: People) -> None:
    """Ana leads the circle. Somebody with the same id elsewhere is nobody to it."""
    people.session(mode="Video", link=LINK)
    swap_and_draft(people)
    before = kept(people.demo)
    forger.team = serve_another(people.demo)
    for action in set(Action) - NO_ID - {Action.SHOW_PROGRAMME, Action.PROGRAMME_QUARTER}:
        told = forger.click(cast.ANA, action, value_of(action, 1))
        assert told in REFUSALS, action
    for form in set(View) - OF_ONES_OWN:
        ids = dict.fromkeys(NAMES_OF_IDS, 1)
        answer = forger.submit(cast.ANA, form, ids, {"reason": "Ha"}, view_id=f"V{form}")
        assert any(refusal in json.dumps(answer) for refusal in REFUSALS), form
    for word, _ in COMMANDS:
        heard = forger.command(cast.ANA, word)
        assert CIRCLE not in heard, word
        assert "Bo" not in heard, word
    assert forger.hand_over(cast.ANA, "Anything") == 200
    assert CIRCLE not in words(people.ana.modal["blocks"])
    assert kept(people.demo) == before


def serve_another(demo: Demo) -> str:
    """The bot's one workspace is another one from now on, in which Ana's id is somebody's too."""
    team = "T0OTHER"
    token = demo.coach.token
    assert isinstance(token, BotToken)
    with demo.coach.database.transaction() as db:
        workspaces.remember(db, team, "Hillside", cast.COACH, demo.clock.now())
        ana = Profile(cast.ANA, "Ann Thorne", "Europe/London", "en-GB", PersonKind.FULL, True, True)
        learn(db, team, [ana])
    token._found = (team, cast.COACH)
    return team


def kept(demo: Demo) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the first workspace; of messages only that they are there, since a worker is at them."""
    with demo.coach.database.reading() as db:
        return {
            name: sorted(tuple(row) for row in db.execute(_of_team(table)))
            for name, table in Base.metadata.tables.items()
            if "workspace_id" in table.c
        }


def _of_team(table: Table) -> Select[Any]:
    columns = [table.c.id] if table.name == "outbox" else table.c
    return select(*columns).where(table.c.workspace_id == TEAM)


def swap_and_draft(people: People) -> None:
    """The first search for a role and the first draft of a form, both of the circle's."""
    people.ana.click("Swap a role", in_=people.card())
    accepted(people.ana)
    people.ana.command("/coach circle")
    people.ana.fill(circle_fields(name="Another"))
    previewed(people.ana)
    people.ana.close()

"""Making a circle: the six fields, the year that they make, more settings; and editing it."""

from demo import cast
from demo.person import Person, words
from service.demo import Demo
from tests.bot.test_circles import LINK, add_staff, circle_page, open_edit
from tests.support.databases import ON_SQLITE
from tests.support.people import (
    CIRCLE,
    FIVE,
    ROOM,
    People,
    accepted,
    circle_fields,
    filled_in,
    previewed,
    refused,
)


def begin(person: Person, **fields: object) -> None:
    """Fills in "New circle" as far as the preview."""
    person.command("/coach circle")
    person.fill(circle_fields() | fields)
    previewed(person)


def year(person: Person) -> list[str]:
    """The dates of the preview on top, a line each."""
    lines = words(person.modal["blocks"]).splitlines()
    return [line for line in lines if " presents, " in line or " is coached first" in line]


@ON_SQLITE
def test_the_preview_shows_twelve_dates_with_roles_and_who_meets_in_person(people: People) -> None:
    begin(people.ana)
    lines = year(people.ana)
    assert len(lines) == 12
    # The second Tuesdays; one in three in person; Ana first, notes begun half a circle further on.
    assert lines[0] == "Tue, 8 Dec 2026: video, Ana presents, Chidi takes notes"
    assert lines[2].startswith("Tue, 9 Feb 2027: *in person*, Chidi presents")
    assert [number for number, line in enumerate(lines) if "in person" in line] == [2, 5, 8, 11]
    assert lines[11].startswith("Tue, 9 Nov 2027: *in person*, Bo presents")
    assert people.bo.dm() == []


@ON_SQLITE
def test_the_sessions_come_as_the_preview_has_said(people: People) -> None:
    begin(people.ana, **{"Rhythm": "Every four weeks", "Starts on": "2026-12-01"})
    first = year(people.ana)[0]
    accepted(people.ana)
    people.ana.command("/coach schedule")
    form = filled_in(people.ana)
    assert first == "Tue, 1 Dec 2026: video, Ana presents, Chidi takes notes"
    assert (form["Date"], form["How will you meet?"]) == ("2026-12-01", "Video")
    assert (form["Presenter"], form["Note-taker"]) == ("Ana", "Chidi")


@ON_SQLITE
def test_a_fourth_thursday_that_is_the_last_is_asked_about(people: People) -> None:
    begin(people.ana, **{"Starts on": "2026-11-26"})
    # The last one is chosen unasked. April 2027 has five Thursdays, so there the two differ.
    assert any(line.startswith("Thu, 29 Apr 2027") for line in year(people.ana))
    people.ana.fill({"Which weekday": "The fourth Thursday of the month"})
    assert any(line.startswith("Thu, 22 Apr 2027") for line in year(people.ana))
    accepted(people.ana)
    assert "Fourth Thursday of each month" in circle_page(people.ana)


@ON_SQLITE
def test_one_can_go_back_and_everything_is_still_there(people: People) -> None:
    begin(people.ana, Name="Thursdays")
    people.ana.click("More settings")
    people.ana.fill({"Usual length in minutes": 90})
    previewed(people.ana)
    people.ana.click("Change")
    assert filled_in(people.ana) == {
        **circle_fields(name="Thursdays"),
        "Members": [cast.ANA, cast.BO, cast.CHIDI, cast.DEE, cast.ELI],
        "Channel": cast.PRACTICE_CIRCLE,
    }
    people.ana.fill({"Members": ["Ana Torres", "Hana Sato"]})
    previewed(people.ana)
    assert "A pair: Ana and Hana" in words(people.ana.modal["blocks"])
    accepted(people.ana)
    assert "90 minutes" in circle_page(people.hana)


@ON_SQLITE
def test_more_settings_are_kept(people: People) -> None:
    begin(people.ana, Channel=None)
    people.ana.click("More settings")
    assert filled_in(people.ana)["Coaching leads"] == [cast.ANA]
    assert filled_in(people.ana)["Evaluation form"] == "Closing evaluation"
    more = {
        "Coaching leads": ["Bo Jensen", "Dee Novak"],
        "Time zone": "Europe/Berlin",
        "Usual length in minutes": 90,
        "Usual mode": "Phone",
        "Usual place or number": "Dee calls 555 0100",
        "Usual meeting link": LINK,
        "In-person rule": "1 in 2",
        "Who may schedule": "The coaching leads",
        "Who presented last?": "Ana",
        "Who took notes last?": "Bo",
        "How many sessions ago did you meet in person?": 1,
    }
    people.ana.fill(more)
    previewed(people.ana)
    accepted(people.ana)
    open_edit(people.bo)
    kept = filled_in(people.bo)
    assert kept["Coaching leads"] == [cast.BO, cast.DEE]
    same = [label for label in more if label != "Coaching leads"]
    assert {label: str(kept[label]) for label in same} == {label: str(more[label]) for label in same}


@ON_SQLITE
def test_a_circle_that_has_met_before_goes_on_where_it_was(people: People) -> None:
    begin(people.ana)
    people.ana.click("More settings")
    people.ana.fill(
        {
            "Who presented last?": "Ana",
            "Who took notes last?": "Chidi",
            "How many sessions ago did you meet in person?": 2,
        }
    )
    previewed(people.ana)
    # Two sessions ago in person, a remote one since: one more remote, then it is due.
    modes = ["in person" in line for line in year(people.ana)]
    assert modes[:5] == [False, True, False, False, True]
    assert year(people.ana)[0].startswith("Tue, 8 Dec 2026: video, Bo presents, Dee takes notes")
    accepted(people.ana)
    people.demo.settle()
    people.session(mode="Video", link=LINK)
    open_edit(people.ana)  # a session counts now, so that what was before is settled
    assert "Who presented last?" not in filled_in(people.ana)


@ON_SQLITE
def test_who_had_both_roles_is_refused(people: People) -> None:
    begin(people.ana)
    people.ana.click("More settings")
    people.ana.fill({"Who presented last?": "Ana", "Who took notes last?": "Ana"})
    assert list(refused(people.ana)) == ["Who took notes last?"]


@ON_SQLITE
def test_a_coordinator_sets_up_a_circle_for_others(people: People) -> None:
    begin(people.hana, Members=["Ana Torres", "Bo Jensen", "Chidi Okafor"], Channel=None)
    shown = words(people.hana.modal["blocks"])
    assert "you will not see this circle after saving" in shown
    assert "Coaching lead: Ana" in shown
    accepted(people.hana)
    people.demo.settle()
    assert CIRCLE in people.ana.dm()[-1]["text"]
    assert people.hana.dm() == []


@ON_SQLITE
def test_a_public_channel_is_pointed_out(people: People) -> None:
    begin(people.ana, Channel="#general")
    assert "Everyone in #general will see when you meet" in words(people.ana.modal["blocks"])


@ON_SQLITE
def test_an_edit_that_moves_the_dates_shows_the_year_first(people: People, circle: People) -> None:
    open_edit(people.ana)
    people.ana.fill({"Usual time": "11:00"})
    previewed(people.ana)
    assert "at 11:00" in words(people.ana.modal["blocks"])
    assert len(year(people.ana)) == 12
    accepted(people.ana)
    assert "at 11:00" in circle_page(people.bo)


@ON_SQLITE
def test_a_draft_is_ones_own_and_gone_after_a_day(people: People) -> None:
    begin(people.ana)
    people.wait("2026-11-25 10:00")
    assert people.ana.submit() == {}
    assert "opened over a day ago" in words(people.ana.modal["blocks"])
    people.ana.command("/coach circles")
    assert "in no circle yet" in people.ana.ephemerals()[-1]["text"]


@ON_SQLITE
def test_a_second_press_makes_no_second_circle(people: People) -> None:
    people.circle()
    people.ana.command("/coach circles")
    assert words(people.ana.ephemerals()[-1]["blocks"]).count(f"*{CIRCLE}*") == 1


@ON_SQLITE
def test_each_refusal_stands_at_its_field_and_the_rest_is_kept(demo: Demo, people: People) -> None:
    ana = people.ana
    nine = add_staff(demo, 9)
    ana.command("/coach circle")
    ana.fill(circle_fields(name="   ", channel="#leads-lounge"))

    def says(field: str, value: object, *expected: str, at: str | None = None) -> None:
        ana.fill({field: value})
        before = filled_in(ana)
        found = refused(ana)
        assert list(found) == [at or field]
        for word in expected:
            assert word in found[at or field]
        assert filled_in(ana) == before

    ana.fill({"Channel": None})
    says("Name", "   ", "name")
    ana.fill({"Name": CIRCLE})
    says("Members", ["Ana Torres", "Coach"], "Coach is an app")
    says("Members", ["Ana Torres", "Slackbot"], "Slackbot is an app")
    says("Members", ["Ana Torres"], "2 to 30")
    demo.workspace.workspace.people[cast.GUS].deleted = True
    says("Members", ["Ana Torres", "Bo Jensen", "Gus Park"], "Gus is not active")
    says("Members", ["Ana Torres", *nine[:8]], "Above 8", at="Channel")
    ana.fill({"Members": [*FIVE, "Fay Morgan"]})
    says("Channel", "#leads-lounge", "/invite")
    demo.workspace.workspace.channels[cast.PRACTICE_CIRCLE].archived = True
    says("Channel", ROOM, "archived")
    demo.workspace.workspace.channels[cast.PRACTICE_CIRCLE].archived = False
    ana.fill({"Channel": "#general"})
    previewed(ana)
    ana.click("More settings")
    says("Coaching leads", ["Hana Sato"], "Hana is not among the members")
    says("Coaching leads", ["Fay Morgan"], "Fay is a guest")
    ana.fill({"Coaching leads": ["Ana Torres"]})
    says("Usual place or number", "x" * 201, "200")
    ana.fill({"Usual place or number": "Room 4"})
    says("Usual meeting link", "ftp://meet.example", "http")
    ana.fill({"Usual meeting link": LINK})
    previewed(ana)
    accepted(ana)

"""What was done: written with the act, read by those it concerns, and silent about evaluations."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.app import all_routes
from bot.ids import Action, View
from bot.routes import Route
from coaching.rules.audit_facts import OF_A_SESSION, OF_THE_WORKSPACE, Deed
from demo import cast
from demo.person import Person, words
from service.demo import Demo
from storage.models import AuditEntry
from storage.models import Person as Known
from tests.support.databases import ON_SQLITE
from tests.support.instants import wall
from tests.support.people import CIRCLE, People, accepted, previewed
from tests.support.signed import Forger

LINK = "https://meet.example/one"

UNLOGGED: dict[str, str] = {
    **dict.fromkeys(
        (
            Action.WAS_NOT_THERE,
            View.EVALUATION,
            View.REFLECTION,
            Action.SHARE_REFLECTION,
            Action.UNSHARE_REFLECTION,
            Action.TRENDS_PICTURE,
        ),
        "no word about evaluations, and whatever is drawn from them",
    ),
    **dict.fromkeys(
        (
            Action.MAKE_CALENDAR,
            Action.STOP_CALENDAR,
            Action.HOURS_CSV,
            Action.PUT_OFF,
            Action.END_AWAY,
            View.AWAY,
            View.SETTINGS,
            Action.MY_DATA,
            View.ERASE_ME,
        ),
        "one's own, and about no circle",
    ),
    **dict.fromkeys(
        (Action.CHOOSE_POSITION, View.CIRCLE, View.CIRCLE_SETTINGS),
        "a form goes on to its next page; nothing is saved yet",
    ),
    **dict.fromkeys(
        (
            "app_home_opened",
            "user_change",
            "channel_archive",
            "group_archive",
            "channel_left",
            "group_left",
            "app_uninstalled",
            "tokens_revoked",
        ),
        "Slack says it, nobody does it; what the bot mends then is logged as its own",
    ),
}
"""What writes and is not logged, and why not."""


def lines(person: Person, circle: str = CIRCLE) -> list[str]:
    """What was done, as a lead reads it: the newest first."""
    person.command("/coach circles")
    person.click("Open", in_=person.ephemerals()[-1])
    person.click("What was done")
    shown = words(person.modal["blocks"])
    person.close(everything=True)
    return [one for one in shown.splitlines() if one.endswith(".") and ": " in one]


def acts(person: Person) -> list[str]:
    return [one.partition("}|")[2].partition(">: ")[2] or one.partition(": ")[2] for one in lines(person)]


def kept(demo: Demo) -> list[tuple[str, bool]]:
    """The acts as they lie in the table, the oldest first."""
    with demo.coach.database.reading() as db:
        query = select(AuditEntry.action, AuditEntry.refused).order_by(AuditEntry.id)
        return [(action, refused) for action, refused in db.execute(query)]


def writing() -> dict[str, Route]:
    routes = all_routes()
    tables = (routes.commands, routes.actions, routes.views, routes.menu, routes.shortcuts, routes.events)
    return {key: one for table in tables for key, one in table.items() if one.writes}


def test_whatever_writes_is_in_the_log_or_has_a_reason_why_not() -> None:
    silent = {key for key, route in writing().items() if route.deed is None}
    assert silent == {str(one) for one in UNLOGGED}


def test_a_lead_reads_who_did_what_and_who_was_refused(
    people: People, forger: Forger, circle: People
) -> None:
    people.session(people.bo, mode="Video", link=LINK)
    forger.submit(cast.GUS, View.CANCEL, {"session": 1}, {"reason": "Ha"}, view_id="V1")
    forger.click(cast.BO, Action.EDIT_CIRCLE, "1")
    assert acts(people.ana) == [
        "Bo tried to change the circle and was refused.",
        "Gus tried to cancel a session (Tuesday, 8 December 2026) and was refused.",
        "Bo scheduled a session (Tuesday, 8 December 2026).",
        "Ana made the circle.",
    ]


def test_only_coaching_leads_read_it(people: People, forger: Forger, circle: People) -> None:
    people.bo.command("/coach circles")
    people.bo.click("Open", in_=people.bo.ephemerals()[-1])
    assert "What was done" not in str(people.bo.modal["blocks"])
    people.bo.close()
    assert "The coaching leads can read what was done here" in forger.click(cast.BO, Action.SHOW_AUDIT, "1")


@ON_SQLITE
def test_a_form_that_is_refused_or_asks_again_did_nothing_yet(
    people: People, circle: People, demo: Demo
) -> None:
    before = kept(demo)
    people.ana.command("/coach schedule")
    people.ana.fill({"How will you meet?": "Video", "Meeting link": "no link"})
    assert people.ana.submit()
    people.ana.close()
    people.ana.command("/coach circles")
    people.ana.click("Open", in_=people.ana.ephemerals()[-1])
    people.ana.click("Close this circle")
    assert people.ana.submit() == {}
    assert people.ana.has_modal
    assert kept(demo) == before
    accepted(people.ana)
    assert kept(demo) == [*before, (Deed.CLOSE, False)]
    people.ana.command("/coach log")
    assert "Closed." not in words(people.ana.modal["blocks"])


@ON_SQLITE
def test_a_second_press_that_changes_nothing_is_not_written(
    forger: Forger, circle: People, demo: Demo
) -> None:
    before = kept(demo)
    for _ in range(2):
        assert forger.click(cast.BO, Action.CONFIRM_DATE, "2026-12-08:1") == ""
    assert kept(demo) == [*before, (Deed.SCHEDULE, False)]


@ON_SQLITE
def test_answers_for_oneself_are_not_written(people: People, circle: People, demo: Demo) -> None:
    people.session(mode="Video", link=LINK)
    before = kept(demo)
    people.bo.click("I'll be there", in_=people.card())
    people.bo.click("Can't make it", in_=people.card())
    assert kept(demo) == before


@ON_SQLITE
@pytest.mark.parametrize(
    ("who", "action", "value"),
    [
        (cast.FAY, Action.SHOW_PROGRAMME, ""),
        (cast.FAY, Action.PROGRAMME_QUARTER, "8105"),
        (cast.FAY, Action.SHOW_AUDIT_SUMS, ""),
        (cast.FAY, Action.AUDIT_WEEK, "2026-11-23"),
        (cast.GUS, Action.CALENDAR_FILE, "1"),
        (cast.GUS, Action.ATTEND, "1"),
        (cast.GUS, Action.DECLINE, "1"),
    ],
)
def test_who_may_not_even_look_is_written_down(
    people: People, circle: People, demo: Demo, forger: Forger, who: str, action: Action, value: str
) -> None:
    people.session(mode="Video", link=LINK)
    before = kept(demo)
    forger.click(who, action, value)
    assert kept(demo) == [*before, (Deed.LOOK, True)]


@ON_SQLITE
def test_who_may_look_is_not_even_where_something_is_sent(
    people: People, circle: People, demo: Demo, forger: Forger
) -> None:
    people.session(mode="Video", link=LINK)
    before = kept(demo)
    for action in (Action.CALENDAR_FILE, Action.ATTEND, Action.SHOW_TRENDS):
        forger.click(cast.BO, action, "1")
    forger.click(cast.BO, Action.SHOW_PROGRAMME, "")
    assert kept(demo) == before


@ON_SQLITE
def test_a_guest_who_types_for_the_programme_is_written_down(
    people: People, circle: People, demo: Demo
) -> None:
    before = kept(demo)
    people.fay.command("/coach programme")
    assert kept(demo) == [*before, (Deed.LOOK, True)]


@ON_SQLITE
def test_no_thanks_to_what_nobody_asked_of_them_is_written_down(
    people: People, circle: People, demo: Demo, forger: Forger
) -> None:
    people.session(mode="Video", link=LINK, presenter="Bo")
    forger.click(cast.BO, Action.SWAP_ROLE, "1")
    before = kept(demo)
    forger.click(cast.GUS, Action.NO_THANKS, "1")
    assert kept(demo) == [*before, (Deed.LOOK, True)]


@ON_SQLITE
def test_a_draft_of_a_case_is_nobodys_business(people: People, circle: People, demo: Demo) -> None:
    people.session(mode="Video", link=LINK, presenter="Ana")
    before = kept(demo)
    for share, also in (("Keep as a draft", []), ("Share with the circle", [(Deed.SHARE_CASE, False)])):
        people.ana.command("/coach case")
        people.ana.fill({"Title": "Ha", "The situation in brief": "Ha", "Who can read it?": share})
        accepted(people.ana)
        assert kept(demo) == [*before, *also]


@ON_SQLITE
def test_nothing_that_was_written_or_is_called_is_in_it(people: People, demo: Demo) -> None:
    people.circle(name="<!channel> quarrels")
    people.session(mode="Video", link=LINK, message="Secret words")
    with demo.coach.database.transaction() as db:
        db.scalars(select(Known).where(Known.slack_id == cast.ANA)).one().name = "<!here> *Ana*"
    said = acts(people.ana)
    assert said[0].startswith("&lt;!here&gt; *Ana* scheduled a session")
    assert "Secret" not in str(said)
    with demo.coach.database.reading() as db:
        for row in db.scalars(select(AuditEntry)):
            assert row.action in set(Deed)


@ON_SQLITE
def test_pages_turn_with_the_newest_first(people: People, circle: People, forger: Forger) -> None:
    for _ in range(20):
        forger.click(cast.BO, Action.EDIT_CIRCLE, "1")
    people.ana.command("/coach circles")
    people.ana.click("Open", in_=people.ana.ephemerals()[-1])
    people.ana.click("What was done")
    shown = words(people.ana.modal["blocks"])
    assert "Page 1 of 2." in shown
    assert "made the circle" not in shown
    people.ana.click("Older")
    shown = words(people.ana.modal["blocks"])
    assert "Ana made the circle" in shown
    people.ana.click("Newer")
    assert "Page 1 of 2." in words(people.ana.modal["blocks"])


@ON_SQLITE
def test_the_bot_signs_for_what_it_does_by_itself(people: People, circle: People, demo: Demo) -> None:
    people.wait("2026-12-14 12:00")
    assert (Deed.SCHEDULED_ITSELF, False) in kept(demo)
    said = acts(people.ana)
    assert "The bot scheduled a session as proposed (Tuesday, 8 December 2026)." in said


@ON_SQLITE
def test_who_is_not_kept_any_more_is_not_taken_for_the_bot(
    people: People, circle: People, demo: Demo
) -> None:
    with demo.coach.database.transaction() as db:
        for row in db.scalars(select(AuditEntry)):
            row.actor_id = None
    assert acts(people.ana) == ["Somebody who is not kept here any more made the circle."]


@ON_SQLITE
def test_the_programme_page_has_sums_without_names_from_three_circles_on(
    people: People, circle: People, forger: Forger, demo: Demo
) -> None:
    sums = _sums(people.ana)
    assert "make a circle" not in sums
    assert "Under 3 circles" in sums
    for name in ("Another", "A third"):
        people.circle(name=name, channel=None)
    sums = _sums(people.bo)
    assert "*Monday, 23 November 2026*\n• make a circle: 3" in sums
    forger.click(cast.BO, Action.EDIT_CIRCLE, "1")
    sums = _sums(people.ana)
    assert "• change the circle: 1 refused" in sums
    for name in ("Another", CIRCLE, *(one.name for one in _known(demo))):
        assert name not in sums
    people.ana.command("/coach programme")
    people.ana.click("What was done")
    people.ana.click("Older")
    assert "Nothing was done in this week." in words(people.ana.modal["blocks"])
    people.ana.click("Newer")
    assert "change the circle" in words(people.ana.modal["blocks"])


@ON_SQLITE
def test_that_the_bot_was_removed_and_came_back_stands_among_the_sums_alone(
    people: People, circle: People, demo: Demo
) -> None:
    people.ana.command("/coach circles")
    token = demo.workspace.workspace.bot.token
    demo.workspace.remove_app(demo.workspace.local)  # of which Slack tells twice
    demo.workspace.workspace.bot.token = token
    demo.live_until(demo.clock.now() + timedelta(hours=1))
    sums = _sums(people.bo)
    assert "• make a circle: 1" not in sums  # of under three circles
    assert "• remove the bot, or end its token: 1\n• bring the bot back: 1" in sums
    with demo.coach.database.reading() as db:
        away = db.scalars(select(AuditEntry).where(AuditEntry.action.endswith("_bot"))).all()
    assert {(one.circle_id, one.actor_id) for one in away} == {(None, None)}


def _sums(person: Person) -> str:
    person.command("/coach programme")
    person.click("What was done")
    shown = words(person.modal["blocks"])
    person.close(everything=True)
    return shown


def _known(demo: Demo) -> list[Known]:
    with demo.coach.database.reading() as db:
        return list(db.scalars(select(Known)))


@ON_SQLITE
def test_a_year_later_it_is_forgotten(people: People, circle: People, demo: Demo) -> None:
    assert kept(demo) == [(Deed.MAKE_CIRCLE, False)]
    for day, there in (("2027-11-20", True), ("2027-11-25", False)):
        demo.clock.move(wall(f"{day} 12:00"))  # a year goes by in which nobody looks
        for _ in range(2):
            demo.settle()
            demo.clock.move(demo.clock.now() + timedelta(days=1))
        assert ((Deed.MAKE_CIRCLE, False) in kept(demo)) is there


def test_each_deed_is_about_a_session_a_circle_or_the_workspace() -> None:
    assert not set(OF_A_SESSION) & set(OF_THE_WORKSPACE)


def test_a_circle_that_dates_are_changed_of_is_written_once_it_is_saved(
    people: People, circle: People, demo: Demo
) -> None:
    """The preview keeps what was typed, and that is no change of the circle yet."""
    before = kept(demo)
    people.ana.command("/coach circles")
    people.ana.click("Open", in_=people.ana.ephemerals()[-1])
    people.ana.click("Edit circle")
    people.ana.fill({"Usual time": "11:00"})
    previewed(people.ana)
    assert kept(demo) == before
    accepted(people.ana)
    assert kept(demo) == [*before, (Deed.CHANGE_CIRCLE, False)]


def test_guests_are_refused_circles_and_that_is_noted(people: People, circle: People, demo: Demo) -> None:
    before = kept(demo)
    people.fay.command("/coach circle")
    assert "Guests cannot make circles" in people.fay.ephemerals()[-1]["text"]
    assert kept(demo) == [*before, (Deed.MAKE_CIRCLE, True)]

"""What people see at the end of a session keeps to the limits of Slack, whatever is in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from slack_sdk.models.views import View

from bot.replies import Said
from bot.views import closing, evaluations, inputs
from coaching.packs import default_pack
from coaching.rules.closing_facts import (
    EvaluationFacts,
    FormFacts,
    NextFacts,
    PairFacts,
    RecordFacts,
    ReflectionFacts,
    ResultFacts,
    Standing,
    StatementResult,
)
from coaching.rules.facts import PersonFacts, SessionFacts
from coaching.rules.terms import CircleKind, Mode, Promise, SessionState
from demo.limits import problems_of_message, problems_of_view

STARTS = datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
LONG_NAME = "<!channel> *Ana* " + "W" * 63
HARD = ("שלום " * 600)[:3000], "🎉" * 1500, ("<!here> & ``` *x* " * 200)[:3000], "x"
MEMBERS = tuple(PersonFacts(n, f"U{n}", LONG_NAME, "America/New_York") for n in range(30))


def session(state: SessionState = SessionState.SCHEDULED, **changed: Any) -> SessionFacts:
    facts = SessionFacts(
        id=2**62,
        circle_id=2**62,
        circle_name="C" * 74 + "<!all>",
        kind=CircleKind.GROUP,
        state=state,
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=1),
        local_date=date(2026, 12, 8),
        local_time=time(10),
        zone="America/Argentina/Buenos_Aires",
        length=60,
        mode=Mode.VIDEO,
        place=None,
        link=None,
        message=None,
        facilitator=None,
        presenter=MEMBERS[0],
        note_taker=MEMBERS[1],
        coming=MEMBERS,
        not_coming=(),
        unanswered=(),
        assumed=False,
        recorded=state is not SessionState.SCHEDULED,
        revision=1,
    )
    return replace(facts, **changed)


def asked(statements: int = 10, questions: int = 5) -> FormFacts:
    return FormFacts(
        "F" * 70,
        tuple((f"s{'x' * 37}{n}", "S" * 140) for n in range(statements)),
        tuple((f"q{'x' * 37}{n}", "Q" * 140) for n in range(questions)),
    )


def facts(standing: Standing, promise: Promise = Promise.ANONYMOUS, **changed: Any) -> EvaluationFacts:
    return replace(EvaluationFacts(session(), standing, promise, STARTS + timedelta(days=5)), **changed)


def result(comments: int = 450, spread: tuple[int, ...] | None = (1, 0, 0, 2, 27)) -> ResultFacts:
    said = tuple(("Q" * 140, HARD[n % len(HARD)]) for n in range(comments))
    statements = tuple(StatementResult("<!here> " + "S" * 132, 30, 4.3, spread) for _ in range(10))
    return ResultFacts(7, 2**62, LONG_NAME, STARTS, "UTC", 30, 30, 2, statements, said)


def reflection(*, mine: bool = True, shared: bool = True) -> ReflectionFacts:
    return ReflectionFacts(
        session(kind=CircleKind.PAIR),
        MEMBERS[0],
        mine,
        shared,
        tuple(("S" * 140, 3) for _ in range(10)),
        tuple(("Q" * 140, words) for words in HARD),
    )


def record(state: SessionState, **changed: Any) -> RecordFacts:
    ids = tuple(one.id for one in MEMBERS)
    found = RecordFacts(session(state), MEMBERS, ids, 0, 1, Mode.PHONE, state)
    return replace(found, **changed)


def coming(**changed: Any) -> NextFacts:
    people = {"presenter": MEMBERS[0], "note_taker": MEMBERS[1]}
    found = NextFacts(
        1, 2, LONG_NAME, CircleKind.GROUP, date(2027, 1, 12), STARTS, "UTC", Mode.VIDEO, None, None, None
    )
    return replace(found, **{**people, **changed})


MESSAGES = {
    **{f"invitation {one}": evaluations.invitation(facts(one)) for one in Standing},
    "promised less": evaluations.invitation(facts(Standing.OPEN, Promise.NAMES_NOT_KEPT)),
    "with a result": evaluations.invitation(facts(Standing.CLOSED, result_id=3)),
    "waiting": evaluations.invitation(facts(Standing.CLOSED, waits=True)),
    "not met": evaluations.invitation(facts(Standing.CLOSED, session=session(SessionState.MISSED))),
    "not now": evaluations.not_now(facts(Standing.OPEN)),
    "result": evaluations.result_line(result(), figures=False),
    "result unseen": evaluations.result_unseen(result()),
    "result with figures": evaluations.result_line(result(), figures=True),
    "pair": evaluations.pair_invitation(PairFacts(session(kind=CircleKind.PAIR), None, None)),
    "pair, both": evaluations.pair_invitation(
        PairFacts(session(kind=CircleKind.PAIR), reflection(), reflection(mine=False))
    ),
    "pair, not met": evaluations.pair_not_met(
        PairFacts(session(SessionState.MISSED, kind=CircleKind.PAIR), reflection(), None)
    ),
    "shared": evaluations.reflection_shared(session(), MEMBERS[0], reflection(mine=False)),
    "taken back": evaluations.reflection_shared(session(), MEMBERS[0], None),
    **{f"did you meet, {one}": closing.did_you_meet(record(one)) for one in SessionState},
    "too old": closing.did_you_meet(record(SessionState.HELD, correctable=False)),
    "next": closing.next_line(coming()),
    "next, pair": closing.next_line(coming(kind=CircleKind.PAIR)),
    "next, no date": closing.next_line(coming(starts_at=None, day=None, presenter=None)),
    "next, scheduled": closing.next_line(coming(scheduled=7)),
}

VIEWS = {
    "form": evaluations.form(facts(Standing.OPEN), asked()),
    "form of three": evaluations.form(facts(Standing.OPEN, Promise.NAMES_NOT_KEPT), asked()),
    **{f"result, page {page}": evaluations.result(result(), page) for page in (0, 1, 37)},
    "result, small": evaluations.result(result(0, None)),
    "looking back": evaluations.reflection_form(session(kind=CircleKind.PAIR), asked(), reflection()),
    "looked back": evaluations.reflection(reflection()),
    "partner's": evaluations.reflection(reflection(mine=False)),
    "we met": closing.met_form(record(SessionState.SCHEDULED)),
    "we did not meet": closing.not_met(session()),
    "not met, saved": closing.not_met_saved(session(SessionState.MISSED)),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_keep_to_slacks_limits(name: str) -> None:
    said = MESSAGES[name]
    assert problems_of_message(said.text, said.as_json()) == []
    assert said.text.strip()


@pytest.mark.parametrize("name", VIEWS)
def test_modals_keep_to_slacks_limits(name: str) -> None:
    assert problems_of_view(VIEWS[name].to_dict()) == []


@pytest.mark.parametrize("shown", [*MESSAGES.values(), *VIEWS.values()])
def test_nothing_a_person_wrote_pings_anybody(shown: Said | View) -> None:
    for words in _markdown(shown.as_json() if isinstance(shown, Said) else shown.to_dict()):
        assert "<!channel>" not in words
        assert "<!here>" not in words
        assert "<!all>" not in words


def test_nudges_have_a_line_and_buttons() -> None:
    for line, buttons in (
        evaluations.nudge(facts(Standing.OPEN)),
        evaluations.pair_nudge(PairFacts(session(kind=CircleKind.PAIR), None, None)),
    ):
        said = Said(line, [inputs.buttons(*buttons)])
        assert problems_of_message(said.text, said.as_json()) == []


def test_a_circle_of_three_reads_what_it_is_promised() -> None:
    said = " ".join(_markdown(VIEWS["form of three"].to_dict()))
    assert "Names are not kept. With three people the others may still work out who said what" in said
    assert "nonymous" not in said
    assert "Anonymous" in " ".join(_markdown(VIEWS["form"].to_dict()))


def test_the_form_says_that_it_is_for_good() -> None:
    for name in ("form", "form of three"):
        said = " ".join(_markdown(VIEWS[name].to_dict()))
        assert "can be neither changed nor deleted" in said
        assert "can give you away" in said


def test_a_pair_is_never_told_that_it_is_anonymous() -> None:
    for name in ("looking back", "looked back"):
        assert "nonymous" not in " ".join(_markdown(VIEWS[name].to_dict()))


def test_a_thread_never_shows_a_comment() -> None:
    shown = str(MESSAGES["result with figures"].as_json())
    assert all(words not in shown for words in HARD[:3])
    assert "4.3" in shown
    assert "4.3" not in str(MESSAGES["result"].as_json())


def test_the_spread_reads_well_and_says_from_how_many_sessions() -> None:
    said = "\n".join(_markdown(evaluations.result(result(0)).to_dict()))
    assert "30 of 30 answered, from 2 sessions" in said
    assert "1: 1 answer · 4: 2 answers · 5: 27 answers" in said


def test_all_comments_are_on_some_page() -> None:
    pages = [str(evaluations.result(result(30), page).to_dict()) for page in range(3)]
    assert sum(page.count("rich_text_quote") for page in pages) == 30


def test_every_statement_of_the_shipped_form_can_be_answered_in_words_at_both_ends() -> None:
    form = default_pack().form("group")
    shown = evaluations.form(
        facts(Standing.OPEN),
        FormFacts(form.title, tuple((one.id, one.text) for one in form.statements), ()),
    ).to_dict()
    options = [block["element"]["options"] for block in shown["blocks"] if block["type"] == "input"]
    assert len(options) == len(form.statements)
    for five in options:
        texts = [one["text"]["text"] for one in five]
        assert (texts[0], texts[-1]) == ("1 – strongly disagree", "5 – strongly agree")


def _markdown(thing: object) -> list[str]:
    """Everything in it that Slack reads as markup."""
    if isinstance(thing, list):
        return [words for one in thing for words in _markdown(one)]
    if not isinstance(thing, dict):
        return []
    if thing.get("type") == "mrkdwn":
        return [str(thing["text"])]
    return [words for one in thing.values() for words in _markdown(one)]

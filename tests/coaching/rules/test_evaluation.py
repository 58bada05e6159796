from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules import evaluation
from coaching.rules.evaluation import Asked, Comment, Publish, Scores, Wait, Waiting, Window
from coaching.rules.terms import Promise

END = datetime(2027, 1, 12, 15, 0, tzinfo=UTC)
STATEMENTS = ("helped_practice", "time_well_used", "norms_kept")
QUESTIONS = ("what_worked", "what_to_change")
FILLED_IN = [
    ({statement: score for statement, score in zip(STATEMENTS, scores, strict=True) if score}, spoken)
    for scores in product((0, 1, 3, 5), repeat=len(STATEMENTS))
    for spoken in ((), QUESTIONS[:1], QUESTIONS)
]
"""Forms as people fill them in: some leave out a statement, some write nothing."""


@dataclass(frozen=True)
class Story:
    """A circle's windows, one after the other, and what came of each."""

    windows: Sequence[Window]
    outcomes: Sequence[Publish | Wait]

    @property
    def results(self) -> list[Publish]:
        return [one for one in self.outcomes if isinstance(one, Publish)]


def tell(windows: Sequence[Window], seed: int = 0) -> Story:
    rng = Random(seed)
    waiting = Waiting()
    outcomes = []
    for window in windows:
        outcomes.append(evaluation.decide(window, waiting, rng))
        waiting = outcomes[-1].waiting
    return Story(windows, outcomes)


def window(*scores: Scores, promise: Promise = Promise.ANONYMOUS, asked: int = 5, said: str = "") -> Window:
    """A window with these answers; each letter of `said` is the words of a comment."""
    return Window(scores, [Comment("what_worked", words) for words in said], asked, promise)


def rated(*scores: int) -> list[Scores]:
    return [{"norms_kept": score} for score in scores]


def published(outcome: Publish | Wait) -> Publish:
    assert isinstance(outcome, Publish)
    return outcome


def tagged(answers: Iterable[Scores]) -> Counter[int]:
    """The tags by which the tests tell answers apart: scores of a statement that no form has."""
    return Counter(answer["tag"] for answer in answers)


@st.composite
def histories(draw: st.DrawFn, max_windows: int = 6) -> list[Window]:
    """Windows of a circle that may grow and shrink. Every answer and every comment can be told apart."""
    windows = []
    tag = 0
    for _ in range(draw(st.integers(1, max_windows))):
        answers, comments = [], []
        for given_scores, spoken in draw(st.lists(st.sampled_from(FILLED_IN), max_size=6)):
            tag += 1
            answers.append({**given_scores, "tag": tag})
            comments += [Comment(question, f"words {tag}") for question in spoken]
        absent = draw(st.integers(0, 3))
        windows.append(Window(answers, comments, len(answers) + absent, draw(st.sampled_from(Promise))))
    return windows


@given(histories())
def test_every_answer_is_in_one_result_or_waits(windows: list[Window]) -> None:
    story = tell(windows)
    shown = tagged(answer for result in story.results for answer in result.answers)
    waiting = tagged(story.outcomes[-1].waiting.answers)
    assert shown + waiting == tagged(answer for one in windows for answer in one.answers)
    assert all(times == 1 for times in (shown + waiting).values())


@given(histories())
def test_answers_that_wait_are_whole_in_the_next_result(windows: list[Window]) -> None:
    since: list[Window] = []
    for one, outcome in zip(windows, tell(windows).outcomes, strict=True):
        since.append(one)
        if isinstance(outcome, Publish):
            answers = [answer for earlier in since for answer in earlier.answers]
            assert tagged(outcome.answers) == tagged(answers)
            assert outcome.answered == len(answers)
            assert outcome.asked == sum(earlier.asked for earlier in since if earlier.answers)
            assert outcome.windows == sum(1 for earlier in since if earlier.answers)
            since = []


@given(histories())
def test_a_result_is_published_for_three_who_answered_in_that_very_window(windows: list[Window]) -> None:
    for one, outcome in zip(windows, tell(windows).outcomes, strict=True):
        assert isinstance(outcome, Publish) == (len(one.answers) >= 3)


@given(histories())
def test_no_comment_is_lost_or_shown_twice(windows: list[Window]) -> None:
    story = tell(windows)
    shown = Counter(comment for result in story.results for comment in result.comments)
    waiting = Counter(story.outcomes[-1].waiting.comments)
    assert shown + waiting == Counter(comment for one in windows for comment in one.comments)


@given(histories())
def test_spread_and_comments_need_four_unless_the_form_said_otherwise(windows: list[Window]) -> None:
    for one, outcome in zip(windows, tell(windows).outcomes, strict=True):
        if isinstance(outcome, Publish):
            named = one.promise is Promise.NAMES_NOT_KEPT and outcome.windows == 1
            for figure in outcome.figures.values():
                assert figure.count >= 3
                assert (figure.spread is not None) == (figure.count >= 4 or named)
            if outcome.answered < 4:
                written_as_promised = one.comments if one.promise is Promise.NAMES_NOT_KEPT else []
                assert Counter(outcome.comments) == Counter(written_as_promised)


@given(histories())
def test_each_figure_is_of_those_who_answered_its_statement(windows: list[Window]) -> None:
    for result in tell(windows).results:
        for statement in STATEMENTS:
            scores = [answer[statement] for answer in result.answers if statement in answer]
            figure = result.figures.get(statement)
            assert (figure is not None) == (len(scores) >= 3)
            if figure:
                assert figure.count == len(scores)
                assert figure.average * len(scores) == pytest.approx(sum(scores))
                if figure.spread:
                    assert list(figure.spread) == [scores.count(step) for step in range(1, 6)]


@given(histories())
def test_nothing_waits_in_a_circle_that_always_answers_by_four(windows: list[Window]) -> None:
    busy = [one for one in windows if len(one.answers) >= 4]
    assert all(outcome.waiting == Waiting() for outcome in tell(busy).outcomes)


@given(histories(), st.randoms(use_true_random=False), st.integers())
def test_the_order_in_which_answers_came_leaves_no_trace(
    windows: list[Window], order: Random, seed: int
) -> None:
    otherwise = [
        replace(
            one,
            answers=order.sample(one.answers, len(one.answers)),
            comments=order.sample(one.comments, len(one.comments)),
        )
        for one in windows
    ]
    assert tell(windows, seed).outcomes == tell(otherwise, seed).outcomes


@given(histories(), st.integers(), st.integers())
def test_chance_decides_only_the_order(windows: list[Window], one_seed: int, other_seed: int) -> None:
    for one, other in zip(tell(windows, one_seed).results, tell(windows, other_seed).results, strict=True):
        assert Counter(one.comments) == Counter(other.comments)
        assert one.figures == other.figures


def test_comments_come_in_any_order() -> None:
    said = window(*rated(1, 2, 3, 4), said="abcd")
    orders = {
        tuple(
            comment.words for comment in published(evaluation.decide(said, Waiting(), Random(seed))).comments
        )
        for seed in range(1000)
    }
    assert len(orders) == 24


def test_a_window_without_answers_publishes_and_adds_nothing() -> None:
    (first, second) = tell([window(*rated(4, 5), asked=5), window(asked=4)]).outcomes
    assert isinstance(second, Wait)
    assert Counter(map(str, second.waiting.answers)) == Counter(map(str, first.waiting.answers))
    assert (second.waiting.windows, second.waiting.asked) == (1, 5)


def test_a_result_says_from_how_many_sessions_it_is() -> None:
    *_, last = tell([window(*rated(1), asked=4), window(asked=4), window(*rated(4, 4, 5), asked=5)]).outcomes
    result = published(last)
    assert (result.answered, result.asked, result.windows) == (4, 9, 2)


def test_three_anonymous_answers_show_averages_and_keep_the_rest() -> None:
    (outcome,) = tell([window(*rated(2, 4, 4), said="ab")]).outcomes
    result = published(outcome)
    figure = result.figures["norms_kept"]
    assert figure.average == pytest.approx(10 / 3)
    assert figure.spread is None
    assert result.comments == ()
    assert sorted(comment.words for comment in result.waiting.comments) == ["a", "b"]
    assert result.waiting.answers == ()


def test_comments_that_waited_are_shown_with_the_next_four() -> None:
    three, four = window(*rated(2, 4, 4), said="ab"), window(*rated(1, 5, 5, 5), said="c")
    *_, last = tell([three, three, four]).outcomes
    assert sorted(comment.words for comment in published(last).comments) == ["a", "a", "b", "b", "c"]


def test_a_circle_of_three_sees_everything_from_three() -> None:
    (outcome,) = tell([window(*rated(2, 4, 4), said="ab", promise=Promise.NAMES_NOT_KEPT)]).outcomes
    result = published(outcome)
    assert result.figures["norms_kept"].spread == (0, 1, 0, 2, 0)
    assert sorted(comment.words for comment in result.comments) == ["a", "b"]
    assert result.waiting == Waiting()


def test_a_circle_that_shrinks_to_three_does_not_break_an_earlier_promise() -> None:
    promised = window(*rated(2, 4, 4), said="a")
    shrunk = window(*rated(5, 5, 5), said="b", promise=Promise.NAMES_NOT_KEPT)
    *_, last = tell([promised, shrunk]).outcomes
    assert [comment.words for comment in published(last).comments] == ["b"]
    assert [comment.words for comment in last.waiting.comments] == ["a"]


def test_a_score_that_waited_is_in_no_spread_of_three() -> None:
    promised = window(*rated(1), said="a")
    shrunk = window(*rated(5, 5), {"time_well_used": 3}, promise=Promise.NAMES_NOT_KEPT)
    *_, last = tell([promised, shrunk]).outcomes
    figures = published(last).figures
    assert figures["norms_kept"].spread is None
    assert [comment.words for comment in published(last).comments] == ["a"]


def test_the_same_words_twice_are_two_comments() -> None:
    promised = window(*rated(2, 4, 4), said="a")
    shrunk = window(*rated(5, 5, 5), said="a", promise=Promise.NAMES_NOT_KEPT)
    *_, last = tell([promised, shrunk]).outcomes
    assert len(published(last).comments) == len(last.waiting.comments) == 1


def test_who_answered_and_was_then_recorded_absent_makes_no_four_of_three() -> None:
    (outcome,) = tell([window(*rated(2, 4, 4, 5), asked=3)]).outcomes
    assert (published(outcome).answered, published(outcome).asked) == (4, 4)


@pytest.mark.parametrize(
    ("members", "promise"),
    [(2, None), (3, Promise.NAMES_NOT_KEPT), (4, Promise.ANONYMOUS), (12, Promise.ANONYMOUS)],
)
def test_a_form_promises_what_the_size_of_the_circle_allows(members: int, promise: Promise | None) -> None:
    assert evaluation.promise_for(members) is promise


@pytest.mark.parametrize(
    ("members", "closed", "stay"), [(2, False, False), (3, False, True), (3, True, False), (9, True, False)]
)
def test_what_waits_goes_with_the_circle(members: int, closed: bool, stay: bool) -> None:
    assert evaluation.keeps_waiting(members, closed) is stay


def test_a_window_is_open_for_five_times_24_hours() -> None:
    closes_at = evaluation.window_closes(END)
    asked = Asked(frozenset({1, 2, 3}))
    assert closes_at - END == timedelta(hours=120)
    assert not evaluation.is_over(closes_at, closes_at - timedelta(microseconds=1), asked, {1, 2})
    assert evaluation.is_over(closes_at, closes_at, asked, {1, 2})


@pytest.mark.parametrize(
    ("out", "answered", "over"),
    [
        (set(), {1, 2}, False),
        (set(), {1, 2, 3}, True),
        ({3}, {1, 2}, True),
        ({3}, {1, 3}, False),
        ({1, 2, 3}, set(), True),
        ({3}, {1, 2, 3}, True),
    ],
)
def test_a_window_closes_when_all_who_are_expected_have_answered(
    out: set[int], answered: set[int], over: bool
) -> None:
    asked = Asked(frozenset({1, 2, 3}), frozenset(out))
    assert evaluation.is_over(evaluation.window_closes(END), END, asked, answered) is over

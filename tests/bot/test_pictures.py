"""Pictures say what the text beside them says, whatever the words and figures are."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import matplotlib.image as image
import pytest

from bot import pictures
from bot.views import evaluations as views
from bot.views import pictures as described
from coaching.rules.closing_facts import ResultFacts, StatementResult, Trend, TrendsFacts
from coaching.rules.terms import CircleKind

STATEMENTS = (
    StatementResult("It helped me with my practice.", 5, 4.2, (0, 0, 1, 2, 2)),
    StatementResult("We kept to the norms.", 5, 1.0, (5, 0, 0, 0, 0)),
    StatementResult("The time was well used.", 3, 3.667, None),
)
RESULT = ResultFacts(
    1, 1, "Practice circle", datetime(2026, 12, 8, 15, tzinfo=UTC), "America/New_York", 5, 5, 1, STATEMENTS
)
ODD = ("W" * 140, "word " * 28, "$a$ _b_ {c} \\d & <!here>", "مرحبا بالعالم", "Tab\tand\nline")


def texts(sheet: pictures.Sheet) -> list[str]:
    return [words for _, _, words, *_ in sheet.texts]


def test_a_picture_has_the_words_and_figures_of_the_text_beside_it() -> None:
    sheet = pictures.sheet_of_result(RESULT, RESULT.circle_name, "5 of 5 answered.")
    line = views.result_line(RESULT, figures=True)
    beside = " ".join(block["text"]["text"] for block in line.as_json()[:-1])
    bold = [words for _, _, words, _, weight, *_ in sheet.texts if weight == "bold"][1:]
    assert (
        [one for one in bold if "." in one] == re.findall(r"(\d\.\d) of 5", beside) == ["4.2", "1.0", "3.7"]
    )
    averages, counts = [one for one in bold if "." in one], [one for one in bold if "." not in one]
    assert averages == re.findall(r"(\d\.\d) of 5", beside) == ["4.2", "1.0", "3.7"]
    assert counts == re.findall(r": (\d) answer", beside) == ["1", "2", "2", "5"]
    assert all(one.words in texts(sheet) for one in STATEMENTS)


def test_the_words_for_who_does_not_see_it_say_all_of_it() -> None:
    alt = described.result(RESULT).alt
    assert "It helped me with my practice: 4.2 (3: 1, 4: 2, 5: 2)." in alt
    assert "We kept to the norms: 1.0 (1: 5)." in alt
    assert "The time was well used: 3.7." in alt
    assert "5 of 5 answered" in alt


@pytest.mark.parametrize("length", [10, 140])
def test_words_are_shortened_to_slacks_limit_and_figures_are_not(length: int) -> None:
    many = tuple(replace(STATEMENTS[0], words="W" * length, spread=(10, 11, 12, 13, 14)) for _ in range(10))
    alt = described.result(replace(RESULT, circle_name="C" * 80, statements=many)).alt
    assert len(alt) <= described.LONGEST_ALT
    assert alt.count("4.2 (1: 10, 2: 11, 3: 12, 4: 13, 5: 14).") == 10


def test_a_picture_is_opaque_sharp_and_always_the_same() -> None:
    drawn = [pictures.result(RESULT, RESULT.circle_name, "5 of 5 answered.") for _ in range(2)]
    assert drawn[0] == drawn[1]
    pixels = image.imread(io.BytesIO(drawn[0]))
    assert pixels.shape[1] == pictures.WIDTH * 2
    assert pixels[..., 3].min() == 1


def test_odd_words_are_wrapped_and_never_cut() -> None:
    odd = tuple(replace(STATEMENTS[0], words=words) for words in ODD)
    sheet = pictures.sheet_of_result(replace(RESULT, statements=odd), ODD[0], "")
    whole = "".join("".join(texts(sheet)).split())
    assert all("".join(words.split()) in whole for words in ODD)
    sheet.png()
    for x, _, words, size, weight, _, align in sheet.texts:
        room = pictures.WIDTH - pictures.MARGIN - x
        assert align == "center" or pictures.wrapped(words, room, size, bold=weight == "bold") == [words]


def test_letters_that_the_font_lacks_are_pointed_to() -> None:
    strange = replace(STATEMENTS[0], words="我们遵守了规范")
    sheet = pictures.sheet_of_result(replace(RESULT, statements=(*STATEMENTS, strange)), "我们", "")
    assert "Statement 4 (its words stand in the text)" in texts(sheet)
    assert "我们遵守了规范: 4.2" in described.result(replace(RESULT, statements=(strange,))).alt
    sheet.png()


def test_lines_that_end_alike_have_labels_apart() -> None:
    days = tuple(date(2026, 1, 8) + timedelta(days=30 * n) for n in range(8))
    ends = (1.0, 1.0, 1.0, 5.0, 4.9)
    lines = tuple(Trend(f"Statement {n}", (*[None] * n, *[3.0] * (7 - n), end)) for n, end in enumerate(ends))
    sheet = pictures.sheet_of_trends(
        TrendsFacts(1, "Practice circle", CircleKind.GROUP, days, lines), "Practice circle"
    )
    labels = [one for one in sheet.texts if ":  " in one[2]]
    assert {one[2] for one in labels} == {f"{n}:  {end:.1f}" for n, end in enumerate(ends, start=1)}
    assert all(below - above >= pictures.APART for above, below in pairwise(sorted(one[1] for one in labels)))
    assert len({(one[2], str(one[4])) for one in sheet.strokes if one[3] == 1.8}) == len(ends)
    assert sheet.png() == sheet.png()

"""Tables as files: whatever people write, no cell is a formula, and a program reads back what was meant."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules.tables import FORMULAS, Cell, as_csv, as_json

texts = st.text() | st.sampled_from(
    [
        "=1+1",
        "＝1+1",
        "\t=x",
        " =cmd|' /C calc'!A0",
        "@SUM(A1)",
        "-2",
        "x;=1+1",
        "x\t=1",
        "a\n=1",
        "\u200b=1",
        "\u3000=1",
        'a,b"c\r\nd',
    ]
)
rows = st.lists(st.tuples(texts, st.integers(0, 10_000), texts))
HEAD = ("Title", "Minutes", "Name")


INVISIBLE = " \t\r\n\u00a0\u3000\u200b\u2060\ufeff"


def read(content: bytes, divider: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=divider))


@pytest.mark.parametrize("divider", [",", ";", "\t"])
@given(rows)
def test_no_cell_can_be_a_formula(divider: str, found: list[tuple[Cell, ...]]) -> None:
    """Wherever a spreadsheet divides the lines, which depends on the country."""
    for row in read(as_csv(HEAD, found), divider):
        for cell in row:
            assert cell.lstrip(INVISIBLE)[:1] not in list(FORMULAS)


@given(rows)
def test_what_was_meant_is_read_back(found: list[tuple[Cell, ...]]) -> None:
    head, *back = read(as_csv(HEAD, found))
    assert head == list(HEAD)
    assert [[cell.replace("'", "") for cell in row] for row in back] == [
        [str(cell).replace("\0", "").replace("'", "") for cell in row] for row in found
    ]


@given(rows)
def test_the_same_as_objects(found: list[tuple[Cell, ...]]) -> None:
    assert json.loads(as_json(HEAD, found)) == [dict(zip(HEAD, row, strict=True)) for row in found]


@pytest.mark.parametrize(
    "words", ["=HYPERLINK(1)", "+1", "-1", "@a", "|x", "%x", "\tx", "\rx", "＝x", "  =x"]
)
def test_a_formula_becomes_words(words: str) -> None:
    [cell] = read(as_csv(["Name"], [(words,)]))[1]
    assert cell.replace("'", "") == words
    assert cell.lstrip(INVISIBLE)[0] == "'"


def test_names_in_any_script_are_read_right_by_spreadsheets() -> None:
    assert as_csv(["Name"], [("Zoë שלום",)]).startswith(b"\xef\xbb\xbf")

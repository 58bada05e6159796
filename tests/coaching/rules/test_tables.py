"""Tables as files: whatever people write, no cell is a formula, and a program reads back what was meant."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.rules.tables import FORMULAS, Cell, as_csv, as_json

texts = st.text() | st.sampled_from(
    ["=1+1", "＝1+1", "\t=x", " =cmd|' /C calc'!A0", "@SUM(A1)", "-2", 'a,b"c\r\nd']
)
rows = st.lists(st.tuples(texts, st.integers(0, 10_000), texts))
HEAD = ("Title", "Minutes", "Name")


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(rows)
def test_no_cell_can_be_a_formula(found: list[tuple[Cell, ...]]) -> None:
    for row in read(as_csv(HEAD, found)):
        for cell in row:
            assert cell.lstrip(" \u00a0")[:1] not in FORMULAS or not cell.strip(" \u00a0")


@given(rows)
def test_what_was_meant_is_read_back(found: list[tuple[Cell, ...]]) -> None:
    head, *back = read(as_csv(HEAD, found))
    assert head == list(HEAD)
    assert [[cell.removeprefix("'") for cell in row] for row in back] == [
        [str(cell).replace("\0", "").removeprefix("'") for cell in row] for row in found
    ]


@given(rows)
def test_the_same_as_objects(found: list[tuple[Cell, ...]]) -> None:
    assert json.loads(as_json(HEAD, found)) == [dict(zip(HEAD, row, strict=True)) for row in found]


@pytest.mark.parametrize(
    "words", ["=HYPERLINK(1)", "+1", "-1", "@a", "|x", "%x", "\tx", "\rx", "＝x", "  =x"]
)
def test_a_formula_becomes_words(words: str) -> None:
    assert read(as_csv(["Name"], [(words,)]))[1] == [f"'{words}"]


def test_names_in_any_script_are_read_right_by_spreadsheets() -> None:
    assert as_csv(["Name"], [("Zoë שלום",)]).startswith(b"\xef\xbb\xbf")

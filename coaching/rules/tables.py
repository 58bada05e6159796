"""Tables as files: what a spreadsheet opens, and what a program reads."""

import csv
import io
import json
import re
from collections.abc import Sequence

Cell = str | int
FORMULAS = "=+-@|%＝＋－＠"
"""A cell that begins with one of these can run as a formula in some spreadsheet (OWASP ASVS 5.0, 1.2.10)."""
BLANK = ("\t", "\r", "\n")
STARTS = re.compile(rf"((?:^|[;\t\r\n])[\s\u200b-\u200f\u2060\ufeff]*)(?=[{re.escape(FORMULAS)}])")
"""Where a cell begins: also inside of one of ours, for a spreadsheet that divides at semicolons or tabs."""


def as_csv(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark at its beginning, because spreadsheets would misread names without it."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(head)
    table.writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    """Words are words: an apostrophe in front keeps a spreadsheet from calculating with them."""
    if isinstance(cell, int):
        return cell
    words = STARTS.sub(r"\1'", cell.replace("\0", ""))
    return f"'{words}" if words[:1] in BLANK else words


def as_json(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A list of objects, with the words of the head as names."""
    found = [dict(zip(head, row, strict=True)) for row in rows]
    return json.dumps(found, ensure_ascii=False, indent=2).encode()

"""Tables as files: what a spreadsheet opens, and what a program reads."""

import csv
import io
import json
from collections.abc import Sequence

Cell = str | int
FORMULAS = frozenset("=+-@|%\t\r\n＝＋－＠")
"""A cell that begins with one of these can run as a formula in some spreadsheet (OWASP ASVS 5.0, 1.2.10)."""


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
    words = cell.replace("\0", "")
    return f"'{words}" if words.lstrip(" \u00a0")[:1] in FORMULAS and words.strip(" \u00a0") else words


def as_json(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A list of objects, with the words of the head as names."""
    found = [dict(zip(head, row, strict=True)) for row in rows]
    return json.dumps(found, ensure_ascii=False, indent=2).encode()

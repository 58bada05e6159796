"""Everybody tries everything: the table of rights says who may, and the rest change and learn nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from bot import wording
from bot.app import all_routes
from coaching.access import NOT_ACTIVE, RIGHTS
from coaching.errors import NotFound
from tests.rights import files
from tests.rights.expected import NOBODYS_EVENTS, OF_A_CIRCLE, TABLES, Needs, surfaces
from tests.rights.matrix import (
    ELSEWHERE,
    IN_CIRCLE,
    PEOPLE,
    Matrix,
    Seen,
    Verdict,
    running,
    verdict,
)
from tests.rights.past import MARK
from tests.storage.engines import ENGINES

FAILURES = tuple(
    one.partition("{")[0] for one in (wording.SLACK_SILENT, wording.DATABASE_AWAY, wording.UNEXPECTED)
)
REFUSALS = {NotFound.sentence, NOT_ACTIVE, *(one.refusal for one in RIGHTS.values() if one.refusal)}
TELL_APART = ("ex-member", "outsider", "guest", ELSEWHERE)
"""Who tries every refused thing a second time, with the id of nothing."""
CELLS = [(person, *one) for person in PEOPLE for one in surfaces()]


def test_whatever_is_registered_has_its_line_in_the_table() -> None:
    routes = all_routes()
    for kind, table in TABLES.items():
        registered = {str(one) for one in getattr(routes, kind)}
        assert registered - NOBODYS_EVENTS == {str(one) for one in table}, kind


def test_there_are_more_cells_than_anybody_would_try_by_hand() -> None:
    assert len(CELLS) >= 1_300
    assert len(PEOPLE) == 10


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_everybody_may_what_the_table_says(engine: str, tmp_path: Path) -> None:
    with running(engine, tmp_path) as matrix:
        wrong = [
            f"{person}, {kind} {key}: {problem}"
            for person, kind, key, needs in CELLS
            for problem in problems(matrix, person, kind, key, needs)
        ]
        served = {
            one.path for one in matrix.demo.coach.web(with_worker=False).routes if isinstance(one, Route)
        }
        assert served == set(files.PAGES)
        wrong += files.problems(matrix)
    assert wrong == []


def problems(matrix: Matrix, person: str, kind: str, key: str, needs: Needs) -> Iterator[str]:
    expected = verdict(person, needs)
    seen = matrix.try_it(person, kind, key, needs)
    if any(one in seen.said for one in FAILURES):
        yield f"failed: {seen.said[-300:]}"
    if person not in IN_CIRCLE and MARK in seen.said and not _may_read(person, key):
        yield f"told of what is a circle's: {seen.said[:300]}"
    if person == ELSEWHERE and matrix.crossed():
        yield "what is one workspace's stands in the audit log of another"
    if expected.refusal:
        yield from _refused(matrix, person, kind, key, needs, expected, seen)
        return
    yield from _allowed(seen, expected, writes=_writes(kind, key))
    if seen.changed:
        matrix.put_back()


def _refused(
    matrix: Matrix, person: str, kind: str, key: str, needs: Needs, expected: Verdict, seen: Seen
) -> Iterator[str]:
    if seen.changed:
        yield "refused, and yet rows were changed"
    if kind == "events":
        if seen.calls:
            yield f"is shown something: {seen.said[:300]}"
    elif json.dumps(expected.refusal, ensure_ascii=False)[1:-1] not in seen.said:
        yield f"should hear {expected.refusal!r}, and hears {seen.said[:300]}"
    if expected.hidden and person in TELL_APART and "{" in f"{needs.about}{needs.fields}":
        noted = matrix.noted()
        other = matrix.try_it(person, kind, key, needs, missing=True)
        if needs.right in OF_A_CIRCLE and matrix.noted() != noted:
            yield "what is not there stands in the audit log"
        if (other.said, other.calls, other.changed) != (seen.said, seen.calls, False):
            yield f"can tell what is there from what is not: {seen} and {other}"


def _allowed(seen: Seen, expected: Verdict, *, writes: bool) -> Iterator[str]:
    refused = [one for one in REFUSALS if one in seen.said]
    if refused:
        yield f"may, and is refused: {refused}"
    if writes and seen.changed is expected.idle:
        yield f"something changed: {seen.changed}: {seen.said[:300]}"
    if not writes and seen.changed:
        yield "only looks, and yet rows were changed"
    if not writes and not seen.calls and len(seen.said) < 20 and not expected.idle:
        yield f"was shown nothing: {seen.said}"


def _writes(kind: str, key: str) -> bool:
    return bool(getattr(all_routes(), kind)[key].writes)


def _may_read(person: str, key: str) -> bool:
    """Chidi was asked back by an invitation that names the circle."""
    return person == "ex-member" and key == "circle.join"

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks import due
from storage import migrate
from storage.engine import Database
from storage.models import Circle, OutboxRow, OutboxState
from tests.storage.engines import ENGINES, empty_database


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with empty_database(request.param, tmp_path) as database:
        migrate.upgrade(database)
        yield database


def test_each_copy_is_a_workspace_that_hangs_together(database: Database) -> None:
    due.fill(database, 3)
    with database.reading() as db:
        circles = list(db.scalars(select(Circle).order_by(Circle.id)))
        waiting = list(db.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.DUE)))
        teams = {"T1", "T1X1", "T1X2"}
        assert {one.workspace_id for one in circles} == teams
        assert {one.workspace_id for one in waiting} == teams
        assert len(waiting) == 3 * due.IN_A_WORKSPACE
        for circle in circles:
            assert {one.person.workspace_id for one in circle.members} == {circle.workspace_id}

"""A look at the database neither writes nor makes others wait."""

import pytest
from sqlalchemy import Executable, select, update

from storage.engine import Database
from storage.models import Workspace
from tests.read_only import NotALook


@pytest.mark.parametrize(
    "statement",
    [update(Workspace).values(name="Elsewhere"), select(Workspace).with_for_update()],
    ids=["a write", "a lock on rows"],
)
def test_what_a_server_would_refuse_is_noticed_on_each_database(
    database_url: str, statement: Executable
) -> None:
    database = Database(database_url)
    with pytest.raises(NotALook), database.reading() as db:
        db.execute(statement)
    with database.transaction() as db:
        db.execute(statement)
    database.dispose()

"""A look at the database neither writes nor makes others wait."""

import pytest
from sqlalchemy import Executable, select, update

from storage import looks
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


def test_what_was_asked_once_in_a_look_is_not_asked_again_and_elsewhere_it_is(database_url: str) -> None:
    database = Database(database_url)
    answers = iter(range(10))
    for opened, given in ((database.reading, [0, 0, 1]), (database.transaction, [2, 3, 4])):
        with opened() as db:
            keys = ("one", "one", "another")
            assert [looks.once(db, key, lambda: next(answers)) for key in keys] == given
    with database.reading() as db:
        assert looks.once(db, "one", lambda: next(answers)) == 5
    database.dispose()

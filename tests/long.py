"""Tests that `make test` leaves out and `make check` has: so that the first ends before one's thread is lost.

They are marked `long`: what tries everything, lives through months, kills processes or takes some seconds
alone. And what is about what people see, use and do, when it runs once more on PostgreSQL.
"""

import pytest

ALL = ("tests/crashes/", "tests/end_to_end/", "tests/simulation/")
ONCE = ("tests/bot/", "tests/coaching/", "tests/service/")
"""How the two databases differ, `tests/storage` and `tests/scheduler` look at."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        once_more = item.nodeid.startswith(ONCE) and "postgresql" in item.nodeid.partition("[")[2]
        if once_more or item.nodeid.startswith(ALL):
            item.add_marker(pytest.mark.long)

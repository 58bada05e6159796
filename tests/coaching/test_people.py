"""Meeting people: whoever comes first, and however many ask at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from coaching import people, workspaces
from coaching.people import Profile
from coaching.rules.terms import PersonKind
from storage.engine import Database

TEAM = "T1"
ROUNDS, AT_ONCE = 15, 3


def profile(slack_id: str) -> Profile:
    return Profile(slack_id, "Ana Torres", "America/New_York", "en-US", PersonKind.FULL, True, False)


def test_requests_that_meet_the_same_people_at_once_all_find_them(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as db:
        workspaces.remember(db, TEAM, "Riverbend", "UBOT", datetime(2026, 11, 23, tzinfo=UTC))
    together = threading.Barrier(AT_ONCE)

    def meet(ids: list[str]) -> int:
        together.wait()
        with database.transaction() as db:
            people.learn(db, TEAM, map(profile, ids))
            return len(people.known(db, TEAM, ids))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(ROUNDS):
            ids = [f"U{number}{letter}" for letter in "ABC"]
            assert list(pool.map(meet, [ids, ids[::-1], ids])) == [3] * AT_ONCE
    database.dispose()

"""What `coach outbox` does: messages that were given up, for whoever looks after the bot."""

from collections.abc import Sequence

from scheduler import dead
from scheduler.dead import Dead
from service.clock import SystemClock
from service.settings import Settings
from storage.engine import Database

NONE = "No message was given up."


def listed(settings: Settings, most: int) -> list[str]:
    """A line each, under a heading; nothing of what they say, or to whom."""
    database = Database(settings.database_url)
    with database.reading() as db:
        found, count = dead.all_of(db, most), dead.count(db)
    database.dispose()
    if not found:
        return [NONE]
    more = [f"… and {count - len(found)} more: --most {count}"] if count > len(found) else []
    return [
        f"{'number':>8}  {'given up (UTC)':16}  {'workspace':12}  {'kind':18}  why",
        *map(_line, found),
        *more,
    ]


def _line(one: Dead) -> str:
    at = f"{one.given_up_at or one.due_at:%Y-%m-%d %H:%M}"
    why = f"{one.reason} (may stand there already)" if one.may_stand else one.reason
    return f"{one.id:>8}  {at:16}  {one.workspace_id:12}  {one.kind:18}  {why}"


def retry(settings: Settings, ids: Sequence[int], *, twice: bool) -> tuple[str, list[str]]:
    """What was done, and a line for each message that stays."""
    database, now = Database(settings.database_url), SystemClock().now()
    with database.transaction() as db:
        done = dead.retry(db, ids, now, twice=twice)
    database.dispose()
    said = _said(len(done.again), "will be tried once more")
    if done.outdated:
        said += f" {_said(len(done.outdated), 'let go: a newer one of the same waits')}"
    return said, _refusals(done.refused)


def drop(settings: Settings, ids: Sequence[int]) -> tuple[str, list[str]]:
    """What was done, and a line for each message that stays."""
    database, now = Database(settings.database_url), SystemClock().now()
    with database.transaction() as db:
        before = dead.count(db)
        refused = dead.drop(db, ids, now)
        db.flush()
        done = before - dead.count(db)
    database.dispose()
    return _said(done, "let go"), _refusals(refused)


def _said(done: int, what: str) -> str:
    return f"{done} message{'s' * (done != 1)} {what}."


def _refusals(refused: dict[int, str]) -> list[str]:
    return [f"{number} stays: it {reason}." for number, reason in refused.items()]

"""Many reminders that fall due in the same minute: "starting soon", to all in many workspaces' circles."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from benchmarks import filling
from benchmarks.multiply import multiply, stride
from coaching.rules.terms import Rhythm
from storage.engine import Database
from storage.models import OutboxRow, OutboxState, Outgoing

STARTS = datetime(2027, 3, 9, 10, 0, tzinfo=UTC)
MADE = STARTS - timedelta(days=20)
MOMENT = STARTS - timedelta(minutes=14)
"""They are due since a minute."""
CIRCLES, MEMBERS = 3, 7
IN_A_WORKSPACE = CIRCLES * MEMBERS


def fill(database: Database, workspaces: int) -> None:
    """So many workspaces with `IN_A_WORKSPACE` reminders due in each, and nothing else."""
    with database.transaction() as db:
        everybody = filling.workspace(db, "T1", IN_A_WORKSPACE, MADE)
        for members in filling.groups(everybody, MEMBERS):
            circle = filling.circle(db, "T1", members, STARTS, MADE, Rhythm.NONE)
            filling.session(db, circle, STARTS, MADE)
        db.execute(
            update(OutboxRow)
            .where(OutboxRow.kind != Outgoing.STARTING_SOON)
            .values(state=OutboxState.SENT, slack_channel="D1", slack_ts="1.1", finished_at=MADE)
        )
        multiply(db, workspaces - 1, stride(db), apart=True)

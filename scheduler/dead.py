"""Messages that were given up: seen, tried once more, or let go by whoever looks after the bot."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, func, select, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.delivery import UNREPEATED
from scheduler.outcomes import OUTDATED, UNSEEN
from storage.models import OutboxRow, OutboxState, Outgoing

LET_GO = "let go by hand"
NOT_THERE = "is not among those that were given up"


@dataclass(frozen=True)
class Dead:
    """A message, and nothing of what it says or to whom."""

    id: int
    workspace_id: str
    kind: str
    due_at: datetime
    given_up_at: datetime | None
    reason: str
    may_stand: bool
    """Slack never said whether it arrived."""


def count(db: Session) -> int:
    return db.scalar(select(func.count()).where(OutboxRow.state == OutboxState.DEAD)) or 0


def all_of(db: Session, most: int) -> list[Dead]:
    """The newest first."""
    # A newer version may have left kinds that this one does not know.
    kind = type_coerce(OutboxRow.kind, String)
    rows = db.execute(
        select(
            OutboxRow.id,
            OutboxRow.workspace_id,
            kind.label("kind"),
            OutboxRow.due_at,
            OutboxRow.finished_at,
            OutboxRow.outcome,
        )
        .where(OutboxRow.state == OutboxState.DEAD)
        .order_by(OutboxRow.finished_at.desc(), OutboxRow.id.desc())
        .limit(most)
    )
    return [
        Dead(
            row.id,
            row.workspace_id,
            row.kind,
            row.due_at,
            row.finished_at,
            row.outcome or "",
            row.outcome == UNSEEN,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Retried:
    """What became of those that were to be tried once more, by their ids."""

    again: list[int]
    outdated: list[int]
    """Ended: a newer picture of the same message waits."""
    refused: dict[int, str]
    """Why each of these stays."""


def retry(db: Session, ids: Collection[int], now: datetime, *, twice: bool = False) -> Retried:
    """Lets messages be tried once more, all that are given up when none is named.

    `twice`: also those that may have arrived.
    """
    rows, refused = _given_up(db, ids)
    done = Retried([], [], refused)
    for row in rows:
        if reason := _stays(row, now, twice=twice):
            refused[row.id] = reason
        elif _again(db, row):
            done.again.append(row.id)
        else:
            row.state, row.outcome, row.finished_at = OutboxState.SKIPPED, OUTDATED, now
            done.outdated.append(row.id)
    return done


def _again(db: Session, row: OutboxRow) -> bool:
    """Whether it waits now. Only one refresh of a message may, and there can be one already."""
    try:
        with db.begin_nested():
            row.state, row.outcome, row.finished_at = OutboxState.DUE, None, None
            row.attempts, row.not_before = 0, None
    except IntegrityError:
        return False
    return True


def drop(db: Session, ids: Collection[int], now: datetime) -> dict[int, str]:
    """Ends messages for good, all that are given up when none is named. Why each of the others stays."""
    rows, refused = _given_up(db, ids)
    for row in rows:
        row.state, row.outcome, row.finished_at = OutboxState.SKIPPED, LET_GO, now
    return refused


def _given_up(db: Session, ids: Collection[int]) -> tuple[list[OutboxRow], dict[int, str]]:
    ours = OutboxRow.kind.in_(list(Outgoing))
    dead = select(OutboxRow).where(OutboxRow.state == OutboxState.DEAD, ours).order_by(OutboxRow.id)
    rows = list(db.scalars((dead.where(OutboxRow.id.in_(ids)) if ids else dead).with_for_update()))
    missing = set(ids) - {row.id for row in rows}
    return rows, dict.fromkeys(sorted(missing), NOT_THERE)


def _stays(row: OutboxRow, now: datetime, *, twice: bool) -> str | None:
    if row.expires_at is not None and row.expires_at <= now:
        return "would come too late"
    if row.outcome != UNSEEN:
        return None
    if row.kind in UNREPEATED:
        return "may stand there already, and figures are never posted twice: its convener was asked"
    return None if twice else "may stand there already: add --twice to send it all the same"

"""The statements by which rows of the outbox move. Core, because they run every few seconds and per message.

Whoever wants to send a row claims it first: for a minute, under a random token. Every later write asks for
that token, so a worker that stalled cannot undo what another did meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from secrets import token_hex
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Executable,
    Integer,
    Row,
    Select,
    String,
    Subquery,
    Table,
    Update,
    and_,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.outcomes import OUTDATED, RESTORED, SENT_AGAIN, STAYS_NOTED, Mark
from scheduler.resting import muted
from storage.models import OutboxRow, OutboxState, Outgoing, Workspace

LEASE = timedelta(seconds=60)
APART = timedelta(minutes=5)
"""Workers' clocks never differ by as much. A lease that ends later is of before the clock was put back."""
TOO_LATE = "too late"
REPEATABLE = (Outgoing.HOME, Outgoing.REFRESH)
"""Edits: done twice they do no harm, so there is nothing to look up."""
PATIENT = (Outgoing.BOOKKEEPING,)
"""Due at full hours for whole workspaces at once, and as good some minutes later."""

outbox = cast(Table, OutboxRow.__table__)
workspaces = cast(Table, Workspace.__table__)


@dataclass(frozen=True)
class Claim:
    """A row that is ours until the lease ends."""

    id: int
    workspace_id: str
    kind: Outgoing
    target_id: int | None
    tries: int
    outcome: str | None
    token: str
    lease_until: datetime
    in_doubt: bool
    """An earlier try may have arrived."""
    begun: bool = False
    """An earlier try that cannot be looked up had begun, or Slack did not say how it ended."""
    second_try: bool = False
    """It is sent once more although nobody has looked whether it arrived."""

    @property
    def sent_again(self) -> bool:
        return self.outcome == SENT_AGAIN

    @property
    def restored(self) -> bool:
        """It comes from a copy, made before it may have been sent."""
        return self.outcome == RESTORED


def claim(
    db: Session,
    state: OutboxState,
    now: datetime,
    most: int,
    *,
    each: int,
    patient: bool | None = None,
    busy: Collection[str] = (),
) -> list[Claim]:
    """Takes up to `most` rows that are due, oldest first, except those of `busy` workspaces.

    `each`: so many of one workspace, so that none holds up another. `patient`: only what can wait a little,
    or only what cannot.
    """
    if most <= 0:
        return []
    token, lease_until = token_hex(16), now + LEASE
    taken = db.execute(
        _claiming(state, patient),
        {
            "now": now,
            "most": most,
            "each": each,
            "looked_at": most * each,
            "busy": list(busy),
            "token": token,
            "until": lease_until,
        },
    )
    in_doubt = state is OutboxState.UNKNOWN
    ours = [_claim_of(row, token, lease_until, in_doubt) for row in taken]
    return sorted(ours, key=lambda one: one.id)


def others_take(db: Session, now: datetime, busy: Collection[str] = ()) -> bool:
    """Whether what nobody could claim just now is there all the same: other workers had it under lock."""
    if db.get_bind().dialect.name == "sqlite":
        return False  # one writer at a time
    most = {"now": now, "busy": list(busy), "looked_at": 1}
    states = OutboxState.UNKNOWN, OutboxState.DUE
    return any(db.execute(select(_first_of_each(state, None).c.id), most).first() for state in states)


def _claim_of(row: Row[Any], token: str, lease_until: datetime, in_doubt: bool) -> Claim:
    return Claim(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=row.kind,
        target_id=row.target_id,
        tries=row.attempts,
        outcome=row.outcome,
        token=token,
        lease_until=lease_until,
        in_doubt=in_doubt,
        begun=row.begun,
    )


@cache
def _claiming(state: OutboxState, patient: bool | None) -> Executable:
    # One statement, so that no two workers get the same row on either engine. SQLite has one writer at a
    # time and leaves the lock out. What another worker took meanwhile is due no more when the lock is there.
    in_turn = select(outbox.c.id).join(fair := _first_of_each(state, patient), fair.c.id == outbox.c.id)
    ready = (
        in_turn.where(_is(outbox, state), fair.c.place <= bindparam("each", type_=Integer))
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=outbox)
    )
    return (
        update(outbox)
        .where(outbox.c.id.in_(ready))
        .values(
            state=OutboxState.CLAIMED,
            claim_token=bindparam("token"),
            lease_until=bindparam("until"),
            not_before=None,
            attempts=outbox.c.attempts + 1,
        )
        .returning(
            outbox.c.id,
            outbox.c.workspace_id,
            outbox.c.kind,
            outbox.c.target_id,
            outbox.c.attempts,
            outbox.c.outcome,
            outbox.c.begun,
        )
    )


def _first_of_each(state: OutboxState, patient: bool | None) -> Subquery:
    """The oldest rows that may go out, and which place each has among those of its workspace."""
    now = bindparam("now", type_=outbox.c.due_at.type)
    oldest = (
        select(outbox.c.id, outbox.c.workspace_id, outbox.c.due_at)
        .where(
            _is(outbox, state),
            outbox.c.kind.in_(list(Outgoing)),  # a newer version may know more, and will send them
            outbox.c.due_at <= now,
            or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
            outbox.c.workspace_id.not_in(paused()),
            outbox.c.workspace_id.not_in(bindparam("busy", expanding=True)),
            may_be_said(now),
            ~waits_for_its_message(),
            ~_older_picture_on_its_way(),
        )
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(bindparam("looked_at", type_=Integer))
    )
    if patient is not None:
        oldest = oldest.where(outbox.c.kind.in_(PATIENT) == patient)
    rows = oldest.subquery("oldest")
    place = func.row_number().over(partition_by=rows.c.workspace_id, order_by=(rows.c.due_at, rows.c.id))
    return select(rows.c.id, place.label("place")).subquery("fair")


def outbox_is(*states: OutboxState) -> ColumnElement[bool]:
    """The row is in one of these states."""
    return _is(outbox, *states)


def _is(table: Any, *states: OutboxState) -> ColumnElement[bool]:
    # Written into the statement: a partial index is only found for a literal.
    return or_(*(table.c.state == bindparam(None, one, literal_execute=True) for one in states))


def may_be_said(now: Any) -> ColumnElement[bool]:
    """Slack takes new messages in the workspace, or it is none."""
    return or_(outbox.c.kind.in_(REPEATABLE), outbox.c.workspace_id.not_in(muted(now)))


def paused() -> Select[Any]:
    """Workspaces in which nothing is sent."""
    return select(workspaces.c.id).where(workspaces.c.paused_reason.is_not(None))


def waits_for_its_message() -> ColumnElement[bool]:
    """The message under which it stands, or which it replaces, is not settled yet."""
    parent = outbox.alias("parent")
    return (
        select(parent.c.id)
        .where(
            parent.c.id.in_([outbox.c.thread_of_id, outbox.c.target_id]),
            _is(parent, OutboxState.DUE, OutboxState.CLAIMED, OutboxState.UNKNOWN),
        )
        .exists()
    )


def _older_picture_on_its_way() -> ColumnElement[bool]:
    """Another refresh of the same message, or of the same Home tab, could arrive after this one."""
    other = outbox.alias("other")
    on_its_way = select(other.c.id).where(_is(other, OutboxState.CLAIMED))
    return or_(
        on_its_way.where(other.c.target_id == outbox.c.target_id).exists(),
        and_(outbox.c.kind == Outgoing.HOME, outbox.c.person_id.in_(_homes_on_their_way())),
    )


def _homes_on_their_way() -> Select[Any]:
    home = outbox.alias("home")
    return select(home.c.person_id).where(
        _is(home, OutboxState.CLAIMED), home.c.kind == Outgoing.HOME, home.c.person_id.is_not(None)
    )


def is_anything(db: Session, now: datetime) -> bool:
    """Whether a round may find anything to do. Most find nothing, and a look makes nobody wait."""
    return bool(db.scalar(_anything(), {"now": now, "far": now + LEASE + APART}))


@cache
def _anything() -> Select[bool]:
    now = bindparam("now", type_=outbox.c.due_at.type)
    open_now = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now)
    waiting = (
        select(outbox.c.id).where(_is(outbox, state), outbox.c.due_at <= now, open_now).exists()
        for state in (OutboxState.DUE, OutboxState.UNKNOWN)
    )
    far = bindparam("far", type_=outbox.c.due_at.type)
    lost = select(outbox.c.id).where(_is(outbox, OutboxState.CLAIMED), _over(now, far)).exists()
    resting = (
        select(workspaces.c.id)
        .where(workspaces.c.paused_reason.is_not(None), workspaces.c.paused_until <= now)
        .exists()
    )
    return select(or_(*waiting, lost, resting))


def _over(
    now: datetime | BindParameter[datetime], far: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    return or_(outbox.c.lease_until <= now, outbox.c.lease_until > far)


@dataclass(frozen=True)
class Moved:
    """A row that moved without being claimed."""

    id: int
    kind: str
    state: OutboxState


def expire(db: Session, now: datetime) -> list[Moved]:
    """Ends what would come too late."""
    return _moved(
        db,
        update(outbox)
        .where(_is(outbox, OutboxState.DUE), outbox.c.due_at <= now, outbox.c.expires_at <= now)
        .values(state=OutboxState.EXPIRED, outcome=TOO_LATE, finished_at=now),
    )


def release_lost(db: Session, now: datetime, ours: Collection[int]) -> list[Moved]:
    """Rows whose worker never came back: nobody knows whether they were sent. `ours` are still at work."""
    return _moved(
        db,
        update(outbox)
        .where(
            _is(outbox, OutboxState.CLAIMED),
            _over(now, now + LEASE + APART),
            outbox.c.id.not_in(list(ours)),
        )
        .values(state=OutboxState.UNKNOWN, claim_token=None, lease_until=None, not_before=None),
    )


def _moved(db: Session, statement: Update) -> list[Moved]:
    # A newer version may have put kinds of which this one knows nothing.
    found = db.execute(statement.returning(outbox.c.id, type_coerce(outbox.c.kind, String), outbox.c.state))
    return [Moved(*row) for row in found]


def hold(db: Session, marked: Sequence[Claim]) -> set[int]:
    """Locks the rows that are to be marked together, and tells which are still ours.

    By their number, as everybody who locks several does: else two could wait for each other.
    """
    ids = [claim.id for claim in marked]
    found = db.execute(
        select(outbox.c.id, outbox.c.claim_token)
        .where(outbox.c.id.in_(ids))
        .order_by(outbox.c.id)
        .with_for_update()
    )
    tokens = {row.id: row.claim_token for row in found}
    return {claim.id for claim in marked if tokens.get(claim.id) == claim.token}


def mark_sent(
    db: Session, sent: Sequence[tuple[Claim, Mark]], held: Collection[int], now: datetime
) -> set[int]:
    """Marks many at once that have arrived, of those that are held. Which these are."""
    ours = [(claim, mark) for claim, mark in sent if claim.id in held]
    if ours:
        db.execute(_marking_sent(), [_sent(claim, mark, now) for claim, mark in ours])
    return {claim.id for claim, _ in ours}


@cache
def _marking_sent() -> Executable:
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("row"))
        .values(
            state=OutboxState.SENT,
            outcome=bindparam("said"),
            not_before=None,
            attempts=bindparam("tries"),
            claim_token=None,
            lease_until=None,
            finished_at=bindparam("now", type_=outbox.c.finished_at.type),
            begun=False,
            slack_channel=bindparam("channel"),
            slack_ts=bindparam("ts"),
        )
    )


def _sent(claim: Claim, mark: Mark, now: datetime) -> dict[str, Any]:
    return {
        "row": claim.id,
        "said": mark.outcome,
        "tries": claim.tries,
        "now": now,
        "channel": mark.channel,
        "ts": mark.ts,
    }


def write_mark(db: Session, claim: Claim, mark: Mark, now: datetime) -> bool:
    """Of one that has not arrived. Whether the row was still ours."""
    if mark.state is not OutboxState.DUE:
        return _write_mark(db, claim, mark, now)
    try:
        with db.begin_nested():
            return _write_mark(db, claim, mark, now)
    except IntegrityError:
        # Only one refresh of a message may wait, and meanwhile a newer one does.
        return _write_mark(db, claim, Mark(OutboxState.SKIPPED, OUTDATED), now)


def _write_mark(db: Session, claim: Claim, mark: Mark, now: datetime) -> bool:
    ended = mark.state not in (OutboxState.DUE, OutboxState.UNKNOWN)
    outcome = claim.outcome if claim.outcome in STAYS_NOTED and not ended else mark.outcome
    values: dict[str, Any] = {
        "state": mark.state,
        "outcome": outcome,
        "not_before": mark.not_before,
        "attempts": claim.tries - 1 if mark.free else claim.tries,
        "claim_token": None,
        "lease_until": None,
        "finished_at": now if ended else None,
        "begun": mark.in_doubt and not ended,
    }
    return _count(db, update(outbox).where(*_ours(claim)).values(**values)) == 1


def note_begun(db: Session, claim: Claim) -> bool:
    """Remembers, before it happens, that something is sent which nobody could look up afterwards."""
    return _count(db, update(outbox).where(*_ours(claim)).values(begun=True)) == 1


def note_second_try(db: Session, claim: Claim) -> bool:
    """Remembers, before it happens, that a message is sent once more without having been seen."""
    return _count(db, update(outbox).where(*_ours(claim)).values(outcome=SENT_AGAIN)) == 1


def _ours(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (outbox.c.id == claim.id, outbox.c.claim_token == claim.token)


def _count(db: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", db.execute(statement)).rowcount

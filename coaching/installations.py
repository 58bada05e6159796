"""Installing the bot into a workspace by OAuth, keeping its token, and its leaving.

Slack is asked by `service/installing.py` and `service/renewal.py`, between the transactions.
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from coaching import audit, outbox, people, programme
from coaching.rules.audit_facts import Deed
from storage.models import (
    Circle,
    CoachingSession,
    Installation,
    OAuthState,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    Workspace,
)
from storage.upsert import insert_if_absent

STATE_LIVES = timedelta(minutes=10)
RENEWED_BEFORE = timedelta(hours=2)
"""So long before a token ends there is a new one; the old one works until then, whatever goes wrong."""
LEASE = timedelta(minutes=1)
"""One process asks Slack for a new token. Longer than that takes, with its timeout."""
AT_ONCE = 100

REMOVED = "removed"
REINSTALL = "reinstall needed"
"""Reasons for which sending rests until the bot is installed again. Slack is not asked meanwhile."""
TOKEN_IS_OVER = frozenset({"account_inactive", "token_revoked"})
"""Slack's words for it: the bot was removed, or its token taken back. `invalid_auth` is said to forbidden
addresses too."""
BEFORE_IT_CAME_BACK = "fell due before it was installed again"
STILL_TRUE = (Outgoing.REFRESH, Outgoing.HOME)
"""They show what is so when they are sent."""

installations = cast(Table, Installation.__table__)
workspaces = cast(Table, Workspace.__table__)
rows = cast(Table, OutboxRow.__table__)
sessions = cast(Table, CoachingSession.__table__)


@dataclass(frozen=True)
class Pair:
    """A bot token, and where tokens are rotated what gets the next one."""

    bot_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True)
class Granted:
    """What Slack gives for one workspace when somebody has allowed it."""

    workspace_id: str
    workspace_name: str
    enterprise_id: str | None
    app_id: str
    bot_user_id: str
    scopes: str
    installer: str
    """Slack id."""
    pair: Pair
    at: datetime | None = None
    """By Slack's clock, as the moments of removals are; None where Slack did not say."""


@dataclass(frozen=True)
class Token:
    """What the bot speaks with in one workspace."""

    value: str = field(repr=False)
    bot_user_id: str
    expires_at: datetime | None
    renewable: bool
    scopes: str
    """As Slack gave them, separated by commas."""

    def works(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True)
class Lease:
    """The right to ask Slack for a new token, until then."""

    workspace_id: str
    until: datetime
    refresh_token: str = field(repr=False)


def begin(key: str, now: datetime) -> str:
    """The word that somebody takes to Slack and brings back within ten minutes, signed with `key`.

    Nothing is kept of it before that, so that nobody can fill anything up by beginning.
    """
    said = f"{secrets.token_urlsafe(32)}.{int((now + STATE_LIVES).timestamp())}"
    return f"{said}.{_signature(key, said)}"


def forget_states(db: Session, now: datetime) -> None:
    """Words that are too old to be brought once more."""
    db.execute(delete(OAuthState).where(OAuthState.expires_at <= now))


def take(db: Session, key: str, word: str, now: datetime) -> bool:
    """Whether the word is one of ours and good. It is good once, however many ask at the same time."""
    said, _, signature = word.rpartition(".")
    if not hmac.compare_digest(_signature(key, said).encode(), signature.encode()):
        return False
    until = datetime.fromtimestamp(int(said.rpartition(".")[2]), UTC)
    if until <= now:
        return False
    forget_states(db, now)
    return insert_if_absent(db, OAuthState, digest=_digest(word), expires_at=until) is not None


def _signature(key: str, said: str) -> str:
    return hmac.new(key.encode(), f"install {said}".encode(), sha256).hexdigest()


def _digest(word: str) -> str:
    return sha256(word.encode()).hexdigest()


def install(db: Session, granted: Granted, now: datetime) -> None:
    """Keeps what Slack gave. A workspace that had the bot before finds everything as it was."""
    at = granted.at or now
    if not _new(db, granted, at):
        workspace = _locked(db, granted.workspace_id)
        if workspace:
            _take_back(db, workspace, granted, now)
        else:
            _new(db, granted, at)  # the last of it was erased while this waited
    kept: dict[str, Any] = {
        "enterprise_id": granted.enterprise_id,
        "app_id": granted.app_id,
        **_pair(granted.pair),
        "scopes": granted.scopes,
        "installer_slack_id": granted.installer,
        "installed_at": at,
    }
    if insert_if_absent(db, Installation, workspace_id=granted.workspace_id, **kept) is None:
        db.execute(_change(granted.workspace_id).values(kept))


def _new(db: Session, granted: Granted, at: datetime) -> bool:
    """Whether the workspace was not known."""
    values = {"name": granted.workspace_name, "bot_user_id": granted.bot_user_id, "created_at": at}
    return insert_if_absent(db, Workspace, id=granted.workspace_id, **values) is not None


def _take_back(db: Session, workspace: Workspace, granted: Granted, now: datetime) -> None:
    if workspace.uninstalled_at or workspace.paused_reason:
        _let_go(db, workspace.id, now)
    _note_return(db, workspace, now)
    if workspace.bot_user_id != granted.bot_user_id:
        _forget_conversations(db, workspace.id)
    workspace.name, workspace.bot_user_id = granted.workspace_name, granted.bot_user_id
    workspace.uninstalled_at = workspace.paused_reason = workspace.paused_until = None


def works_again(db: Session, workspace_id: str, now: datetime) -> None:
    """Slack has just taken the bot token of a workspace in which sending rests."""
    workspace = _locked(db, workspace_id)
    if workspace is None:
        return
    if workspace.paused_reason == REMOVED:
        _let_go(db, workspace_id, now)
    _note_return(db, workspace, now)
    workspace.uninstalled_at = workspace.paused_reason = workspace.paused_until = None


def _note_return(db: Session, workspace: Workspace, now: datetime) -> None:
    if workspace.uninstalled_at:
        audit.of_the_bot(db, Deed.BRING_BACK_BOT, workspace.id, now)


def probed(db: Session, workspace_id: str, now: datetime) -> None:
    """The same, when somebody asked from time to time. What rests for good meanwhile stays so."""
    workspace = _locked(db, workspace_id)
    if workspace is not None and workspace.paused_until is not None:
        works_again(db, workspace_id, now)


def _let_go(db: Session, workspace_id: str, now: datetime) -> None:
    """What fell due meanwhile is not sent any more, but for what shows the state of now."""
    ahead = select(sessions.c.id).where(sessions.c.id == rows.c.session_id, sessions.c.starts_at > now)
    card_ahead = and_(rows.c.kind == Outgoing.SESSION_CARD, ahead.exists())
    db.execute(
        update(rows)
        .where(
            rows.c.workspace_id == workspace_id,
            rows.c.state.in_([OutboxState.DUE, OutboxState.UNKNOWN]),
            rows.c.due_at <= now,
            rows.c.kind.not_in(STILL_TRUE),
            ~card_ahead,
        )
        .values(state=OutboxState.SKIPPED, outcome=BEFORE_IT_CAME_BACK, finished_at=now)
    )


def _forget_conversations(db: Session, workspace_id: str) -> None:
    """Those of another bot user: this one has its own, and opens them when it has something to say."""
    db.execute(update(Person).where(Person.workspace_id == workspace_id).values(dm_channel=None))
    circles = cast(Table, Circle.__table__)  # not an edit that somebody's form could be behind of
    db.execute(update(circles).where(circles.c.workspace_id == workspace_id).values(group_dm=None))


def greet(db: Session, workspace_id: str, now: datetime) -> None:
    """Tells whoever installed it what comes next, once for each time. Raises `UnknownPeople`.

    Nobody owns the programme page yet? The very first one to install it does then, or a workspace's admin.
    """
    query = select(installations.c.installer_slack_id, installations.c.installed_at, workspaces.c.created_at)
    joined = query.join(workspaces, workspaces.c.id == installations.c.workspace_id)
    found = db.execute(joined.where(installations.c.workspace_id == workspace_id)).first()
    if found is None:
        return  # removed since then
    person = people.somebody(db, workspace_id, found.installer_slack_id)
    again = found.created_at < found.installed_at
    programme.first_owner(db, person, now, first=not again)
    outbox.put(
        db,
        Outgoing.INSTALLED,
        f"installed:{found.installed_at.isoformat()}",
        workspace_id=workspace_id,
        due_at=now,
        now=now,
        person=person,
        facts={"again": again},
    )


def removed(db: Session, workspace_id: str, at: datetime, now: datetime) -> bool:
    """Slack said that the bot was removed `at` then. Whether that is so; not where it came back since.

    The same comes of it in whatever order, and however often, Slack says so.
    """
    workspace = _locked(db, workspace_id)
    if workspace is None:
        return False
    installed_at = db.scalar(
        select(installations.c.installed_at).where(installations.c.workspace_id == workspace_id)
    )
    if installed_at is not None and at < installed_at.replace(microsecond=0):  # Slack's clock shows seconds
        return False
    _forget_token(db, workspace_id)
    if workspace.uninstalled_at is None:
        audit.of_the_bot(db, Deed.REMOVE_BOT, workspace_id, now)
    if workspace.uninstalled_at is None or installed_at is not None:
        workspace.paused_reason = REMOVED
        # A bot token that was set from outside may work again one day: delivery asks from time to time.
        workspace.paused_until = now if installed_at is None else None
    workspace.uninstalled_at = max(filter(None, (workspace.uninstalled_at, min(at, now))))
    return True


def revoked(db: Session, workspace_id: str, users: Collection[object], at: datetime, now: datetime) -> bool:
    """Slack said that the tokens of these users ended: a removal where the bot's own is one of them."""
    own = db.scalar(select(Workspace.bot_user_id).where(Workspace.id == workspace_id))
    return own in users and removed(db, workspace_id, at, now)


def close(db: Session, workspace_id: str, now: datetime) -> bool:
    """Whoever runs the bot ends it in a workspace: no token, nothing is sent. False where there is none."""
    workspace = _locked(db, workspace_id)
    if workspace is None:
        return False
    _forget_token(db, workspace_id)
    workspace.uninstalled_at = workspace.uninstalled_at or now
    workspace.paused_reason, workspace.paused_until = REMOVED, None
    return True


def in_use(workspace_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """For planners: the rest has removed the bot, and is planned for when it is back, as if the bot had
    been down. What only ends (a poll, an evaluation) ends all the same.
    """
    return workspace_id.not_in(select(workspaces.c.id).where(workspaces.c.uninstalled_at.is_not(None)))


def is_there(db: Session, workspace_id: str) -> bool:
    """Whether nobody has heard that the bot was removed."""
    workspace = db.get(Workspace, workspace_id)
    return workspace is not None and workspace.uninstalled_at is None


def is_back(db: Session, workspace_id: str) -> bool:
    """Whether the bot is there (again). Nobody can install it before this transaction ends."""
    workspace = _locked(db, workspace_id)
    return workspace is not None and workspace.uninstalled_at is None


def _forget_token(db: Session, workspace_id: str) -> None:
    db.execute(delete(Installation).where(Installation.workspace_id == workspace_id))


def seems_removed(db: Session, workspace_id: str, now: datetime) -> None:
    """Slack takes the token no more, and no event said why. Then it is erased one day as if one had.

    Only what was installed by OAuth; what is kept with a token from outside is not erased by itself.
    """
    installed = select(installations.c.workspace_id).where(installations.c.workspace_id == workspace_id)
    unheard = and_(workspaces.c.id == workspace_id, workspaces.c.uninstalled_at.is_(None), installed.exists())
    gone = update(workspaces).where(unheard).values(uninstalled_at=now).returning(workspaces.c.id)
    if db.execute(gone).first() is not None:
        audit.of_the_bot(db, Deed.REMOVE_BOT, workspace_id, now)


def is_over(db: Session, workspace_id: str) -> bool:
    """Whether Slack has said that the token is over, and nothing has shown since that it works."""
    reason = db.scalar(select(Workspace.paused_reason).where(Workspace.id == workspace_id))
    return reason in TOKEN_IS_OVER


def token_of(db: Session, workspace_id: str) -> Token | None:
    """None where the bot is not installed by OAuth. Raises `Unreadable` where the key for it is missing."""
    found = db.execute(
        select(
            installations.c.bot_token,
            workspaces.c.bot_user_id,
            installations.c.expires_at,
            installations.c.refresh_token.is_not(None).label("renewable"),
            installations.c.scopes,
        )
        .join(workspaces, workspaces.c.id == installations.c.workspace_id)
        .where(installations.c.workspace_id == workspace_id)
    ).first()
    return None if found is None else Token(*found)


def all_known(db: Session) -> list[Workspace]:
    """Workspaces that have the bot, or would if its token still worked."""
    installed = Workspace.id.in_(select(Installation.workspace_id))
    known = select(Workspace).where(Workspace.uninstalled_at.is_(None) | installed)
    return list(db.scalars(known.order_by(Workspace.name, Workspace.id)))


def lose(db: Session, workspace_id: str) -> None:
    """The bot has no token any more that works: only installing it again helps."""
    going_on = workspaces.c.uninstalled_at.is_(None)
    lost = update(workspaces).where(workspaces.c.id == workspace_id, going_on)
    db.execute(lost.values(paused_reason=REINSTALL, paused_until=None))


def lose_ended(db: Session, now: datetime) -> None:
    """The same for all whose token has ended and cannot be renewed."""
    ended = select(installations.c.workspace_id).where(
        installations.c.expires_at <= now, installations.c.refresh_token.is_(None)
    )
    for workspace_id in db.scalars(ended).all():
        lose(db, workspace_id)


def to_renew(db: Session, now: datetime) -> list[str]:
    """Workspaces whose token ends soon, those first that end first."""
    query = select(installations.c.workspace_id).where(_may_renew(now))
    return list(db.scalars(query.order_by(installations.c.expires_at).limit(AT_ONCE)))


def claim_renewal(db: Session, workspace_id: str, now: datetime) -> Lease | None:
    """The right to renew a token that ends soon; None while another process is at it, or has just done it.

    Raises `Unreadable`.
    """
    until = now + LEASE
    mine = _change(workspace_id).where(_may_renew(now)).values(renewing_until=until)
    token = db.execute(mine.returning(installations.c.refresh_token)).scalar()
    return None if token is None else Lease(workspace_id, until, token)


def _may_renew(now: datetime) -> ColumnElement[bool]:
    nobody = or_(installations.c.renewing_until.is_(None), installations.c.renewing_until <= now)
    ends_soon = installations.c.expires_at < now + RENEWED_BEFORE
    return and_(installations.c.refresh_token.is_not(None), ends_soon, nobody)


def renewed(db: Session, lease: Lease, pair: Pair) -> bool:
    """Keeps the new token. False when the lease is not ours any more: removed, or installed again, say."""
    return _end(db, lease, **_pair(pair))


def not_renewed(db: Session, lease: Lease, *, spent: bool) -> None:
    """Slack refused. `spent`: what would get a new token does not work any more, so nobody tries again."""
    _end(db, lease, **({"refresh_token": None} if spent else {}), renewing_until=None)


def _end(db: Session, lease: Lease, **values: Any) -> bool:
    ours = installations.c.renewing_until == lease.until
    done = _change(lease.workspace_id).where(ours).values(**values)
    return db.execute(done.returning(installations.c.workspace_id)).first() is not None


def _change(workspace_id: str) -> Any:
    return update(installations).where(installations.c.workspace_id == workspace_id)


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "bot_token": pair.bot_token,
        "refresh_token": pair.refresh_token,
        "expires_at": pair.expires_at,
        "renewing_until": None,
    }


def _locked(db: Session, workspace_id: str) -> Workspace | None:
    """Installing and removing take turns."""
    return db.scalar(select(Workspace).where(Workspace.id == workspace_id).with_for_update())

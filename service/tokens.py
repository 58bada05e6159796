"""With which token the bot speaks in a workspace: the one that was set, or the one of its installation."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import bot.app
from coaching import installations, workspaces
from coaching.installations import TOKEN_IS_OVER, Token
from scheduler import resting
from scheduler.outcomes import Verdict, verdict_of
from service.clock import Clock, disagreement
from service.manifest import SCOPES
from service.oauth import Refused, Silent
from service.renewal import Renewal
from service.settings import Settings
from storage.encryption import Unreadable
from storage.engine import Database
from storage.models import Workspace

KEPT_S = 60
MOST_KEPT = 1_000
MOST_ASKED, ASKED_AT_ONCE = 20, 5
"""Of how many workspaces whoever looks waits for Slack's word."""
SILENT = "{url} does not answer. Is this machine allowed to reach it?"
APP_UNKNOWN = (
    "Slack does not know the app ({code}). Copy SLACK_CLIENT_ID and SLACK_CLIENT_SECRET again from Basic"
    " Information, and look whether the manifest has the redirect address of COACH_PUBLIC_URL."
)
REFUSED = "is refused by Slack ({code}), so nothing is sent there. A worker asks again every 15 minutes"
AGAIN = "install the bot there again at {url}"
NOBODY_RENEWS = "no worker has renewed it: start coach worker or coach serve"
log = structlog.get_logger(__name__)


class ReinstallNeeded(LookupError):
    """The bot is not installed in this workspace, or its token works no more."""


class NotRenewed(OSError):
    """The token has ended and Slack has not given a new one yet: it may do so in a minute."""


class Tokens(bot.app.Tokens, Protocol):
    """`of` may be asked with every request, and raises besides what asking Slack raises."""

    def newest(self, workspace_id: str) -> str:
        """The token as it is now. Raises the same as `of`."""

    def begin(self) -> None:
        """At the start, before the first request."""


@dataclass
class BotToken:
    """The one workspace of a bot token. Slack is asked once which workspace it is."""

    settings: Settings
    database: Database
    clock: Clock
    _found: tuple[str, str] | None = None
    """Workspace and the bot's own user."""
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def of(self, workspace_id: str) -> tuple[str, str]:
        with self._asking:
            if self._found is None:
                self._found = self._introduce()
        if workspace_id != self._found[0]:
            raise LookupError(workspace_id)
        return self._secret, self._found[1]

    def newest(self, workspace_id: str) -> str:
        return self.of(workspace_id)[0]

    def forget(self, workspace_id: str) -> None:
        """There is no other."""

    def refused(self, workspace_id: str, bot_token: str, code: str) -> None:
        if code in TOKEN_IS_OVER:
            _pause(self.database, workspace_id, code, self.clock.now(), lambda _: bot_token == self._secret)

    def problems(self) -> list[str]:
        """Where nothing is sent, a line each, with what to do."""
        try:
            with self.database.reading() as db:
                found = workspaces.resting(db)
        except SQLAlchemyError:
            return []  # no tables yet, or away: that is said elsewhere
        return [
            f"{one.name} ({one.id}) {REFUSED.format(code=one.paused_reason)}; with a new bot token, restart."
            for one in found
        ]

    def begin(self) -> None:
        """Where the bot had been removed, the token may be a new one that works."""
        with self.database.reading() as db:
            waits = workspaces.any_waits_for_token(db)
        if waits:
            try:
                self._found = self._introduce()
            except (SlackApiError, OSError) as error:
                log.warning("the bot token does not work", error=type(error).__name__)

    @property
    def _secret(self) -> str:
        return self.settings.slack_bot_token.get_secret_value()

    def ask(self) -> SlackResponse:
        """What Slack says of the token. Raises `SlackApiError` when refused, `OSError` without an answer."""
        return WebClient(token=self._secret, base_url=self.settings.slack_api_url, timeout=5).auth_test()

    def _introduce(self) -> tuple[str, str]:
        """Raises the same."""
        answer = self.ask()
        team, user = str(answer["team_id"]), str(answer["user_id"])
        with self.database.transaction() as db:
            workspaces.remember(db, team, str(answer.get("team") or team), user, self.clock.now())
        return team, user


@dataclass
class Installed:
    """The workspaces that have installed the bot. Each token is kept for a minute."""

    database: Database
    clock: Clock
    renewal: Renewal
    _kept: dict[str, tuple[Token, float]] = field(default_factory=dict, repr=False)
    """With the moment, by a clock that is never set, until which it is used without looking."""

    def of(self, workspace_id: str) -> tuple[str, str]:
        known = self._kept.get(workspace_id)
        if known is None or time.monotonic() > known[1] or not known[0].works(self.clock.now()):
            self._refuse_what_is_over(workspace_id)
            known = self._look(workspace_id), time.monotonic() + KEPT_S
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[workspace_id] = known
        return known[0].value, known[0].bot_user_id

    def newest(self, workspace_id: str) -> str:
        return self._look(workspace_id).value

    def forget(self, workspace_id: str) -> None:
        self._kept.pop(workspace_id, None)

    def refused(self, workspace_id: str, bot_token: str, code: str) -> None:
        """It may be an old one, and another process know a newer one: that is not paused."""
        self.forget(workspace_id)
        if code in TOKEN_IS_OVER:
            now = self.clock.now()
            _pause(self.database, workspace_id, code, now, lambda db: _is_newest(db, workspace_id, bot_token))

    def begin(self) -> None:
        """Each token is looked up when it is needed."""

    def problems(self) -> list[str]:
        """What keeps the bot from speaking, a line each, with what to do. Asks Slack."""
        slack = self.renewal.slack
        try:
            said = slack.ask()
        except Silent:
            return [SILENT.format(url=slack.api_url)]
        except Refused as refused:
            return [APP_UNKNOWN.format(code=refused.code)]
        return [*disagreement(said.get("date", ""), self.clock.now()), *self._standing()]

    def _standing(self) -> list[str]:
        """What is wrong in single workspaces."""
        try:
            with self.database.reading() as db:
                found = [(one, self._wrong(db, one)) for one in installations.all_known(db)]
        except SQLAlchemyError:
            return []  # no tables yet, or away: that is said elsewhere
        return [self._line(one, wrong) for one, wrong in found if wrong]

    def ask_each(self) -> tuple[list[str], int]:
        """Where Slack refuses a token of which nobody has heard anything bad, a line each; and of how many
        workspaces it was not asked, or did not say. Those that are asked are others each time."""
        try:
            with self.database.reading() as db:
                well = [one for one in installations.all_known(db) if not self._wrong(db, one)]
                tokens = [(one, installations.token_of(db, one.id)) for one in well]
        except SQLAlchemyError:
            return [], 0
        asked = random.sample(tokens, min(MOST_ASKED, len(tokens)))
        with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
            said = list(pool.map(lambda one: self._said_of(one[1]), asked))
        lines = [self._line(one, _refused(code)) for (one, _), code in zip(asked, said, strict=True) if code]
        return sorted(lines), len(tokens) - len(said) + said.count(None)

    def _said_of(self, token: Token | None) -> str | None:
        """Slack's word for refusing it, nothing where it takes it; None where it does not say."""
        try:
            self.renewal.slack.test(token.value if token else "")
        except Silent:
            return None
        except Refused as refused:
            return refused.code if verdict_of(refused.code) is Verdict.PAUSE else None
        return ""

    def _line(self, workspace: Workspace, wrong: str) -> str:
        url = f"{self.renewal.slack.public_url}/slack/install"
        return f"{workspace.name} ({workspace.id}) {wrong.format(url=url)}"

    def _wrong(self, db: Session, workspace: Workspace) -> str:
        """And what to do about it, with a place for the address at which it is installed."""
        try:
            token = installations.token_of(db, workspace.id)
        except Unreadable:
            return f"has a token that no key of ours reads: {AGAIN}"
        if token is None:
            return f"has no token: {AGAIN}"
        if workspace.paused_reason in TOKEN_IS_OVER:
            return _refused(workspace.paused_reason)
        if not token.renewable and token.expires_at:
            return f"has a token that ends, or ended, at {token.expires_at:%Y-%m-%d %H:%M} UTC: {AGAIN}"
        if not token.works(self.clock.now()):
            return f"has a token that has ended: {NOBODY_RENEWS}"
        if workspace.paused_reason:
            return _refused(workspace.paused_reason)
        lacking = sorted(set(SCOPES) - set(token.scopes.split(",")))
        return f"has not given the permissions {', '.join(lacking)}: {AGAIN}" if lacking else ""

    def _refuse_what_is_over(self, workspace_id: str) -> None:
        """So that people read what to do. The worker has the token all the same, to see whether it works."""
        with self.database.reading() as db:
            over = installations.is_over(db, workspace_id)
        if over:
            raise ReinstallNeeded(workspace_id)

    def _look(self, workspace_id: str) -> Token:
        found = self._read(workspace_id)
        if found.renewable and not found.works(self.clock.now() + self.renewal.urgent):
            self.renewal.renew(workspace_id)
            found = self._read(workspace_id)
        if found.works(self.clock.now()):
            return found
        raise NotRenewed if found.renewable else ReinstallNeeded(workspace_id)

    def _read(self, workspace_id: str) -> Token:
        try:
            with self.database.reading() as db:
                found = installations.token_of(db, workspace_id)
        except Unreadable:
            log.error("the key for a token is missing", workspace=workspace_id)
            found = None
        if found is None:
            raise ReinstallNeeded(workspace_id)
        return found


def _refused(code: str) -> str:
    """What follows from Slack's word, with a place for the address at which the bot is installed."""
    if code in TOKEN_IS_OVER:
        return f"has a token that works no more ({code}): {AGAIN}"
    return f"{REFUSED.format(code=code)}; else {AGAIN}"


def _is_newest(db: Session, workspace_id: str, bot_token: str) -> bool:
    """Raises `Unreadable`."""
    found = installations.token_of(db, workspace_id)
    return found is not None and found.value == bot_token


def _pause(
    database: Database, workspace_id: str, code: str, now: datetime, still_so: Callable[[Session], bool]
) -> None:
    """Nothing is sent in a workspace whose token is over, unless it has been installed again just now."""
    try:
        with database.transaction() as db:
            there = installations.is_back(db, workspace_id) and still_so(db)
            paused = there and resting.pause(db, workspace_id, code, now)
    except (SQLAlchemyError, Unreadable) as error:
        log.error("workspace not paused", workspace=workspace_id, error=type(error).__name__)
        return
    if paused:
        log.warning("workspace paused", workspace=workspace_id, reason=code)

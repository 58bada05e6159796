"""The app as Slack knows it: who it is, where it may send people back to, and the tokens it was given."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CODE_LIVES = timedelta(minutes=10)
TOKEN_LIVES = timedelta(hours=12)
MOST_ACTIVE = 2
"""So many tokens of a workspace work at the same time, where they are rotated."""


@dataclass
class Code:
    """What a person brings back to the app, which gets a token for it, once."""

    redirect_uri: str
    team: str
    """Empty for a whole organisation."""
    user: str
    scopes: list[str]
    expires: datetime
    used: bool = False


@dataclass
class Registration:
    client_id: str
    client_secret: str = field(repr=False)
    redirect_urls: list[str]
    rotates: bool = False
    """Tokens end after twelve hours, and are renewed by a word that is good once."""
    organisation: bool = False
    """The workspaces belong to one, and people may choose all of it."""
    codes: dict[str, Code] = field(default_factory=dict, repr=False)
    tokens: dict[str, dict[str, datetime | None]] = field(default_factory=dict, repr=False)
    """By workspace, those that work, the newest last, each with its end."""
    refreshing: dict[str, str] = field(default_factory=dict, repr=False)
    """The workspace of each refresh token that was not used yet."""
    spent: set[str] = field(default_factory=set, repr=False)
    """Tokens that were taken away."""
    refreshed: int = 0

    def new_code(self, code: Code) -> str:
        word = secrets.token_urlsafe(24)
        self.codes[word] = code
        return word

    def new_token(self, team: str, now: datetime) -> tuple[str, str | None]:
        """A token, and where they are rotated the word for the next one."""
        token = f"{'xoxe.xoxb' if self.rotates else 'xoxb'}-{secrets.token_urlsafe(24)}"
        known = self.tokens.setdefault(team, {})
        if self.rotates:
            for old in list(known)[: len(known) + 1 - MOST_ACTIVE]:
                del known[old]
        known[token] = now + TOKEN_LIVES if self.rotates else None
        if not self.rotates:
            return token, None
        refresh = f"xoxe-1-{secrets.token_urlsafe(24)}"
        self.refreshing[refresh] = team
        return token, refresh

    def team_of(self, token: str | None) -> str | None:
        return next((team for team, known in self.tokens.items() if token in known), None)

    def problem_of(self, token: str, now: datetime) -> str | None:
        """Slack's word for why a token does not work, if it does not."""
        team = self.team_of(token)
        if team is None:
            return "account_inactive" if token in self.spent else "invalid_auth"
        until = self.tokens[team][token]
        return "token_expired" if until is not None and until <= now else None

    def take_away(self, team: str) -> None:
        self.spent.update(self.tokens.pop(team, {}))
        self.refreshing = {word: one for word, one in self.refreshing.items() if one != team}

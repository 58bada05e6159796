"""Workspaces that installed the bot by OAuth, and the words that people brought back from Slack for it."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, UtcDateTime
from storage.encryption import EncryptedText


class Installation(Base):
    """What Slack gave for one workspace. Deleted when the bot is removed; the workspace stays a while."""

    __tablename__ = "installations"

    workspace_id: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    enterprise_id: Mapped[str | None]
    """The Enterprise Grid organisation that the workspace belongs to, where it does."""
    app_id: Mapped[str]
    bot_token: Mapped[str] = mapped_column(EncryptedText)
    refresh_token: Mapped[str | None] = mapped_column(EncryptedText)
    """Only where tokens are rotated; it can be used once."""
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When the bot token ends, where tokens are rotated."""
    renewing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """One process is asking Slack for a new token, and no other asks until then."""
    scopes: Mapped[str]
    """As Slack gave them, separated by commas."""
    installer_slack_id: Mapped[str]
    installed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def __repr__(self) -> str:
        return f"Installation({self.workspace_id!r})"


class OAuthState(Base):
    """Somebody was sent to Slack to install the bot and came back with this word: nobody does so again."""

    __tablename__ = "oauth_states"

    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the word; the word itself is in their browser alone."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

"""Workspaces and the people in them, as far as the bot knows them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.rules.terms import PersonKind
from storage.base import Base, UtcDateTime, text_enum
from storage.models.away import Away

MONDAY_TO_FRIDAY = [0, 1, 2, 3, 4]


class Workspace(Base):
    """One Slack workspace that has installed the bot. Nothing crosses from one to another."""

    __tablename__ = "workspaces"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Slack's own id of the team."""
    name: Mapped[str]
    bot_user_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uninstalled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the bot was removed. What is kept of the workspace is erased some time after."""
    paused_reason: Mapped[str | None]
    """Why sending rests, as Slack named it (a revoked token, say)."""
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When Slack is asked whether it may go on. Nothing beside a reason: when the bot is installed again."""


class Person(Base):
    """Somebody in a workspace: looked up from Slack once, then kept true by its events."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    slack_id: Mapped[str]
    name: Mapped[str]
    zone: Mapped[str]
    """IANA name."""
    locale: Mapped[str] = mapped_column(default="")
    """Such as en-US; empty where Slack leaves it out."""
    kind: Mapped[PersonKind] = mapped_column(text_enum(PersonKind))
    active: Mapped[bool] = mapped_column(default=True)
    workspace_admin: Mapped[bool] = mapped_column(default=False)
    working_days: Mapped[list[int]] = mapped_column(JSON, default=lambda: list(MONDAY_TO_FRIDAY))
    """Weekdays, Monday is 0."""
    workplace: Mapped[str | None]
    """Offered as the place of sessions in person."""
    reminders_off: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Kinds of reminder this person has turned off."""
    dm_channel: Mapped[str | None]
    """The conversation with the bot, once it was opened."""
    home_opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When they last looked at the bot's Home tab, to the day. For who never does, it is not drawn anew."""
    looked_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When Slack was last asked at night whether they are still there."""

    away: Mapped[list[Away]] = relationship(
        cascade="all, delete-orphan", order_by=Away.first_day, lazy="selectin"
    )


class HandledRequest(Base):
    """A click or event that has had its effect: Slack delivers some twice, and people click twice."""

    __tablename__ = "handled_requests"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

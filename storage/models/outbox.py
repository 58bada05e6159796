"""What is due, and the messages that carry it. See `scheduler/delivery.py` for how rows move."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from coaching.rules.terms import MessageKind, ReminderKind
from storage.base import Base, UtcDateTime, text_enum


class OutboxState(StrEnum):
    DUE = "due"
    CLAIMED = "claimed"
    SENT = "sent"
    UNKNOWN = "unknown"
    """Slack did not say whether it arrived."""
    SKIPPED = "skipped"
    EXPIRED = "expired"
    DEAD = "dead"


class Outgoing(StrEnum):
    """What a message is; each has one renderer."""

    INSTALLED = "installed"
    """To whoever installed the bot: what comes next."""
    WELCOME = "welcome"
    MEMBER_LEFT = "member_left"
    LEFT_IN_CHARGE = "left_in_charge"
    SESSION_CARD = "session_card"
    SESSION_NEWS = "session_news"
    SESSION_MOVED = "session_moved"
    SESSION_PLACE = "session_place"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_SKIPPED = "session_skipped"
    THREAD_LINE = "thread_line"
    ROLE_NEWS = "role_news"
    SWAP_ASK = "swap_ask"
    """To the circle, in the thread: who takes this role?"""
    SWAP_OFFER = "swap_offer"
    """To the next in line."""
    SWAP_CONVENER = "swap_convener"
    SWAP_NEWS = "swap_news"
    TOO_FEW = "too_few"
    DATE_ASK = "date_ask"
    """To the circle: a date of the rhythm that nobody has confirmed."""
    POLL = "poll"
    POLL_REMINDER = "poll_reminder"
    POLL_CLOSED = "poll_closed"
    """To whoever opened it: the slots and who can make them, to pick one."""
    POLL_UNDECIDED = "poll_undecided"
    """To them and the convener, once: a time is still to be chosen."""
    POLL_LAPSED = "poll_lapsed"
    """To the convener: nobody chose while there was a time to choose."""
    INVITATION = "invitation"
    CIRCLE_NEWS = "circle_news"
    """To members: paused, going on, closed."""
    PERSON_GONE = "person_gone"
    """To the convener: somebody has left Slack, and this was repaired."""
    CHANNEL_LOST = "channel_lost"
    IN_PERSON_DUE = "in_person_due"
    CALENDAR_FILE = "calendar_file"
    BOOKKEEPING = "bookkeeping"
    STARTING_SOON = "starting_soon"
    EVALUATION = "evaluation"
    DID_YOU_MEET = "did_you_meet"
    AGENDA = "agenda"
    CASE_SHARED = "case_shared"
    """To the circle, in the thread: that there is a case to read."""
    NOTES_THERE = "notes_there"
    """To the circle, in the thread: that there are notes."""
    WHAT_COMES_NEXT = "what_comes_next"
    RESULT = "result"
    RESULT_PICTURE = "result_picture"
    RESULT_UNSEEN = "result_unseen"
    """To the convener: nobody knows whether the line of a result arrived."""
    LOG_FILE = "log_file"
    HOURS_FILE = "hours_file"
    DATA_FILE = "data_file"
    """To somebody: all that is stored about them."""
    TRENDS_PICTURE = "trends_picture"
    REFLECTION_SHARED = "reflection_shared"
    HOME = "home"
    REFRESH = "refresh"
    """Brings a message that already stands up to date."""


class OutboxRow(Base):
    """One message: to be sent, on its way, or ended with a reason. Rendered when it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("workspace_id", "unique_key"),
        Index(
            "ix_outbox_due",
            "due_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index(
            "ix_outbox_lease",
            "lease_until",
            sqlite_where=text("state = 'claimed'"),
            postgresql_where=text("state = 'claimed'"),
        ),
        Index(
            "ix_outbox_unknown",
            "due_at",
            sqlite_where=text("state = 'unknown'"),
            postgresql_where=text("state = 'unknown'"),
        ),
        Index(
            "ix_outbox_dead",
            "finished_at",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index(
            "ix_outbox_thread_of_id",
            "thread_of_id",
            sqlite_where=text("thread_of_id IS NOT NULL"),
            postgresql_where=text("thread_of_id IS NOT NULL"),
        ),
        Index(
            "ix_outbox_target_id",
            "target_id",
            sqlite_where=text("target_id IS NOT NULL"),
            postgresql_where=text("target_id IS NOT NULL"),
        ),
        Index("ix_outbox_session", "workspace_id", "session_id"),
        Index(
            "ix_outbox_subject",
            "workspace_id",
            "kind",
            "subject_id",
            sqlite_where=text("subject_id IS NOT NULL"),
            postgresql_where=text("subject_id IS NOT NULL"),
        ),
        Index("ix_outbox_message", "workspace_id", "slack_channel", "slack_ts"),
        Index(
            "uq_outbox_refresh",
            "workspace_id",
            "target_id",
            unique=True,
            sqlite_where=text("state = 'due' AND target_id IS NOT NULL"),
            postgresql_where=text("state = 'due' AND target_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    kind: Mapped[Outgoing] = mapped_column(text_enum(Outgoing))
    unique_key: Mapped[str]
    """One message for one thing: a second row with the same key is refused."""

    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """The recipient of a direct message."""
    circle_id: Mapped[int | None] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    """The circle it speaks of; with no person, it goes to the circle's conversation."""
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    subject_id: Mapped[int | None]
    """What else it is about, by its kind: a poll, a swap, an invitation."""
    plan_version: Mapped[int | None]
    """The session's plan it was written for; an older one is skipped."""
    thread_of_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"))
    """The message under which it stands."""
    target_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"))
    """The message that a refresh brings up to date."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What cannot be read from the present state any more (the time before a move, say)."""

    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Set after an error: no try before this."""

    state: Mapped[OutboxState] = mapped_column(text_enum(OutboxState), default=OutboxState.DUE)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claim_token: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    begun: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A try that cannot be looked up has begun, and how it ended is not known."""
    outcome: Mapped[str | None]
    """Why it ended as it did, or the last error: Slack's word or ours, never a text of a person."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slack_channel: Mapped[str | None]
    slack_ts: Mapped[str | None]


class SlackLimit(Base):
    """A method that Slack does not want to be asked for a while, in one workspace. Holds for all workers."""

    __tablename__ = "slack_limits"

    workspace_id: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    method: Mapped[str] = mapped_column(primary_key=True)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)


class Reminder(Base):
    """That something is due to somebody. Its message is an outbox row, which it may share with others."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint(
            "workspace_id",
            "session_id",
            "plan_version",
            "person_id",
            "kind",
            "subject_id",
            name="uq_reminders_once",
        ),  # the usual name would be longer than PostgreSQL allows
        Index("ix_reminders_outbox_id", "outbox_id"),
        Index("ix_reminders_person", "workspace_id", "person_id", "local_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    plan_version: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[ReminderKind] = mapped_column(text_enum(ReminderKind))
    subject_id: Mapped[int] = mapped_column(default=0, server_default="0")
    """Which of several alike: the action that falls due. Else 0, so that the unique key holds."""
    message_kind: Mapped[MessageKind] = mapped_column(text_enum(MessageKind))
    local_date: Mapped[date]
    """The person's own day; all bookkeeping of one day goes into one message."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id", ondelete="SET NULL"))

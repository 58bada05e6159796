"""Polls that find a time: slots, and who ticked which."""

from datetime import date, datetime, time

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.rules.terms import PollState
from storage.base import Base, UtcDateTime, text_enum
from storage.models.circles import Circle
from storage.models.workspaces import Person


class Poll(Base):
    """Up to five slots that a circle chooses among."""

    __tablename__ = "polls"
    __table_args__ = (
        Index("ix_polls_circle", "workspace_id", "circle_id"),
        Index("ix_polls_session_id", "session_id"),
        Index("ix_polls_state", "state", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    """The session that another time is sought for; it stays as it is until the poll is decided."""
    rhythm_date: Mapped[date | None]
    """The date of the rhythm that the poll is for: while it is open, that counts as filled."""
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    length: Mapped[int]
    """Minutes."""
    state: Mapped[PollState] = mapped_column(text_enum(PollState), default=PollState.OPEN)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    chosen_id: Mapped[int | None]
    """The slot that was picked."""
    revision: Mapped[int] = mapped_column(default=1)

    circle: Mapped[Circle] = relationship(lazy="joined", innerjoin=True)
    slots: Mapped[list["PollSlot"]] = relationship(
        cascade="all, delete-orphan", order_by="PollSlot.starts_at, PollSlot.id", lazy="selectin"
    )
    answers: Mapped[list["PollAnswer"]] = relationship(
        cascade="all, delete-orphan", order_by="PollAnswer.id", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own way to say it


class PollSlot(Base):
    """One time that a poll proposes. Wall time in the circle's zone is the truth, the instant derived."""

    __tablename__ = "poll_slots"
    __table_args__ = (Index("ix_poll_slots_poll_id", "poll_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"))
    local_date: Mapped[date]
    local_time: Mapped[time]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PollAnswer(Base):
    """Which slots one person can make; an empty list says that they can make none."""

    __tablename__ = "poll_answers"
    __table_args__ = (UniqueConstraint("poll_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    slots: Mapped[list[int]] = mapped_column(JSON, default=list)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

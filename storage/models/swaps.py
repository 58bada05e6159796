"""Roles that are looking for somebody else."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.rules.terms import Role, SwapState
from storage.base import Base, UtcDateTime, text_enum
from storage.models.sessions import CoachingSession


class SwapAsk(Base):
    """One search for a taker of one role in one session: the circle first, then down the line."""

    __tablename__ = "swap_asks"
    __table_args__ = (
        Index(
            "uq_swap_asks_open",
            "workspace_id",
            "session_id",
            "role",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_swap_asks_session_id", "session_id"),
        Index("ix_swap_asks_state", "state", "next_step_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Whose role it is: they asked, or said that they can't make it."""
    state: Mapped[SwapState] = mapped_column(text_enum(SwapState), default=SwapState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_step_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the next in line, or the convener, is asked."""
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """The one person who is being asked by direct message now."""
    declined: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Who has said no, or has let their time pass."""
    convener_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    session: Mapped[CoachingSession] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own way to say it

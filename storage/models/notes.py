"""What is written down at a session: notes, and the actions that came of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, UtcDateTime
from storage.encryption import EncryptedText
from storage.models.sessions import CoachingSession
from storage.models.workspaces import Person


class Notes(Base):
    """A group has one for each session; in a pair each of the two may have their own, which both read."""

    __tablename__ = "notes"
    __table_args__ = (
        Index(
            "uq_notes_group",
            "workspace_id",
            "session_id",
            unique=True,
            sqlite_where=text("person_id IS NULL"),
            postgresql_where=text("person_id IS NULL"),
        ),
        Index(
            "uq_notes_pair",
            "workspace_id",
            "session_id",
            "person_id",
            unique=True,
            sqlite_where=text("person_id IS NOT NULL"),
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index("ix_notes_session_id", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Whose they are, in a pair; None for those of a group."""
    discussed: Mapped[str] = mapped_column(EncryptedText, default="")
    offered: Mapped[str] = mapped_column(EncryptedText, default="")
    """The coaching that was given."""
    ideas: Mapped[str] = mapped_column(EncryptedText, default="")
    """For practice."""
    learning: Mapped[str] = mapped_column(EncryptedText, default="")
    """What people need to learn."""
    barriers: Mapped[str] = mapped_column(EncryptedText, default="")
    """Beyond the circle's reach."""
    written_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Somebody other than its writer who changed it last: a lead. It is marked."""
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    session: Mapped[CoachingSession] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own way to say it


class ActionItem(Base):
    """What somebody will do, by when: an action. (`bot.ids.Action` is a click.)"""

    __tablename__ = "action_items"
    __table_args__ = (
        Index("ix_action_items_circle", "workspace_id", "circle_id", "due_on"),
        Index("ix_action_items_owner", "workspace_id", "owner_id", "due_on"),
        Index("ix_action_items_session_id", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    """At which it was written down."""
    position: Mapped[int]
    """Its place in the notes."""
    what: Mapped[str] = mapped_column(EncryptedText)
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due_on: Mapped[date]
    """By the circle's calendar."""
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    owner: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    session: Mapped[CoachingSession] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own way to say it

"""What presenters prepare."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.rules.terms import CircleKind
from storage.base import Base, UtcDateTime
from storage.encryption import EncryptedText
from storage.models.sessions import CoachingSession
from storage.models.workspaces import Person


class Case(Base):
    """What one person brings to one session. Theirs alone until it is shared with the circle."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("workspace_id", "session_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    title: Mapped[str] = mapped_column(EncryptedText, default="")
    situation: Mapped[str] = mapped_column(EncryptedText, default="")
    strengths: Mapped[str] = mapped_column(EncryptedText, default="")
    challenges: Mapped[str] = mapped_column(EncryptedText, default="")
    support: Mapped[str] = mapped_column(EncryptedText, default="")
    """Given so far, and how it went."""
    next_steps: Mapped[str] = mapped_column(EncryptedText, default="")
    feedback: Mapped[str] = mapped_column(EncryptedText, default="")
    """What is asked of the peers."""
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Ids of principles and values of the content pack."""
    shared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the circle could read it first; None for a draft."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    session: Mapped[CoachingSession] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @property
    def readable(self) -> bool:
        """Shared, and by who presents: once the role has gone on, a case is its author's alone again."""
        session = self.session
        presents = session.circle.kind is CircleKind.PAIR or session.presenter_id == self.person_id
        return self.shared_at is not None and presents

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own way to say it

"""Days on which people are away: no reminders, no roles."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from coaching.rules.absence import Stretch
from storage.base import Base, UtcDateTime


class Away(Base):
    """One stretch of days, by the person's own calendar."""

    __tablename__ = "away"
    __table_args__ = (Index("ix_away_person", "workspace_id", "person_id", "last_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    """Still away on this one."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.first_day, self.last_day, self.created_at)

"""Who may see sums over all circles of a workspace."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, UtcDateTime
from storage.models.workspaces import Person


class ProgrammeOwner(Base):
    """Somebody who sees the programme page: sums, never names or words."""

    __tablename__ = "programme_owners"

    workspace_id: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    named_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)


class KeptQuarter(Base):
    """The sums of a closed quarter, written down before something that they count was deleted."""

    __tablename__ = "kept_quarters"

    workspace_id: Mapped[str] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the quarter, see `coaching/rules/programme.py`."""
    circles: Mapped[int]
    sums: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """None where there were too few circles to tell any."""

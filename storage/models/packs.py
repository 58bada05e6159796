"""The content pack that was good last."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, UtcDateTime


class KeptPack(Base):
    """The words of the practice as this service last read them without a mistake. One row.

    It belongs to the service and to no workspace. The texts of statements under their ids are compared with
    it, so that figures from different questions are never drawn as one line.
    """

    __tablename__ = "kept_packs"

    id: Mapped[int] = mapped_column(primary_key=True)
    """Always 1."""
    content: Mapped[str]
    """JSON: the pack, and the words of each id of a statement that there has been, also of those now gone."""
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)

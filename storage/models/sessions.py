"""Sessions of circles: when, how, who has which role, who comes."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.rules.absence import counts_as
from coaching.rules.terms import Coming, Mode, Role, SessionState
from storage.base import Base, UtcDateTime, text_enum
from storage.encryption import EncryptedText
from storage.models.circles import Circle
from storage.models.workspaces import Person

if TYPE_CHECKING:
    from storage.models.swaps import SwapAsk


class CoachingSession(Base):
    """One meeting of a circle. (A database session is always called `db`.)"""

    __tablename__ = "coaching_sessions"
    __table_args__ = (
        Index("ix_coaching_sessions_circle", "workspace_id", "circle_id", "starts_at"),
        Index("ix_coaching_sessions_state", "state", "ends_at"),
        Index(
            "uq_coaching_sessions_rhythm_date",
            "workspace_id",
            "circle_id",
            "rhythm_date",
            unique=True,
            sqlite_where=text("rhythm_date IS NOT NULL"),
            postgresql_where=text("rhythm_date IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    state: Mapped[SessionState] = mapped_column(text_enum(SessionState))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    rhythm_date: Mapped[date | None]
    """The date of the rhythm that this session fills, wherever it is moved."""

    local_date: Mapped[date]
    local_time: Mapped[time]
    zone: Mapped[str]
    """Date, time and zone are the truth; the instants beside them are derived, for queries."""
    length: Mapped[int]
    """Minutes."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the present time was settled: by scheduling, or by the last move."""

    mode: Mapped[Mode] = mapped_column(text_enum(Mode))
    """As planned, then as it really was."""
    place: Mapped[str | None]
    """The room; by phone, who calls whom on which number."""
    link: Mapped[str | None]
    message: Mapped[str | None] = mapped_column(EncryptedText)
    message_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who wrote it, so that it goes with them; so of the reasons."""
    remote_reason: Mapped[str | None] = mapped_column(EncryptedText)
    """Why the circle met remotely although a session in person was due."""
    remote_reason_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closing_reason: Mapped[str | None] = mapped_column(EncryptedText)
    """Why it was cancelled."""
    closing_reason_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    facilitator_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note_taker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    open_time_only: Mapped[bool] = mapped_column(default=False)
    """Nobody could present, and the convener chose to meet for open time."""

    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assumed: Mapped[bool] = mapped_column(default=False)
    """Recorded by the bot, because nobody said what happened."""

    sequence: Mapped[int] = mapped_column(default=0)
    """Grows with time, place, link or mode, and when it is called off: the SEQUENCE of calendar files."""
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When `sequence` grew last; None while the session is as it was scheduled."""
    plan_version: Mapped[int] = mapped_column(default=1)
    """Grows with the time: what was laid out for an older one is void."""
    revision: Mapped[int] = mapped_column(default=1)
    """Grows with every edit: tells two people at the same form apart."""

    circle: Mapped[Circle] = relationship(lazy="joined", innerjoin=True)
    attendance: Mapped[list["Attendance"]] = relationship(
        cascade="all, delete-orphan", order_by="Attendance.id", lazy="selectin"
    )

    open_searches: Mapped[list["SwapAsk"]] = relationship(
        primaryjoin="and_(SwapAsk.session_id == CoachingSession.id, SwapAsk.state == 'open')",
        order_by="SwapAsk.id",
        viewonly=True,
        lazy="selectin",
    )
    """For somebody who takes one of its roles. Read once: whoever changes them expires it."""

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own way to say it

    def holder(self, role: Role) -> int | None:
        return self.presenter_id if role is Role.PRESENTER else self.note_taker_id

    def role_of(self, person_id: int) -> Role | None:
        return next((role for role in Role if self.holder(role) == person_id), None)

    def coming(self, person_id: int) -> Coming:
        """What counts of somebody: their answer, or "Can't make it" when they are away that day."""
        found = next((one for one in self.attendance if one.person_id == person_id), None)
        member = found or self.circle.member(person_id)
        if member is None:
            return Coming.UNKNOWN
        said, said_at = (found.coming, found.answered_at) if found else (Coming.UNKNOWN, None)
        stretches = [one.stretch for one in member.person.away]
        return counts_as(said, said_at, stretches, self.starts_at, member.person.zone)


class Attendance(Base):
    """What one person has said about one session, and whether they were there."""

    __tablename__ = "attendance"
    __table_args__ = (
        Index("uq_attendance_session_person", "workspace_id", "session_id", "person_id", unique=True),
        Index("ix_attendance_session_id", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    coming: Mapped[Coming] = mapped_column(text_enum(Coming), default=Coming.UNKNOWN)
    """What they said; what counts is `CoachingSession.coming`."""
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attended: Mapped[bool | None]
    """None until it was recorded."""
    wants_calendar: Mapped[bool] = mapped_column(default=False)
    """Took the calendar file, so gets the next version of it."""

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class RoleSwap(Base):
    """Two members changed places in the line of one role. Nobody else's turn moves by it."""

    __tablename__ = "role_swaps"
    __table_args__ = (Index("ix_role_swaps_session", "workspace_id", "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    one_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    """Who took it over. It counts while the role is theirs, or went on from them by further swaps."""

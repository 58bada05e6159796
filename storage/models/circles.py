"""Circles and who has been in them."""

from datetime import date, datetime, time

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.rules.terms import CircleKind, CircleState, Mode, Rhythm, Role, WhoMaySchedule
from storage.base import Base, UtcDateTime, text_enum
from storage.models.workspaces import Person


class Circle(Base):
    """People who coach each other as peers, with what they have agreed on."""

    __tablename__ = "circles"
    __table_args__ = (Index("ix_circles_workspace_id", "workspace_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str]
    kind: Mapped[CircleKind] = mapped_column(text_enum(CircleKind))
    state: Mapped[CircleState] = mapped_column(text_enum(CircleState), default=CircleState.ACTIVE)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    channel: Mapped[str | None]
    """The channel chosen for the cards; without one they go to a group DM of the circle."""
    channel_private: Mapped[bool] = mapped_column(default=True)
    group_dm: Mapped[str | None]
    """The group DM that the bot opened for a circle without a channel."""

    rhythm: Mapped[Rhythm] = mapped_column(text_enum(Rhythm))
    starts_on: Mapped[date]
    weekday_position: Mapped[int] = mapped_column(default=1)
    """For the same weekday each month: 1 to 4, or -1 for the last."""
    usual_time: Mapped[time]
    zone: Mapped[str]
    """IANA name. Dates and times of the circle are meant in it."""
    usual_length: Mapped[int] = mapped_column(default=60)
    """Minutes."""
    usual_mode: Mapped[Mode] = mapped_column(text_enum(Mode), default=Mode.VIDEO)
    usual_place: Mapped[str | None]
    usual_link: Mapped[str | None]

    in_person_every: Mapped[int] = mapped_column(default=3)
    """At least one session in this many is in person; 0 turns the rule off."""
    who_may_schedule: Mapped[WhoMaySchedule] = mapped_column(
        text_enum(WhoMaySchedule), default=WhoMaySchedule.MEMBERS
    )
    ask_first: Mapped[bool] = mapped_column(default=False)
    leads_present: Mapped[bool] = mapped_column(default=True)
    newcomers_observe: Mapped[bool] = mapped_column(default=True)
    form_id: Mapped[str] = mapped_column(default="group")
    """The evaluation form, by its id in the content pack."""
    reminders_off: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Kinds of reminder this circle does without."""

    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When it was closed: some time after, all of it goes."""
    paused_until: Mapped[date | None]
    """The day on which a paused circle goes on; None when it rests because one member is left."""
    channel_lost_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its channel was archived, or the bot taken out of it; the convener was told then."""

    before_in_person: Mapped[int | None]
    """For a circle that has met before: how many sessions ago it met in person."""
    before_presenter_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    before_note_taker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    revision: Mapped[int] = mapped_column(default=1)
    """Grows with every edit: tells two people at the same form apart."""

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="circle", order_by="Membership.position, Membership.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own way to say it

    @property
    def members(self) -> list["Membership"]:
        """Those who are in it now, in the order in which they were picked."""
        return [one for one in self.memberships if one.left_at is None]

    @property
    def conversation(self) -> str | None:
        """Where its cards stand."""
        return self.channel or self.group_dm

    def member(self, person_id: int) -> "Membership | None":
        return next((one for one in self.members if one.person_id == person_id), None)


class Membership(Base):
    """One stay of one person in one circle. Who leaves and comes back has two."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_open",
            "workspace_id",
            "circle_id",
            "person_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_memberships_person", "workspace_id", "person_id"),
        Index("ix_memberships_circle_id", "circle_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    lead: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    """The order in which the members were picked; roles begin in it."""
    founding: Mapped[bool] = mapped_column(default=False)
    """In the circle from its first day, so in the lines of roles from the start."""
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    presenting_excused_until: Mapped[date | None]
    notes_excused_until: Mapped[date | None]

    circle: Mapped[Circle] = relationship(back_populates="memberships")

    def excused_until(self, role: Role) -> date | None:
        """The first day of the circle's calendar on which they have this role in turn again."""
        return self.presenting_excused_until if role is Role.PRESENTER else self.notes_excused_until

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Invitation(Base):
    """Somebody who has left is asked whether they want to be in the circle again."""

    __tablename__ = "invitations"
    __table_args__ = (
        Index(
            "uq_invitations_open",
            "workspace_id",
            "circle_id",
            "person_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
        Index("ix_invitations_circle_id", "circle_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

"""Closing evaluations. Who has answered and what was answered stand apart, with nothing to join them.

`evaluation_receipts` say who has answered, without a time, and only while a window is open.
`evaluation_answers` say what was answered, without a person or a date, under random keys. At closing the
receipts are deleted and the answers written anew in shuffled order.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coaching.rules.terms import Promise
from storage.base import Base, UtcDateTime, text_enum
from storage.encryption import EncryptedJson, EncryptedText


def _random_key() -> str:
    return uuid4().hex


class EvaluationWindow(Base):
    """The days in which the closing evaluation of one session can be answered."""

    __tablename__ = "evaluation_windows"
    __table_args__ = (
        UniqueConstraint("workspace_id", "session_id"),
        Index("ix_evaluation_windows_open", "closed_at", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    form_id: Mapped[str]
    promise: Mapped[Promise] = mapped_column(text_enum(Promise))
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked: Mapped[int | None]
    """How many were asked and are not out: m, written at closing."""
    answered: Mapped[int | None]
    """How many answered: n, written at closing."""
    waits: Mapped[bool] = mapped_column(default=False)
    """Closed with too few answers for a result: they wait in the circle for its next one."""


class EvaluationAsked(Base):
    """Somebody who was asked. Says nothing about whether they answered."""

    __tablename__ = "evaluation_asked"

    window_id: Mapped[int] = mapped_column(
        ForeignKey("evaluation_windows.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    out: Mapped[bool] = mapped_column(default=False)
    """Was not there."""


class EvaluationReceipt(Base):
    """That somebody has answered: no time, no key, gone when the window closes."""

    __tablename__ = "evaluation_receipts"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - a rowid would keep the order

    window_id: Mapped[int] = mapped_column(
        ForeignKey("evaluation_windows.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))


class EvaluationAnswer(Base):
    """One filled form: under its window while that is open, then under a result or waiting in its circle."""

    __tablename__ = "evaluation_answers"
    __table_args__ = (
        Index("ix_evaluation_answers_circle", "workspace_id", "circle_id"),
        Index("ix_evaluation_answers_window_id", "window_id"),
        Index("ix_evaluation_answers_result_id", "result_id"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(primary_key=True, default=_random_key)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation_windows.id", ondelete="CASCADE"))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation_results.id", ondelete="CASCADE"))
    scores: Mapped[dict[str, int]] = mapped_column(JSON)
    """Statement id to 1..5."""
    comments: Mapped[dict[str, str]] = mapped_column(EncryptedJson)
    """Question id to words; empty once the window has closed, see `EvaluationComment`."""


class EvaluationComment(Base):
    """One comment of a closed window: shown in a result, or waiting for the next that can show it."""

    __tablename__ = "evaluation_comments"
    __table_args__ = (
        Index("ix_evaluation_comments_circle", "workspace_id", "circle_id"),
        Index("ix_evaluation_comments_result_id", "result_id"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(primary_key=True, default=_random_key)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation_results.id", ondelete="CASCADE"))
    question: Mapped[str]
    words: Mapped[str] = mapped_column(EncryptedText)


class EvaluationResult(Base):
    """What a circle may see of one window of three or more answers. Never changes once published."""

    __tablename__ = "evaluation_results"
    __table_args__ = (UniqueConstraint("workspace_id", "window_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    window_id: Mapped[int] = mapped_column(ForeignKey("evaluation_windows.id", ondelete="CASCADE"))
    form_id: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered: Mapped[int]
    asked: Mapped[int]
    sessions: Mapped[int] = mapped_column(default=1)
    """From how many sessions the answers come: waiting ones join the next result."""
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Per statement: average, and the spread where it may be shown."""


class PairReflection(Base):
    """A pair's look back: kept with its author and seen by them alone, unless they share it."""

    __tablename__ = "pair_reflections"
    __table_args__ = (UniqueConstraint("workspace_id", "session_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_sessions.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    form_id: Mapped[str]
    scores: Mapped[dict[str, int]] = mapped_column(JSON)
    comments: Mapped[dict[str, str]] = mapped_column(EncryptedJson)
    shared: Mapped[bool] = mapped_column(default=False)

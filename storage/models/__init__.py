"""The tables, one module per subject."""

from storage.models.circles import Circle, Membership
from storage.models.evaluations import (
    EvaluationAnswer,
    EvaluationAsked,
    EvaluationComment,
    EvaluationReceipt,
    EvaluationResult,
    EvaluationWindow,
    PairReflection,
)
from storage.models.outbox import OutboxRow, OutboxState, Outgoing, Reminder
from storage.models.sessions import Attendance, CoachingSession, RoleSwap
from storage.models.workspaces import HandledRequest, Person, Workspace

__all__ = [
    "Attendance",
    "Circle",
    "CoachingSession",
    "EvaluationAnswer",
    "EvaluationAsked",
    "EvaluationComment",
    "EvaluationReceipt",
    "EvaluationResult",
    "EvaluationWindow",
    "HandledRequest",
    "Membership",
    "OutboxRow",
    "OutboxState",
    "Outgoing",
    "PairReflection",
    "Person",
    "Reminder",
    "RoleSwap",
    "Workspace",
]

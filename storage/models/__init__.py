"""The tables, one module per subject."""

from storage.models.audit import AuditEntry
from storage.models.away import Away
from storage.models.calendar import CalendarFeed
from storage.models.cases import Case
from storage.models.circles import Circle, Invitation, Membership
from storage.models.drafts import FormDraft
from storage.models.evaluations import (
    EvaluationAnswer,
    EvaluationAsked,
    EvaluationComment,
    EvaluationReceipt,
    EvaluationResult,
    EvaluationWindow,
    PairReflection,
)
from storage.models.installations import Installation, OAuthState
from storage.models.notes import ActionItem, Notes
from storage.models.outbox import OutboxRow, OutboxState, Outgoing, Reminder, SlackLimit
from storage.models.packs import KeptPack
from storage.models.polls import Poll, PollAnswer, PollSlot
from storage.models.programme import KeptQuarter, ProgrammeOwner
from storage.models.sessions import Attendance, CoachingSession, RoleSwap
from storage.models.swaps import SwapAsk
from storage.models.workspaces import HandledRequest, Person, Workspace

__all__ = [
    "ActionItem",
    "Attendance",
    "AuditEntry",
    "Away",
    "CalendarFeed",
    "Case",
    "Circle",
    "CoachingSession",
    "EvaluationAnswer",
    "EvaluationAsked",
    "EvaluationComment",
    "EvaluationReceipt",
    "EvaluationResult",
    "EvaluationWindow",
    "FormDraft",
    "HandledRequest",
    "Installation",
    "Invitation",
    "KeptPack",
    "KeptQuarter",
    "Membership",
    "Notes",
    "OAuthState",
    "OutboxRow",
    "OutboxState",
    "Outgoing",
    "PairReflection",
    "Person",
    "Poll",
    "PollAnswer",
    "PollSlot",
    "ProgrammeOwner",
    "Reminder",
    "RoleSwap",
    "SlackLimit",
    "SwapAsk",
    "Workspace",
]

"""What is stored about one person, as views show it."""

from dataclasses import dataclass

from coaching.rules.keeping import Keeping


@dataclass(frozen=True)
class StoredFacts:
    """How much there is of each."""

    name: str
    zone: str
    circles: int
    """That they are in."""
    circles_left: int
    sessions: int
    """That they were asked to, or had a role in."""
    answers: int
    """Whether they come."""
    cases: int
    notes: int
    actions: int
    reflections: int
    remarks: int
    """Messages to the circle, and reasons."""
    polls: int
    """That they opened or answered."""
    away: int
    """Stretches of days."""
    drafts: int
    invitations: int
    messages: int
    """To them, of which it is known when they went out."""
    audit: int
    calendar: bool
    owns_programme: bool
    keeping: Keeping

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
    """That they were asked to, had a role in, scheduled or wrote about."""
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
    searches: int
    """For somebody to take a role: theirs, or that asked them, or that ended with them."""
    swaps: int
    """Of roles, with them."""
    circles_made: int
    away: int
    """Stretches of days."""
    drafts: int
    invitations: int
    reminders: int
    """That are laid out for them."""
    messages: int
    """To them, and when they go or went out."""
    audit: int
    calendar: bool
    owns_programme: bool
    installed: bool
    """It was they who installed the bot."""
    keeping: Keeping

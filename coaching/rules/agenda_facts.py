"""What the agenda of a session shows at its start: plain values for the message in its thread."""

from dataclasses import dataclass
from datetime import datetime

from coaching.rules.case_facts import CaseFacts
from coaching.rules.facts import SessionFacts


@dataclass(frozen=True)
class AgendaLine:
    name: str
    begins_at: datetime
    minutes: int


@dataclass(frozen=True)
class AgendaFacts:
    session: SessionFacts
    lines: tuple[AgendaLine, ...]
    """The parts in order."""
    norm: tuple[str, str]
    """Name and words of the one whose turn it is."""
    open_actions: int
    """How many; what they are is for members alone."""
    cases: tuple[CaseFacts, ...] = ()
    """Those that the circle can read; in a pair there can be two."""

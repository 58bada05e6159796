"""What the search for a taker of a role shows: plain values for views, already checked and allowed."""

from dataclasses import dataclass
from datetime import datetime

from coaching.rules.facts import PersonFacts, SessionFacts
from coaching.rules.terms import Role, SwapState


@dataclass(frozen=True)
class SwapForm:
    """The form "Swap a role": which roles of the session somebody may offer, and who has them."""

    session: SessionFacts
    roles: tuple[tuple[Role, PersonFacts | None], ...]


@dataclass(frozen=True)
class SwapFacts:
    """One search, as it stands."""

    id: int
    session: SessionFacts
    role: Role
    state: SwapState
    holder: PersonFacts | None
    """Whose role it is, or was."""
    holder_out: bool
    """Can't make it, so cannot trade with somebody either."""
    could_take: tuple[PersonFacts, ...]
    """Members of the circle who could take it, in their turn."""
    nameable: tuple[PersonFacts, ...]
    """Whom the convener may ask: they can come, and have no role in it."""
    asked: PersonFacts | None
    asked_until: datetime | None
    declined: frozenset[int]
    """Who has said no, or has let their time pass."""
    taker: PersonFacts | None
    has_it: PersonFacts | None
    """Who has the role now."""

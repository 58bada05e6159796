"""What polls hand to views: plain values, already checked and allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from coaching.rules.facts import CircleFacts, PersonFacts
from coaching.rules.polling import Misses
from coaching.rules.terms import PollState


@dataclass(frozen=True)
class SlotFacts:
    """One time that a poll proposes."""

    id: int
    starts_at: datetime
    can: tuple[PersonFacts, ...]
    misses: Mapping[Misses, tuple[PersonFacts, ...]]
    """Whose working hours it lies outside of."""


@dataclass(frozen=True)
class PollFacts:
    """A poll as the members of its circle see it. People who have left are not in it."""

    id: int
    circle_id: int
    circle_name: str
    zone: str
    """The circle's."""
    state: PollState
    """What it is at this moment, whether or not that was written down yet."""
    opened_by: PersonFacts
    closes_at: datetime
    moving: datetime | None
    """When the session is that another time is sought for."""
    slots: tuple[SlotFacts, ...]
    none_fits: tuple[PersonFacts, ...]
    missing: tuple[PersonFacts, ...]
    """Who is asked and has not answered."""
    deciders: frozenset[int]
    """Who may choose a time: whoever opened it, and the coaching leads."""
    best: int | None
    """The slot that most can make, of those still to come."""
    chosen: datetime | None

    def ticked(self, person_id: int) -> tuple[int, ...]:
        """The slots that somebody can make."""
        return tuple(slot.id for slot in self.slots if any(one.id == person_id for one in slot.can))

    def says_none(self, person_id: int) -> bool:
        return any(one.id == person_id for one in self.none_fits)

    def has_answered(self, person_id: int) -> bool:
        return bool(self.ticked(person_id)) or self.says_none(person_id)

    @property
    def answered(self) -> int:
        """How many have."""
        ids = {one.id for slot in self.slots for one in slot.can} | {one.id for one in self.none_fits}
        return len(ids)


@dataclass(frozen=True)
class PollDraft:
    """The form of a poll as filled in: wall times in the circle's zone, by the number of their slot."""

    slots: tuple[tuple[date | None, time | None], ...] = ()
    length: int | None = None


@dataclass(frozen=True)
class PollForm:
    """Everything that the form "Find a time" shows."""

    circle: CircleFacts
    choices: tuple[tuple[int, str], ...]
    """The circles to choose from, id and name; one alone needs no choosing."""
    draft: PollDraft
    session_id: int | None = None
    """Set when another time is sought for a session."""
    moving: datetime | None = None
    running: PollFacts | None = field(default=None)
    """A poll for the same that is open already: it is shown instead of the fields."""

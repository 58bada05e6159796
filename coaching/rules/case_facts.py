"""What presenters prepare, and what their circle reads of it: plain values, already checked and allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coaching.rules.facts import PersonFacts, SessionFacts
from coaching.rules.fields import Field

PARTS = (
    Field.SITUATION,
    Field.STRENGTHS,
    Field.CHALLENGES,
    Field.SUPPORT,
    Field.NEXT_STEPS,
    Field.FEEDBACK,
)
"""The long texts of a case, in order."""
MOST_TAGS = 20


@dataclass(frozen=True)
class TagFacts:
    """A principle or value that a case touches: its id, and its name for people."""

    id: str
    name: str


@dataclass(frozen=True)
class TagChoices:
    """What a case can be tagged with."""

    principles: tuple[TagFacts, ...] = ()
    values: tuple[TagFacts, ...] = ()
    others: tuple[TagFacts, ...] = ()
    """Chosen earlier, and not in the content pack any more: they stay until they are taken out."""

    @property
    def all(self) -> tuple[TagFacts, ...]:
        return (*self.principles, *self.values, *self.others)


@dataclass(frozen=True)
class CaseDraft:
    """The form as it is filled in."""

    title: str | None = None
    texts: Mapping[Field, str] = field(default_factory=dict)
    """By part; only what was written."""
    tags: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True)
class CaseForm:
    """Everything the form "Prepare the case" shows."""

    session: SessionFacts
    draft: CaseDraft
    revision: int
    """Of the case; 0 while there is none."""
    tags: TagChoices
    earlier: SessionFacts | None = None
    """The session for which all this was prepared, and at which it was not presented."""


@dataclass(frozen=True)
class CaseFacts:
    """A shared case, as the members of the circle read it."""

    id: int
    session: SessionFacts
    author: PersonFacts
    title: str
    texts: tuple[tuple[Field, str], ...]
    tags: tuple[str, ...]
    """Names."""
    may_edit: bool = False
    """Whoever reads it is its author, and the session has not begun."""

"""What the notes of a session hold and show: plain values, already checked and allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from coaching.rules.facts import ActionFacts, PersonFacts, SessionFacts
from coaching.rules.fields import Field

PARTS = (Field.DISCUSSED, Field.OFFERED, Field.IDEAS, Field.LEARNING, Field.BARRIERS)
"""What is written about a session, in order."""
MOST_ACTIONS = 10
WHAT = tuple(Field[f"WHAT_{number}"] for number in range(1, MOST_ACTIONS + 1))
WHO = tuple(Field[f"WHO_{number}"] for number in range(1, MOST_ACTIONS + 1))
BY_WHEN = tuple(Field[f"BY_{number}"] for number in range(1, MOST_ACTIONS + 1))
"""The fields of one row each."""


@dataclass(frozen=True)
class ActionRow:
    """One row of the form. Without words it is none, or takes away what stood there."""

    what: str | None = None
    owner: int | None = None
    due_on: date | None = None
    action_id: int | None = None
    """None for one that is not kept yet."""
    revision: int = 0
    """Of the action, when the form was opened."""
    done: bool = False


@dataclass(frozen=True)
class NotesDraft:
    """The form as it is filled in."""

    texts: Mapping[Field, str] = field(default_factory=dict)
    """By part; only what was written."""
    rows: tuple[ActionRow, ...] = ()


@dataclass(frozen=True)
class NotesForm:
    """Everything the form "Write notes" shows."""

    session: SessionFacts
    draft: NotesDraft
    revision: int
    """Of the notes; 0 while there are none."""
    people: tuple[PersonFacts, ...]
    """Who can have an action: the members, and whoever has one and is not in the circle any more."""
    for_another: PersonFacts | None = None
    """Whose notes a lead writes here: the change is marked."""


@dataclass(frozen=True)
class WrittenFacts:
    """What was written about a session, by a group's note-taker or by one of a pair."""

    writer: PersonFacts
    written_at: datetime
    editor: PersonFacts | None
    edited_at: datetime | None
    texts: tuple[tuple[Field, str], ...]


@dataclass(frozen=True)
class NotesPage:
    """The notes of one session, as one person can read them."""

    session: SessionFacts
    written: tuple[WrittenFacts, ...]
    actions: tuple[ActionFacts, ...]
    may_write: bool
    """This person may write here, now."""

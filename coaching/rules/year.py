"""What a circle's next sessions will look like if everything goes as proposed."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from coaching.rules import in_person, rotation
from coaching.rules.rotation import NOBODY, Lines, Person
from coaching.rules.terms import Mode

SHOWN = 12


@dataclass(frozen=True)
class Ahead:
    """One session to come, as proposed. People are our own ids."""

    day: date | None
    """None in a circle without a rhythm."""
    mode: Mode
    presenter: Person | None
    note_taker: Person | None


def ahead(
    days: Sequence[date | None],
    lines: Lines,
    modes: Sequence[Mode] = (),
    *,
    usual: Mode,
    every: int,
    before_in_person: int | None = None,
    not_presenting: Set[Person] = NOBODY,
    pair: bool = False,
) -> tuple[Ahead, ...]:
    """A session for each of the days, every one held as proposed: roles in turn, in person when due.

    `modes` are those of the sessions that count already, oldest first; `every` is the in-person rule's N.
    """
    turns = rotation.upcoming(lines, [NOBODY] * len(days), not_presenting=not_presenting, pair=pair)
    so_far, found = list(modes), []
    for day, roles in zip(days, turns, strict=True):
        state = in_person.state(so_far, every, before_in_person=before_in_person)
        so_far.append(state.proposed(usual))
        found.append(Ahead(day, so_far[-1], roles.presenter, roles.note_taker))
    return tuple(found)

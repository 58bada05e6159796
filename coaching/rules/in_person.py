"""The in-person rule: at least one in every N sessions is in person (the method says one in three).

The rule looks at the modes of the sessions that count, in order of date: those held as they really were,
those ended and not yet recorded as planned, and those scheduled before the one in hand. It recommends; it
does not forbid: after a session that was remote all the same, the next one is due again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coaching.rules.terms import Mode

SHOWN = 6


@dataclass(frozen=True)
class State:
    """Where a circle stands for one session in hand."""

    every: int
    """N; 0 when the rule is off, and then nothing is ever due."""
    due: bool
    """The last N - 1 were remote, so this one should be in person."""
    due_after: int
    """How many more sessions until one is due if all are remote: 0 is this one, 1 the one after it."""
    in_person: int
    of_last: int
    """How many of the last sessions, at most N - 1, were in person."""
    last: tuple[Mode, ...]
    """The last six modes, oldest first."""

    @property
    def next_is_due(self) -> bool:
        """The one after this becomes due if this one is remote: time to speak of travel."""
        return bool(self.every) and self.due_after == 1

    def proposed(self, usual: Mode) -> Mode:
        """The mode that the form chooses at first."""
        return Mode.IN_PERSON if self.due else usual


def state(modes: Sequence[Mode], every: int, *, before_in_person: int | None = None) -> State:
    """Where the circle stands after sessions in these modes, oldest first; `every` 0 turns the rule off.

    A new circle is not due before its N-th session. For one that has met before, `before_in_person` says how
    many sessions ago it met in person: 1 is the last one before it came here, None that nobody knows.
    """
    shown = tuple(modes[-SHOWN:])
    if not every:
        return State(0, False, 0, 0, 0, shown)
    were_in_person = [*_before(before_in_person), *(mode is Mode.IN_PERSON for mode in modes)]
    recent = were_in_person[max(0, len(were_in_person) - (every - 1)) :]
    wait = max(0, every - 1 - _remote_since(were_in_person))
    return State(every, wait == 0, wait, sum(recent), len(recent), shown)


def due_among(
    modes: Sequence[Mode], later: Sequence[Mode], every: int, *, before_in_person: int | None = None
) -> list[int]:
    """Which of the later sessions are due in person and planned remote, by their place in `later`."""
    found = []
    for place, mode in enumerate(later):
        at = state([*modes, *later[:place]], every, before_in_person=before_in_person)
        if at.due and mode.remote:
            found.append(place)
    return found


def _before(in_person_ago: int | None) -> list[bool]:
    """What is known of the sessions before the circle came here: one in person, remote ones after it."""
    return [True, *[False] * (in_person_ago - 1)] if in_person_ago else []


def _remote_since(were_in_person: Sequence[bool]) -> int:
    """How many sessions in a row were remote, up to now."""
    return next((back for back, met in enumerate(reversed(were_in_person)) if met), len(were_in_person))

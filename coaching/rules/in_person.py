"""The in-person rule: at least one in every N sessions is in person (the method says one in three).

The rule looks at the modes of the sessions that count, in order of date: those held as they really were,
those ended and not yet recorded as planned, and those scheduled before the one in hand. It recommends; it
does not forbid.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coaching.rules.terms import Mode

SHOWN = 6


@dataclass(frozen=True)
class State:
    """Where a circle stands for one session in hand."""

    every: int
    due: bool
    """The last N - 1 were remote, so this one should be in person."""
    due_after: int
    """How many more sessions until one is due if all are remote: 0 is this one."""
    in_person: int
    of_last: int
    """How many of the last sessions, at most N - 1, were in person."""
    last: tuple[Mode, ...]
    """The last six modes, oldest first."""

    def proposed(self, usual: Mode) -> Mode:
        """The mode that the form chooses at first."""
        return Mode.IN_PERSON if self.due else usual


def state(modes: Sequence[Mode], every: int, *, before_in_person: int | None = None) -> State:
    """Where the circle stands after sessions in these modes, oldest first; `every` 0 turns the rule off.

    A new circle is not due before its N-th session. For one that has met before, `before_in_person` says how
    many sessions ago it met in person: 1 is the last one before it came here.
    """
    recent = modes[-(every - 1) :] if every > 1 else modes[len(modes) :]
    if not every:
        return State(0, False, 0, 0, 0, tuple(modes[-SHOWN:]))
    since = _remote_since(modes, before_in_person)
    wait = max(0, every - 1 - since)
    met = sum(mode is Mode.IN_PERSON for mode in recent)
    return State(every, wait == 0, wait, met, len(recent), tuple(modes[-SHOWN:]))


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


def _remote_since(modes: Sequence[Mode], before_in_person: int | None) -> int:
    """How many sessions in a row were remote, up to now."""
    for back, mode in enumerate(reversed(modes)):
        if mode is Mode.IN_PERSON:
            return back
    return len(modes) + (before_in_person - 1 if before_in_person else 0)


def place_in_turn(workplaces: Sequence[str], visited: Sequence[str]) -> str | None:
    """The workplace visited longest ago, so that travel is shared; those never visited come first.

    `visited` are the places of the sessions in person so far, oldest first.
    """
    last_time = {place: number for number, place in enumerate(visited)}
    return min(dict.fromkeys(workplaces), key=lambda place: last_time.get(place, -1), default=None)

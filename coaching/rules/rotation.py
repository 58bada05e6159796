"""Roles in turn: who presents next, and who takes notes.

There are two lines, one per role. In each, whoever has waited longest stands first. A new circle presents in
the order in which its members were picked; its note-takers' line is the same, begun half a circle further on.

For a session, first the presenter: the next in line who can come, always. Then the note-taker: the next in
line who can come and does not present; where four or more people present in turn, one with no role last time
and no presenting next time goes before, if there is one. If nobody fits, first "no presenting next time" is
dropped, then "no role last time". Nobody has both roles in one session.

Who does it goes to the end of the line. Who is passed over keeps their place, so is first again, and never
owes more than one turn. Two who swap change places in the line, and nobody else's turn moves. A newcomer
observes one session, then enters at the end of both lines. Sessions that did not take place use up nothing:
they are simply not in the history.

The rule is a fold over the circle's history. It knows no dates: the order is given.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from coaching.rules.terms import Role

Person = int
ENOUGH_FOR_REST = 4
"""From this many presenters on, nobody needs to have a role twice running."""


@dataclass(frozen=True)
class Joined:
    person: Person
    observes: bool = True
    """Sits one session out before entering the lines."""


@dataclass(frozen=True)
class Left:
    person: Person


@dataclass(frozen=True)
class Met:
    """A session that was held, or counts as held as planned, with those who really had the roles."""

    presenter: Person | None
    note_taker: Person | None


@dataclass(frozen=True)
class Swapped:
    """Two changed places in the line of one role."""

    role: Role
    one: Person
    other: Person


Event = Joined | Left | Met | Swapped


@dataclass(frozen=True)
class Lines:
    """Where everybody stands, first in line first."""

    presenters: tuple[Person, ...]
    note_takers: tuple[Person, ...]
    last: frozenset[Person] = frozenset()
    """Who had a role in the last session."""
    observing: frozenset[Person] = frozenset()
    """Newcomers who have not sat through a session yet."""

    def of(self, role: Role) -> tuple[Person, ...]:
        return self.presenters if role is Role.PRESENTER else self.note_takers


@dataclass(frozen=True)
class Roles:
    presenter: Person | None
    note_taker: Person | None

    def holder(self, role: Role) -> Person | None:
        return self.presenter if role is Role.PRESENTER else self.note_taker


def start(members: Sequence[Person], last: Met | None = None) -> Lines:
    """The lines of a new circle; of one that has met before, with those who had the roles last at the end."""
    half = len(members) // 2
    lines = Lines(tuple(members), (*members[half:], *members[:half]))
    return _met(lines, last) if last else lines


def replay(lines: Lines, history: Iterable[Event]) -> Lines:
    """The lines after everything that has happened."""
    for event in history:
        lines = _after(lines, event)
    return lines


def next_roles(
    lines: Lines,
    *,
    cannot_come: Set[Person] = frozenset(),
    excused: Mapping[Role, Set[Person]] | None = None,
    not_presenting: Set[Person] = frozenset(),
) -> Roles:
    """Who has which role in the next session; None where nobody can."""
    excused = excused or {}
    presenting = [one for one in lines.presenters if one not in not_presenting]
    out = cannot_come | excused.get(Role.PRESENTER, frozenset())
    presenter = _first(one for one in presenting if one not in out)
    able = cannot_come | excused.get(Role.NOTE_TAKER, frozenset())
    fit = [one for one in lines.note_takers if one not in able and one != presenter]
    if len(presenting) < ENOUGH_FOR_REST:
        return Roles(presenter, _first(fit))
    rested = [one for one in fit if one not in lines.last]
    presents_next = _first(one for one in presenting if one != presenter)
    free = [one for one in rested if one != presents_next]
    return Roles(presenter, _first([*free, *rested, *fit]))


def upcoming(
    lines: Lines,
    cannot_come: Sequence[Set[Person]],
    *,
    excused: Mapping[Role, Set[Person]] | None = None,
    not_presenting: Set[Person] = frozenset(),
) -> tuple[Roles, ...]:
    """The roles of as many next sessions as absences are given for, each counted as held."""
    found = []
    for away in cannot_come:
        roles = next_roles(lines, cannot_come=away, excused=excused, not_presenting=not_presenting)
        lines = _met(lines, Met(roles.presenter, roles.note_taker))
        found.append(roles)
    return tuple(found)


def replacement(
    lines: Lines,
    role: Role,
    planned: Roles,
    *,
    cannot_come: Set[Person] = frozenset(),
    excused: Mapping[Role, Set[Person]] | None = None,
    not_presenting: Set[Person] = frozenset(),
) -> Person | None:
    """Who takes a role of a planned session over: the next in line who can come and has no role in it."""
    out = cannot_come | (excused or {}).get(role, frozenset()) | {planned.presenter, planned.note_taker}
    if role is Role.PRESENTER:
        out = out | not_presenting
    return _first(one for one in lines.of(role) if one not in out)


def pair_first(members: Sequence[Person], history: Iterable[Met]) -> Person | None:
    """A pair has one role, first to be coached, which alternates."""
    line = replay(Lines(tuple(members), ()), history)
    return _first(line.presenters)


def _after(lines: Lines, event: Event) -> Lines:
    match event:
        case Joined(person, observes):
            if observes:
                return replace(lines, observing=lines.observing | {person})
            return _enter(lines, [person])
        case Left(person):
            return _without(lines, person)
        case Swapped(role, one, other):
            return _swapped(lines, role, one, other)
        case Met():
            return _met(lines, event)


def _met(lines: Lines, met: Met) -> Lines:
    had_roles = frozenset(one for one in (met.presenter, met.note_taker) if one is not None)
    moved = replace(
        lines,
        presenters=_to_the_end(lines.presenters, met.presenter),
        note_takers=_to_the_end(lines.note_takers, met.note_taker),
        last=had_roles,
        observing=frozenset(),
    )
    return _enter(moved, sorted(lines.observing))


def _enter(lines: Lines, people: Sequence[Person]) -> Lines:
    new = tuple(one for one in people if one not in lines.presenters)
    return replace(lines, presenters=lines.presenters + new, note_takers=lines.note_takers + new)


def _without(lines: Lines, person: Person) -> Lines:
    return replace(
        lines,
        presenters=tuple(one for one in lines.presenters if one != person),
        note_takers=tuple(one for one in lines.note_takers if one != person),
        observing=lines.observing - {person},
    )


def _swapped(lines: Lines, role: Role, one: Person, other: Person) -> Lines:
    places = {one: other, other: one}
    line = lines.of(role)
    if one not in line or other not in line:
        return lines
    changed = tuple(places.get(person, person) for person in line)
    if role is Role.PRESENTER:
        return replace(lines, presenters=changed)
    return replace(lines, note_takers=changed)


def _to_the_end(line: tuple[Person, ...], person: Person | None) -> tuple[Person, ...]:
    if person is None or person not in line:
        return line
    return (*(one for one in line if one != person), person)


def _first(people: Iterable[Person]) -> Person | None:
    return next(iter(people), None)

"""Roles in turn: who presents next, and who takes notes.

There are two lines, one per role. In each, whoever has waited longest stands first. A new circle presents in
the order in which its members were picked; its note-takers' line is the same, begun half a circle further on.

For a session, first the presenter: the next in line who can come, always. Then the note-taker: the next in
line who can come and does not present; where four or more people present in turn, one with no role last time
and no presenting next time goes before, if there is one. If nobody fits, first "no presenting next time" is
dropped, then "no role last time". Nobody has both roles in one session.

Who really did it goes to the end of the line. Who is passed over keeps their place, so is first again, and
never owes more than one turn per role. Two who swap change places in the line, and nobody else's place moves;
if somebody else has the role in the end, they have not swapped.
A newcomer observes one session, then enters at the end of both lines. Sessions that did not take place use up
nothing: they are simply not in the history.

A pair has one role, first to be coached: its line of two alternates.

The rule is a fold over the circle's history, `replay`, and a look at where everybody then stands,
`next_roles`. It knows no dates: the order is given.
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
    """Two changed places in the line of one role. Stands before the session in which they swapped."""

    role: Role
    one: Person
    other: Person
    """Who took it over from `one`."""


Event = Joined | Left | Met | Swapped


@dataclass(frozen=True)
class Lines:
    """Where everybody stands, first in line first."""

    presenters: tuple[Person, ...]
    note_takers: tuple[Person, ...]
    last: frozenset[Person] = frozenset()
    """Who had a role in the last session."""
    observing: tuple[Person, ...] = ()
    """Newcomers who have not sat through a session yet, in the order in which they joined."""

    def of(self, role: Role) -> tuple[Person, ...]:
        return self.presenters if role is Role.PRESENTER else self.note_takers


@dataclass(frozen=True)
class Roles:
    presenter: Person | None
    note_taker: Person | None

    def holder(self, role: Role) -> Person | None:
        return self.presenter if role is Role.PRESENTER else self.note_taker


Excuses = Mapping[Role, Set[Person]]
NOBODY: frozenset[Person] = frozenset()


def start(members: Sequence[Person], last: Met | None = None) -> Lines:
    """The lines of a new circle; of one that has met before, with those who had the roles last at the end."""
    half = len(members) // 2
    lines = Lines(tuple(members), (*members[half:], *members[:half]))
    return _met(lines, last) if last else lines


def replay(lines: Lines, history: Iterable[Event]) -> Lines:
    """The lines after everything that has happened, oldest first."""
    for event in history:
        lines = _after(lines, event)
    return lines


def next_roles(
    lines: Lines,
    *,
    cannot_come: Set[Person] = NOBODY,
    cannot_come_next: Set[Person] = NOBODY,
    excused: Excuses | None = None,
    not_presenting: Set[Person] = NOBODY,
    pair: bool = False,
) -> Roles:
    """Who has which role in the next session; None where nobody can. In a pair, who is coached first.

    `cannot_come_next` are those known to miss the session after it, so that who presents there is foreseen.
    `not_presenting` are leads whom a setting leaves out of presenting.
    """
    in_turn = [one for one in lines.presenters if one not in _out_of(Role.PRESENTER, excused, not_presenting)]
    presenter = _first(in_turn, cannot_come)
    if pair:
        return Roles(presenter, None)
    out = cannot_come | _out_of(Role.NOTE_TAKER, excused) | {presenter}
    able = [one for one in lines.note_takers if one not in out]
    if len(in_turn) < ENOUGH_FOR_REST:
        return Roles(presenter, _first(able))
    rested = [one for one in able if one not in lines.last]
    presents_next = _first(in_turn, cannot_come_next | {presenter})
    free = [one for one in rested if one != presents_next]
    return Roles(presenter, _first([*free, *rested, *able]))


def upcoming(
    lines: Lines,
    cannot_come: Sequence[Set[Person]],
    *,
    excused: Excuses | None = None,
    not_presenting: Set[Person] = NOBODY,
    pair: bool = False,
) -> tuple[Roles, ...]:
    """The roles of as many next sessions as absences are given for, each counted as held."""
    found = []
    for away, away_next in zip(cannot_come, [*cannot_come[1:], NOBODY], strict=False):
        roles = next_roles(
            lines,
            cannot_come=away,
            cannot_come_next=away_next,
            excused=excused,
            not_presenting=not_presenting,
            pair=pair,
        )
        lines = _met(lines, Met(roles.presenter, roles.note_taker))
        found.append(roles)
    return tuple(found)


def takers(
    lines: Lines,
    role: Role,
    planned: Roles,
    *,
    cannot_come: Set[Person] = NOBODY,
    excused: Excuses | None = None,
    not_presenting: Set[Person] = NOBODY,
) -> tuple[Person, ...]:
    """Who can take a role of a planned session over: those who can come and have none in it, in their turn.

    `lines` are those without the session in hand, but with the roles already given for later ones: who has
    one of those has had their turn, so that nobody is asked twice while others wait.
    """
    out = cannot_come | _out_of(role, excused, not_presenting) | {planned.presenter, planned.note_taker}
    return tuple(one for one in lines.of(role) if one not in out)


def swap(planned: Roles, role: Role, taker: Person) -> tuple[Roles, tuple[Swapped, ...]]:
    """The roles of a session once `taker` has this one, and the changes of place that go with it.

    Who has the other role in that session can only trade the two.
    """
    holder = planned.holder(role)
    if taker == holder:
        return planned, ()
    trade = taker in (planned.presenter, planned.note_taker)
    if trade:
        roles = Roles(presenter=planned.note_taker, note_taker=planned.presenter)
    elif role is Role.PRESENTER:
        roles = replace(planned, presenter=taker)
    else:
        roles = replace(planned, note_taker=taker)
    if holder is None:
        return roles, ()
    other = tuple(Swapped(one, taker, holder) for one in Role if one is not role) if trade else ()
    return roles, (Swapped(role, holder, taker), *other)


def kept(swaps: Sequence[Swapped], ended: Roles) -> tuple[Swapped, ...]:
    """Of the swaps of one session, oldest first, those that led to who has its roles in the end.

    Where a role went to another afterwards, by an edit, by days away or by what was recorded, the swap came
    to nothing, and the two stand in the line where they stood.
    """
    found: list[Swapped] = []
    had = {role: ended.holder(role) for role in Role}
    for swap in reversed(swaps):
        if swap.other == had[swap.role]:
            found.insert(0, swap)
            had[swap.role] = swap.one
    return tuple(found)


def _after(lines: Lines, event: Event) -> Lines:
    match event:
        case Joined(person, observes):
            return _joined(lines, person, observes)
        case Left(person):
            return _without(lines, person)
        case Swapped(role, one, other):
            return _swapped(lines, role, one, other)
        case Met():
            return _met(lines, event)


def _joined(lines: Lines, person: Person, observes: bool) -> Lines:
    if person in lines.presenters or person in lines.observing:
        return lines
    if observes:
        return replace(lines, observing=(*lines.observing, person))
    return _enter(lines, (person,))


def _met(lines: Lines, met: Met) -> Lines:
    had_roles = frozenset(one for one in (met.presenter, met.note_taker) if one is not None)
    moved = Lines(
        presenters=_to_the_end(lines.presenters, met.presenter),
        note_takers=_to_the_end(lines.note_takers, met.note_taker),
        last=had_roles,
    )
    return _enter(moved, lines.observing)


def _enter(lines: Lines, people: tuple[Person, ...]) -> Lines:
    return replace(lines, presenters=lines.presenters + people, note_takers=lines.note_takers + people)


def _without(lines: Lines, person: Person) -> Lines:
    return replace(
        lines,
        presenters=_but(lines.presenters, person),
        note_takers=_but(lines.note_takers, person),
        observing=_but(lines.observing, person),
    )


def _swapped(lines: Lines, role: Role, one: Person, other: Person) -> Lines:
    line = lines.of(role)
    if one not in line or other not in line:
        return lines
    places = {one: other, other: one}
    changed = tuple(places.get(person, person) for person in line)
    if role is Role.PRESENTER:
        return replace(lines, presenters=changed)
    return replace(lines, note_takers=changed)


def _to_the_end(line: tuple[Person, ...], person: Person | None) -> tuple[Person, ...]:
    if person is None or person not in line:
        return line
    return (*_but(line, person), person)


def _but(line: tuple[Person, ...], person: Person) -> tuple[Person, ...]:
    return tuple(one for one in line if one != person)


def _out_of(role: Role, excused: Excuses | None, not_presenting: Set[Person] = NOBODY) -> Set[Person]:
    """Who does not have this role in turn at present."""
    left_out = not_presenting if role is Role.PRESENTER else NOBODY
    return left_out | (excused or {}).get(role, NOBODY)


def _first(line: Sequence[Person], out: Set[Person | None] | Set[Person] = NOBODY) -> Person | None:
    return next((one for one in line if one not in out), None)

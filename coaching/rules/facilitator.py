"""Who leads a group session, and who is asked when a session needs a decision."""

from collections.abc import Sequence, Set

Person = int


def next_facilitator(
    leads: Sequence[Person],
    history: Sequence[Person | None],
    presenter: Person | None,
    *,
    last_presenter: Person | None,
    cannot_come: Set[Person] = frozenset(),
) -> Person | None:
    """The leads in turn, but never the presenter of the session.

    Then the other lead; with one lead, whoever presented last. `history` is who facilitated, oldest first.
    """
    for lead in _in_turn(leads, history):
        if lead != presenter and lead not in cannot_come:
            return lead
    return last_presenter if last_presenter != presenter and last_presenter not in cannot_come else None


def convener(
    leads: Sequence[Person],
    history: Sequence[Person | None],
    facilitator: Person | None,
    presenter: Person | None,
    members: Sequence[Person],
    *,
    away: Set[Person] = frozenset(),
) -> Person | None:
    """The one person asked about a session: its facilitator if a lead, else the lead whose turn it is.

    If away or gone, the other lead, else the presenter, else the member longest in the circle. `members` are
    those in the circle now, the longest first.
    """
    turn = _in_turn(leads, history)
    wanted = [facilitator] if facilitator in leads else []
    for person in (*wanted, *turn, presenter, *members):
        if person is not None and person in members and person not in away:
            return person
    return None


def _in_turn(leads: Sequence[Person], history: Sequence[Person | None]) -> list[Person]:
    """Who has waited longest first; those who never did it in the order in which they stand."""
    last_time = {person: place for place, person in enumerate(history)}
    return sorted(leads, key=lambda lead: last_time.get(lead, -1))

"""Who leads a group session, and who is asked when a session needs a decision."""

from collections.abc import Sequence, Set

Person = int


def next_facilitator(
    leads: Sequence[Person],
    history: Sequence[Person | None],
    presenter: Person | None,
    *,
    last_presenter: Person | None,
    others: Sequence[Person] = (),
    cannot_come: Set[Person] = frozenset(),
) -> Person | None:
    """The leads in turn, but never the presenter: then the other lead, then whoever presented last.

    `history` is who facilitated the sessions that count, oldest first. `others` are asked in their order when
    that one cannot either, or nobody has presented yet: best the presenters' line from its end, so that those
    who have presented of late come first.
    """
    for person in (*_in_turn(leads, history), last_presenter, *others):
        if person is not None and person != presenter and person not in cannot_come:
            return person
    return None


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
    those in the circle now, the longest first. When everybody is away the first of these is asked all the
    same: a session that nobody can come to needs a decision most of all. None only without members.
    """
    facilitating_lead = facilitator if facilitator in leads else None
    order = (facilitating_lead, *_in_turn(leads, history), presenter, *members)
    here = [person for person in order if person is not None and person in members]
    return next((person for person in here if person not in away), here[0] if here else None)


def _in_turn(leads: Sequence[Person], history: Sequence[Person | None]) -> list[Person]:
    """Who has waited longest first; those who never did it in the order in which they stand."""
    last_time = {person: place for place, person in enumerate(history)}
    return sorted(leads, key=lambda lead: last_time.get(lead, -1))

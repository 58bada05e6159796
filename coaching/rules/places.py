"""Where to meet in person: the members' workplaces in turn, so that travel is shared."""

from collections.abc import Sequence

TO_BE_AGREED = "to be agreed"
"""Stands for a place or number as long as nobody has named one."""


def place_in_turn(workplaces: Sequence[str], visited: Sequence[str]) -> str | None:
    """The workplace visited longest ago; those never visited come first, in the order of the members.

    `visited` are the places of the sessions in person so far, oldest first.
    """
    last_time = {place: number for number, place in enumerate(visited)}
    return min(dict.fromkeys(workplaces), key=lambda place: last_time.get(place, -1), default=None)

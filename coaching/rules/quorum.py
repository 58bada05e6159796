"""Whether enough people can come to a session."""

FEWEST = 2
"""One person alone is no session."""


def too_few(members: int, cannot_come: int) -> bool:
    """Under half of the members are left, or under two. Who has not answered counts as coming."""
    left = members - cannot_come
    return left < FEWEST or 2 * left < members

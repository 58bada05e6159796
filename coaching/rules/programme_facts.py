"""The programme page, as views show it."""

from dataclasses import dataclass

from coaching.rules.programme import Quarter, Sums


@dataclass(frozen=True)
class ProgrammeFacts:
    """One closed quarter of a workspace: the same for everybody who may see it."""

    quarters: tuple[Quarter, ...]
    """To choose from, the newest first; none while nothing can be shown yet."""
    quarter: Quarter | None
    circles: int
    sums: Sums | None
    """None under three circles."""
    averages: tuple[tuple[str, float], ...]
    """The words of a statement, in the order of the content pack, and its average."""


@dataclass(frozen=True)
class ProgrammeDuty:
    """What somebody may do about programme owners."""

    owner: bool
    names_first: bool
    """There is none, and they look after the workspace in Slack."""

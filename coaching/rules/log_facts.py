"""The coaching log, as views and files show it."""

from dataclasses import dataclass
from datetime import date, time

from coaching.rules.terms import CircleKind, Mode


@dataclass(frozen=True)
class LogEntry:
    """One session that took place. People by their names, also those who have left."""

    day: date
    at: time
    zone: str
    length: int
    """Minutes."""
    mode: Mode
    facilitator: str
    presenter: str
    """In a pair, whoever was coached first."""
    note_taker: str
    there: tuple[str, ...]
    title: str
    """Of the case, where one was shared."""
    assumed: bool


@dataclass(frozen=True)
class LogFacts:
    """One page of a circle's log, the newest session first."""

    circle_id: int
    circle_name: str
    kind: CircleKind
    years: tuple[int, ...]
    """In which there were sessions, the newest first."""
    year: int | None
    """Only this one is shown."""
    entries: tuple[LogEntry, ...]
    page: int
    """From 0."""
    pages: int
    held: int
    """In all years, or in the one that is shown."""
    not_held: int
    """Missed or called off, likewise."""
    may_export: bool
    closed: bool


@dataclass(frozen=True)
class Attended:
    """One session at which somebody was."""

    day: date
    circle: str
    length: int
    roles: tuple[str, ...]


@dataclass(frozen=True)
class HoursFacts:
    """Somebody's own hours, in all circles that they are or were in."""

    sessions: tuple[Attended, ...]

    def minutes(self, year: int | None = None, role: str | None = None) -> int:
        return sum(
            one.length
            for one in self.sessions
            if year in (None, one.day.year) and (role is None or role in one.roles)
        )

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({one.day.year for one in self.sessions}, reverse=True))

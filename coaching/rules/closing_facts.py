"""What the closing of a session shows: plain values for views, already checked and allowed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from coaching.rules.facts import CircleFacts, PersonFacts, SessionFacts
from coaching.rules.terms import CircleKind, Mode, Promise, Role, SessionState

Asked = tuple[str, str]
"""The id of a statement or question of a content pack, and its words."""


@dataclass(frozen=True)
class FormFacts:
    """An evaluation form of the content pack."""

    title: str
    statements: tuple[Asked, ...]
    questions: tuple[Asked, ...]


class Standing(StrEnum):
    """How one person stands to the evaluation of one session."""

    OPEN = "open"
    ANSWERED = "answered"
    OUT = "out"
    """Was not there."""
    NOT_ASKED = "not_asked"
    CLOSED = "closed"


@dataclass(frozen=True)
class EvaluationFacts:
    """The evaluation of one session, as one person meets it."""

    session: SessionFacts
    standing: Standing
    promise: Promise
    closes_at: datetime
    result_id: int | None = None
    """Of the published result that its answers are in, where there is one of its own."""
    waits: bool = False
    """Closed with too few answers, which wait for the next result."""


@dataclass(frozen=True)
class StatementResult:
    words: str
    count: int
    average: float
    spread: tuple[int, ...] | None
    """How many chose 1, 2, 3, 4 and 5; None when too few answered for that."""


@dataclass(frozen=True)
class ResultFacts:
    """A published result: the same for everybody in the circle, for ever."""

    id: int
    circle_id: int
    circle_name: str
    starts_at: datetime
    zone: str
    answered: int
    asked: int
    sessions: int
    """From how many sessions the answers come."""
    statements: tuple[StatementResult, ...]
    comments: tuple[tuple[str, str], ...] = ()
    """Question and words, grouped by question; in random order within it."""


@dataclass(frozen=True)
class Trend:
    """One statement over several results; one with another id is another statement."""

    words: str
    averages: tuple[float | None, ...]
    """One for each result; None where it was not asked, or too few answered it."""


@dataclass(frozen=True)
class TrendsFacts:
    """How the averages of a circle go on: from its published results and nothing else, oldest first."""

    circle_id: int
    circle_name: str
    kind: CircleKind
    days: tuple[date, ...]
    """Of the sessions that the results are of, in the circle's zone."""
    trends: tuple[Trend, ...]


@dataclass(frozen=True)
class ReflectionFacts:
    """What one of a pair wrote when looking back."""

    session: SessionFacts
    author: PersonFacts
    mine: bool
    shared: bool
    scores: tuple[tuple[str, int], ...]
    """Statement and 1..5."""
    comments: tuple[tuple[str, str], ...]
    """Question and words."""


@dataclass(frozen=True)
class PairFacts:
    """A session of a pair, as one of the two can look back at it."""

    session: SessionFacts
    mine: ReflectionFacts | None
    partners: ReflectionFacts | None
    """Only what the partner shares."""


@dataclass(frozen=True)
class RecordFacts:
    """What is known of how a session went, for the form that records or corrects it."""

    session: SessionFacts
    people: tuple[PersonFacts, ...]
    """Who was asked to it: those among whom the form lets one choose."""
    attended: tuple[int, ...]
    """Ids, pre-filled."""
    presenter: int | None
    note_taker: int | None
    mode: Mode
    state: SessionState
    correctable: bool = True


@dataclass(frozen=True)
class AlreadyMetForm:
    """Everything the form "We already met" shows."""

    circle: CircleFacts
    choices: tuple[tuple[int, str], ...]
    """The circles to choose from, id and name; one alone needs no choosing."""
    day: date


@dataclass(frozen=True)
class NextFacts:
    """What comes after a session: as scheduled, or as the rhythm and the turns propose it."""

    session_id: int
    """Of the session that it comes after."""
    circle_id: int
    circle_name: str
    kind: CircleKind
    day: date | None
    starts_at: datetime | None
    zone: str
    mode: Mode | None
    presenter: PersonFacts | None
    note_taker: PersonFacts | None
    scheduled: int | None
    """Its id, when it is."""
    swapped: frozenset[Role] = frozenset()
    """Roles that somebody has taken over already, so that nobody else can by volunteering."""

"""The next date of a rhythm: when it is asked about, scheduled by itself, or lapses. Silence means yes.

Also when a circle without a rhythm is asked whether it will meet again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coaching.rules import hours
from coaching.rules.hours import PersonHours
from coaching.rules.reminder_plan import days_before
from coaching.rules.terms import ReminderKind

PUT_UP = timedelta(days=28)
ASKED = 21
"""Days before the start at which the convener is asked."""
SCHEDULED = timedelta(days=16)
CIRCLE_ASKED = timedelta(days=14)
LAPSES = timedelta(days=7)
TO_ANSWER = timedelta(days=1)
"""What everybody has at least between a question and what silence makes of it, and before the start."""
ASKED_AGAIN_AFTER = timedelta(days=14)
WITHOUT_RHYTHM = {
    ReminderKind.NOTHING_PLANNED: timedelta(days=28),
    ReminderKind.STILL_NOTHING_PLANNED: timedelta(days=28) + ASKED_AGAIN_AFTER,
}
"""After the end of the last session."""


class Step(StrEnum):
    """What becomes of a proposed date at a moment."""

    WAIT = "wait"
    SCHEDULE = "schedule"
    ASK_CIRCLE = "ask_circle"
    LAPSE = "lapse"


@dataclass(frozen=True)
class Proposal:
    """A date of the rhythm that nobody has confirmed, changed or skipped."""

    starts_at: datetime
    ask_first: bool
    """The circle wants to be asked: silence is no yes."""
    asked_at: datetime | None = None
    """When the convener was asked; None as long as that has not been sent."""
    circle_asked_at: datetime | None = None


def convener_asked_at(starts_at: datetime, put_up_at: datetime, person: PersonHours) -> datetime:
    """21 days before, in working hours; at the next opening when it was put up later than that."""
    due_at = hours.before(days_before(starts_at, ASKED, person), person)
    return due_at if due_at >= put_up_at else hours.after(put_up_at, person)


def schedules_itself_at(proposal: Proposal) -> datetime | None:
    """When silence means yes; None when the circle wants to be asked, nobody was, or it would be too late."""
    if proposal.ask_first or proposal.asked_at is None:
        return None
    due_at = max(proposal.starts_at - SCHEDULED, proposal.asked_at + TO_ANSWER)
    return due_at if due_at <= proposal.starts_at - TO_ANSWER else None


def lapses_at(proposal: Proposal) -> datetime:
    """When it is given up: a week before if the circle was asked, at its start whatever happened."""
    if not proposal.ask_first or proposal.circle_asked_at is None:
        return proposal.starts_at
    due_at = max(proposal.starts_at - LAPSES, proposal.circle_asked_at + TO_ANSWER)
    return min(due_at, proposal.starts_at)


def step(proposal: Proposal, now: datetime) -> Step:
    """What is to be done now. Looking seldom, or again, leads to the same in the end."""
    if now >= lapses_at(proposal):
        return Step.LAPSE
    if now > proposal.starts_at - TO_ANSWER:
        return Step.WAIT
    itself_at = schedules_itself_at(proposal)
    if itself_at is not None:
        return Step.SCHEDULE if now >= itself_at else Step.WAIT
    return Step.ASK_CIRCLE if _is_time_to_ask_circle(proposal, now) else Step.WAIT


def _is_time_to_ask_circle(proposal: Proposal, now: datetime) -> bool:
    if not proposal.ask_first or proposal.circle_asked_at or proposal.asked_at is None:
        return False
    return now >= max(proposal.starts_at - CIRCLE_ASKED, proposal.asked_at + TO_ANSWER)


@dataclass(frozen=True)
class Question:
    """To the convener of a circle that has no rhythm and nothing planned."""

    kind: ReminderKind
    due_at: datetime
    expires_at: datetime


def without_rhythm(ended_at: datetime, now: datetime, person: PersonHours) -> Iterator[Question]:
    """The two questions after a circle's last session, as far as they still help, in working hours."""
    for kind, wait in WITHOUT_RHYTHM.items():
        due_at = hours.after(max(ended_at + wait, now), person)
        expires_at = ended_at + wait + ASKED_AGAIN_AFTER
        if due_at < expires_at:
            yield Question(kind, due_at, expires_at)

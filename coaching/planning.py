"""What the clock wants done, besides sending: a function of the database and `now` each.

All are safe to run again, and in several workers at once.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from coaching import (
    agenda,
    circle_states,
    closing,
    drafts,
    evaluations,
    installations,
    polls,
    reminders,
    rhythm,
    swaps,
    wall_time,
)

Planner = Callable[[Session, datetime], bool | None]

PLANNERS: tuple[Planner, ...] = (
    circle_states.resume_due,
    agenda.put_up_due,
    evaluations.open_due,
    rhythm.plan_due,
    rhythm.ask_for_next,
    closing.put_up_next,
    closing.assume_due,
    evaluations.close_due,
    polls.close_due,
    swaps.step_due,
    reminders.gather_late,
)
NIGHTLY: tuple[Planner, ...] = (
    wall_time.keep,
    drafts.forget_old,
    installations.forget_states,
)

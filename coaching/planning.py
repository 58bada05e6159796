"""What the clock wants done, besides sending: a function of the database and `now` each.

All are safe to run again, and in several workers at once.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

Planner = Callable[[Session, datetime], None]

PLANNERS: tuple[Planner, ...] = ()
NIGHTLY: tuple[Planner, ...] = ()

"""What people set for themselves: working days, workplace, which reminders."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from coaching import access, actions, reminders, sessions
from coaching.access import Actor
from coaching.checks import place_problem
from coaching.errors import Refused
from coaching.rules.facts import SettingsFacts
from coaching.rules.fields import Field
from coaching.rules.terms import ReminderKind


def facts(actor: Actor) -> SettingsFacts:
    person = actor.person
    return SettingsFacts(
        person.zone, tuple(person.working_days), person.workplace, tuple(person.reminders_off)
    )


def change(
    db: Session,
    actor: Actor,
    working_days: Sequence[int],
    workplace: str | None,
    reminders_off: Sequence[ReminderKind],
    now: datetime,
) -> None:
    """Keeps the settings; what is laid out follows them at once. Raises `Refused`."""
    problems = {Field.WORKPLACE: place_problem(workplace)}
    if not working_days or not set(working_days) <= set(range(7)):
        problems[Field.WORKING_DAYS] = "Choose at least one working day."
    found = {field: sentence for field, sentence in problems.items() if sentence}
    if found:
        raise Refused(found)
    person = actor.person
    person.working_days = sorted(set(working_days))
    person.workplace = workplace
    person.reminders_off = [kind.value for kind in reminders_off]
    db.flush()
    for circle in access.circles(db, actor):
        for session in [*sessions.scheduled(db, circle, now), *sessions.undecided(db, circle)]:
            reminders.lay_out(db, session, now)
    actions.follow(db, person, now)

"""A circle before it is saved: what its year will look like."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from coaching import access, circles, dates, history, people, roles
from coaching.access import Actor, Right
from coaching.circles import Before, Channel, CirclePlan
from coaching.rules import recurrence, rotation, year
from coaching.rules.circle_form import AheadFacts, PreviewFacts
from coaching.rules.recurrence import Rule
from coaching.rules.rotation import Lines, Met
from coaching.rules.terms import CircleKind, Mode
from storage.models import Circle, Person


def preview(
    db: Session,
    actor: Actor,
    plan: CirclePlan,
    channel: Channel | None,
    now: datetime,
    circle_id: int | None = None,
) -> PreviewFacts:
    """The next twelve dates with roles and modes, by what the form says. Raises `Refused` as saving would."""
    found = access.circle(db, actor, circle_id, Right.EDIT) if circle_id is not None else None
    picked, leads = circles.check_plan(db, actor, plan, channel, found)
    pair = circles.is_pair(plan, found)
    days = _days(db, plan, found, actor, now)
    sessions = year.ahead(
        days,
        _lines(db, plan, picked, found),
        _modes(db, found),
        usual=plan.usual_mode,
        every=plan.in_person_every,
        before_in_person=_before_in_person(plan, found),
        not_presenting=frozenset() if plan.leads_present else frozenset(one.id for one in leads),
        pair=pair,
    )
    by_id = {one.id: people.facts(one) for one in picked}
    assert plan.name and plan.rhythm and plan.starts_on and plan.usual_time  # noqa: S101, PT018 - checked
    return PreviewFacts(
        name=plan.name,
        kind=CircleKind.PAIR if pair else CircleKind.GROUP,
        members=tuple(by_id.values()),
        leads=tuple(by_id[one.id] for one in leads),
        zone=circles.zone_of(plan, actor.person.zone),
        rhythm=plan.rhythm,
        starts_on=plan.starts_on,
        position=circles.position_of(plan),
        positions=recurrence.positions_for(plan.starts_on),
        usual_time=plan.usual_time,
        sessions=tuple(
            AheadFacts(one.day, one.mode, by_id.get(one.presenter or 0), by_id.get(one.note_taker or 0))
            for one in sessions
        ),
        public_channel=channel.name if channel and not channel.private else None,
        outside=found is None and actor.person.id not in by_id,
        new=found is None,
    )


def _days(
    db: Session, plan: CirclePlan, found: Circle | None, actor: Actor, now: datetime
) -> Sequence[date | None]:
    """Dates of the rhythm from tomorrow on that have no session yet; without one only the turns are known."""
    assert plan.rhythm and plan.starts_on  # noqa: S101, PT018 - checked before
    rule = Rule(plan.rhythm, plan.starts_on, circles.position_of(plan))
    today = now.astimezone(ZoneInfo(circles.zone_of(plan, actor.person.zone))).date()
    taken = dates.filled(db, found) if found else frozenset()
    free = (day for day in recurrence.dates(rule, after=today) if day not in taken)
    return list(islice(free, year.SHOWN)) or [None] * len(plan.members)


def _lines(db: Session, plan: CirclePlan, picked: Sequence[Person], found: Circle | None) -> Lines:
    """Where everybody will stand. In a circle that is there, newcomers are not in the lines yet."""
    if found is not None:
        return roles.lines(db, found)
    before = plan.before or Before()
    last = Met(before.presenter, before.note_taker) if before.presenter or before.note_taker else None
    return rotation.start([one.id for one in picked], last)


def _before_in_person(plan: CirclePlan, found: Circle | None) -> int | None:
    if plan.before is not None:
        return plan.before.in_person
    return found.before_in_person if found else None


def _modes(db: Session, found: Circle | None) -> list[Mode]:
    return [one.mode for one in history.counting(db, found)] if found else []

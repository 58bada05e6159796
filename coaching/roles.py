"""Who has which role: the rule of turns, fed from a circle's history."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from coaching import dates, history, people
from coaching.rules import facilitator as leading
from coaching.rules import rotation
from coaching.rules.facts import Draft, Excused, RolesDone, RolesPage, UpcomingRoles
from coaching.rules.fields import Field
from coaching.rules.recurrence import to_utc
from coaching.rules.rotation import Event, Joined, Left, Lines, Met, Roles, Swapped
from coaching.rules.terms import CircleKind, Coming, Role
from storage.models import Circle, CoachingSession, RoleSwap

SHOWN = 6


def propose(
    db: Session,
    circle: Circle,
    day: date,
    *,
    without: CoachingSession | None = None,
    unable: frozenset[int] = frozenset(),
) -> Roles:
    """The roles of the next session that is not scheduled yet. In a pair, who is coached first.

    `unable` are those who are known to be unable to come then, because they are away or have said so.
    """
    return rotation.next_roles(
        lines(db, circle, without=without.id if without else None),
        cannot_come=unable,
        cannot_come_next=_away_on(circle, dates.following(circle, day)),
        excused=_excused(circle, day),
        not_presenting=_not_presenting(circle),
        pair=circle.kind is CircleKind.PAIR,
    )


def replacement(db: Session, circle: Circle, session: CoachingSession, role: Role) -> int | None:
    """Who takes over a role of a scheduled session, when its holder cannot."""
    return next(iter(takers(db, circle, session, role)), None)


def takers(db: Session, circle: Circle, session: CoachingSession, role: Role) -> tuple[int, ...]:
    """Who could take over a role of a scheduled session, in their turn."""
    return rotation.takers(
        lines(db, circle, without=session.id),
        role,
        Roles(session.presenter_id, session.note_taker_id),
        cannot_come=cannot_come(session),
        excused=_excused(circle, session.local_date),
        not_presenting=_not_presenting(circle),
    )


def give(session: CoachingSession, role: Role, person: int | None) -> None:
    if role is Role.PRESENTER:
        session.presenter_id = person
        session.open_time_only = session.open_time_only and person is None
    else:
        session.note_taker_id = person


def facilitator(
    db: Session, circle: Circle, session: CoachingSession, *, unable: frozenset[int] = frozenset()
) -> int | None:
    """Who leads this session; pairs need nobody. Whoever presented last stands at the end of the line.

    `unable` are those who cannot come besides those who have said so to the session itself.
    """
    if circle.kind is CircleKind.PAIR:
        return None
    line = lines(db, circle, without=session.id)
    waited_least = tuple(reversed(line.presenters))
    return leading.next_facilitator(
        _leads(circle),
        [one.facilitator_id for one in _earlier(db, circle, session)],
        session.presenter_id,
        last_presenter=next(iter(waited_least), None),
        others=waited_least,
        cannot_come=cannot_come(session) | unable,
    )


def convener(
    db: Session, circle: Circle, session: CoachingSession, *, at: datetime | None = None
) -> int | None:
    """The one person who is asked when this session needs a decision. Not who is away then, or at `at`."""
    earlier = _earlier(db, circle, session)
    return leading.convener(
        _leads(circle),
        [one.facilitator_id for one in earlier],
        session.facilitator_id,
        session.presenter_id,
        _longest_first(circle),
        away=cannot_come(session) | (people.away_at(circle, at) if at else frozenset()),
    )


def circle_convener(db: Session, circle: Circle, now: datetime) -> int | None:
    """The one person who is asked about a circle as a whole: the lead whose turn it is, who is not away."""
    led = [one.facilitator_id for one in history.counting(db, circle)]
    return leading.convener(
        _leads(circle), led, None, None, _longest_first(circle), away=people.away_at(circle, now)
    )


def _longest_first(circle: Circle) -> list[int]:
    return [one.person_id for one in sorted(circle.members, key=lambda one: (one.joined_at, one.position))]


def page(db: Session, circle: Circle, now: datetime) -> RolesPage:
    """The roles of the next six sessions and who has done what so far: the same for all members."""
    members = {one.person_id: people.facts(one.person) for one in circle.members}
    past = [one for one in history.counting(db, circle) if one.ends_at <= now]
    presented = Counter(one.presenter_id for one in past)
    noted = Counter(one.note_taker_id for one in past)
    done = tuple(RolesDone(facts, presented[person], noted[person]) for person, facts in members.items())
    excused = tuple(_excused_now(circle, now))
    coming = upcoming(db, circle, now, SHOWN)
    return RolesPage(circle.id, circle.name, circle.kind, coming, done, excused)


def upcoming(db: Session, circle: Circle, now: datetime, count: int) -> tuple[UpcomingRoles, ...]:
    """Who has which role in the next sessions: as scheduled, then as the turns propose."""
    members = {one.person_id: people.facts(one.person) for one in circle.members}
    ahead = [one for one in history.counting(db, circle) if one.ends_at > now]
    rows = [
        UpcomingRoles(
            one.local_date, True, members.get(one.presenter_id or 0), members.get(one.note_taker_id or 0)
        )
        for one in ahead
    ]
    # A free date can come before what is scheduled.
    days: list[date | None] = [*dates.free_ones(db, circle, now, count)]
    days += [None] * (count - len(rows) - len(days))
    for day, roles in zip(days, _next(db, circle, days, now), strict=True):
        rows.append(
            UpcomingRoles(day, False, members.get(roles.presenter or 0), members.get(roles.note_taker or 0))
        )
    rows.sort(key=lambda one: one.day or date.max)
    return tuple(rows[:count])


def _excused_now(circle: Circle, now: datetime) -> Iterator[Excused]:
    today = dates.today(circle, now)
    for member in circle.members:
        for role in Role:
            day = member.excused_until(role)
            if day is not None and day > today:
                yield Excused(people.facts(member.person), role, day)


def problems(circle: Circle, draft: Draft) -> dict[Field, str | None]:
    """What is wrong with the chosen roles, by field."""
    found: dict[Field, str | None] = {
        Field.PRESENTER: _member_problem(circle, draft.presenter),
        Field.NOTE_TAKER: _member_problem(circle, draft.note_taker),
    }
    if draft.presenter is not None and draft.presenter == draft.note_taker:
        found[Field.NOTE_TAKER] = "One person cannot present and take notes in the same session."
    return found


def lines(db: Session, circle: Circle, *, without: int | None = None) -> Lines:
    """Where everybody stands, counting sessions that are scheduled as held as planned."""
    founders = [one.person_id for one in circle.memberships if one.founding]
    before = None
    if circle.before_presenter_id or circle.before_note_taker_id:
        before = Met(circle.before_presenter_id, circle.before_note_taker_id)
    return rotation.replay(rotation.start(founders, before), _events(db, circle, without))


def _events(db: Session, circle: Circle, without: int | None) -> list[Event]:
    """Joins, leaves, swaps and sessions in the order in which they happened."""
    timed: list[tuple[datetime, int, Event]] = []
    for one in circle.memberships:
        if not one.founding:
            timed.append((one.joined_at, 0, Joined(one.person_id, observes=circle.newcomers_observe)))
        if one.left_at is not None:
            timed.append((one.left_at, 1, Left(one.person_id)))
    swaps = _swaps(db, circle)
    for session in history.counting(db, circle, without=without):
        ended = Roles(session.presenter_id, session.note_taker_id)
        timed += [(session.starts_at, 2, swap) for swap in rotation.kept(swaps.get(session.id, []), ended)]
        timed.append((session.starts_at, 3, Met(ended.presenter, ended.note_taker)))
    return [event for _, _, event in sorted(timed, key=lambda one: one[:2])]


def swapped(db: Session, session: CoachingSession) -> frozenset[Role]:
    """The roles of a session that somebody has taken over from another, and has."""
    taken = _swaps(db, session.circle).get(session.id, [])
    ended = Roles(session.presenter_id, session.note_taker_id)
    return frozenset(one.role for one in rotation.kept(taken, ended))


def _swaps(db: Session, circle: Circle) -> dict[int, list[Swapped]]:
    """By session, the oldest first."""
    found: dict[int, list[Swapped]] = {}
    here = {"workspace": circle.workspace_id, "circle": circle.id}
    for swap in db.scalars(_swaps_of_a_circle(), here):
        found.setdefault(swap.session_id, []).append(Swapped(swap.role, swap.one_id, swap.other_id))
    return found


@cache
def _swaps_of_a_circle() -> Select[RoleSwap]:
    return (
        select(RoleSwap)
        .join(CoachingSession, CoachingSession.id == RoleSwap.session_id)
        .where(
            RoleSwap.workspace_id == bindparam("workspace"),
            CoachingSession.circle_id == bindparam("circle"),
        )
        .order_by(RoleSwap.id)
    )


def _next(db: Session, circle: Circle, days: Sequence[date | None], now: datetime) -> list[Roles]:
    """One session after the other, each counted as held, with who is away or excused on its day."""
    at, found = lines(db, circle), []
    away = [_away_on(circle, day) for day in days]
    for day, cannot_come, cannot_come_next in zip(days, away, [*away[1:], frozenset()], strict=False):
        turn = rotation.next_roles(
            at,
            cannot_come=cannot_come,
            cannot_come_next=cannot_come_next,
            excused=_excused(circle, day or dates.today(circle, now)),
            not_presenting=_not_presenting(circle),
            pair=circle.kind is CircleKind.PAIR,
        )
        at = rotation.replay(at, [Met(turn.presenter, turn.note_taker)])
        found.append(turn)
    return found


def _earlier(db: Session, circle: Circle, session: CoachingSession) -> list[CoachingSession]:
    return [
        one for one in history.counting(db, circle, without=session.id) if one.starts_at < session.starts_at
    ]


def _leads(circle: Circle) -> list[int]:
    return [one.person_id for one in circle.members if one.lead]


def cannot_come(session: CoachingSession) -> frozenset[int]:
    """Who has said "Can't make it", or is away that day."""
    asked = {one.person_id for one in session.attendance} | {one.person_id for one in session.circle.members}
    return frozenset(one for one in asked if session.coming(one) is Coming.NO)


def away_from(session: CoachingSession) -> frozenset[int]:
    """Who can't make it because they are away that day; not who has said that they come all the same."""
    away = people.away_at(session.circle, session.starts_at)
    return frozenset(one for one in away if session.coming(one) is Coming.NO)


def _away_on(circle: Circle, day: date | None) -> frozenset[int]:
    """Who is away when the circle would meet on that day of its calendar, each by their own."""
    return people.away_at(circle, to_utc(day, circle.usual_time, circle.zone).instant) if day else frozenset()


def _not_presenting(circle: Circle) -> frozenset[int]:
    return frozenset() if circle.leads_present else frozenset(_leads(circle))


def _excused(circle: Circle, day: date) -> dict[Role, frozenset[int]]:
    return {
        role: frozenset(
            one.person_id
            for one in circle.members
            if (until := one.excused_until(role)) is not None and until > day
        )
        for role in Role
    }


def _member_problem(circle: Circle, person: int | None) -> str | None:
    if person is None:
        return None
    member = circle.member(person)
    if member is None or not member.person.active:
        return "This person is not in the circle any more. Choose somebody who is."
    return None

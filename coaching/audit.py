"""The audit log: who did what to which circle and when, also what was refused. No content, no evaluations.

The dispatcher writes it: a row in the transaction of the act, so that it is kept if and only if the act is,
and one in a transaction of its own when somebody was refused.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from coaching import access
from coaching.access import Actor, Right
from coaching.rules.audit_facts import (
    OF_A_SESSION,
    OF_THE_WORKSPACE,
    About,
    AuditEntryFacts,
    AuditPage,
    AuditWeek,
    Count,
    Deed,
)
from coaching.rules.keeping import audit_before
from coaching.rules.programme import FEWEST_CIRCLES
from storage.models import AuditEntry, Circle, CoachingSession, Person

ON_A_PAGE = 20
IN_PASSING = {"form_drafts", "handled_requests"}
"""Written though nothing is done yet: a form goes on to its next page, or comes back with a question."""
WEEK = timedelta(days=7)

# --- writing ---


def did(db: Session, actor: Actor, about: About, written: Collection[str], now: datetime) -> None:
    """Somebody did what `about` says, if anything has changed: `written` are the tables that were."""
    db.flush()
    if about.deed not in (None, Deed.LOOK) and set(written) - IN_PASSING:
        _add(db, actor.workspace_id, about.deed, about, now, actor_id=actor.person.id)


def by_itself(
    db: Session, deed: Deed, circle: Circle, now: datetime, session: CoachingSession | None = None
) -> None:
    """The bot did it, without anybody."""
    about = About(deed, circle.id, session.id if session else None)
    _add(db, circle.workspace_id, deed, about, now)


def of_the_bot(db: Session, deed: Deed, workspace_id: str, now: datetime) -> None:
    """Somebody did it in Slack. It is about no circle, and takes no lock of one."""
    _add(db, workspace_id, deed, About(deed), now)


def refused(db: Session, workspace_id: str, slack_id: str, about: About, now: datetime) -> None:
    """Somebody was refused: kept where the thing exists in this very workspace, and the person is known."""
    person = db.scalar(
        select(Person.id).where(Person.workspace_id == workspace_id, Person.slack_id == slack_id)
    )
    found = _existing(db, workspace_id, about)
    if person is not None and found is not None and found.deed is not None:
        _add(db, workspace_id, found.deed, found, now, actor_id=person, refused=True)


def _existing(db: Session, workspace_id: str, about: About) -> About | None:
    """The claim, made true: ids that a request came with may be another workspace's or nobody's."""
    if about.session_id is not None:
        row = db.execute(
            select(CoachingSession.circle_id, CoachingSession.id).where(
                CoachingSession.workspace_id == workspace_id, CoachingSession.id == about.session_id
            )
        ).first()
        return About(about.deed, row[0], row[1]) if row else None
    if about.circle_id is not None:
        circle = db.scalar(
            select(Circle.id).where(Circle.workspace_id == workspace_id, Circle.id == about.circle_id)
        )
        return About(about.deed, circle) if circle is not None else None
    return about if about.deed in OF_THE_WORKSPACE else None


def _add(
    db: Session,
    workspace_id: str,
    deed: Deed,
    about: About,
    now: datetime,
    *,
    actor_id: int | None = None,
    refused: bool = False,
) -> None:
    db.execute(
        insert(AuditEntry).values(
            workspace_id=workspace_id,
            at=now,
            actor_id=actor_id,
            action=deed.value,
            circle_id=about.circle_id,
            session_id=about.session_id if deed in OF_A_SESSION else None,
            refused=refused,
        )
    )


# --- reading ---


def of_circle(db: Session, actor: Actor, circle_id: int, page: int = 0) -> AuditPage:
    """For the circle's coaching leads, also when it is closed. A page that is not there is the first one."""
    circle = access.circle(db, actor, circle_id, Right.AUDIT)
    here = (AuditEntry.workspace_id == circle.workspace_id, AuditEntry.circle_id == circle.id)
    count = db.scalar(select(func.count()).select_from(AuditEntry).where(*here)) or 0
    pages = max(1, -(-count // ON_A_PAGE))
    page = page if 0 <= page < pages else 0
    rows = db.execute(_entries().where(*here).limit(ON_A_PAGE).offset(page * ON_A_PAGE))
    entries = tuple(
        AuditEntryFacts(Deed(action), at, name or "", day, refused)
        for action, at, name, day, refused in rows
        if action in set(Deed)  # a newer version may know more
    )
    return AuditPage(circle.id, circle.name, circle.zone, entries, page, pages)


def _entries() -> Select[str, datetime, str | None, date | None, bool]:
    return (
        select(AuditEntry.action, AuditEntry.at, Person.name, CoachingSession.local_date, AuditEntry.refused)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .outerjoin(CoachingSession, CoachingSession.id == AuditEntry.session_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )


def of_workspace(db: Session, actor: Actor, monday: date | None, now: datetime) -> AuditWeek:
    """A week in sums, this one if none is named: for whoever may see the programme page."""
    access.programme(db, actor)
    this_week = _monday(now.astimezone(UTC).date())
    first = _monday(audit_before(now).astimezone(UTC).date())
    week = _monday(monday) if monday and first <= monday <= this_week else this_week
    rows = db.execute(
        select(AuditEntry.at, AuditEntry.action, AuditEntry.refused, AuditEntry.circle_id).where(
            AuditEntry.workspace_id == actor.workspace_id,
            AuditEntry.at >= _begin(week),
            AuditEntry.at < _begin(week + WEEK),
        )
    ).all()
    few = len({circle for *_, circle in rows} - {None}) < FEWEST_CIRCLES
    counted = Counter(
        (at.astimezone(UTC).date(), Deed(action), refused)
        for at, action, refused, circle in rows
        if action in set(Deed) and not (few and circle is not None)
    )
    return AuditWeek(
        monday=week,
        days=_by_day(counted),
        few=few and any(circle is not None for *_, circle in rows),
        newer=week + WEEK if week < this_week else None,
        older=week - WEEK if week > first else None,
    )


def _by_day(counted: Counter[tuple[date, Deed, bool]]) -> dict[date, dict[Deed, Count]]:
    """The newest day first, what is done in the order of `Deed`."""
    days: defaultdict[date, dict[Deed, Count]] = defaultdict(dict)
    for day in sorted({day for day, _, _ in counted}, reverse=True):
        for deed in Deed:
            count = Count(counted[day, deed, False], counted[day, deed, True])
            if count != Count():
                days[day][deed] = count
    return dict(days)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

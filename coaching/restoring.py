"""What is settled when the database is put back from a copy, so that nothing is asked or told twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coaching import agenda, apart, closing, erasing, evaluations, installations, outbox, results
from coaching.rules.terms import SessionState, SwapState
from storage.models import (
    Circle,
    CoachingSession,
    EvaluationWindow,
    Installation,
    OutboxRow,
    OutboxState,
    Outgoing,
    Person,
    SwapAsk,
    Workspace,
)

Planner = Callable[[Session, datetime], bool]
AT_THE_SESSION: tuple[Planner, ...] = (
    agenda.put_up_due,
    evaluations.open_due,
    closing.put_up_next,
)
"""What belongs to a minute of a session that has begun: written down now, so that it counts as said."""
SEARCHES_REST = timedelta(days=1)
"""Time to look who has which role, and to take it again."""


@dataclass(frozen=True)
class Latest:
    """What a database knew last that a copy of it cannot know: where the bot is, and who was erased."""

    workspaces: Sequence[Workspace]
    installations: Sequence[Installation] = field(repr=False)
    people: dict[int, tuple[str, str]] = field(repr=False)
    """Workspace and Slack id by the number of their row."""


@dataclass(frozen=True)
class Erased:
    """Who is in a copy and was erased since, by Slack's ids."""

    workspaces: list[str]
    people: list[tuple[str, str]]


def latest(db: Session) -> Latest | None:
    """None where no workspace is known, as when a lost database has begun anew. Raises `Unreadable`."""
    workspaces = db.scalars(select(Workspace)).all()
    if not workspaces:
        return None
    return Latest(workspaces, db.scalars(select(Installation)).all(), _people(db))


def carry_over(db: Session, known: Latest) -> Erased:
    """Where the bot was removed since the copy was made it stays so; tokens that were renewed go on."""
    erased = _erased_since(db, known)
    gone = [one for one in erased.workspaces if db.get(Installation, one)]
    db.execute(delete(Installation))
    for workspace in known.workspaces:
        _carry_standing(db, workspace)
    db.flush()
    for installation in known.installations:
        db.merge(installation)
    for workspace_id in gone:
        installations.lose(db, workspace_id)
    db.flush()
    return erased


def _carry_standing(db: Session, known: Workspace) -> None:
    """Of one that installed the bot after the copy was made this is all there is; it is not lost to it."""
    workspace = db.get(Workspace, known.id)
    if workspace is None:
        db.merge(known)
        return
    workspace.uninstalled_at = known.uninstalled_at
    workspace.paused_reason, workspace.paused_until = known.paused_reason, known.paused_until
    workspace.bot_user_id = known.bot_user_id  # whom the token speaks for


def _erased_since(db: Session, known: Latest) -> Erased:
    there = {one.id for one in known.workspaces}
    still = set(known.people.values())
    workspaces = sorted(one for one in db.scalars(select(Workspace.id)) if one not in there)
    people = [
        (team, who)
        for number, (team, who) in sorted(_people(db).items())
        if team in there
        and not erasing.is_erased(who)
        # Who came again has another row now, and what they had erased stands in the copy.
        and ((team, who) not in still or erasing.is_erased(known.people.get(number, ("", ""))[1]))
    ]
    return Erased(workspaces, people)


def _people(db: Session) -> dict[int, tuple[str, str]]:
    rows = db.execute(select(Person.id, Person.workspace_id, Person.slack_id))
    return {number: (team, who) for number, team, who in rows}


def has_installations(db: Session, *, renewed: bool = False) -> bool:
    """Whether workspaces have installed the bot by themselves. `renewed`: whether tokens rotate in any."""
    query = select(func.count()).select_from(Installation)
    return bool(db.scalar(query.where(Installation.expires_at.is_not(None)) if renewed else query))


def settle(db: Session, now: datetime) -> int:
    """Ends what may have gone on elsewhere since the copy was made. How many evaluations ended with it.

    Of an evaluation that was open, more answers may have come in, and its result may stand in Slack. A second
    result of fewer answers would tell, by what it lacks, what the others answered. So no answer that is not
    part of a published result is ever read; the same goes for answers that waited for the next result.
    """
    apart.all_or_nothing(db)
    for planner in AT_THE_SESSION:
        while planner(db, now):
            pass
    ended = _end_evaluations(db, now)
    _forget_waiting(db)
    _let_searches_rest(db, now)
    _bring_cards_up_to_date(db, now)
    return ended


def _end_evaluations(db: Session, now: datetime) -> int:
    still_open = select(EvaluationWindow.session_id).where(EvaluationWindow.closed_at.is_(None))
    found = db.scalars(select(CoachingSession).where(CoachingSession.id.in_(still_open))).unique().all()
    for session in found:
        evaluations.discard(db, session, now)
    return len(found)


def _forget_waiting(db: Session) -> None:
    for circle in db.scalars(select(Circle)).unique().all():
        results.clear_waiting(db, circle)


def _let_searches_rest(db: Session, now: datetime) -> None:
    """Whoever would be asked next to take a role may have been asked, and have said something."""
    due = select(SwapAsk).where(SwapAsk.state == SwapState.OPEN, SwapAsk.next_step_at <= now)
    for ask in db.scalars(due).unique():
        ask.next_step_at = now + SEARCHES_REST
    db.flush()


def _bring_cards_up_to_date(db: Session, now: datetime) -> None:
    """They may show what was done after the copy, and is undone by it."""
    ahead = select(CoachingSession.id).where(
        CoachingSession.state == SessionState.SCHEDULED, CoachingSession.ends_at > now
    )
    cards = select(OutboxRow).where(
        OutboxRow.kind == Outgoing.SESSION_CARD,
        OutboxRow.state == OutboxState.SENT,
        OutboxRow.session_id.in_(ahead),
    )
    outbox.refresh(db, db.scalars(cards.order_by(OutboxRow.id)).all(), now)

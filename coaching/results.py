"""What closed evaluations come to: results that are published and never change, and answers that wait.

A result and what waits are kept under new random keys in shuffled order, so that nothing joins them to the
window in which they were given, or to each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from coaching import access, apart, outbox, roles
from coaching.access import Actor, Right
from coaching.errors import NotFound
from coaching.packs import Pack
from coaching.rules import evaluation
from coaching.rules.closing_facts import ResultFacts, StatementResult
from coaching.rules.evaluation import Comment, Figure, Publish, Waiting
from coaching.rules.terms import CircleState
from storage.models import (
    Circle,
    CoachingSession,
    EvaluationAnswer,
    EvaluationComment,
    EvaluationResult,
    EvaluationWindow,
    OutboxRow,
    OutboxState,
    Outgoing,
)


def result(db: Session, actor: Actor, result_id: int, pack: Pack) -> ResultFacts:
    """A published result, for the members of its circle."""
    found = db.scalar(
        select(EvaluationResult).where(
            EvaluationResult.workspace_id == actor.workspace_id, EvaluationResult.id == result_id
        )
    )
    if found is None:
        raise NotFound
    access.circle(db, actor, found.circle_id, Right.SEE)
    return result_facts(db, found, pack)


def of_session(db: Session, session: CoachingSession) -> int | None:
    """The id of the result of this session's own window, once it is published."""
    return db.scalar(
        select(EvaluationResult.id).where(
            EvaluationResult.workspace_id == session.workspace_id, EvaluationResult.session_id == session.id
        )
    )


def result_facts(db: Session, found: EvaluationResult, pack: Pack) -> ResultFacts:
    session = db.get_one(CoachingSession, found.session_id)
    words = words_of(pack)
    return ResultFacts(
        id=found.id,
        circle_id=found.circle_id,
        circle_name=session.circle.name,
        starts_at=session.starts_at,
        zone=session.zone,
        answered=found.answered,
        asked=found.asked,
        sessions=found.sessions,
        statements=tuple(
            _statement(words.get(one, one), found.figures[one]) for one in in_order(words, found.figures)
        ),
        comments=_comments(db, found, words),
    )


def publish(
    db: Session, session: CoachingSession, window: EvaluationWindow, outcome: Publish, now: datetime
) -> None:
    found = EvaluationResult(
        workspace_id=window.workspace_id,
        circle_id=window.circle_id,
        session_id=window.session_id,
        window_id=window.id,
        form_id=window.form_id,
        published_at=now,
        answered=outcome.answered,
        asked=outcome.asked,
        sessions=outcome.windows,
        figures={statement: _kept(figure) for statement, figure in outcome.figures.items()},
    )
    db.add(found)
    db.flush()
    keep(db, session.circle, Waiting(outcome.answers, outcome.comments), result_id=found.id)
    keep(db, session.circle, outcome.waiting)
    outbox.put(
        db,
        Outgoing.RESULT,
        _line_key(found.id),
        workspace_id=session.workspace_id,
        session=session,
        thread_of=outbox.card_of(db, session),
        facts={"result": found.id},
        due_at=now,
        now=now,
    )
    _picture(db, session, found, now)


def _picture(db: Session, session: CoachingSession, found: EvaluationResult, now: datetime) -> None:
    """The same figures for the eye, below their line."""
    outbox.put(
        db,
        Outgoing.RESULT_PICTURE,
        f"result-picture:{found.id}",
        workspace_id=session.workspace_id,
        session=session,
        thread_of=outbox.card_of(db, session),
        facts={"result": found.id},
        due_at=now,
        now=now,
    )


def given_up(db: Session, row: OutboxRow, now: datetime) -> None:
    """A result's line that may have arrived is not sent twice: its convener is asked to look."""
    if row.kind is not Outgoing.RESULT or row.state is not OutboxState.DEAD or row.session_id is None:
        return
    session = db.get_one(CoachingSession, row.session_id)
    convener = roles.convener(db, session.circle, session)
    if convener is not None:
        outbox.put(
            db,
            Outgoing.RESULT_UNSEEN,
            f"result-unseen:{row.id}",
            workspace_id=row.workspace_id,
            session=session,
            person=convener,
            facts=row.facts,
            due_at=now,
            now=now,
        )


def line_of(db: Session, found: EvaluationResult) -> OutboxRow:
    """The message of the thread that says that this result is there."""
    return outbox.get(db, found.workspace_id, _line_key(found.id))


def _line_key(result_id: int) -> str:
    return f"result:{result_id}"


def keep(db: Session, circle: Circle, kept: Waiting, *, result_id: int | None = None) -> None:
    """Under a result, or waiting under the circle: under new random keys and in their order."""
    place = {"workspace_id": circle.workspace_id, "circle_id": circle.id, "result_id": result_id}
    answers = [{**place, "window_id": None, "scores": dict(one), "comments": {}} for one in kept.answers]
    comments = [{**place, "question": one.question, "words": one.words} for one in kept.comments]
    _keep(db, EvaluationAnswer, answers)
    _keep(db, EvaluationComment, comments)


def _keep(
    db: Session, model: type[EvaluationAnswer] | type[EvaluationComment], rows: Sequence[dict[str, Any]]
) -> None:
    """PostgreSQL leaves rows as they come, so that their order in it must say nothing either."""
    keyed = [{**row, "key": uuid4().hex} for row in rows]
    if keyed:
        db.execute(insert(model), sorted(keyed, key=lambda row: str(row["key"])))


def _kept(figure: Figure) -> dict[str, Any]:
    return {
        "count": figure.count,
        "total": figure.total,
        "spread": list(figure.spread) if figure.spread else None,
    }


def _statement(words: str, kept: Mapping[str, Any]) -> StatementResult:
    spread = tuple(kept["spread"]) if kept["spread"] else None
    figure = Figure(kept["count"], kept["total"], spread)
    return StatementResult(words, figure.count, figure.average, figure.spread)


def _comments(db: Session, found: EvaluationResult, words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Question by question. Their keys are random and stay, and so does the order."""
    query = (
        select(EvaluationComment.question, EvaluationComment.words)
        .where(EvaluationComment.workspace_id == found.workspace_id, EvaluationComment.result_id == found.id)
        .order_by(EvaluationComment.key)
    )
    order = list(words)
    rows = [(question, said) for question, said in db.execute(query)]
    rows.sort(key=lambda one: order.index(one[0]) if one[0] in words else len(order))
    return tuple((words.get(question, question), said) for question, said in rows)


def words_of(pack: Pack) -> dict[str, str]:
    """What each id of the pack's forms means; one id has one text."""
    return {asked.id: asked.text for form in pack.forms for asked in form.asked}


def in_order(words: Mapping[str, str], figures: Mapping[str, object]) -> list[str]:
    """As the form has them; statements that the pack has no more come last."""
    return [one for one in words if one in figures] + [one for one in figures if one not in words]


def forget_waiting(db: Session) -> None:
    """Deletes unread what waits in circles that are closed, or too small to show it ever."""
    apart.all_of(db, "circle", db.scalars(_with_waiting()).all(), lambda id: _forget_unless_kept(db, id))


def _forget_unless_kept(db: Session, circle_id: int) -> None:
    circle = db.get_one(Circle, circle_id)
    if not keeps_waiting(circle):
        clear_waiting(db, circle)


@cache
def _with_waiting() -> Select[int]:
    # Made once: the clock asks every few minutes, and making it takes longer than running it.
    answers = select(EvaluationAnswer.circle_id).where(
        EvaluationAnswer.result_id.is_(None), EvaluationAnswer.window_id.is_(None)
    )
    comments = select(EvaluationComment.circle_id).where(EvaluationComment.result_id.is_(None))
    return select(Circle.id).where(Circle.id.in_(answers.union(comments)))


def keeps_waiting(circle: Circle) -> bool:
    return evaluation.keeps_waiting(len(circle.members), circle.state is CircleState.CLOSED)


def waiting(db: Session, circle: Circle) -> Waiting:
    answers = db.scalars(select(EvaluationAnswer).where(*_waits(circle, EvaluationAnswer))).all()
    comments = db.scalars(select(EvaluationComment).where(*_waits(circle, EvaluationComment))).all()
    windows, asked = db.execute(
        select(func.count(), func.sum(EvaluationWindow.asked)).where(
            EvaluationWindow.workspace_id == circle.workspace_id,
            EvaluationWindow.circle_id == circle.id,
            EvaluationWindow.waits,
        )
    ).one()
    return Waiting(
        [one.scores for one in answers],
        [Comment(one.question, one.words) for one in comments],
        windows,
        asked or 0,
    )


def _waits(circle: Circle, model: type[EvaluationAnswer] | type[EvaluationComment]) -> list[Any]:
    found = [
        model.workspace_id == circle.workspace_id,
        model.circle_id == circle.id,
        model.result_id.is_(None),
    ]
    return [*found, EvaluationAnswer.window_id.is_(None)] if model is EvaluationAnswer else found


def clear_waiting(db: Session, circle: Circle) -> None:
    for model in (EvaluationAnswer, EvaluationComment):
        db.execute(delete(model).where(*_waits(circle, model)))
    db.execute(
        update(EvaluationWindow)
        .where(
            EvaluationWindow.workspace_id == circle.workspace_id,
            EvaluationWindow.circle_id == circle.id,
            EvaluationWindow.waits,
        )
        .values(waits=False)
    )

"""Messages of the closing evaluation: asking, nudging, the result; and a pair's looking back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import pictures
from bot.outgoing.sending import circle_of, message, recipient, session_of
from bot.views import evaluations as views
from bot.views import pictures as described
from bot.views.evaluations import Nudge
from coaching import evaluations, reflections, results, sessions
from coaching.packs import Pack
from coaching.rules.closing_facts import ResultFacts, Standing
from coaching.rules.terms import SessionState
from scheduler.messages import Content, File, Guarded, Later, Renderers, Skip
from storage.models import (
    Circle,
    CoachingSession,
    EvaluationResult,
    OutboxRow,
    OutboxState,
    Outgoing,
    Reminder,
)

LEFT = "not in the circle any more"
OVER = "there is nothing to evaluate"
OTHERS = "others than the circle can read this conversation"
AFTER_ITS_LINE = timedelta(seconds=5)


def renderers(pack: Pack) -> Renderers:
    """The forms and their words come from the content pack."""

    def evaluation(db: Session, row: OutboxRow, now: datetime) -> Content:
        session, person = session_of(db, row), recipient(db, row)
        if session.circle.member(person.id) is None:
            return Skip(LEFT)
        if reflections.is_pairs(session):
            return looking_back(db, row, session, person.id)
        shown = evaluations.facts(db, session, person.id, now)
        # Whether they have answered must not show in how a row ends, so only the common reasons count.
        pointless = shown.standing in (Standing.CLOSED, Standing.NOT_ASKED)
        if pointless and row.state is not OutboxState.SENT:
            return Skip(OVER)
        return message(views.invitation(shown))

    def looking_back(db: Session, row: OutboxRow, session: CoachingSession, person_id: int) -> Content:
        shown = reflections.facts(db, session, person_id, pack)
        if _took_place(session):
            return message(views.pair_invitation(shown))
        # What they may have written stays readable for them.
        return message(views.pair_not_met(shown)) if row.state is OutboxState.SENT else Skip(OVER)

    def result(db: Session, row: OutboxRow, _now: datetime) -> Content:
        circle = circle_of(db, row)
        found = db.get_one(EvaluationResult, row.facts["result"])
        shown = results.result_facts(db, found, pack)
        plain = message(views.result_line(shown, figures=False))
        if circle.channel and not circle.channel_private:
            return plain
        figures = message(views.result_line(shown, figures=True))
        return Guarded(figures, _audience(circle), plain, group_dm=circle.channel is None)

    def result_unseen(db: Session, row: OutboxRow, _now: datetime) -> Content:
        if circle_of(db, row).member(row.person_id or 0) is None:
            return Skip(LEFT)
        found = db.get_one(EvaluationResult, row.facts["result"])
        return message(views.result_unseen(results.result_facts(db, found, pack)))

    def picture(db: Session, row: OutboxRow, _now: datetime) -> Content:
        return _picture(db, row, pack)

    def reflection_shared(db: Session, row: OutboxRow, _now: datetime) -> Content:
        session, person = session_of(db, row), recipient(db, row)
        author_id = int(row.facts["author"])
        shared = reflections.shared_by(db, session, author_id, pack)
        if session.circle.member(person.id) is None or (shared is None and row.state is not OutboxState.SENT):
            return Skip("taken back, or not in the circle any more")
        author = reflections.author(db, author_id)
        return message(views.reflection_shared(sessions.facts(session), author, shared))

    return {
        Outgoing.EVALUATION: evaluation,
        Outgoing.RESULT: result,
        Outgoing.RESULT_PICTURE: picture,
        Outgoing.RESULT_UNSEEN: result_unseen,
        Outgoing.REFLECTION_SHARED: reflection_shared,
    }


def _picture(db: Session, row: OutboxRow, pack: Pack) -> Content:
    """Below the line that says that there is a result, and where that may have figures in it."""
    circle, found = circle_of(db, row), db.get_one(EvaluationResult, row.facts["result"])
    line = results.line_of(db, found)
    if line.state in (OutboxState.DUE, OutboxState.UNKNOWN):
        return Later("its line comes first", AFTER_ITS_LINE)
    if line.state not in (OutboxState.CLAIMED, OutboxState.SENT):
        return Skip("its line was not sent")
    if circle.channel and not circle.channel_private:
        return Skip(OTHERS)
    drawn = _result_picture(results.result_facts(db, found, pack))
    return Guarded(drawn, _audience(circle), Skip(OTHERS), group_dm=circle.channel is None)


def _audience(circle: Circle) -> frozenset[str]:
    return frozenset(one.person.slack_id for one in circle.members if one.person.active)


def _result_picture(shown: ResultFacts) -> File:
    words = described.result(shown)
    return File(
        filename=f"result-{words.day:%Y-%m-%d}.png",
        title=words.title,
        content=pictures.result(shown, shown.circle_name, words.under_title),
        text=words.text,
        alt=words.alt,
    )


def nudge_part(db: Session, reminder: Reminder, now: datetime, pack: Pack) -> Nudge | None:
    """The part of the bookkeeping message for who has not answered; None when there is nothing to ask."""
    session = db.get_one(CoachingSession, reminder.session_id)
    if session.circle.member(reminder.person_id) is None:
        return None
    if reflections.is_pairs(session):
        pair = reflections.facts(db, session, reminder.person_id, pack)
        return views.pair_nudge(pair) if pair.mine is None and _took_place(session) else None
    if not evaluations.may_be_asked(db, session, reminder.person_id, now):
        return None
    return views.nudge(evaluations.facts(db, session, reminder.person_id, now))


def _took_place(session: CoachingSession) -> bool:
    return session.state in (SessionState.SCHEDULED, SessionState.HELD)

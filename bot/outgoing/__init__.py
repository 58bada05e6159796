"""What each message says when it is sent: the state of that moment, handed to a view.

One renderer per kind of message, found by the same noun as its handlers and views. A renderer reads and
writes nothing; it gives a message, or the reason why there is nothing to say any more.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing import (
    agenda,
    cases,
    circles,
    closing,
    evaluations,
    hub,
    installations,
    log,
    members,
    notes,
    polls,
    privacy,
    reminders,
    rhythm,
    sessions,
    swaps,
    trends,
)
from bot.replies import Standing
from coaching import outbox
from coaching import reminders as coming
from coaching.packs import Pack
from coaching.rules.terms import MessageKind
from scheduler.messages import Content, Later, Message, Renderer, Renderers
from storage.models import OutboxRow, OutboxState, Outgoing

WAITS = {
    Outgoing.BOOKKEEPING: MessageKind.BOOKKEEPING,
    Outgoing.EVALUATION: MessageKind.AT_THE_SESSION,
    Outgoing.DID_YOU_MEET: MessageKind.AT_THE_SESSION,
}
"""What can be late, and still helps the next morning."""


def all_renderers(pack: Pack) -> Renderers:
    """One for each kind of message; words of the practice come from the content pack."""
    found = _renderers(pack)
    return found | {kind: _in_good_time(found[kind], of) for kind, of in WAITS.items()}


def _renderers(pack: Pack) -> dict[Outgoing, Renderer]:
    return {
        **sessions.RENDERERS,
        **circles.renderers(pack),
        **reminders.renderers(pack),
        **closing.RENDERERS,
        **rhythm.RENDERERS,
        **cases.renderers(pack),
        **notes.RENDERERS,
        **agenda.renderers(pack),
        **evaluations.renderers(pack),
        **trends.renderers(pack),
        **polls.RENDERERS,
        **swaps.RENDERERS,
        **hub.RENDERERS,
        **installations.RENDERERS,
        **log.RENDERERS,
        **privacy.RENDERERS,
        **members.RENDERERS,
    }


def _in_good_time(render: Renderer, kind: MessageKind) -> Renderer:
    """Holds back what is late and would come in somebody's quiet hours. What stands there is only edited."""

    def in_good_time(db: Session, row: OutboxRow, now: datetime) -> Content:
        sent = row.state is OutboxState.SENT
        opens_at = None if sent else coming.waits_until(db, row, kind, now)
        return Later("quiet hours", opens_at - now) if opens_at else render(db, row, now)

    return in_good_time


def as_it_stands(
    db: Session, workspace_id: str, channel: str, ts: str, pack: Pack, now: datetime
) -> Standing | None:
    """What a message of ours that stands in Slack says from now on: for the answer to a click on it."""
    row = outbox.at(db, workspace_id, channel, ts)
    content = all_renderers(pack)[row.kind](db, row, now) if row else None
    return Standing(content.text, content.blocks) if isinstance(content, Message) else None

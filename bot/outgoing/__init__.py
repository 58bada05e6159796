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
from coaching.packs import Pack
from scheduler.messages import Message, Renderers


def all_renderers(pack: Pack) -> Renderers:
    """One for each kind of message; words of the practice come from the content pack."""
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


def as_it_stands(
    db: Session, workspace_id: str, channel: str, ts: str, pack: Pack, now: datetime
) -> Standing | None:
    """What a message of ours that stands in Slack says from now on: for the answer to a click on it."""
    row = outbox.at(db, workspace_id, channel, ts)
    content = all_renderers(pack)[row.kind](db, row, now) if row else None
    return Standing(content.text, content.blocks) if isinstance(content, Message) else None

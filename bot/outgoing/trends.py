"""How averages go on over time, as a picture, to who has asked for it."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import pictures
from bot.outgoing.sending import circle_of, recipient
from bot.views import pictures as described
from coaching import trends
from coaching.packs import Pack
from scheduler.messages import Content, File, Renderers, Skip
from storage.models import OutboxRow, Outgoing

LEFT = "not in the circle any more"


def renderers(pack: Pack) -> Renderers:
    """The words of the statements come from the content pack."""

    def picture(db: Session, row: OutboxRow, _now: datetime) -> Content:
        circle = circle_of(db, row)
        if circle.member(recipient(db, row).id) is None:
            return Skip(LEFT)
        shown = trends.facts(db, circle, pack)
        if len(shown.days) < trends.FEWEST:
            return Skip("too few results")
        words = described.trends(shown)
        return File(
            filename=f"trends-{words.day:%Y-%m-%d}.png",
            title=words.title,
            content=pictures.trends(shown, shown.circle_name),
            text=words.text,
            alt=words.alt,
        )

    return {Outgoing.TRENDS_PICTURE: picture}

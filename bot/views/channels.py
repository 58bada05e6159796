"""A circle's channel that the bot can write to no more."""

from bot.ids import Action
from bot.replies import Said
from bot.views import inputs
from bot.views.text import escape, section
from coaching.rules.facts import CircleFacts

CLOSED = "is closed to me now: I was taken out of it, it was deleted, or only some may write there"


def lost(circle: CircleFacts, *, archived: bool, small: bool) -> Said:
    """To the convener, once: what happened, what I do by myself, what is theirs to do."""
    name = escape(circle.name)
    why = "was archived" if archived else CLOSED
    if small:
        then = (
            "From now on the cards stand in a group DM of the circle. If you would rather have a channel, a "
            "coaching lead chooses one under “Edit circle”."
        )
    else:
        then = (
            "Until a coaching lead chooses another one under “Edit circle”, cards and lines about sessions "
            "cannot be shown; direct messages go on."
        )
    text = f"The channel of {name} {why}. {then}"
    return Said(
        text, [section(text), inputs.buttons(inputs.button("Edit circle", Action.EDIT_CIRCLE, circle.id))]
    )

"""What each message says when it is sent: the state of that moment, handed to a view.

One renderer per kind of message, found by the same noun as its handlers and views. A renderer reads and
writes nothing; it gives a message, or the reason why there is nothing to say any more.
"""

from bot.outgoing import circles, closing, evaluations, hub, reminders, sessions
from coaching.packs import Pack
from scheduler.messages import Renderers


def all_renderers(pack: Pack) -> Renderers:
    """One for each kind of message; words of the practice come from the content pack."""
    return {
        **sessions.RENDERERS,
        **circles.renderers(pack),
        **reminders.renderers(pack),
        **closing.RENDERERS,
        **evaluations.renderers(pack),
        **hub.RENDERERS,
    }

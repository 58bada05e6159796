"""Where a modal goes: on top of the one that is open, else by itself. And which circle a command is about."""

from collections.abc import Sequence

from slack_sdk.models.views import View

from bot.parse import Request
from bot.replies import OpenModal, PushModal
from storage.models import Circle


def show(request: Request, view: View) -> OpenModal | PushModal:
    inside = request.view is not None and not request.view.home
    return PushModal(view) if inside else OpenModal(view)


def meant(mine: Sequence[Circle], request: Request) -> Circle | None:
    """The only one, or the only one whose conversation the command was typed in."""
    here = [one for one in mine if one.conversation is not None and one.conversation == request.channel]
    return next((among[0] for among in (mine, here) if len(among) == 1), None)

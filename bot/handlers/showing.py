"""Where a modal goes: on top of the one that is open, else by itself."""

from slack_sdk.models.views import View

from bot.parse import Request
from bot.replies import OpenModal, PushModal


def show(request: Request, view: View) -> OpenModal | PushModal:
    inside = request.view is not None and not request.view.home
    return PushModal(view) if inside else OpenModal(view)

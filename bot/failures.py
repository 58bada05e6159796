"""Any failure as a sentence in the place where the person is looking."""

from collections.abc import Callable
from http.client import HTTPException

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Option
from sqlalchemy.exc import DBAPIError

from bot import wording
from bot.ids import field_of
from bot.parse import Malformed, OpenView, Request
from bot.replies import (
    Done,
    Ephemeral,
    GiveOptions,
    OpenModal,
    PushModal,
    RefuseFields,
    Reply,
    Said,
    UpdateModal,
)
from bot.views import notices
from bot.views.text import escape
from coaching import installations
from coaching.errors import CoachingError, Refused
from storage.encryption import Unreadable

SLACK_FAILS = (SlackApiError, HTTPException, OSError)
"""What a call to Slack raises: refused by it, or broken off on the way."""

log = structlog.get_logger()


def reply_to(
    error: Exception, request: Request, reference: Callable[[], str], install_url: str | None = None
) -> Reply:
    """Errors of ours have their sentence; anything else gets a short reference, which the log has too.

    `install_url`: where people install the bot, if that is how it comes into their workspace.
    """
    if isinstance(error, Refused) and request.submitted and request.view and request.view.input_blocks:
        return RefuseFields(_by_block(error, request.view))
    if isinstance(error, CoachingError):
        return _say(error.sentence, request)
    if isinstance(error, Malformed):
        return _say(wording.OLD_BUTTON, request)
    if token_is_over(error):
        return not_installed(request, install_url)
    name = reference()
    what, sentence = _kind(error)
    log.error(
        what,
        reference=name,
        workspace=request.workspace_id,
        error=type(error).__name__,
        slack=code_of(error) if isinstance(error, SlackApiError) else None,
        # A database error prints the values it was given, which people typed: no trace of that one.
        exc_info=None if isinstance(error, DBAPIError) else error,
    )
    if request.looking:
        return GiveOptions([Option(value="-", label=wording.NO_OPTIONS.format(reference=name))])
    return _say(sentence.format(reference=name), request)


def code_of(error: SlackApiError) -> str:
    """Slack's word for why it refused."""
    return str(error.response.get("error"))


def token_is_over(error: Exception) -> bool:
    """Whether Slack refused because the bot was removed, or its token taken back: no second try helps."""
    return isinstance(error, SlackApiError) and code_of(error) in installations.TOKEN_IS_OVER


def not_installed(request: Request, install_url: str | None) -> Reply:
    """For a workspace in which the bot has no token: what can be said without one."""
    sentence = wording.REINSTALL.format(url=install_url) if install_url else wording.LOCKED_OUT
    if request.view is not None and not request.submitted:
        return Done()  # a modal would need a token
    if request.submitted and not (request.view and request.view.input_blocks):
        return UpdateModal(notices.notice(sentence))
    return _say(sentence, request)


def _kind(error: Exception) -> tuple[str, str]:
    if isinstance(error, SLACK_FAILS):
        return "slack_failed", wording.SLACK_SILENT
    if isinstance(error, DBAPIError):
        return "database_failed", wording.DATABASE_AWAY
    if isinstance(error, Unreadable):
        return "key_missing", wording.UNREADABLE
    return "unexpected", wording.UNEXPECTED


def _by_block(refused: Refused, view: OpenView) -> dict[str, str]:
    """Each refusal under its field; what belongs to no field on show stands under the first one."""
    errors: dict[str, str] = {}
    for name, sentence in refused.fields.items():
        block = next((one for one in view.input_blocks if field_of(one) == name.value), view.input_blocks[0])
        errors[block] = f"{errors[block]} {sentence}" if block in errors else sentence
    return errors


def _say(sentence: str, request: Request) -> Reply:
    view = request.view
    if request.event:
        return Done()
    if request.looking:
        return GiveOptions()
    if request.submitted and view and view.input_blocks:
        return RefuseFields({view.input_blocks[0]: sentence})
    if view is None:
        return Ephemeral(Said(escape(sentence)))  # it may name people, circles and channels
    return OpenModal(notices.notice(sentence)) if view.home else PushModal(notices.notice(sentence))

"""What is asked of Slack for installing: a token for a code, a new token for an old one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import NoReturn
from urllib.parse import urlencode, urljoin

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot import directory
from bot.app import certificates
from coaching.installations import Granted, Pair
from coaching.people import Profile
from scheduler.skew import moment
from service.manifest import OPTIONAL_SCOPES, REDIRECT, SCOPES
from service.settings import Settings

TIMEOUT_S = 10
SLACK_SILENT = (HTTPException, OSError)


class Refused(Exception):
    """Slack gives no token. `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Silent(Exception):
    """Slack did not answer, or not so that it can be understood: nobody knows what it has done."""


class WholeOrganisation(Exception):
    """Somebody chose to install it for all of an Enterprise Grid organisation."""


@dataclass(frozen=True)
class SlackOAuth:
    """The app towards Slack. Its client id and secret go along with each question."""

    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str

    @property
    def redirect_url(self) -> str:
        return f"{self.public_url}{REDIRECT}"

    def authorize_url(self, state: str) -> str:
        """Where Slack asks people whether the bot may be installed, and where."""
        asked = {
            "client_id": self.client_id,
            "scope": ",".join(sorted([*SCOPES, *OPTIONAL_SCOPES])),
            "redirect_uri": self.redirect_url,
            "state": state,
        }
        return f"{urljoin(self.api_url, '../oauth/v2/authorize')}?{urlencode(asked)}"

    def open_url(self, granted: Granted) -> str:
        """Opens the bot in Slack."""
        where = {"app": granted.app_id, "team": granted.workspace_id}
        return f"{urljoin(self.api_url, '../app_redirect')}?{urlencode(where)}"

    def exchange(self, code: str, now: datetime) -> Granted:
        """Raises `Refused`, `Silent` or `WholeOrganisation`."""
        answer = self._ask(code=code, redirect_uri=self.redirect_url)
        if answer.get("is_enterprise_install"):
            self._give_back(answer)
            raise WholeOrganisation
        try:
            return _granted(answer, now, moment(_headers(answer).get("date", "")))
        except (KeyError, TypeError, ValueError):
            raise Silent from None

    def refresh(self, refresh_token: str, now: datetime) -> Pair:
        """Raises `Refused` or `Silent`."""
        answer = self._ask(grant_type="refresh_token", refresh_token=refresh_token)
        try:
            return _pair(answer, now)
        except (KeyError, TypeError, ValueError):
            raise Silent from None

    def ask(self) -> Mapping[str, str]:
        """Whether Slack knows the app, by a code that is none: the headers of its answer.

        Raises `Refused` where it does not, `Silent`.
        """
        try:
            self._call(code="none", redirect_uri=self.redirect_url)
        except SlackApiError as error:
            if error.response.get("error") not in ("invalid_code", "code_already_used"):
                _refuse(error)
            return _headers(error.response)
        except SLACK_SILENT:
            raise Silent from None
        raise Silent

    def test(self, bot_token: str) -> None:
        """Raises `Refused` where Slack takes this token no more, `Silent`."""
        try:
            self._client(bot_token).auth_test()
        except SlackApiError as error:
            _refuse(error)
        except SLACK_SILENT:
            raise Silent from None

    def profile(self, granted: Granted) -> Profile | None:
        """Who has installed it; None where Slack does not say."""
        client = self._client(granted.pair.bot_token)
        try:
            [found] = directory.profiles(client, granted.workspace_id, [granted.installer])
        except (SlackApiError, *SLACK_SILENT):
            return None
        return found

    def _ask(self, **question: str) -> SlackResponse:
        try:
            answer = self._call(**question)
        except SlackApiError as error:
            _refuse(error)
        except SLACK_SILENT:
            raise Silent from None
        if not isinstance(answer.data, dict):
            raise Silent
        return answer

    def _call(self, **question: str) -> SlackResponse:
        client = self._client()
        return client.oauth_v2_access(client_id=self.client_id, client_secret=self.client_secret, **question)

    def _give_back(self, answer: SlackResponse) -> None:
        """A token that is of no use is not left lying about."""
        try:
            self._client(str(answer.get("access_token"))).auth_revoke()
        except (SlackApiError, *SLACK_SILENT):
            return

    def _client(self, token: str | None = None) -> WebClient:
        return WebClient(
            token=token, base_url=self.api_url, timeout=TIMEOUT_S, ssl=certificates(), retry_handlers=[]
        )


def of(settings: Settings) -> SlackOAuth:
    """Only where people install the bot themselves (`settings.many_workspaces`)."""
    return SlackOAuth(
        settings.slack_api_url,
        settings.slack_client_id.get_secret_value(),
        settings.slack_client_secret.get_secret_value(),
        settings.coach_public_url or "",
    )


def _refuse(error: SlackApiError) -> NoReturn:
    data = error.response.data
    code = data.get("error") if isinstance(data, dict) else None
    if not isinstance(code, str) or error.response.status_code >= 500:
        raise Silent from None  # a page of some proxy, say
    raise Refused(code) from None


def _headers(answer: SlackResponse) -> dict[str, str]:
    return {name.lower(): text for name, text in answer.headers.items()}


def _granted(answer: SlackResponse, now: datetime, at: datetime | None) -> Granted:
    team, enterprise = answer["team"], answer.get("enterprise") or {}
    return Granted(
        workspace_id=_word(team["id"]),
        workspace_name=str(team.get("name") or team["id"]),
        enterprise_id=enterprise.get("id"),
        app_id=_word(answer["app_id"]),
        bot_user_id=_word(answer["bot_user_id"]),
        scopes=str(answer.get("scope") or ""),
        installer=_word(answer["authed_user"]["id"]),
        pair=_pair(answer, now),
        at=at,
    )


def _pair(answer: SlackResponse, now: datetime) -> Pair:
    refresh_token = answer.get("refresh_token")
    lives = int(answer["expires_in"]) if refresh_token else None
    return Pair(
        _word(answer["access_token"]),
        _word(refresh_token) if refresh_token else None,
        now + timedelta(seconds=lives) if lives is not None else None,
    )


def _word(found: object) -> str:
    """Raises `ValueError`."""
    if not isinstance(found, str) or not found:
        raise ValueError("not a word")
    return found
